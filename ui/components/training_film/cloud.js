// A plane of latent space on a canvas: every digit written as itself at its mean, its class's ellipse, the prior.

const GLYPH = 11; // pixels a digit is high
const STEPS_A_SIDE = 16000; // of a coordinate: see latent_film.quantised

/** @param {{points: string, digits: string, classes: number[][][], limits: number[][], colours: string[]}} data */
export class Cloud {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  load(data) {
    this.data = data;
    const bytes = Uint8Array.from(atob(data.points), (letter) => letter.charCodeAt(0));
    this.points = new Int16Array(bytes.buffer); // frame, digit, axis
    this.count = data.digits.length;
  }

  /** Draw the place between two frames, `at` with its fraction. */
  draw(at) {
    this.fit();
    const { pen } = this;
    const [first, share] = [Math.floor(at), at % 1];
    const second = Math.min(first + 1, this.data.classes.length - 1);
    const style = getComputedStyle(this.canvas);
    pen.clearRect(0, 0, this.side, this.side);
    pen.strokeStyle = style.borderTopColor;
    pen.lineWidth = 1;
    if (!this.data.priors) {
      this.line([[this.data.limits[0][0], 0], [this.data.limits[0][1], 0]]);
      this.line([[0, this.data.limits[1][0]], [0, this.data.limits[1][1]]]);
    }
    pen.strokeStyle = "#7a828c";
    pen.setLineDash([5, 4]);
    for (const [x, y, sigma] of this.priors(first)) {
      for (const times of [1, 2]) this.ellipse([x, y, (times * sigma) ** 2, 0, (times * sigma) ** 2]);
    }
    pen.setLineDash([]);
    const glyphs = this.glyphs();
    const half = this.glyph / 2;
    const scale = this.data.limits.map(([low, high]) => [(low + high) / 2, (high - low) / 2 / STEPS_A_SIDE]);
    for (let digit = 0; digit < this.count; digit++) {
      const [i, j] = [2 * (first * this.count + digit), 2 * (second * this.count + digit)];
      const z = [0, 1].map(
        (axis) => scale[axis][0] + scale[axis][1] * (this.points[i + axis] * (1 - share) + this.points[j + axis] * share),
      );
      const [x, y] = this.place(z);
      pen.drawImage(glyphs[this.data.digits[digit]], x - half, y - half, this.glyph, this.glyph);
    }
    pen.lineWidth = 2.5;
    const classes = this.data.classes[first].map((one, digit) =>
      one.map((value, k) => value * (1 - share) + this.data.classes[second][digit][k] * share),
    );
    classes.forEach((one, digit) => {
      pen.strokeStyle = this.data.colours[digit];
      this.ellipse(one);
    });
    classes.forEach((one, digit) => this.name(one, digit));
  }

  /** Centre and standard deviation of the priors to draw: N(0, I), or what the film says of each of its frames. */
  priors(frame) {
    if (!this.data.priors) return [[0, 0, 1]];
    return this.data.priors.slice(frame, frame + 1);
  }

  /** Pixels of the canvas for its size on the screen, both axes at one scale. */
  fit() {
    const ratio = window.devicePixelRatio || 1;
    this.side = this.canvas.clientWidth || 320;
    const pixels = Math.round(this.side * ratio);
    if (this.canvas.width !== pixels) this.canvas.width = this.canvas.height = pixels;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.unit = this.side / Math.max(...this.data.limits.map(([low, high]) => high - low));
    this.glyph = GLYPH;
  }

  place([x, y]) {
    const [centre, middle] = this.data.limits.map(([low, high]) => (low + high) / 2);
    return [this.side / 2 + (x - centre) * this.unit, this.side / 2 - (y - middle) * this.unit];
  }

  line(points) {
    this.pen.beginPath();
    for (const point of points) this.pen.lineTo(...this.place(point));
    this.pen.stroke();
  }

  /** One sigma of N((mx, my), [[xx, xy], [xy, yy]]), through its Cholesky factor. */
  ellipse([mx, my, xx, xy, yy]) {
    const a = Math.sqrt(Math.max(xx, 1e-12));
    const b = xy / a;
    const c = Math.sqrt(Math.max(yy - b * b, 0));
    const points = [];
    for (let k = 0; k <= 48; k++) {
      const [cos, sin] = [Math.cos((k * Math.PI) / 24), Math.sin((k * Math.PI) / 24)];
      points.push([mx + a * cos, my + b * cos + c * sin]);
    }
    this.line(points);
  }

  name([mx, my], digit) {
    const [x, y] = this.place([mx, my]);
    const { pen } = this;
    pen.beginPath();
    pen.arc(x, y, 9, 0, 2 * Math.PI);
    pen.fillStyle = this.data.colours[digit];
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = "#fff";
    pen.stroke();
    pen.fillStyle = "#fff";
    pen.font = "bold 12px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(String(digit), x, y);
  }

  /** The ten digits drawn once, to be stamped a thousand times a frame. */
  glyphs() {
    if (this.stamps) return this.stamps;
    this.stamps = this.data.colours.map((colour, digit) => {
      const stamp = document.createElement("canvas");
      stamp.width = stamp.height = 3 * GLYPH;
      const pen = stamp.getContext("2d");
      pen.fillStyle = colour;
      pen.font = `600 ${3 * GLYPH}px sans-serif`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(String(digit), stamp.width / 2, stamp.height / 2);
      return stamp;
    });
    return this.stamps;
  }
}
