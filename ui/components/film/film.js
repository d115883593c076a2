// A film of small pictures: play, pause, scrub, speed, stations; a map beside it shows where the picture was taken.
// Everything comes in `data`, the pictures as one sprite; nothing is sent back and nothing is fetched.

const FRAMES_PER_SECOND = 24;
const STILL_SECONDS = 1.2; // how long a station stays where less motion is asked for
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const SVG = "http://www.w3.org/2000/svg";

const films = new WeakMap(); // root -> film: the module runs again whenever data or theme change

export default function ({ data, parentElement }) {
  if (!films.has(parentElement)) films.set(parentElement, new Film(parentElement));
  const film = films.get(parentElement);
  film.show(data);
  return () => {
    film.pause();
    film.lessMotion.onchange = null;
    films.delete(parentElement);
  };
}

class Film {
  constructor(root) {
    const find = (name) => root.querySelector(`.${name}`);
    for (const name of ["film", "frame", "map", "where", "still", "play", "scrub", "before", "next", "speed", "again"]) {
      this[name] = find(name);
    }
    this.at = 0; // frame, with the fraction that has passed of it
    this.timer = null;
    this.sprite = new Image();
    this.sprite.onload = () => this.draw();
    this.lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.lessMotion.onchange = () => (this.still.hidden = !this.lessMotion.matches);
    this.still.hidden = !this.lessMotion.matches;
    for (const speed of SPEEDS) this.speed.add(new Option(`${speed}×`, speed, speed === 1, speed === 1));
    this.play.onclick = () => (this.timer === null ? this.start() : this.pause());
    this.scrub.oninput = () => this.go(Number(this.scrub.value));
    this.before.onclick = () => this.go(this.stationBefore());
    this.next.onclick = () => this.go(this.stationAfter());
    this.film.onkeydown = (event) => {
      if (event.key !== " " || event.target !== this.scrub) return;
      event.preventDefault(); // the page would scroll
      this.play.click();
    };
  }

  show(data) {
    const changed = data.sprite !== this.sprite.src;
    this.data = data;
    this.film.setAttribute("aria-label", data.label);
    this.scrub.max = data.frames - 1;
    if (changed) {
      this.pause();
      this.at = 0;
      this.sprite.src = data.sprite;
    }
    this.drawMap();
    this.draw();
  }

  start() {
    if (this.at >= this.data.frames - 1) this.at = 0;
    this.play.textContent = "Pause";
    let last = performance.now();
    const tick = (now) => {
      this.timer = requestAnimationFrame(tick);
      // A hidden tab stands still, a busy one catches up by a tenth of a second at most, and the first picture's clock
      // may be behind the click's.
      const seconds = (Math.min(Math.max(now - last, 0), 100) / 1000) * Number(this.speed.value);
      last = now;
      if (this.lessMotion.matches) this.stepThroughStations(seconds);
      else this.advance(seconds);
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    if (this.timer !== null) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.waited = 0;
    this.play.textContent = "Play";
  }

  advance(seconds) {
    const end = this.data.frames - 1;
    this.at += seconds * FRAMES_PER_SECOND;
    if (this.at >= end && this.again.checked) this.at = 0;
    this.at = Math.min(this.at, end);
    this.draw();
    if (this.at === end) this.pause();
  }

  stepThroughStations(seconds) {
    this.waited += seconds;
    if (this.waited < STILL_SECONDS) return;
    this.waited = 0;
    const end = this.data.frames - 1;
    this.at = this.at >= end && this.again.checked ? 0 : this.stationAfter();
    this.draw();
    if (this.at >= end && !this.again.checked) this.pause();
  }

  go(frame) {
    this.pause();
    this.at = frame;
    this.draw();
  }

  stationBefore() {
    const frames = this.data.stations.map((station) => station.frame).filter((frame) => frame < Math.floor(this.at));
    return frames.length ? Math.max(...frames) : 0;
  }

  stationAfter() {
    const frames = this.data.stations.map((station) => station.frame).filter((frame) => frame > Math.floor(this.at));
    return frames.length ? Math.min(...frames) : this.data.frames - 1;
  }

  draw() {
    const frame = Math.floor(this.at);
    const { side, columns, frames } = this.data;
    if (this.sprite.complete && this.sprite.naturalWidth) {
      const x = (frame % columns) * side;
      const y = Math.floor(frame / columns) * side;
      this.frame.getContext("2d").drawImage(this.sprite, x, y, side, side, 0, 0, this.frame.width, this.frame.height);
    }
    const place = this.place(frame);
    this.where.textContent = `${place} · frame ${frame + 1} of ${frames}`;
    this.scrub.value = frame;
    this.scrub.setAttribute("aria-valuetext", `frame ${frame + 1} of ${frames}, ${place}`);
    this.frame.setAttribute("aria-label", `Decoded picture: ${place}`);
    if (!this.travelled) return;
    const points = this.points.slice(0, frame + 1);
    this.travelled.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    const [x, y] = this.points[frame];
    this.here.setAttribute("cx", x);
    this.here.setAttribute("cy", y);
  }

  place(frame) {
    const stations = this.data.stations;
    const reached = stations.filter((station) => station.frame <= frame);
    const last = reached[reached.length - 1];
    const next = stations[reached.length];
    if (last && last.frame === frame) return `at ${last.label}`;
    return last && next ? `from ${last.label} to ${next.label}` : "on the way";
  }

  drawMap() {
    const map = this.data.map;
    this.map.toggleAttribute("hidden", !map); // SVG has no property for it
    this.map.replaceChildren();
    this.travelled = null;
    if (!map) return;
    this.map.setAttribute("aria-label", map.label);
    // One scale for both axes, 100 units for the longer one, 8 to spare; upwards is up.
    const all = [...map.path, ...map.places.map((place) => [place.x, place.y])];
    const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
    const [left, top] = [Math.min(...xs), Math.max(...ys)];
    const [width, height] = [Math.max(...xs) - left, top - Math.min(...ys)];
    const scale = 100 / Math.max(width, height, 1e-12);
    const fit = ([x, y]) => [(x - left) * scale, (top - y) * scale].map((value) => Number(value.toFixed(2)));
    this.map.setAttribute("viewBox", `-8 -8 ${Math.max(width * scale, 30) + 16} ${Math.max(height * scale, 30) + 16}`);
    this.points = map.path.map(fit);
    const outline = this.points.map((point) => point.join(",")).join(" ");
    this.add("polyline", { class: "road", points: outline });
    this.travelled = this.add("polyline", { class: "travelled" });
    for (const place of map.places) {
      const [x, y] = fit([place.x, place.y]);
      this.add("circle", { cx: x, cy: y, r: 4, fill: place.colour });
      this.add("text", { x, y }).textContent = place.label;
    }
    this.here = this.add("circle", { class: "here", r: 2.6 });
  }

  add(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    this.map.append(element);
    return element;
  }
}
