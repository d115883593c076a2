// A plane of latent space on a canvas: axes at one scale, the prior, points and ellipses of the classes, lines.
//
//   const plane = new Plane(canvas);   // draws again when its size changes
//   plane.show(data.plane);            // made by `ui.components.latent_map.Drawing.data()` in Python
//   plane.toPixels([x, y]); plane.toPlane([across, down]); plane.zoom(0.5, [x, y]);
//   plane.over = (pen) => …;           // drawn last, on top: plane.outline(pen, ellipse, 1), in pixels of the page

/**
 * @typedef {[number, number]} Point
 * @typedef {{mean: Point, root: [Point, Point], digit: number, sigmas: number[], dash: number[]}} Ellipse  mean + root · (circle of radius sigma); root · rootᵀ is the covariance
 * @typedef {{titles: [string, string], centre: Point, reach: number, prior: Point, ellipses: Ellipse[],
 *   classes: {label: string, colour: string, glyph: string}[], points: {x: number[], y: number[], digit: number[]},
 *   discs: Point[], lines: {points: Point[], colour: string, dash: number[], numbered: boolean}[]}} Drawing
 */

const QUIET = "#7a828c"; // the prior; 3:1 on paper and on night
const GLYPH = 3.6; // pixels, half the width of a mark

export class Plane {
  constructor(canvas) {
    this.canvas = canvas;
    this.chosen = new Set(); // digits shown; none chosen is all
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(canvas);
  }

  /** @param {Drawing} data */
  show(data) {
    if (String([this.data?.centre, this.data?.reach]) !== String([data.centre, data.reach])) {
      Object.assign(this, { centre: data.centre, reach: data.reach });
    }
    this.data = data;
    this.glyphs = data.classes.map(({ glyph }) => new Path2D(glyph));
    this.draw();
  }

  get size() {
    return [this.canvas.clientWidth, this.canvas.clientHeight];
  }

  /** Pixels a latent unit. */
  get scale() {
    return Math.min(...this.size) / 2 / this.reach;
  }

  toPixels([x, y]) {
    const [width, height] = this.size;
    return [width / 2 + (x - this.centre[0]) * this.scale, height / 2 - (y - this.centre[1]) * this.scale];
  }

  toPlane([across, down]) {
    const [width, height] = this.size;
    return [this.centre[0] + (across - width / 2) / this.scale, this.centre[1] - (down - height / 2) / this.scale];
  }

  /** @param {number} factor below 1 comes nearer; 0 shows the whole map @param {Point} [around] stays in its place */
  zoom(factor, around = this.centre) {
    const { centre, reach } = this.data;
    this.centre = factor ? this.centre.map((c, i) => around[i] + (c - around[i]) * factor) : centre;
    this.reach = factor ? this.reach * factor : reach;
    this.draw();
  }

  isShown(digit) {
    return !this.chosen.size || this.chosen.has(digit);
  }

  draw() {
    const [width, height] = this.size;
    if (!this.data || !width) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `12px ${style.fontFamily}`;
    this.axes(pen, style.color, style.getPropertyValue("--st-border-color"));
    const { prior, points, ellipses, lines, discs, classes } = this.data;
    const circle = { mean: prior, root: [[1, 0], [0, 1]], colour: QUIET, dash: [2, 3] }; // prettier-ignore
    [1, 2].forEach((sigma) => this.outline(pen, circle, sigma));
    points.digit.forEach((digit, i) => {
      if (!this.isShown(digit)) return;
      const [across, down] = this.toPixels([points.x[i], points.y[i]]);
      pen.setTransform(ratio * GLYPH, 0, 0, ratio * GLYPH, ratio * across, ratio * down);
      pen.fillStyle = classes[digit].colour;
      pen.fill(this.glyphs[digit]);
    });
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const ellipse of ellipses) {
      const { colour } = classes[ellipse.digit];
      if (this.isShown(ellipse.digit)) ellipse.sigmas.forEach((n) => this.outline(pen, { ...ellipse, colour }, n));
    }
    lines.forEach((line) => this.line(pen, line));
    discs.forEach((place, digit) => this.isShown(digit) && this.disc(pen, place, 10, classes[digit]));
    this.over?.(pen);
  }

  /** One ellipse of a Gaussian: `mean` and `root` as in Ellipse. */
  outline(pen, { mean, root: [[a, b], [c, d]], colour, dash = [] }, sigma) {
    const [across, down] = this.toPixels(mean);
    pen.save();
    pen.translate(across, down);
    pen.transform(this.scale * a, -this.scale * c, this.scale * b, -this.scale * d, 0, 0);
    pen.beginPath();
    pen.arc(0, 0, sigma, 0, 2 * Math.PI);
    pen.restore(); // the path stays bent, the pen does not
    this.stroke(pen, colour, dash, 1.6);
  }

  line(pen, { points, colour, dash, numbered }) {
    const places = points.map((point) => this.toPixels(point));
    pen.beginPath();
    places.forEach(([across, down]) => pen.lineTo(across, down));
    this.stroke(pen, colour, dash, dash.length ? 1.5 : 3);
    for (let leg = 1; numbered && leg < places.length; leg += 1) {
      const middle = [0, 1].map((i) => (points[leg - 1][i] + points[leg][i]) / 2);
      this.disc(pen, middle, 8, { label: leg, colour });
    }
  }

  disc(pen, place, radius, { label, colour }) {
    const [across, down] = this.toPixels(place);
    pen.beginPath();
    pen.arc(across, down, radius, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
    this.stroke(pen, "#fff", [], 1.5);
    pen.fillStyle = "#fff";
    pen.textAlign = "center";
    pen.fillText(label, across, down + 4);
  }

  axes(pen, ink, quiet) {
    const [width, height] = this.size;
    const rough = this.reach / 3;
    const ten = 10 ** Math.floor(Math.log10(rough));
    const step = ten * [1, 2, 5, 10].find((times) => times * ten >= rough);
    const [low, high] = [this.toPlane([0, height]), this.toPlane([width, 0])];
    pen.fillStyle = ink;
    [0, 1].forEach((axis) => {
      for (let n = Math.ceil(low[axis] / step); n * step < high[axis]; n += 1) {
        const place = this.toPixels([n * step, n * step])[axis];
        pen.beginPath();
        pen.moveTo(...(axis ? [0, place] : [place, 0]));
        pen.lineTo(...(axis ? [width, place] : [place, height]));
        this.stroke(pen, quiet, [], n ? 0.5 : 1.5);
        pen.textAlign = axis ? "left" : "center";
        const text = String(Number((n * step).toPrecision(6))).replace("-", "−");
        if (axis ? place > 24 && place < height - 30 : place > 44 && place < width - 44) {
          pen.fillText(text, axis ? 4 : place, axis ? place - 3 : height - 5);
        }
      }
    });
    pen.textAlign = "right";
    pen.fillText(`${this.data.titles[0]} →`, width - 5, height - 20);
    pen.textAlign = "left";
    pen.fillText(`↑ ${this.data.titles[1]}`, 5, 15);
  }

  stroke(pen, colour, dash, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.stroke();
  }
}
