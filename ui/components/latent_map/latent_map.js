// A map of latent space that decodes what is under the pointer, the finger or the arrow keys; a click or Enter pins it.

import { Decoder, paint } from "../network/decoder.js";
import { writeAddress } from "../address.js";
import { Plane } from "./plane.js";

const STEP = 1 / 40; // of half the map, for an arrow key; with Shift five times as far
const NEAR = 9; // pixels from a mark at which its digit is shown
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * @typedef {{run: string, weights: ?import("../network/network.js").Weights, answer: ?{z: number[], pixels: number[]},
 *   label: string, plane: import("./plane.js").Drawing, origin: number[], axes: [number[], number[]],
 *   pin: ?[number, number], placed: string, parameter: string, legend: boolean,
 *   pictures: ?{sprite: string, columns: number, said: string[]}}} Data  (x, y) is the latent origin + x·axes[0] + y·axes[1]
 */

const maps = new WeakMap(); // root -> map: the module runs again whenever data or theme change

export default function ({ data, parentElement, setTriggerValue }) {
  if (!maps.has(parentElement)) maps.set(parentElement, new LatentMap(parentElement));
  const map = maps.get(parentElement);
  map.show(data, setTriggerValue);
  return () => {
    map.plane.observer.disconnect();
    map.decoder.stop();
    writeAddress({ [map.data.parameter]: null });
    maps.delete(parentElement);
  };
}

class LatentMap {
  constructor(root) {
    for (const name of ["stage", "pin", "spot", "lens", "digit", "real", "where", "classes", "unpin", "status", "slow"]) {
      this[name] = root.querySelector(`.${name}`);
    }
    this.plane = new Plane(root.querySelector(".plane"));
    this.plane.over = () => this.putPin();
    this.decoder = new Decoder((pixels) => paint(this.digit, pixels));
    this.decoder.onReady = () => (this.slow.textContent = this.decoder.word);
    this.sprite = new Image();
    const at = (event) => {
      const box = this.stage.getBoundingClientRect();
      return this.plane.toPlane([event.clientX - box.left - 1, event.clientY - box.top - 1]); // less the border
    };
    this.stage.onpointermove = (event) => this.look(at(event));
    this.stage.onpointerdown = (event) => this.look(at(event));
    this.stage.onpointerleave = () => this.away();
    this.stage.onblur = () => this.away();
    this.stage.onclick = (event) => this.pinAt(at(event));
    this.stage.onkeydown = (event) => this.key(event);
    root.querySelector(".nearer").onclick = () => this.plane.zoom(0.7, this.pinned ?? undefined);
    root.querySelector(".further").onclick = () => this.plane.zoom(1 / 0.7, this.pinned ?? undefined);
    root.querySelector(".whole").onclick = () => this.plane.zoom(0);
    this.unpin.onclick = () => this.pinAt(null);
  }

  /** @param {Data} data */
  show(data, send) {
    const rebuilt = this.data?.placed !== data.placed;
    Object.assign(this, { data, send });
    this.decoder.show(data, (z) => send("asked", z));
    this.slow.textContent = this.decoder.word;
    this.stage.setAttribute("aria-label", `${data.label} Arrow keys move, Enter pins, plus and minus zoom.`);
    if (data.pictures) this.sprite.src = data.pictures.sprite;
    if (rebuilt) {
      this.pinned = data.pin;
      this.plane.chosen.clear();
      this.remember();
    }
    this.legend();
    this.plane.show(data.plane);
    if (rebuilt) this.away();
  }

  legend() {
    const buttons = this.data.plane.classes.map(({ label, colour, glyph }, digit) => {
      const button = document.createElement("button");
      button.type = "button";
      button.innerHTML = `<svg viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true"><path d="${glyph}" fill="${colour}"/></svg>`;
      button.append(label);
      button.setAttribute("aria-pressed", this.plane.chosen.has(digit));
      button.onclick = () => {
        if (!this.plane.chosen.delete(digit)) this.plane.chosen.add(digit);
        button.setAttribute("aria-pressed", this.plane.chosen.has(digit));
        this.plane.draw();
      };
      return button;
    });
    this.classes.replaceChildren(...(this.data.legend ? buttons : []));
  }

