// A pad to draw a digit on. While it is drawn, what the model makes of it is shown beside it, reckoned here; Python gets
// the drawing when the pen is lifted. Where the browser cannot run the network, Python's answer is shown then.

import { load } from "../network/network.js";
import { paint } from "../network/decoder.js";
import { Plane } from "../latent_map/plane.js";
import { mnistForm } from "./mnist_form.js";
import { classPosterior, halfSse, rateOf } from "./reading.js";
import { SIDE, Sheet } from "./sheet.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ERASER_BUTTON = 32; // of a pen, among the event's buttons

/**
 * @typedef {{run: string, weights: ?import("../network/network.js").Weights, reads: boolean,
 *   answer: ?{form: number[], mean: number[], logvar: number[], pixels: number[]},
 *   plane: ?import("../latent_map/plane.js").Drawing, axes: [number, number], rest: string, label: string,
 *   classes: ?{labels: string[], colours: string[], mean: number[][], whitening: number[][], offset: number[]}}} Data
 *   answer: Python's, grey levels 0 to 255; axes: latent dimensions of the plane; reads: whether the model is shown at all
 */

const sheet = new Sheet(); // one for all pads, so that a drawing is still there in the next chapter
const pads = new Map(); // by root: the module runs again whenever data or theme change

export default function ({ data, parentElement, setStateValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement));
  const pad = pads.get(parentElement);
  pad.show(data, setStateValue);
  return () => {
    cancelAnimationFrame(pad.frame);
    pad.map.observer.disconnect();
    pads.delete(parentElement);
  };
}

function redrawAll() {
  for (const pad of pads.values()) pad.frame ??= requestAnimationFrame(() => pad.draw());
}

class Pad {
  constructor(root) {
    for (const element of root.querySelectorAll("[class]")) this[element.classList[0]] = element;
    this.map = new Plane(this.plane);
    this.map.over = () => this.fitMark();
    this.erasing = false;
    this.arrows = new Set(); // held down
    this.at = [SIDE / 2, SIDE / 2]; // of the pen that the keyboard moves
    for (const erasing of [false, true]) {
      this[erasing ? "eraser" : "brush"].onclick = () => {
        this.erasing = erasing;
        this.brush.setAttribute("aria-pressed", !erasing);
        this.eraser.setAttribute("aria-pressed", erasing);
      };
    }
    for (const deed of ["undo", "redo", "clear"]) {
      this[deed].onclick = () => {
        sheet[deed]();
        this.release();
      };
    }
    this.width.oninput = () => this.showPen();
    this.pad.onpointerdown = (event) => this.pointerDown(event);
    this.pad.onpointermove = (event) => this.pointerMove(event);
    this.pad.onlostpointercapture = () => this.lift();
    this.pad.onkeydown = (event) => this.keyDown(event);
    this.pad.onkeyup = (event) => this.arrows.delete(event.key);
    this.pad.onblur = () => {
      this.arrows.clear();
      this.pen.hidden = true;
      this.lift();
    };
  }

  /** @param {Data} data */
  show(data, send) {
    const other = this.data?.run !== data.run || String(this.data?.weights?.encoder) !== String(data.weights?.encoder);
    Object.assign(this, { data, send });
    if (other) this.fetch(data.weights);
    this.again.hidden = !data.reads;
    this.place.hidden = !data.plane;
    this.names.hidden = !data.classes;
    this.rest.textContent = data.rest ?? "";
    if (data.plane) this.map.show(data.plane);
    if (data.classes) this.listClasses(data.classes);
    redrawAll();
  }

  async fetch(weights) {
    this.network = null;
    this.slow.textContent =
      weights || !this.data.reads ? "" : "This model runs on the server: it answers each time you lift the pen.";
    if (!weights) return;
    try {
      const network = await load(weights);
      if (this.data.weights?.encoder !== weights.encoder) return; // another model came meanwhile
      this.network = network;
    } catch {
      this.slow.textContent = "The model could not be fetched, so the server answers each time you lift the pen.";
      this.send("offline", this.data.run);
    }
    redrawAll();
  }

