// The encoder and decoder of an MLP run, in the browser: weights by static URL, once a page.
//
//   import { load } from "../network/network.js";
//   const network = await load(data.weights);      // { decoder: URL, encoder: URL }; a part not named is not fetched
//   const { mean, logvar } = network.encode(pixels); // Float32Array(784), 0 to 1, row by row -> Float32Array(d) each
//   const drawn = network.decode(mean);              // Float32Array(d) -> Float32Array(784), 0 to 1
//
// `data.weights` is what `ui.components.network.weights(run, encoder=True)` gives in Python, or null for a run that
// cannot be run here: then, and when `load` rejects, ask Python. A components-v2 component is one module made from a
// string, which can import nothing by a relative path. So `ui.components.sources.module(path)` puts a module and what
// it imports into one: keep `import { a, b } from "../x/y.js";` on one line, do not rename, and give no two modules the
// same name at top level. The files stay true ES modules, which node and editors read as they are.
//
// A file of weights, `vae_core.export`, is gzip around: uint32 length of the header; the header, JSON, padded to a
// multiple of four; the high bytes of all weights, then their low bytes (float16), layer by layer: matrix
// (outputs, inputs) row by row, then bias.

/**
 * @typedef {{decoder?: string, encoder?: string}} Weights URLs of the two parts.
 * @typedef {{run: string, latentDim: number, activation: "silu"|"relu"|"gelu"|"tanh", likelihood: string,
 *   widths: number[]}} Header
 * @typedef {{inputs: number, outputs: number, matrix: Float32Array, bias: Float32Array}} Layer
 */

const ACTIVATIONS = {
  silu: (x) => x / (1 + Math.exp(-x)),
  relu: (x) => (x > 0 ? x : 0),
  gelu: (x) => 0.5 * x * (1 + errorFunction(x * Math.SQRT1_2)),
  tanh: Math.tanh,
};
const KEPT = 16; // parts in memory, some 1.6 MB each
// On the page, not in the module: every component carries its own copy of this module.
const parts = (globalThis[Symbol.for("latent-space-networks")] ??= new Map());

/**
 * Fetch a network, or take it from the page's memory. Rejects when a part cannot be fetched or read.
 * @param {Weights} weights
 * @returns {Promise<Network>}
 */
export async function load(weights) {
  const [decoder, encoder] = await Promise.all([weights.decoder, weights.encoder].map((url) => url && part(url)));
  return new Network(decoder, encoder);
}

export class Network {
  /** @param {Part} [decoder] @param {Part} [encoder] */
  constructor(decoder, encoder) {
    this.decoder = decoder;
    this.encoder = encoder;
    const { run, latentDim, activation, likelihood } = (decoder ?? encoder).header;
    Object.assign(this, { run, latentDim, activation, likelihood });
  }

  /**
   * q(z|x) = N(mean, diag exp logvar).
   * @param {Float32Array} pixels (784), 0 to 1
   * @returns {{mean: Float32Array, logvar: Float32Array}} (d) each
   */
  encode(pixels) {
    const both = this.encoder.run(pixels);
    return { mean: both.slice(0, this.latentDim), logvar: both.slice(this.latentDim) };
  }

  /**
   * E[x|z], the pixel means of every likelihood.
   * @param {ArrayLike<number>} z (d)
   * @returns {Float32Array} (784), 0 to 1
   */
  decode(z) {
    return this.decoder.run(z).map((logit) => 1 / (1 + Math.exp(-logit)));
  }
}

/** Linear layers with the activation between them. */
export class Part {
  /** @param {ArrayBuffer} buffer a file of weights, decompressed */
  constructor(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    /** @type {Header} */
    this.header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    this.activate = ACTIVATIONS[this.header.activation];
    const values = fromHalves(new Uint8Array(buffer, 4 + length));
    const { widths } = this.header;
    let at = 0;
    const take = (count) => values.subarray(at, (at += count));
    /** @type {Layer[]} */
    this.layers = widths.slice(1).map((outputs, index) => {
      const inputs = widths[index];
      return { inputs, outputs, matrix: take(outputs * inputs), bias: take(outputs) };
    });
    if (at !== values.length || !this.activate) throw new Error(`these are not the weights of ${this.header.run}`);
  }

  /** @param {ArrayLike<number>} input @returns {Float32Array} */
  run(input) {
    return this.layers.reduce((values, layer, index) => {
      const sums = linear(layer, values);
      return index < this.layers.length - 1 ? sums.map(this.activate) : sums;
    }, Float32Array.from(input));
  }
}

function part(url) {
  if (!parts.has(url)) {
    const found = fetchPart(url);
    found.catch(() => parts.delete(url)); // the next component may have more luck
    parts.set(url, found);
    if (parts.size > KEPT) parts.delete(parts.keys().next().value);
  }
  return parts.get(url);
}

async function fetchPart(url) {
  let answer = await fetch(url, { cache: "force-cache" }); // the URL changes with the weights
  if (!answer.ok) answer = await fetch(url, { cache: "reload" }); // a refusal may be cached as well
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const plain = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return new Part(await new Response(plain).arrayBuffer());
}

/** Matrix times values plus bias; four sums at once, because each waits for its own last addition. */
function linear({ inputs, outputs, matrix, bias }, values) {
  const sums = new Float32Array(outputs);
  const even = inputs - (inputs % 4);
  for (let row = 0, at = 0; row < outputs; row += 1) {
    let [a, b, c, d] = [bias[row], 0, 0, 0];
    let column = 0;
    for (; column < even; column += 4, at += 4) {
      a += matrix[at] * values[column];
      b += matrix[at + 1] * values[column + 1];
      c += matrix[at + 2] * values[column + 2];
      d += matrix[at + 3] * values[column + 3];
    }
    for (; column < inputs; column += 1, at += 1) a += matrix[at] * values[column];
    sums[row] = a + b + c + d;
  }
  return sums;
}

/** float16 in two planes of bytes, high then low -> float32, by a table of all 65,536. */
function fromHalves(bytes) {
  const table = (fromHalves.table ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits)));
  const count = bytes.length / 2;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = table[(bytes[i] << 8) | bytes[count + i]];
  return values;
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/** erf to 1.5e-7: Abramowitz & Stegun 1964, 7.1.26. */
function errorFunction(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return x < 0 ? tail - 1 : 1 - tail;
}
