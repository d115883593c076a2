// Several walks one after the other in the browser, of which only figures are wanted: with other steps, or other starts.

import { Pool, tell, together } from "../walk/pool.js";

/**
 * @typedef {{row: number, column: number, cell: number, runs: [number, number, number, number][], count: number}} Islands
 *   places of the first cell's centre; runs of cells: row, first column, last column, number of the island from 0
 * @typedef {{key: string, known: boolean, together: boolean, jobs: {name: string}[], common: object, islands: ?Islands}} Data
 *   what all jobs have in common: weights and target; nothing of the last three where all is known
 */

const several = new WeakMap(); // root -> walks: the module runs again whenever data or theme change

export default function ({ data, parentElement, setTriggerValue }) {
  if (!several.has(parentElement)) several.set(parentElement, new Walks(parentElement));
  const walks = several.get(parentElement);
  walks.show(data, setTriggerValue);
  return () => {
    walks.data = null;
    walks.pool.end();
    several.delete(parentElement);
  };
}

class Walks {
  constructor(root) {
    for (const name of ["walks", "status", "progress"]) this[name] = root.querySelector(`.${name}`);
    this.pool = new Pool();
  }

  /** @param {Data} data */
  async show(data, send) {
    const other = this.data?.key !== data.key;
    Object.assign(this, { data, send });
    this.walks.hidden = data.known;
    if (!other || data.known) return;
    const found = [];
    try {
      for (const [k, job] of data.jobs.entries()) {
        this.status.textContent = `Walking in your browser: ${job.name}, ${k + 1} of ${data.jobs.length}.`;
        const walked = await this.pool.walk({ ...data.common, ...job }, ({ done, steps }) => {
          this.progress.value = (k + done / steps) / data.jobs.length;
        });
        if (!walked || data.key !== this.data.key) return; // another walk is wanted
        found.push(walked);
      }
    } catch {
      if (data.key === this.data.key) this.send("unable", data.key);
      return;
    }
    const each = found.map((walked) => ({
      ...walked.figures(),
      shares: data.islands && shares(walked, data.islands),
    }));
    tell(() => this.data, send, { key: data.key, each, together: data.together ? together(found) : null });
  }
}

/** Share of the draws that lie on each island; `vae_core.islands.shares`. */
function shares(walked, { row, column, cell, runs, count }) {
  const byRow = new Map();
  for (const run of runs) {
    if (!byRow.has(run[0])) byRow.set(run[0], []);
    byRow.get(run[0]).push(run);
  }
  const [across, up] = [0, 1].map((dimension) => walked.draws(dimension));
  const found = new Array(count).fill(0);
  let all = 0;
  across.forEach((draws, chain) =>
    draws.forEach((value, i) => {
      all += 1;
      const at = Math.round((value - column) / cell);
      const runsHere = byRow.get(Math.round((up[chain][i] - row) / cell)) ?? [];
      const run = runsHere.find(([, first, last]) => first <= at && at <= last);
      if (run) found[run[3]] += 1;
    }),
  );
  return found.map((number) => number / all);
}