  listClasses({ labels, colours }) {
    this.rows = labels.map((label, digit) => {
      const [row, name, track, bar, value] = ["li", "span", "span", "i", "span"].map((tag) => document.createElement(tag));
      name.textContent = label;
      bar.style.background = colours[digit];
      track.append(bar);
      row.append(name, track, value);
      return { row, bar, value };
    });
    this.bars.replaceChildren(...this.rows.map(({ row }) => row));
  }

  // --- the hand ---

  point(event) {
    const box = this.pad.getBoundingClientRect();
    const pressed = event.pointerType === "pen" && event.pressure ? 0.5 + event.pressure : 1;
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return { x: SIDE * x, y: SIDE * y, radius: (pressed * this.width.valueAsNumber) / 2 };
  }

  pointerDown(event) {
    if (this.down || !event.isPrimary || (event.button > 0 && !(event.buttons & ERASER_BUTTON))) return;
    this.pad.setPointerCapture(event.pointerId);
    this.pen.hidden = true;
    this.put(this.point(event), this.erasing || Boolean(event.buttons & ERASER_BUTTON));
  }

  pointerMove(event) {
    if (!this.down || !this.pad.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) sheet.move(this.point(each));
    redrawAll();
  }

  put(point, erase) {
    this.down = true;
    sheet.begin(point, erase);
    redrawAll();
  }

  lift() {
    if (!this.down) return;
    this.down = false;
    this.release();
  }

  /** The drawing is as the student wants it, for now. */
  release() {
    redrawAll();
    this.draw();
    this.said.textContent = this.summary;
    this.send("drawing", sheet.text());
  }

  keyDown(event) {
    const command = event.ctrlKey || event.metaKey;
    if (ARROWS[event.key]) {
      this.arrows.add(event.key);
      const far = event.shiftKey ? 2 : 8;
      const moved = [...this.arrows].reduce((sum, key) => sum.map((v, i) => v + far * ARROWS[key][i]), this.at);
      this.at = moved.map((value) => Math.min(Math.max(value, 0), SIDE));
      if (this.down) sheet.move(this.here());
      redrawAll();
    } else if (event.key === " ") {
      if (this.down) this.lift();
      else this.put(this.here(), this.erasing);
    } else if (command && event.key.toLowerCase() === "z") this[event.shiftKey ? "redo" : "undo"].click();
    else if (command && event.key.toLowerCase() === "y") this.redo.click();
    else return;
    event.preventDefault(); // the page would scroll
    this.pen.hidden = false;
    this.showPen();
  }

  here() {
    return { x: this.at[0], y: this.at[1], radius: this.width.valueAsNumber / 2 };
  }

  showPen() {
    const { style } = this.pen;
    [style.left, style.top, style.width] = [...this.at, this.width.valueAsNumber].map((v) => `${(100 * v) / SIDE}%`);
    this.pen.classList.toggle("down", Boolean(this.down));
  }

  // --- what is shown ---

  draw() {
    this.frame = null;
    const form = mnistForm(sheet.picture());
    this.seen = form && this.data.reads ? this.look(form) : null;
    if (this.data.plane) this.showPlace(); // first: it asks for sizes, and every change below unsettles them
    this.paintPad();
    paint(this.form, Float32Array.from(form ?? new Array(784).fill(0), (level) => level / 255));
    paint(this.redrawn, this.seen?.drawn ?? new Float32Array(784));
    this.invite.hidden = form !== null;
    this.undo.disabled = !sheet.done.length;
    this.redo.disabled = !sheet.undone.length;
    this.clear.disabled = sheet.empty;
    this.summary = form ? "" : "The pad is empty. Draw one digit, large.";
    if (this.data.classes) this.showClasses();
  }

