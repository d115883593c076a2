// The decoder as a component uses it: at once where the browser has the network, else Python's, one picture at a time.
//
//   const decoder = new Decoder((pixels, z) => paint(canvas, pixels));
//   decoder.show(data, (z) => setTriggerValue("asked", z));  // at every run of the component
//   decoder.draw(z);                                           // at every move; the latest wins
//
// `data.weights`: see network.js. `data.answer`: { z, pixels } with grey levels 0 to 255, what Python says to the last
// question, or null. `data.run`: the run the answer belongs to.

import { load } from "./network.js";

const PATIENCE = 4000; // ms; an answer that has not come by then is asked for again

export class Decoder {
  /** @param {(pixels: Float32Array, z: number[]) => void} onPicture */
  constructor(onPicture) {
    this.onPicture = onPicture;
    this.network = null;
    this.word = ""; // why it is slow, for the student; empty where it is not
  }

  show(data, ask) {
    this.ask = ask;
    const wanted = data.weights?.decoder;
    if (wanted !== this.url || data.run !== this.run) this.fetch(wanted, data.weights);
    this.run = data.run;
    this.answered(data.answer);
  }

  async fetch(url, weights) {
    this.stop();
    Object.assign(this, { url, network: null, loading: Boolean(url), wanted: null, shown: null });
    this.word = url ? "" : "This model runs on the server: pictures follow a moment behind your hand.";
    if (!url) return;
    let network = null;
    try {
      network = await load(weights);
    } catch {
      this.word = "The model could not be fetched, so the server draws: pictures follow a moment behind your hand.";
    }
    if (url !== this.url) return; // another model came meanwhile
    Object.assign(this, { network, loading: false });
    if (this.wanted) this.draw(this.wanted);
    this.onReady?.();
  }

  draw(z) {
    this.wanted = Array.from(z);
    if (this.network) this.onPicture(this.network.decode(this.wanted), this.wanted);
    else if (!this.loading && !this.asked && String(this.wanted) !== this.shown) {
      this.asked = this.wanted;
      this.ask(this.asked);
      this.again = setTimeout(() => {
        this.asked = null;
        this.draw(this.wanted);
      }, PATIENCE);
    }
  }

  answered(answer) {
    if (!answer || this.loading || this.network || String(answer.z) === this.shown) return;
    this.stop();
    this.shown = String(answer.z);
    this.onPicture(Float32Array.from(answer.pixels, (level) => level / 255), answer.z);
    if (this.wanted) this.draw(this.wanted);
  }

  /** Wait for no answer; to be called when the component goes. */
  stop() {
    clearTimeout(this.again);
    this.asked = null;
  }
}

/** Draw 784 pixels on a canvas of 28 × 28, white ink on black. */
export function paint(canvas, pixels) {
  const image = new ImageData(28, 28);
  pixels.forEach((value, i) => image.data.set([255 * value, 255 * value, 255 * value, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}
