// Four inputs through a part of a network at once: each weight is read once for all four, which makes one decoding some
// four times as quick as `Part.run` does it. Sums are float64.
//
//   const batch = new Batch(network.decoder);
//   batch.input.set(values);     // Float64Array(4 · inputs), the four lanes side by side: unit i of lane k at 4·i + k
//   const logits = batch.run();  // Float64Array(4 · outputs) in the same order, overwritten by the next run

export const LANES = 4;

export class Batch {
  /** @param {import("./network.js").Part} part */
  constructor({ layers, activate }) {
    Object.assign(this, { layers, activate });
    this.input = new Float64Array(LANES * layers[0].inputs);
    this.sums = layers.map(({ outputs }) => new Float64Array(LANES * outputs));
  }

  run() {
    let values = this.input;
    this.layers.forEach((layer, index) => {
      const sums = this.sums[index];
      linearLanes(layer, values, sums);
      if (index < this.layers.length - 1) {
        for (let i = 0; i < sums.length; i += 1) sums[i] = this.activate(sums[i]);
      }
      values = sums;
    });
    return values;
  }
}

/** Matrix times four lanes of values plus bias; two rows at a time, for a sum waits for its own last addition. */
function linearLanes({ inputs, outputs, matrix, bias }, values, sums) {
  for (let row = 0; row < outputs; row += 2) {
    const other = Math.min(row + 1, outputs - 1); // the last of an odd number is done twice
    let a0 = bias[row];
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = bias[other];
    let b1 = b0;
    let b2 = b0;
    let b3 = b0;
    const end = (row + 1) * inputs;
    for (let a = row * inputs, b = other * inputs, at = 0; a < end; a += 1, b += 1, at += 4) {
      const u = matrix[a];
      const w = matrix[b];
      const v0 = values[at];
      const v1 = values[at + 1];
      const v2 = values[at + 2];
      const v3 = values[at + 3];
      a0 += u * v0;
      a1 += u * v1;
      a2 += u * v2;
      a3 += u * v3;
      b0 += w * v0;
      b1 += w * v1;
      b2 += w * v2;
      b3 += w * v3;
    }
    sums.set([a0, a1, a2, a3], LANES * row);
    sums.set([b0, b1, b2, b3], LANES * other);
  }
}
