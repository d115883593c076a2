// Chains of p(z|x) that walk in the browser while the page looks on: their map, traces and figures, x̂(z) at every step.
//
// Where the browser cannot run the network, Python has walked and `data.given` holds what is shown.

import { Decoder, paint } from "../network/decoder.js";
import { Plane } from "../latent_map/plane.js";
import { Pool, floats, tell } from "./pool.js";
import { Trace } from "./traces.js";

const [EXACT, ENCODER, CHAIN, DRAWS] = ["#2b678d", "#e0457b", "#c8641b", "#8a6d3b"];
const MOST_DRAWS = 700;
const PLACES = 200; // of the first chain's line
const FILM = 8; // seconds from start to end
const STILLS = 10; // pictures instead, where less motion is asked for
const STILL_SECONDS = 1.2;

/**
 * @typedef {{key: string, run: string, job: ?object, given: ?object, answer: ?object, weights: ?object, known: boolean,
 *   image: string, pair: [number, number], titles: [string, string], mean: [number, number], sd: [number, number],
 *   regions: ?string, near: boolean, words: {map: string, over: string}, limits: {rhat: number, ess: number}}} Data
 */

const walks = new WeakMap(); // root -> walk: the module runs again whenever data or theme change

export default function ({ data, parentElement, setTriggerValue }) {
  if (!walks.has(parentElement)) walks.set(parentElement, new Walk(parentElement));
  const walk = walks.get(parentElement);
  walk.show(data, setTriggerValue);
  return () => {
    walk.end();
    walks.delete(parentElement);
  };
}

class Walk {
  constructor(root) {
    for (const name of ["status", "progress", "slow", "acceptance", "rhat", "ess", "verdict", "here", "x", "where"]) {
      this[name] = root.querySelector(`.${name}`);
    }
    for (const name of ["legend", "play", "scrub"]) this[name] = root.querySelector(`.${name}`);
    this.plane = new Plane(root.querySelector(".plane"));
    this.plane.over = (pen) => this.drawWalk(pen);
    this.traces = [...root.querySelectorAll(".trace")].map((canvas) => new Trace(canvas));
    this.decoder = new Decoder((pixels) => paint(this.here, pixels));
    this.decoder.onReady = () => this.look();
    this.pool = new Pool();
    this.lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.timer = null;
    this.play.onclick = () => (this.timer === null ? this.start() : this.pause());
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    root.querySelector(".nearer").onclick = () => this.plane.zoom(0.7);
    root.querySelector(".further").onclick = () => this.plane.zoom(1 / 0.7);
    root.querySelector(".all").onclick = () => this.plane.zoom(0);
  }

  /** @param {Data} data */
  show(data, send) {
    const [other, turned] = [this.data?.key !== data.key, this.data?.near !== data.near];
    Object.assign(this, { data, send });
    this.regions = data.regions ? floats(data.regions) : new Float32Array();
    this.decoder.show(data, (z) => send("asked", z));
    this.slow.textContent = this.decoder.word;
    paint(this.x, floats(data.image));
    this.x.setAttribute("aria-label", "The image x.");
    this.drawLegend();
    if (other) this.begin();
    else this.drawMap(turned);
  }

  async begin() {
    this.pause();
    const { key, job, given } = this.data;
    this.found = null;
    this.draw(0, true);
    if (given) return this.finish(new Given(given), 0);
    const began = performance.now();
    try {
      const walked = await this.pool.walk(job, (now) => this.follow(now));
      if (walked && key === this.data.key) this.finish(walked, performance.now() - began);
    } catch {
      if (key === this.data.key) this.send("unable", key);
    }
  }

