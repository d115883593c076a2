// Preconditioned Crank–Nicolson chains of p(z|x), several side by side: `vae_core.sampling.pcn_chain` in the browser.
//
//   const chains = new Chains(network, target, starts, noises, b);
//   const accepted = chains.step();   // Uint8Array(n); chains.z holds where they stand, Float64Array(n · d)
//
// `target`: { likelihood: "gaussian" | "bernoulli", scale, image: Float32Array(784) }; log p(x|z) is −scale · squared error,
// scale = 1/(2σ²), or −scale · binary cross-entropy in nats, up to a constant that the acceptance rule does not see.

import { LANES, batchOf } from "../network/batch.js";

export class Chains {
  /**
   * @param {import("../network/network.js").Network} network with its decoder
   * @param {{likelihood: string, scale: number, image: Float32Array}} target
   * @param {ArrayLike<number>} starts (n · d), chain by chain
   * @param {{normal: () => number, exponential: () => number}[]} noises one a chain, so that chains do not depend on
   *   which of them are walked together
   * @param {number} b step size, 0 < b ≤ 1
   */
  constructor(network, target, starts, noises, b) {
    const count = noises.length;
    Object.assign(this, { target, noises, b, count, keep: Math.sqrt(1 - b * b), d: network.latentDim });
    this.batch = batchOf(network.decoder);
    this.z = Float64Array.from(starts);
    this.proposal = Float64Array.from(starts);
    this.accepted = new Uint8Array(count);
    this.proposed = new Float64Array(count);
    this.measure();
    this.current = this.proposed.slice();
  }

  step() {
    const { z, proposal, noises, keep, b, d, count, accepted, current, proposed } = this;
    for (let chain = 0, at = 0; chain < count; chain += 1) {
      for (let i = 0; i < d; i += 1, at += 1) proposal[at] = keep * z[at] + b * noises[chain].normal();
    }
    this.measure();
    for (let chain = 0; chain < count; chain += 1) {
      const there = -noises[chain].exponential() < proposed[chain] - current[chain]; // log of a uniform draw
      accepted[chain] = there;
      if (!there) continue;
      current[chain] = proposed[chain];
      for (let at = chain * d; at < (chain + 1) * d; at += 1) z[at] = proposal[at];
    }
    return accepted;
  }

  /** log p(x|z) of every proposal, into `proposed`. */
  measure() {
    const { batch, proposal, count, d, proposed } = this;
    for (let first = 0; first < count; first += LANES) {
      for (let lane = 0; lane < LANES; lane += 1) {
        const chain = Math.min(first + lane, count - 1); // lanes to spare do the last one again
        for (let i = 0; i < d; i += 1) batch.input[LANES * i + lane] = proposal[chain * d + i];
      }
      const fits = this.fits(batch.run());
      for (let lane = 0; lane < LANES && first + lane < count; lane += 1) proposed[first + lane] = fits[lane];
    }
  }

  fits(logits) {
    const { likelihood, scale, image } = this.target;
    const sums = [0, 0, 0, 0];
    for (let pixel = 0, at = 0; pixel < image.length; pixel += 1) {
      for (let lane = 0; lane < LANES; lane += 1, at += 1) {
        const logit = logits[at];
        if (likelihood === "bernoulli") {
          sums[lane] += Math.max(logit, 0) - logit * image[pixel] + Math.log1p(Math.exp(-Math.abs(logit)));
        } else sums[lane] += (image[pixel] - 1 / (1 + Math.exp(-logit))) ** 2;
      }
    }
    return sums.map((sum) => -scale * sum);
  }
}

/** Draws of one chain, the same for the same seed and chain on every machine: sfc32, and Box and Muller's rule. */
export class Noise {
  constructor(seed, chain) {
    Object.assign(this, { a: seed >>> 0, b: chain >>> 0, c: 0x9e3779b9, counter: 1, spare: null });
    for (let round = 0; round < 15; round += 1) this.bits(); // neighbouring seeds must not begin alike
  }

  bits() {
    const drawn = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  }

  /** Between 0 and 1, never either. */
  uniform() {
    return (this.bits() + 0.5) / 2 ** 32;
  }

  exponential() {
    return -Math.log(this.uniform());
  }

  normal() {
    if (this.spare !== null) {
      const drawn = this.spare;
      this.spare = null;
      return drawn;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
