// Charts of the page that follow a film: Vega charts through the slider of their parameter, Plotly figures through
// their frames. They lie outside the component, in the containers whose keys the page names.

const PARAMETER = "frame";
const SETTLE = 4; // pictures of the screen
const HOLD = 24; // at most, however long it is being turned
const EVERY_MS = 40; // while it plays: a chart need not be drawn sixty times a second

export class Followers {
  constructor() {
    this.watcher = new MutationObserver(() => this.move(this.at));
    this.at = 0;
    this.keys = [];
    this.moved = 0;
    this.turning = new WeakMap(); // figure -> pictures of the screen until a turn by hand is taken in
  }

  /** Follow the charts in the containers with these keys; charts drawn later or anew are found as they come. */
  watch(keys) {
    this.watcher.disconnect();
    this.keys = keys;
    if (!keys.length) return;
    this.watcher.observe(document.querySelector("[data-testid=stMain]") || document.body, {
      childList: true,
      subtree: true,
    });
  }

  stop() {
    this.watcher.disconnect();
  }

  move(at) {
    this.at = at;
    const now = performance.now();
    if (at % 1 !== 0 && now - this.moved < EVERY_MS) return; // where the film rests is always shown
    this.moved = now;
    for (const container of document.querySelectorAll(this.keys.map((key) => `.st-key-${key}`).join(", ") || "none")) {
      for (const input of container.querySelectorAll(`.vega-bindings input[name="${PARAMETER}"]`)) this.moveVega(input);
      for (const figure of container.querySelectorAll(".js-plotly-plot")) this.movePlotly(figure);
    }
  }

  moveVega(input) {
    input.closest(".vega-bindings").style.display = "none"; // the film has a slider of its own
    const value = this.at.toFixed(2); // the slider's own steps; it would round anything finer
    if (Number(input.value) === Number(value)) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Only whole frames, and one at a time: the next is asked for when the last is drawn. */
  async movePlotly(figure) {
    const frame = String(Math.round(this.at));
    const frames = figure._transitionData?._frameHash;
    if (!window.Plotly || !frames?.[frame] || figure.dataset.busy || figure.dataset.frame === frame) return;
    figure.dataset.busy = "yes";
    try {
      await this.turnTaken(figure);
      const { data, traces } = frames[frame];
      const [x, y, z] = ["x", "y", "z"].map((axis) => data.map((trace) => trace[axis]));
      figure.layout.scene.camera = figure._fullLayout.scene._scene.getCamera(); // drawing goes back to the layout's
      await window.Plotly.restyle(figure, { x, y, z }, traces);
      figure.dataset.frame = frame;
    } finally {
      delete figure.dataset.busy;
    }
    if (figure.isConnected) this.movePlotly(figure);
  }

  /** Plotly's camera takes in a turn of the mouse some pictures later, and drawing before that would undo it. */
  async turnTaken(figure) {
    if (!this.turning.has(figure)) {
      this.turning.set(figure, 0);
      figure.on("plotly_relayouting", () => this.turning.set(figure, SETTLE));
    }
    for (let held = 0; held < HOLD && this.turning.get(figure) > 0; held++) {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      this.turning.set(figure, this.turning.get(figure) - 1);
    }
  }
}