  /** While it walks: at most once a frame, and not at all where less motion is asked for. */
  follow(walked) {
    this.walked = walked;
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = null;
      if (this.found || this.walked !== walked) return;
      const { done, steps, chains } = walked;
      this.progress.value = done / steps;
      this.status.textContent = `Walking in your browser: step ${number(done)} of ${number(steps)}, ${chains} chains.`;
      if (!this.lessMotion.matches) this.draw(done);
    });
  }

  finish(walked, milliseconds) {
    const { chains, steps } = walked;
    this.walked = walked;
    this.found = walked.figures();
    this.progress.value = 1;
    const asked = `${chains} chains of ${number(steps)} steps, ${number(chains * steps)} decodings`;
    this.status.textContent = milliseconds
      ? `Walked in your browser: ${asked} in ${(milliseconds / 1000).toFixed(1)} s.`
      : `Walked on the server: ${asked}.`;
    this.tell();
    this.draw(steps, true);
    if (!this.data.given) tell(() => this.data, this.send, { key: this.data.key, ...this.found });
  }

  tell() {
    const { acceptance, rhat, ess } = this.found;
    const { limits, words, titles, pair, mean } = this.data;
    this.acceptance.textContent = percent(acceptance);
    this.rhat.textContent = told(rhat, 3);
    this.ess.textContent = told(ess, 0);
    const met = rhat !== null && ess !== null && rhat < limits.rhat && ess > limits.ess;
    const draws = number(this.walked.chains * (this.walked.steps - Math.floor(this.walked.steps / 2)));
    const strong = document.createElement("strong");
    strong.textContent = met ? "" : "that does not hold";
    this.verdict.replaceChildren(
      `R̂ and ESS are of the second half of the steps, ${draws} draws. Advice: use draws only if R̂ < ${limits.rhat} and ` +
        `ESS > ${limits.ess}. Here ${met ? "both hold." : ""}`,
      strong,
      met ? "" : ": no claim is made.",
    );
    const accepted = `${percent(acceptance)} of its proposals are accepted`;
    this.plane.canvas.setAttribute("aria-label", `${words.map}; ${accepted}${words.over}`);
    this.traces.forEach(({ canvas }, k) => {
      const [centre, spread] = [this.found.mean[pair[k]], this.found.sd[pair[k]]];
      canvas.setAttribute(
        "aria-label",
        `Trace of ${titles[k]} of ${this.walked.traced} chains over ${this.walked.steps} steps. In the second half all ` +
          `${this.walked.chains} lie at ${told(centre, 2)} ± ${told(spread, 2)}; μ_x is ${told(mean[k], 2)}, and R̂ is ` +
          `${told(rhat, 3)}.`,
      );
    });
  }

  /** Everything at a step of the first chain. */
  draw(step, anew = false) {
    if (anew && !this.found) {
      this.walked = null;
      this.progress.value = 0;
      this.status.textContent = "The chains set off …";
      for (const name of ["acceptance", "rhat", "ess"]) this[name].textContent = "…";
      this.verdict.textContent = this.where.textContent = "";
      [this.plane.canvas, ...this.traces.map(({ canvas }) => canvas)].forEach((canvas) =>
        canvas.setAttribute("aria-label", "The chains are walking."),
      );
    }
    this.at = step;
    this.play.disabled = this.scrub.disabled = !this.found;
    this.drawMap(anew);
    if (!this.walked) return;
    this.drawTraces();
    this.look();
  }

  drawTraces() {
    const { pair, titles, mean } = this.data;
    const { steps } = this.walked;
    this.traces.forEach((trace, k) => {
      const lines = this.walked.lines(pair[k]);
      trace.show({ lines, steps, warmUp: Math.floor(steps / 2), mean: mean[k], title: titles[k] });
    });
  }

  drawMap(anew) {
    const { titles, pair } = this.data;
    const reach = this.box();
    const kept = this.plane.data;
    // While it walks the map only widens: one that shrank and grew would be hard to follow.
    if (!anew && kept && !this.found && this.walked) {
      reach.low = reach.low.map((value, k) => Math.min(value, kept.low[k]));
      reach.high = reach.high.map((value, k) => Math.max(value, kept.high[k]));
    }
    const centre = reach.low.map((value, k) => (value + reach.high[k]) / 2);
    const radius = 0.55 * Math.max(...reach.high.map((value, k) => value - reach.low[k]), 1e-3);
    this.draws = this.walked?.scattered(pair, MOST_DRAWS) ?? new Float32Array();
    this.plane.show({
      ...{ titles, centre, reach: radius, prior: [0, 0], classes: [], ellipses: [], lines: [], discs: [] },
      ...{ points: { x: [], y: [], digit: [] }, low: reach.low, high: reach.high },
    });
  }

  /** What the map has to hold. */
  box() {
    const { mean, sd, near, pair } = this.data;
    const low = mean.map((value, k) => value - 2 * sd[k]);
    const high = mean.map((value, k) => value + 2 * sd[k]);
    const take = (values, step = 2) => {
      for (let i = 0; i + 1 < values.length; i += step) {
        for (const k of [0, 1]) {
          low[k] = Math.min(low[k], values[i + k]);
          high[k] = Math.max(high[k], values[i + k]);
        }
      }
    };
    take(this.regions);
    if (!this.walked) return { low, high };
    if (!near || !this.regions.length) take(this.walked.scattered(pair, MOST_DRAWS));
    if (!near) for (const place of this.path(this.walked.done)) take(place);
    return { low, high };
  }

  /** Places of the first chain up to a step, in the plane. */
  path(until) {
    const { pair } = this.data;
    const every = Math.max(1, Math.ceil(this.walked.steps / PLACES));
    const found = [];
    for (let step = 0; step < until; step += every) found.push(this.walked.place(0, step));
    found.push(this.walked.place(0, until));
    return found.map((z) => [z[pair[0]], z[pair[1]]]);
  }

  drawWalk(pen) {
    const { mean, sd } = this.data;
    const plane = this.plane;
    pen.fillStyle = DRAWS;
    pen.globalAlpha = 0.5;
    for (let i = 0; i < this.draws.length; i += 2) {
      const [across, down] = plane.toPixels([this.draws[i], this.draws[i + 1]]);
      pen.fillRect(across - 1.6, down - 1.6, 3.2, 3.2);
    }
    pen.globalAlpha = 1;
    pen.beginPath();
    for (let i = 0; i < this.regions.length; i += 4) {
      pen.moveTo(...plane.toPixels([this.regions[i], this.regions[i + 1]]));
      pen.lineTo(...plane.toPixels([this.regions[i + 2], this.regions[i + 3]]));
    }
    plane.stroke(pen, EXACT, [], 2.2);
    plane.outline(pen, { mean, root: [[sd[0], 0], [0, sd[1]]], colour: ENCODER, dash: [6, 3] }, 2); // prettier-ignore
    if (!this.walked) return;
    const path = this.path(Math.min(this.at, this.walked.done));
    pen.beginPath();
    path.forEach((place) => pen.lineTo(...plane.toPixels(place)));
    plane.stroke(pen, CHAIN, [], 1.3);
    const [across, down] = plane.toPixels(path[0]);
    pen.beginPath();
    [[0, -8], [6, 0], [0, 8], [-6, 0]].forEach(([x, y]) => pen.lineTo(across + x, down + y)); // prettier-ignore
    pen.closePath();
    pen.fillStyle = CHAIN;
    pen.fill();
    plane.disc(pen, path[path.length - 1], 5, { label: "", colour: CHAIN });
  }

  drawLegend() {
    const entries = [
      ...(this.regions.length ? [["exact p(z|x), 50 and 95 %", EXACT, ""]] : []),
      ["encoder's q(z|x), 2 σ", ENCODER, "4 2"],
      ["one chain, ◆ its start", CHAIN, ""],
      ["draws of all chains", DRAWS, null],
    ];
    this.legend.replaceChildren(
      ...entries.map(([name, colour, dash]) => {
        const entry = document.createElement("li");
        const mark = drawn("svg", { viewBox: "0 0 20 10", "aria-hidden": "true" });
        if (dash === null) mark.append(drawn("circle", { cx: 10, cy: 5, r: 2.5, fill: colour }));
        else mark.append(drawn("path", { d: "M0 5H20", stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash }));
        entry.append(mark, name);
        return entry;
      }),
    );
  }

  /** The picture where the first chain stands, and what is said of it. */
  look() {
    if (!this.walked) return;
    const { titles, pair } = this.data;
    const step = Math.min(this.at, this.walked.done);
    const z = this.walked.place(0, step);
    this.decoder.draw(z);
    const where = titles.map((title, k) => `${title} = ${told(z[pair[k]], 2)}`).join(", ");
    this.where.textContent = `Step ${number(step)}: ${where}`;
    this.scrub.max = this.walked.steps;
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", `step ${step} of ${this.walked.steps}, ${where}`);
    this.here.setAttribute("aria-label", `What the decoder draws at step ${step} of the first chain.`);
  }

  go(step) {
    this.pause();
    this.at = step;
    this.plane.draw();
    this.look();
  }

  start() {
    const { steps } = this.walked;
    if (this.at >= steps) this.at = 0;
    this.play.textContent = "Pause";
    let [last, place, waited] = [performance.now(), this.at, STILL_SECONDS];
    const tick = (now) => {
      const seconds = Math.min(Math.max(now - last, 0), 100) / 1000; // a hidden tab stands still
      last = now;
      waited += seconds;
      if (!this.lessMotion.matches) place += (seconds * steps) / FILM;
      else if (waited > STILL_SECONDS) [place, waited] = [place + steps / STILLS, 0];
      this.at = Math.min(Math.floor(place), steps);
      this.plane.draw();
      this.look();
      if (this.at >= steps) this.pause();
      else this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    if (this.timer !== null) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
  }

  end() {
    this.data = null;
    this.pause();
    this.pool.end();
    this.decoder.stop();
    [this.plane, ...this.traces].forEach(({ observer }) => observer.disconnect());
  }
}

