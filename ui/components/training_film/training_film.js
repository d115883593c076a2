// A recorded training: play, pause, step, scrub. At every recorded step the latent cloud, what the decoder draws, and
// the charts of the page that follow. Nothing is fetched; the server hears where the film rests, not how it moves.

import { Cloud } from "./cloud.js";
import { Followers } from "./followers.js";

const FRAMES_PER_SECOND = 4;
const STILL_SECONDS = 0.8; // a frame, where less motion is asked for
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const TILE = 28;
const ACROSS = 8; // pictures a row: one row of reconstructions, two of samples
const REST_MS = 350;

const recordings = new WeakMap(); // root -> recording: the module runs again whenever data or theme change

export default function ({ data, parentElement, setStateValue }) {
  if (!recordings.has(parentElement)) recordings.set(parentElement, new Recording(parentElement));
  const recording = recordings.get(parentElement);
  recording.tell = (frame) => setStateValue("frame", frame);
  recording.show(data);
  return () => {
    recording.end();
    recordings.delete(parentElement);
  };
}

class Recording {
  constructor(root) {
    const names = "recording space cloud axes drawn pairs samples where still play scrub back on next speed again";
    for (const name of names.split(" ")) this[name] = root.querySelector(`.${name}`);
    [this.beside, this.other, this.otherAxes] = [".beside", ".other", ".other-axes"].map((it) => root.querySelector(it));
    this.at = 0; // frame, with the fraction of the way to the next
    this.timer = null;
    this.map = new Cloud(this.cloud);
    this.otherMap = new Cloud(this.other);
    this.followers = new Followers();
    this.sprite = this.image();
    this.originals = this.image();
    this.lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.lessMotion.onchange = () => (this.still.hidden = !this.lessMotion.matches);
    this.still.hidden = !this.lessMotion.matches;
    this.resized = new ResizeObserver(() => this.data && this.draw());
    this.resized.observe(this.recording);
    for (const speed of SPEEDS) this.speed.add(new Option(`${speed}×`, speed, speed === 1, speed === 1));
    this.play.onclick = () => (this.timer === null ? this.start() : this.pause());
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.back.onclick = () => this.go(Math.ceil(this.at) - 1);
    this.on.onclick = () => this.go(Math.floor(this.at) + 1);
    this.next.onclick = () => this.go(this.landmarkAfter());
    this.recording.onkeydown = (event) => {
      if (event.key !== " " || event.target !== this.scrub) return;
      event.preventDefault(); // the page would scroll
      this.play.click();
    };
  }

  image() {
    const image = new Image();
    image.onload = () => this.draw();
    return image;
  }

  show(data) {
    const another = !this.data || data.recording !== this.data.recording;
    const sent = !this.data || data.turn !== this.data.turn;
    this.data = data;
    this.last = data.places.length - 1;
    this.recording.setAttribute("aria-label", data.label);
    this.scrub.max = this.last;
    this.space.hidden = !data.cloud;
    this.beside.hidden = !data.beside;
    this.next.hidden = !data.landmarks.length;
    this.drawn.hidden = !data.pictures;
    if (data.cloud) {
      this.map.load(data.cloud);
      this.axes.textContent = data.cloud.caption;
    }
    if (data.beside) {
      this.otherMap.load(data.beside);
      this.otherAxes.textContent = data.beside.caption;
    }
    if (data.pictures && this.sprite.src !== data.pictures.sprite) {
      this.sprite.src = data.pictures.sprite;
      this.originals.src = data.pictures.originals;
    }
    this.followers.watch(data.followers);
    if (another || sent) {
      this.pause(false);
      this.at = this.told = data.at;
    }
    this.draw();
  }

  end() {
    this.pause(false);
    clearTimeout(this.resting);
    this.followers.stop();
    this.resized.disconnect();
    this.lessMotion.onchange = null;
  }

  start() {
    if (this.at >= this.last) this.at = 0;
    this.play.textContent = "Pause";
    clearTimeout(this.resting);
    let last = performance.now();
    this.waited = 0;
    const tick = (now) => {
      this.timer = requestAnimationFrame(tick);
      // A hidden tab stands still, and a busy one catches up by a tenth of a second at most.
      const seconds = (Math.min(Math.max(now - last, 0), 100) / 1000) * Number(this.speed.value);
      last = now;
      this.advance(seconds);
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause(rest = true) {
    const played = this.timer !== null;
    if (played) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
    if (played && rest) this.rest();
  }

  advance(seconds) {
    if (this.lessMotion.matches) {
      this.waited += seconds;
      if (this.waited < STILL_SECONDS) return;
      this.waited = 0;
      this.at = Math.floor(this.at) + 1;
    } else {
      this.at += seconds * FRAMES_PER_SECOND;
    }
    if (this.at > this.last && this.again.checked) this.at = 0;
    this.at = Math.min(this.at, this.last);
    this.draw();
    if (this.at === this.last && !this.again.checked) this.pause();
  }

  go(frame) {
    this.pause(false);
    this.at = Math.min(Math.max(frame, 0), this.last);
    this.draw();
    this.rest();
  }

  /** Stand on the nearest recorded step, and say so to the server once the hand is off. */
  rest() {
    this.at = Math.round(this.at);
    this.draw();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (this.told !== this.at) this.tell(this.at);
      this.told = this.at;
    }, REST_MS);
  }

  landmarkAfter() {
    const frames = this.data.landmarks.map((landmark) => landmark.frame).filter((frame) => frame > Math.floor(this.at));
    return frames.length ? Math.min(...frames) : this.last;
  }

  draw() {
    if (!this.data) return;
    const frame = Math.min(Math.round(this.at), this.last);
    if (this.data.cloud) this.map.draw(this.at);
    if (this.data.beside) this.otherMap.draw(this.at);
    if (this.data.pictures) this.drawPictures(frame);
    const named = this.data.landmarks.filter((landmark) => landmark.frame === frame).map((landmark) => landmark.label);
    const place = [this.data.places[frame], ...named].join(" · ");
    this.where.textContent = place;
    this.scrub.value = frame;
    this.scrub.setAttribute("aria-valuetext", place);
    this.cloud.setAttribute("aria-label", `${this.data.cloud?.name || this.data.label}: ${place}`);
    this.other.setAttribute("aria-label", `${this.data.beside?.name}: ${place}`);
    this.pairs.setAttribute("aria-label", `Eight digits and their reconstructions at ${place}`);
    this.samples.setAttribute("aria-label", `Sixteen decoded draws from the prior at ${place}`);
    this.followers.move(this.at);
  }

  /** Rows of the sprite: for every frame one of reconstructions and two of samples, `columns` frames side by side. */
  drawPictures(frame) {
    const { columns } = this.data.pictures;
    const [width, row] = [ACROSS * TILE, TILE];
    for (const canvas of [this.pairs, this.samples]) {
      if (canvas.width !== width) [canvas.width, canvas.height] = [width, 2 * row];
    }
    const [x, y] = [(frame % columns) * width, Math.floor(frame / columns) * 3 * row];
    const [pairs, samples] = [this.pairs.getContext("2d"), this.samples.getContext("2d")];
    if (this.originals.naturalWidth) pairs.drawImage(this.originals, 0, 0);
    if (!this.sprite.naturalWidth) return;
    pairs.drawImage(this.sprite, x, y, width, row, 0, row, width, row);
    samples.drawImage(this.sprite, x, y + row, width, 2 * row, 0, 0, width, 2 * row);
  }
}