  /** The ink in the colour of the text, its tones as opacity. */
  paintPad() {
    const colour = getComputedStyle(this.pad).color.match(/\d+/g).map(Number);
    const levels = new ImageData(SIDE, SIDE);
    const { data } = levels;
    for (let i = 0; i < sheet.tones.length; i++) {
      if (!sheet.tones[i]) continue;
      for (let channel = 0; channel < 3; channel++) data[4 * i + channel] = colour[channel];
      data[4 * i + 3] = 17 * sheet.tones[i];
    }
    this.pad.getContext("2d").putImageData(levels, 0, 0);
  }

  /** The drawing through the network, here or in Python; null while Python has not answered. */
  look(form) {
    const x = Float32Array.from(form, (level) => level / 255);
    if (this.network) {
      const { mean, logvar } = this.network.encode(x);
      return { x, mean: [...mean], logvar: [...logvar], drawn: this.network.decode(mean) };
    }
    const { answer } = this.data;
    if (!answer || answer.form.some((level, i) => level !== form[i])) return null;
    return { ...answer, x, drawn: Float32Array.from(answer.pixels, (level) => level / 255) };
  }

  showClasses() {
    const posterior = this.seen && classPosterior(this.data.classes, this.seen.mean);
    const highest = posterior && Math.max(...posterior);
    this.rows.forEach(({ row, bar, value }, digit) => {
      bar.style.transform = `scaleX(${posterior?.[digit] ?? 0})`;
      value.textContent = posterior ? `${(100 * posterior[digit]).toFixed(1)} %` : "–";
      row.classList.toggle("first", posterior?.[digit] === highest);
    });
    this.figures.textContent = "";
    if (!posterior) return;
    const { x, mean, logvar, drawn } = this.seen;
    const rate = `Rate ${rateOf(mean, logvar).toFixed(2)} nats`;
    const error = `½‖x − x̂‖² ${halfSse(x, drawn).toFixed(2)}`;
    this.figures.textContent = `${rate}\n${error}`;
    const named = this.data.classes.labels[posterior.indexOf(highest)];
    this.summary = `Named ${named}, p = ${highest.toFixed(2)}. ${rate}, ${error}.`;
  }

  showPlace() {
    const { axes, plane, label } = this.data;
    const needed = axes.map((axis, i) => {
      if (!this.seen) return 0; // the map grows where the digit lies beyond it
      return Math.abs(this.seen.mean[axis] - plane.centre[i]) + 2.3 * Math.exp(this.seen.logvar[axis] / 2);
    });
    const reach = Math.max(plane.reach, ...needed);
    const at = axes.map((axis, i) => `${plane.titles[i]} = ${this.seen?.mean[axis].toFixed(2)}`);
    this.plane.setAttribute("aria-label", this.seen ? `${label} The drawing's μ lies at ${at.join(", ")}.` : label);
    if (reach === this.map.reach) this.drawMark();
    else {
      this.map.reach = reach;
      this.map.draw();
    }
  }

  /** The map was drawn, perhaps at another size. */
  fitMark() {
    [this.mark.width, this.mark.height] = [this.plane.width, this.plane.height];
    this.drawMark();
  }

  /** q(z|x) in the colour of the text, which no class has, with a rim of paper; on a canvas over the map. */
  drawMark() {
    const pen = this.mark.getContext("2d");
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.mark.width, this.mark.height);
    if (!this.seen) return;
    const style = getComputedStyle(this.plane);
    const mean = this.data.axes.map((axis) => this.seen.mean[axis]);
    const [wide, high] = this.data.axes.map((axis) => Math.exp(this.seen.logvar[axis] / 2));
    const root = [[wide, 0], [0, high]]; // prettier-ignore
    const [across, down] = this.map.toPixels(mean);
    for (const [colour, width] of [[style.getPropertyValue("--st-background-color"), 6], [style.color, 2.5]]) {
      this.map.outline(pen, { mean, root, colour, dash: [8, 3] }, 2);
      this.map.outline(pen, { mean, root, colour }, 1);
      pen.beginPath();
      for (const [x, y] of [[8, 0], [0, 8]]) {
        pen.moveTo(across - x, down - y);
        pen.lineTo(across + x, down + y);
      }
      this.map.stroke(pen, colour, [], width);
    }
  }
}