/** A walk that Python has walked: the first chain whole, of the others what is drawn. */
class Given {
  constructor({ chains, steps, d, traced, first, draws, traces, figures }) {
    Object.assign(this, { chains, steps, d, traced, found: figures, done: steps });
    [this.first, this.drawn, this.traces] = [first, draws, traces].map(floats);
  }

  place(chain, step) {
    return this.first.subarray(step * this.d, (step + 1) * this.d);
  }

  scattered([a, b]) {
    const pairs = new Float32Array((2 * this.drawn.length) / this.d);
    for (let i = 0; i < pairs.length / 2; i += 1) {
      [pairs[2 * i], pairs[2 * i + 1]] = [this.drawn[i * this.d + a], this.drawn[i * this.d + b]];
    }
    return pairs;
  }

  lines(dimension) {
    return Array.from({ length: this.traced }, (_, chain) =>
      Float32Array.from(
        { length: this.steps },
        (_, step) => this.traces[(chain * this.steps + step) * this.d + dimension],
      ),
    );
  }

  figures() {
    return this.found;
  }
}

function drawn(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const number = (value) => value.toLocaleString("en-GB");
const percent = (value) => `${Math.round(100 * value)}%`;
const told = (value, digits) => (value === null ? "none" : value.toFixed(digits).replace("-", "−"));
