// What is drawn on the pad: strokes with undo and redo, their pixels, and these as text, which vae_core/drawn.py reads. The
// pixels are reckoned here, not by the canvas, so that all browsers draw alike and none alters what is read back from it.

export const SIDE = 252; // pixels
const DARKEST = 15;

/** @typedef {{x: number, y: number, radius: number}} Point in pixels of the pad */
/** @typedef {{erase: boolean, points: Point[]} | "clear"} Deed */

export class Sheet {
  constructor() {
    /** @type {Deed[]} */
    this.done = [];
    this.undone = [];
    this.tones = new Uint8Array(SIDE * SIDE); // 0 paper to 15 ink
  }

  get empty() {
    return this.tones.every((tone) => tone === 0);
  }

  /** Put the pen down. */
  begin(point, erase) {
    this.undone = [];
    this.done.push({ erase, points: [point] });
    stamp(this.tones, point, point, erase);
  }

  /** Move the pen that is down. */
  move(point) {
    const { erase, points } = this.done[this.done.length - 1];
    stamp(this.tones, points[points.length - 1], point, erase);
    points.push(point);
  }

  clear() {
    this.undone = [];
    this.done.push("clear");
    this.tones.fill(0);
  }

  undo() {
    this.undone.push(this.done.pop());
    this.again();
  }

  redo() {
    this.done.push(this.undone.pop());
    this.again();
  }

  again() {
    this.tones.fill(0);
    for (const deed of this.done.slice(this.done.lastIndexOf("clear") + 1)) {
      deed.points.forEach((point, n) => stamp(this.tones, deed.points[Math.max(n - 1, 0)], point, deed.erase));
    }
  }

  /** @returns {import("./mnist_form.js").Picture} */
  picture() {
    return { pixels: this.tones.map((tone) => 17 * tone), width: SIDE, height: SIDE };
  }

  /** Runs of equal tones, row by row: a letter, a for paper to p for ink, and how often if more than once. Empty: "". */
  text() {
    if (this.empty) return "";
    let text = "";
    for (let i = 0, next = 0; i < this.tones.length; i = next) {
      while (this.tones[next] === this.tones[i]) next += 1;
      text += String.fromCharCode(97 + this.tones[i]) + (next - i > 1 ? next - i : "");
    }
    return text;
  }
}

/** A line with round ends; a pixel's tone is the part of it that the line covers, nearly. */
function stamp(tones, from, to, erase) {
  const reach = Math.max(from.radius, to.radius) + 1;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a, b) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + reach));
  for (let row = first(from.y, to.y); row <= last(from.y, to.y); row++) {
    for (let column = first(from.x, to.x); column <= last(from.x, to.x); column++) {
      const [x, y] = [column + 0.5 - from.x, row + 0.5 - from.y];
      const part = length ? Math.min(Math.max((x * dx + y * dy) / length, 0), 1) : 0;
      const away = Math.sqrt((x - part * dx) ** 2 + (y - part * dy) ** 2);
      const cover = from.radius + part * (to.radius - from.radius) - away + 0.5;
      const tone = Math.round(DARKEST * Math.min(Math.max(cover, 0), 1));
      const i = row * SIDE + column;
      tones[i] = erase ? Math.min(tones[i], DARKEST - tone) : Math.max(tones[i], tone);
    }
  }
}
