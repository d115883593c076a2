// A layer of a network for four inputs at once in WebAssembly's vector instructions, four times as quick as in JavaScript.
// The module is a hundred bytes, put together here: nothing is fetched, and there is nothing to build.
//
//   const layer = kernel(memory);   // null where the browser has no vector instructions
//   layer(matrix, bias, input, output, inputs, outputs);   // byte addresses in the memory, and counts
//
// ROWS rows of the matrix lie side by side: weight (row, column) of block row / ROWS at column · ROWS + row % ROWS; outputs
// is a multiple of ROWS. Input and output hold four lanes side by side, as in batch.js. All is float32.

export const ROWS = 8;

const [I32, V128, NOTHING] = [0x7f, 0x7b, 0x40];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const constant = (value) => [0x41, value]; // below 64
const ADD = [0x6a];
const loop = (...body) => [0x03, NOTHING, ...body.flat(), 0x0b];
const again = [0x0d, 0]; // if what lies on the stack is true
const loadLanes = (offset) => [0xfd, 0x00, 4, offset]; // four numbers
const splat = (offset) => [0xfd, 0x09, 2, offset]; // one number, four times
const store = (offset) => [0xfd, 0x0b, 4, ...(offset < 128 ? [offset] : [offset | 0x80, 1])];
const [PLUS, TIMES] = [[0xfd, 0xe4, 0x01], [0xfd, 0xe6, 0x01]]; // prettier-ignore

function bytes() {
  const [matrix, bias, input, output, inputs, outputs, at, end, lanes, sums] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const advance = (local, by) => [...get(local), ...constant(by), ...ADD, ...set(local)];
  const column = [
    ...get(at),
    ...loadLanes(0),
    ...set(lanes),
    ...rows.flatMap((row) => [
      ...[...get(sums + row), ...get(matrix), ...splat(4 * row), ...get(lanes), ...TIMES, ...PLUS, ...set(sums + row)],
    ]),
    ...advance(matrix, 4 * ROWS),
    ...advance(at, 16),
    ...[...get(at), ...get(end), 0x49], // at < end
    ...again,
  ];
  const block = [
    ...rows.flatMap((row) => [...get(bias), ...splat(4 * row), ...set(sums + row)]),
    ...[...get(input), ...set(at)],
    ...[...get(input), ...get(inputs), ...constant(4), 0x74, ...ADD, ...set(end)], // input + 16 · inputs
    ...loop(column),
    ...rows.flatMap((row) => [...get(output), ...get(sums + row), ...store(16 * row)]),
    ...advance(bias, 4 * ROWS),
    // 128 bytes on: a constant of two bytes
    ...[...get(output), 0x41, 0x80, 0x01, ...ADD, ...set(output)],
    ...[...get(outputs), ...constant(ROWS), 0x6b, 0x22, outputs], // outputs -= ROWS, and again unless it is 0
    ...again,
  ];
  const locals = [2, 2, I32, 1 + ROWS, V128];
  const body = [...locals, ...loop(block), 0x0b];
  const section = (id, content) => [id, ...size(content.length), ...content];
  const text = (name) => [name.length, ...[...name].map((letter) => letter.charCodeAt(0))];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 6, I32, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...text("page"), ...text("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("layer"), 0, 0]),
    ...section(10, [1, ...size(body.length), ...body]),
  ]);
}

/** LEB128. */
function size(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...size(value >> 7)];
}

/** @param {WebAssembly.Memory} memory */
export function kernel(memory) {
  try {
    const module = (kernel.module ??= new WebAssembly.Module(bytes()));
    return new WebAssembly.Instance(module, { page: { memory } }).exports.layer;
  } catch {
    return null; // an old browser, or one whose owner forbids it
  }
}
