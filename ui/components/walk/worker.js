// A worker's part of a walk: some of the chains, step by step, told in pieces so that the page can draw them meanwhile.

import { load } from "../network/network.js";
import { Chains, Noise } from "./pcn.js";

const TOLD_AFTER = 50; // ms
let current = 0; // number of the walk that is wanted; a later one ends those before

self.onmessage = async ({ data }) => {
  current = data.walk;
  if (data.stop) return;
  try {
    await walk(data);
  } catch (error) {
    self.postMessage({ walk: data.walk, error: String(error) });
  }
};

async function walk({ walk, weights, target, starts, numbers, seed, b, steps }) {
  const network = await load(weights);
  const noises = numbers.map((number) => new Noise(seed, number));
  const chains = new Chains(network, target, starts, noises, b);
  const width = starts.length;
  for (let from = 0; from < steps; ) {
    const until = performance.now() + TOLD_AFTER;
    const piece = [];
    let accepted = 0;
    while (from + piece.length < steps && performance.now() < until) {
      accepted += chains.step().reduce((sum, one) => sum + one, 0);
      piece.push(Float32Array.from(chains.z));
    }
    const places = new Float32Array(piece.length * width);
    piece.forEach((row, index) => places.set(row, index * width));
    self.postMessage({ walk, from, places, accepted }, [places.buffer]);
    from += piece.length;
    await new Promise((resolve) => setTimeout(resolve)); // hear of another walk
    if (walk !== current) return;
  }
}
