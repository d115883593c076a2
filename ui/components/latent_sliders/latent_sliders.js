// One slider a latent dimension; the digit is decoded here while they move. Python hears of it on release.

import { Decoder, paint } from "../network/decoder.js";
import { writeAddress } from "../address.js";

const PERIOD = 4; // seconds there and back
const GLIDE = 0.4; // seconds to where a button leads
const STILL = 1.2; // seconds a picture stays where less motion is asked for
const STILLS = [0, 0.5, 1, 0.5, 0, -0.5, -1, -0.5]; // of the reach, in that case
const SETTLED = 200; // ms without a change until Python is told: a held key changes often

/**
 * @typedef {{index: number, name: string, rate: string, off: boolean, parameter: string}} Dimension
 * @typedef {{run: string, weights: ?import("../network/network.js").Weights, answer: ?{z: number[], pixels: number[]},
 *   dimensions: Dimension[], centre: number[], unit: number[], reach: number, step: number, values: number[],
 *   placed: number, means: number[][], classes: string[], off: string}} Data  by index: centre, unit, values, means
 */

const panels = new WeakMap(); // root -> panel: the module runs again whenever data or theme change

export default function ({ data, parentElement, setTriggerValue }) {
  if (!panels.has(parentElement)) panels.set(parentElement, new Panel(parentElement));
  const panel = panels.get(parentElement);
  panel.show(data, setTriggerValue);
  return () => {
    panel.stop();
    clearTimeout(panel.settling);
    panel.decoder.stop();
    writeAddress(Object.fromEntries(panel.data.dimensions.map(({ parameter }) => [parameter, null])));
    panels.delete(parentElement);
  };
}

class Panel {
  constructor(root) {
    for (const name of ["digit", "told", "slow", "origin", "draw", "means", "word", "on", "off"]) {
      this[name] = root.querySelector(`.${name}`);
    }
    this.switchedOff = root.querySelector(".switched-off");
    this.lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.decoder = new Decoder((pixels) => paint(this.digit, pixels));
    this.decoder.onReady = () => (this.slow.textContent = this.decoder.word);
    this.origin.onclick = () => this.go(this.data.centre.map(() => 0));
    this.draw.onclick = () => this.go(this.data.centre.map(normal));
  }

  /** @param {Data} data */
  show(data, send) {
    const rebuilt = this.data?.run !== data.run;
    Object.assign(this, { data, send });
    if (rebuilt) this.build();
    this.decoder.show(data, (z) => send("asked", z));
    this.slow.textContent = this.decoder.word;
    if (rebuilt || data.placed !== this.placed) {
      this.stop();
      this.placed = data.placed;
      this.rows.forEach(({ input }, i) => (input.value = data.values[i]));
      this.remember();
    }
    this.redraw();
  }

  build() {
    const { dimensions, means, classes, reach, step } = this.data;
    this.on.replaceChildren();
    this.off.replaceChildren();
    this.switchedOff.textContent = this.data.off;
    this.rows = [];
    for (const { index, name, rate, off } of dimensions) {
      const row = element("div", { className: "dimension" });
      const id = `z${index}`;
      const label = element("label", { htmlFor: id }, element("b", { textContent: name }));
      label.append(element("span", { className: "rate", textContent: ` · ${rate}` }));
      const input = element("input", { type: "range", id, min: -reach, max: reach, step });
      const value = element("output", { htmlFor: id });
      const play = element("button", { type: "button", className: "play" });
      input.oninput = () => {
        this.stop();
        this.redraw();
      };
      input.onchange = () => this.release();
      play.onclick = () => (this.playing === index ? this.stop(true) : this.play(index));
      row.append(label, input, value, play);
      (off ? this.off : this.on).append(row);
      this.rows[index] = { name, input, value, play };
    }
    const buttons = means.map((mean, digit) => {
      const button = element("button", { type: "button", textContent: classes[digit] });
      button.onclick = () => this.go(mean);
      return button;
    });
    this.means.replaceChildren(...buttons);
    this.mark(null);
  }

