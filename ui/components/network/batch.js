// Four inputs through a part of a network at once: each weight is read once for all four. In WebAssembly where the browser
// has vector instructions, else in JavaScript.
//
//   const batch = batchOf(network.decoder);
//   batch.input[LANES * unit + lane] = value;   // the four lanes side by side
//   const logits = batch.run();                  // in the same order, overwritten by the next run

import { ROWS, kernel } from "./kernel.js";

export const LANES = 4;

/** @param {import("./network.js").Part} part */
export function batchOf(part) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(Vectors.bytes(part) / 65536) });
  const layer = kernel(memory);
  return layer ? new Vectors(part, memory, layer) : new Scalars(part);
}

/** In float32, the network copied into the memory of `kernel.js`. */
export class Vectors {
  /** What a part takes: every layer's matrix, bias and sums in whole blocks of rows, and the input. */
  static bytes({ layers }) {
    const each = layers.map(({ inputs, outputs }) => padded(outputs) * (inputs + 1 + LANES));
    return 4 * each.reduce((sum, count) => sum + count, LANES * layers[0].inputs) + 16 * (3 * layers.length + 1);
  }

  constructor({ layers, activate }, memory, layer) {
    Object.assign(this, { activate, layer });
    let at = 0;
    const take = (count) => {
      const view = new Float32Array(memory.buffer, at, count);
      at += 16 * Math.ceil(count / 4);
      return view;
    };
    this.input = take(LANES * layers[0].inputs);
    this.layers = layers.map(({ inputs, outputs, matrix, bias }) => {
      const rows = padded(outputs);
      const own = { inputs, rows, matrix: take(rows * inputs), bias: take(rows), sums: take(LANES * rows) };
      own.bias.set(bias);
      for (let row = 0; row < outputs; row += 1) {
        const block = (row - (row % ROWS)) * inputs + (row % ROWS);
        for (let column = 0; column < inputs; column += 1) {
          own.matrix[block + column * ROWS] = matrix[row * inputs + column];
        }
      }
      return own;
    });
  }

  run() {
    let values = this.input;
    this.layers.forEach(({ inputs, rows, matrix, bias, sums }, index) => {
      this.layer(matrix.byteOffset, bias.byteOffset, values.byteOffset, sums.byteOffset, inputs, rows);
      if (index < this.layers.length - 1) activateAll(sums, this.activate);
      values = sums;
    });
    return values;
  }
}

/** In JavaScript and float64. */
export class Scalars {
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
      if (index < this.layers.length - 1) activateAll(sums, this.activate);
      values = sums;
    });
    return values;
  }
}

const padded = (outputs) => ROWS * Math.ceil(outputs / ROWS);

function activateAll(values, activate) {
  for (let i = 0; i < values.length; i += 1) values[i] = activate(values[i]);
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
