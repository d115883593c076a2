// A drawing in MNIST's form: the twin of vae_core/ink.py and vae_core/mnist_form.py, which say what each step is for, and
// equal to them in every byte. A pad's paper is 0 everywhere and the sheet's border is all paper, so nothing is left to do
// of three things that a photo needs: even light, finding out what is paper, and dropping the table's edge.

/** @typedef {{pixels: Uint8Array, width: number, height: number}} Picture row by row, height · width levels, 0 no ink */

const FIELD = 28;
const BOX = 20;
const CENTRE = 14;
const FAINT = 85;
const MIN_CONTRAST = 24;
const GATE = 8; // above it a pixel may be ink

/**
 * @param {Picture} drawing
 * @returns {Uint8Array | null} the digit, light on black (28 · 28), or null where nothing stands out from the paper
 */
export function mnistForm(drawing) {
  if (!drawing.pixels.some((level) => level > GATE)) return null;
  const ink = inkOnly(crop(drawing, boundingBox(drawing, GATE)));
  if (ink === null) return null;
  const thick = thicken(crop(ink, boundingBox(ink, 0)));
  return centred(fitBox(crop(thick, boundingBox(thick, FAINT)))).pixels;
}

/** Round half up, for whole n and d > 0. */
function divide(n, d) {
  return Math.floor((2 * n + d) / (2 * d));
}

/** Ink about 255; no specks, nothing faint that is apart from the ink. */
function inkOnly({ pixels, width, height }) {
  const counts = new Float64Array(256);
  for (const level of pixels) if (level > GATE) counts[level] += 1;
  const threshold = Math.max(GATE, otsu(counts));
  const stroke = strokes(pixels, threshold, width, height);
  const inked = new Float64Array(256);
  for (let i = 0; i < pixels.length; i++) inked[pixels[i]] += stroke[i];
  const all = inked.reduce((sum, count) => sum + count);
  let below = 0;
  const tone = inked.findIndex((count) => 100 * (below += count) >= 90 * all); // the 90 % quantile
  if (tone < MIN_CONTRAST) return null;
  const [, , high, wide] = boundingBox({ pixels: stroke, width, height }, 0);
  const near = widened({ pixels: stroke, width, height }, Math.ceil(Math.max(high, wide) / 20)).pixels;
  const ink = pixels.map((level, i) => {
    if (!near[i] || level <= GATE || (level > threshold && !stroke[i])) return 0;
    return Math.min(divide(255 * level, tone), 255);
  });
  return { pixels: ink, width, height };
}

/** Otsu's threshold between what may be ink and as many pixels of paper. */
function otsu(counts) {
  const half = counts.reduce((sum, count) => sum + count);
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  const highest = counts.findLastIndex((count) => count > 0);
  let [w, s, largest, first, last] = [half, 0, -1, 0, 0];
  for (let t = 0; t < highest; t++) {
    w += counts[t];
    s += counts[t] * t;
    const between = (2 * half * s - total * w) ** 2 / (w * (2 * half - w));
    if (between > largest) [largest, first] = [between, t];
    if (between === largest) last = t;
  }
  return Math.floor((first + last) / 2);
}

/** 1 on the strokes, where `levels` are above `threshold`, that are no specks. */
function strokes(levels, threshold, width, height) {
  const runs = []; // of strong pixels in a row; `of` is a later run of the same stroke, or itself
  const root = (n) => (runs[n].of === n ? n : root(runs[n].of));
  for (let row = 0, above = 0; row < height; row++) {
    const here = runs.length;
    for (let from = row * width, end = from + width, to; from < end; from = to + 1) {
      to = from;
      if (levels[from] <= threshold) continue;
      while (to < end && levels[to] > threshold) to += 1;
      const number = runs.length;
      runs.push({ from, to, of: number, size: to - from });
      for (let n = above; n < here; n++) {
        if (runs[n].from <= to - width && runs[n].to >= from - width) runs[root(n)].of = number; // corners touch too
      }
    }
    above = here;
  }
  for (const run of runs) if (runs[run.of] !== run) runs[run.of].size += run.size;
  const largest = Math.max(...runs.map(({ size }) => size));
  const mask = new Uint8Array(levels.length);
  for (const run of runs.reverse()) {
    const last = runs[runs.length - 1 - run.of];
    run.size = last.size; // that of the whole stroke, which its last run has by now
    if (50 * run.size >= largest) mask.fill(1, run.from, run.to);
  }
  return mask;
}