  latent([x, y]) {
    const [across, up] = this.data.axes;
    return this.data.origin.map((value, i) => value + x * across[i] + y * up[i]);
  }

  told([x, y]) {
    const number = (value) => value.toFixed(2).replace("-", "−");
    const [across, up] = this.data.plane.titles;
    return `${across} = ${number(x)}, ${up} = ${number(y)}`;
  }

  /** Show what lies at a place of the plane beside it. */
  look(place) {
    this.place = place;
    this.decoder.draw(this.latent(place));
    const nearest = this.nearest(place);
    this.real.hidden = nearest === null;
    let said = this.told(place);
    if (nearest !== null) {
      const { columns, said: names } = this.data.pictures;
      const corner = [28 * (nearest % columns), 28 * Math.floor(nearest / columns)];
      this.real.getContext("2d").drawImage(this.sprite, ...corner, 28, 28, 0, 0, 28, 28);
      said += `. Right: ${names[nearest]}`;
    }
    this.where.textContent = said;
    this.spot.hidden = this.lens.hidden = false;
    const [across, down] = this.moveTo(this.spot, place);
    const [width, height] = this.plane.size;
    const left = across + 18 + this.lens.offsetWidth > width ? across - 18 - this.lens.offsetWidth : across + 18;
    const top = down - 18 - this.lens.offsetHeight < 0 ? down + 18 : down - 18 - this.lens.offsetHeight;
    this.lens.style.left = `${Math.min(Math.max(left, 0), width - this.lens.offsetWidth)}px`;
    this.lens.style.top = `${Math.min(Math.max(top, 0), height - this.lens.offsetHeight)}px`;
  }

  /** The mark under the pointer, if it has a picture: its number, or null. */
  nearest(place) {
    if (!this.data.pictures || !this.sprite.complete) return null;
    const { x, y, digit } = this.data.plane.points;
    let [found, least] = [null, (NEAR / this.plane.scale) ** 2];
    for (let i = 0; i < x.length; i += 1) {
      const far = (x[i] - place[0]) ** 2 + (y[i] - place[1]) ** 2;
      if (far < least && this.plane.isShown(digit[i])) [found, least] = [i, far];
    }
    return found;
  }

  /** Back to what is pinned, or to nothing. */
  away() {
    if (this.pinned) this.look(this.pinned);
    else this.spot.hidden = this.lens.hidden = true;
  }

  pinAt(place) {
    this.pinned = place && place.map((value) => Number(value.toFixed(3)));
    this.remember();
    this.away();
    this.plane.draw();
    this.send("pin", this.pinned ?? []);
  }

  putPin() {
    this.pin.hidden = !this.pinned;
    this.unpin.disabled = !this.pinned;
    this.status.textContent = this.pinned ? `Pinned: ${this.told(this.pinned)}` : "";
    if (this.pinned) this.moveTo(this.pin, this.pinned);
  }

  moveTo(element, place) {
    const pixels = this.plane.toPixels(place);
    [element.style.left, element.style.top] = pixels.map((value) => `${value}px`);
    return pixels;
  }

  remember() {
    writeAddress({ [this.data.parameter]: this.pinned && this.pinned.join(",") });
  }

  key(event) {
    const place = this.lens.hidden ? this.plane.centre : this.place;
    if (ARROWS[event.key]) {
      const far = STEP * this.plane.reach * (event.shiftKey ? 5 : 1);
      const [x, y] = place.map((value, i) => value + far * ARROWS[event.key][i]);
      this.look([x, y]);
      this.status.textContent = this.where.textContent;
    } else if (event.key === "Enter" || event.key === " ") this.pinAt(place);
    else if (event.key === "Escape") this.pinAt(null);
    else if (event.key === "+" || event.key === "-") this.plane.zoom(event.key === "+" ? 0.7 : 1 / 0.7, place);
    else return;
    event.preventDefault(); // the page would scroll
  }
}