  values() {
    return this.rows.map(({ input }) => Number(input.value));
  }

  latent() {
    return this.values().map((value, i) => this.data.centre[i] + this.data.unit[i] * value);
  }

  put(values) {
    this.rows.forEach(({ input }, i) => (input.value = values[i]));
    this.redraw();
  }

  redraw() {
    const z = this.latent();
    for (const { input, value } of this.rows) {
      value.textContent = signed(Number(input.value));
      input.setAttribute("aria-valuetext", value.textContent);
    }
    const shown = this.data.dimensions.slice(0, 4).map(({ index, name }) => `${name} = ${signed(z[index])}`);
    this.told.textContent = `x̂(z) at ${shown.join(", ")}${z.length > 4 ? ", …" : ""}`;
    this.digit.setAttribute("aria-label", `The decoded digit at ${shown.join(", ")}`);
    this.decoder.draw(z);
  }

  /** Glide to a latent, as far as the sliders reach. */
  go(z) {
    this.stop();
    const { centre, unit, reach, step } = this.data;
    const target = z.map((value, i) => (value - centre[i]) / unit[i]);
    const beyond = this.rows.filter((_, i) => Math.abs(target[i]) > reach + step / 2).map(({ name }) => name);
    this.word.textContent = beyond.length
      ? `${beyond.join(", ")} would lie beyond ±${reach} and stopped there; another scale reaches further.`
      : "";
    const start = this.values();
    this.run((seconds) => {
      const share = this.lessMotion.matches ? 1 : Math.min(seconds / GLIDE, 1);
      this.put(start.map((from, i) => from + share * share * (3 - 2 * share) * (clip(target[i], reach) - from)));
      if (share === 1) this.stop(true);
    });
  }

  /** One dimension back and forth, from where it is. */
  play(index) {
    this.stop();
    this.mark(index);
    const { input } = this.rows[index];
    const { reach } = this.data;
    const phase = Math.asin(clip(Number(input.value) / reach, 1));
    this.run((seconds) => {
      const still = STILLS[Math.floor(seconds / STILL) % STILLS.length];
      input.value = reach * (this.lessMotion.matches ? still : Math.sin(phase + (2 * Math.PI * seconds) / PERIOD));
      this.redraw();
    });
  }

  run(step) {
    let start = null;
    const tick = (now) => {
      this.timer = requestAnimationFrame(tick);
      step((now - (start ??= now)) / 1000);
    };
    this.timer = requestAnimationFrame(tick);
  }

  /** @param {boolean} [tell] whether what stops is the student's last word */
  stop(tell = false) {
    const moved = this.timer != null;
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.mark(null);
    if (tell && moved) this.release();
  }

  mark(playing) {
    this.playing = playing;
    this.rows?.forEach(({ play, name }, index) => {
      play.textContent = index === playing ? "❚❚" : "▶";
      play.setAttribute("aria-pressed", index === playing);
      play.setAttribute("aria-label", `Move ${name} back and forth`);
    });
  }

  release() {
    this.remember();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.send("place", this.values()), SETTLED);
  }

  remember() {
    const values = this.values();
    const text = ({ parameter, index }) => [parameter, values[index] ? String(values[index]) : null];
    writeAddress(Object.fromEntries(this.data.dimensions.map(text)));
  }
}

function element(name, properties, ...children) {
  const made = document.createElement(name);
  const { htmlFor, ...others } = properties;
  Object.assign(made, others);
  if (htmlFor) made.setAttribute("for", htmlFor);
  made.append(...children);
  return made;
}

function signed(value) {
  return value.toFixed(2).replace("-", "−");
}

function clip(value, reach) {
  return Math.min(Math.max(value, -reach), reach);
}

/** A draw from N(0, 1): Box & Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
