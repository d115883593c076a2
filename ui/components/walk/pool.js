// Walks of many chains, dealt out among workers; the page stays free to draw.
//
//   const pool = new Pool();
//   const walked = await pool.walk(job, (walked) => draw(walked));   // null if another walk was asked for meanwhile
//   pool.end();
//
// `job`, made by `ui.components.walk.job` in Python: { weights: {decoder: URL}, target: {likelihood, scale, image}, starts,
// chains, d, b, steps, seed }, image and starts as base64 of little-endian float32.

import WORKER from "./worker.js" with { type: "text" };
import { LANES } from "../network/batch.js";
import { diagnose } from "./diagnostics.js";

const AGAIN_AFTER = 5000; // ms
const MOST_WORKERS = 8; // workers
const TRACED = 4; // chains whose steps are drawn

/** What has been walked so far: chain by chain, the start first; `done` steps are there of all chains. */
export class Walked {
  constructor({ chains, steps, d, b }, starts) {
    Object.assign(this, { chains, steps, d, b, done: 0, accepted: 0, traced: Math.min(chains, TRACED) });
    this.places = new Float32Array(chains * (steps + 1) * d);
    for (let chain = 0; chain < chains; chain += 1) this.place(chain, 0).set(starts.subarray(chain * d, (chain + 1) * d));
  }

  /** Where a chain stands after so many steps, (d). */
  place(chain, step) {
    const at = (chain * (this.steps + 1) + step) * this.d;
    return this.places.subarray(at, at + this.d);
  }

  /** One dimension of a chain, steps `from` to `to`, the latter left out. */
  line(chain, dimension, from, to) {
    const values = new Float64Array(to - from);
    for (let step = from; step < to; step += 1) values[step - from] = this.place(chain, step)[dimension];
    return values;
  }

  /** Of the chains whose steps are drawn, one dimension, without the start. */
  lines(dimension) {
    return Array.from({ length: this.traced }, (_, chain) => this.line(chain, dimension, 1, this.done + 1));
  }

  /** At most so many of the draws that count, over all chains, in a plane: x, y, x, y, … */
  scattered([a, b], most) {
    const [from, to] = [1 + Math.floor(this.steps / 2), this.done + 1];
    const each = Math.max(0, to - from);
    const every = Math.max(1, Math.floor((this.chains * each) / most));
    const pairs = [];
    for (let i = 0; i < this.chains * each; i += every) {
      const z = this.place(Math.floor(i / each), from + (i % each));
      pairs.push(z[a], z[b]);
    }
    return Float32Array.from(pairs);
  }

  /** The draws that count, the second half of the steps: one dimension, an array a chain. */
  draws(dimension) {
    const from = 1 + Math.floor(this.steps / 2);
    return Array.from({ length: this.chains }, (_, chain) => this.line(chain, dimension, from, this.steps + 1));
  }

  /** Acceptance over all steps; R̂ and ESS of the second half, in the worst dimension; its mean and deviation, (d) each. */
  figures() {
    const all = Array.from({ length: this.d }, (_, dimension) => this.draws(dimension));
    const found = all.map(diagnose);
    const moments = all.map((chains) => moment(chains));
    return {
      acceptance: this.accepted / (this.chains * this.steps),
      rhat: worst(Math.max, found.map(({ rhat }) => rhat)),
      ess: worst(Math.min, found.map(({ ess }) => ess)),
      mean: moments.map(({ mean }) => mean),
      sd: moments.map(({ sd }) => sd),
    };
  }
}

export class Pool {
  constructor() {
    this.walks = 0;
    this.workers = [];
  }

  /** @returns {Promise<?Walked>} rejects where a worker cannot walk */
  walk(job, onProgress = () => {}) {
    this.stop();
    const number = this.walks;
    const starts = floats(job.starts);
    const target = { ...job.target, image: floats(job.target.image) };
    const weights = { decoder: new URL(job.weights.decoder, window.location.href).href }; // a worker has no address
    const walked = new Walked(job, starts);
    const wanted = Math.ceil(job.chains / LANES);
    const count = Math.max(1, Math.min(wanted, navigator.hardwareConcurrency || 2, MOST_WORKERS));
    while (this.workers.length < count) this.workers.push(worker());
    const shares = Array.from({ length: count }, () => []);
    for (let chain = 0; chain < job.chains; chain += 1) shares[Math.floor(chain / LANES) % count].push(chain);
    const reached = shares.map(() => 0);
    return new Promise((resolve, reject) => {
      this.giveUp = () => resolve(null);
      shares.forEach((numbers, k) => {
        const own = Float32Array.from(numbers.flatMap((chain) => [...starts.subarray(chain * job.d, (chain + 1) * job.d)]));
        const hear = ({ walk, error, from, places, accepted }) => {
          if (walk !== number || number !== this.walks) return;
          if (error) return reject(new Error(error));
          const width = own.length;
          for (let row = 0; row * width < places.length; row += 1) {
            numbers.forEach((chain, i) => {
              const at = row * width + i * job.d;
              walked.place(chain, from + row + 1).set(places.subarray(at, at + job.d));
            });
          }
          reached[k] = from + places.length / width;
          walked.accepted += accepted;
          walked.done = Math.min(...reached);
          onProgress(walked);
          if (walked.done === job.steps) resolve(walked);
        };
        this.workers[k].onmessage = ({ data }) => hear(data);
        this.workers[k].onerror = (event) => reject(new Error(event.message || "a worker could not start"));
        const { b, steps, seed } = job;
        this.workers[k].postMessage({ walk: number, weights, target, starts: own, numbers, seed, b, steps });
      });
    });
  }

  /** End the walk that is under way, if one is. */
  stop() {
    this.walks += 1;
    this.giveUp?.();
    this.workers.forEach((each) => each.postMessage({ walk: this.walks, stop: true }));
  }

  end() {
    this.giveUp?.();
    this.workers.forEach((each) => each.terminate());
    this.workers = [];
  }
}

/**
 * Say what was found until Python knows it: a word that comes while it draws the whole page anew can be lost.
 * @param {() => {key: string, known: boolean}} current the component's data now
 */
export function tell(current, send, found, tries = 5) {
  if (current()?.key !== found.key || current().known || !tries) return;
  send("found", found);
  setTimeout(() => tell(current, send, found, tries - 1), AGAIN_AFTER);
}

/** Mean and standard deviation of all draws together. */
export function moment(chains) {
  const count = chains.length * chains[0].length;
  const sum = (of) => chains.reduce((all, chain) => chain.reduce((one, value) => one + of(value), all), 0);
  const mean = sum((value) => value) / count;
  return { mean, sd: Math.sqrt(sum((value) => (value - mean) ** 2) / count) };
}

/** R̂ of several walks as one lot, in the worst dimension. */
export function together(walks) {
  const dimensions = Array.from({ length: walks[0].d }, (_, dimension) => dimension);
  return worst(Math.max, dimensions.map((dimension) => diagnose(walks.flatMap((walked) => walked.draws(dimension))).rhat)); // prettier-ignore
}

/** A number for JSON, which knows no NaN and no infinity. */
function worst(extreme, values) {
  const found = extreme(...values);
  return Number.isFinite(found) ? found : null;
}

/** float32 out of base64. */
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function worker() {
  // Kept for the page's life: a module may be fetched after `new Worker` has returned.
  worker.address ??= URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  return new Worker(worker.address, { type: "module" });
}
