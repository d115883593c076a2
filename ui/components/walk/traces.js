// One dimension of a few chains, step by step, on a canvas: the first half grey, μ_x as a dashed line.

const COLOURS = ["#c8641b", "#2b678d", "#59a312", "#9d3e9b"];
const MEAN = "#e0457b"; // as the ellipse of q(z|x) on the map
const [LEFT, BOTTOM, TOP, RIGHT] = [46, 34, 18, 20]; // pixels around the lines
const MOST_POINTS = 400; // points of a line

export class Trace {
  constructor(canvas) {
    this.canvas = canvas;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(canvas);
  }

  /** @param {{lines: ArrayLike<number>[], steps: number, warmUp: number, mean: number, title: string}} data */
  show(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (!this.data || !width) return;
    const ratio = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [width, height].map((side) => Math.round(side * ratio));
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `12px ${style.fontFamily}`;
    const { lines, steps, warmUp, mean, title } = this.data;
    const [low, high] = extent([...lines, [mean]]);
    const across = (step) => LEFT + ((width - LEFT - RIGHT) * step) / steps;
    const down = (value) => height - BOTTOM - ((height - BOTTOM - TOP) * (value - low)) / (high - low);
    pen.fillStyle = style.getPropertyValue("--st-secondary-background-color");
    pen.fillRect(LEFT, TOP, across(warmUp) - LEFT, height - BOTTOM - TOP);
    pen.fillStyle = style.color;
    pen.strokeStyle = style.getPropertyValue("--st-border-color");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    for (const value of ticks(low, high, 4)) {
      stroke(pen, [[LEFT, down(value)], [width - RIGHT, down(value)]]); // prettier-ignore
      pen.fillText(labelled(value), LEFT - 5, down(value) + 4);
    }
    pen.textAlign = "center";
    for (const step of ticks(0, steps, width < 360 ? 3 : 5)) pen.fillText(String(step), across(step), height - BOTTOM + 14);
    pen.fillText("step", (LEFT + width - RIGHT) / 2, height - 5);
    pen.textAlign = "left";
    pen.fillText(`↑ ${title}`, 4, 12);
    lines.forEach((values, k) => {
      pen.strokeStyle = COLOURS[k % COLOURS.length];
      pen.lineWidth = 1.2;
      const every = Math.max(1, Math.floor(steps / MOST_POINTS));
      const points = [];
      for (let i = 0; i < values.length; i += every) points.push([across(i + 1), down(values[i])]);
      stroke(pen, points);
    });
    pen.strokeStyle = MEAN;
    pen.lineWidth = 2;
    pen.setLineDash([6, 3]);
    stroke(pen, [[LEFT, down(mean)], [width - RIGHT, down(mean)]]); // prettier-ignore
    pen.setLineDash([]);
  }
}

function stroke(pen, points) {
  pen.beginPath();
  points.forEach(([across, down]) => pen.lineTo(across, down));
  pen.stroke();
}

/** Of all values, with a twentieth to spare on both sides. */
function extent(lines) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of lines) {
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const spare = Math.max((high - low) / 20, 1e-6);
  return [low - spare, high + spare];
}

/** Round numbers between low and high, about `count` of them. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * [1, 2, 5, 10].find((times) => times * ten >= rough);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push(n * step);
  return found;
}

const labelled = (value) => String(Number(value.toPrecision(6))).replace("-", "−");