/** Top, left, height, width of the smallest rectangle that holds every pixel above `level`. */
function boundingBox({ pixels, width, height }, level) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (pixels[i] <= level) continue;
      if (row < top) top = row;
      if (column < left) left = column;
      if (column > right) right = column;
      bottom = row;
    }
  }
  return [top, left, bottom - top + 1, right - left + 1];
}

/** A part of the picture; what lies outside it is 0. */
function crop({ pixels, width, height }, [top, left, high, wide]) {
  const part = new Uint8Array(high * wide);
  const [from, to] = [Math.max(left, 0), Math.min(left + wide, width)];
  for (let row = Math.max(top, 0); row < Math.min(top + high, height); row++) {
    part.set(pixels.subarray(row * width + from, row * width + to), (row - top) * wide + from - left);
  }
  return { pixels: part, width: wide, height: high };
}

/** Each pixel the largest within `reach` rows and columns. */
function widened({ pixels, width, height }, reach) {
  const along = (from, step, across, count, lines) => {
    const to = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let n = 0; n < count; n++) {
        const value = from[line * across + n * step];
        if (!value) continue; // most are
        const end = line * across + Math.min(n + reach, count - 1) * step;
        for (let i = line * across + Math.max(n - reach, 0) * step; i <= end; i += step) if (to[i] < value) to[i] = value;
      }
    }
    return to;
  };
  return { pixels: along(along(pixels, 1, width, width, height), width, 1, height, width), width, height };
}

/** Strokes much thinner than MNIST's made wider. */
function thicken(ink) {
  const { pixels, width, height } = crop(ink, [-1, -1, ink.height + 2, ink.width + 2]); // so that all have neighbours
  let [area, rim] = [0, 0];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] <= 127) continue;
    area += 1;
    const neighbours = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
    if (neighbours.some((step) => pixels[i + step] <= 127)) rim += 1;
  }
  const [, , high, wide] = boundingBox(ink, 127);
  const growth = divide(Math.max(high, wide) * rim - 25 * area, 25 * rim);
  if (growth <= 0) return ink;
  return widened(crop(ink, [-growth, -growth, ink.height + 2 * growth, ink.width + 2 * growth]), growth);
}

/** Longest side 20, averaged; then thin strokes brighten. */
function fitBox({ pixels, width, height }) {
  const [high, wide] = [height, width].map((side) => Math.max(1, divide(BOX * side, Math.max(width, height))));
  const overlap = (i, inside, j, out) => Math.min((i + 1) * inside, (j + 1) * out) - Math.max(i * inside, j * out);
  const total = new Float64Array(high * wide);
  for (let row = 0; row < height; row++) {
    for (let i = Math.floor((row * high) / height); i * height < (row + 1) * high; i++) {
      const rows = overlap(i, height, row, high);
      for (let column = 0; column < width; column++) {
        const value = pixels[row * width + column] * rows;
        if (!value) continue;
        for (let j = Math.floor((column * wide) / width); j * width < (column + 1) * wide; j++) {
          total[i * wide + j] += value * overlap(j, width, column, wide);
        }
      }
    }
  }
  const inked = total.filter((value) => value > 0).sort();
  const bright = inked[Math.ceil((8 * inked.length) / 10) - 1];
  const box = Uint8Array.from(total, (value) => Math.min(divide(255 * value, bright), 255));
  return { pixels: box, width: wide, height: high };
}

/** Into 28×28, the centre of mass on pixel (14, 14) as far as the box allows. */
function centred(box) {
  let [total, down, right] = [0, 0, 0];
  box.pixels.forEach((value, i) => {
    total += value;
    down += value * Math.floor(i / box.width);
    right += value * (i % box.width);
  });
  const [top, left] = [[down, box.height], [right, box.width]].map(([moment, side]) => {
    const shift = -Math.floor((2 * moment - (2 * CENTRE - 1) * total) / (2 * total));
    return Math.min(Math.max(shift, 0), FIELD - side);
  });
  return crop(box, [-top, -left, FIELD, FIELD]);
}
