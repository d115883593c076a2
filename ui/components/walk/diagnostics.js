// Have the chains met, and how much do they know: split R̂ and effective sample size of one dimension, rank-normalised,
// as ArviZ computes them for `vae_core.chains`; a test compares the two.
// Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and localization".

/**
 * @param {Float64Array[]} chains one array of draws a chain, of equal length
 * @returns {{rhat: number, ess: number}} NaN where every draw is the same
 */
export function diagnose(chains) {
  const halves = split(chains);
  const all = sorted(halves);
  if (all[0] === all[all.length - 1]) return { rhat: NaN, ess: NaN };
  const middle = (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
  const bulk = normalScores(halves, all);
  const folded = halves.map((half) => half.map((value) => Math.abs(value - middle)));
  return {
    rhat: Math.max(rhat(bulk), rhat(normalScores(folded, sorted(folded)))),
    ess: effectiveSampleSize(bulk),
  };
}

/** First and last halves; a draw in the middle of an odd number is left out. */
function split(chains) {
  const half = Math.floor(chains[0].length / 2);
  return [...chains.map((chain) => chain.slice(0, half)), ...chains.map((chain) => chain.slice(-half))];
}

function sorted(chains) {
  const all = new Float64Array(chains.length * chains[0].length);
  chains.forEach((chain, k) => all.set(chain, k * chain.length));
  return all.sort();
}

/** The normal quantile of each draw's rank among all, equal draws at their average rank. */
function normalScores(chains, all) {
  const size = all.length;
  return chains.map((chain) =>
    chain.map((value) => {
      const rank = (below(all, value, false) + below(all, value, true) + 1) / 2;
      return normalQuantile((rank - 3 / 8) / (size + 1 / 4));
    }),
  );
}

/** How many of the sorted values are smaller than a value, or, `through`, no larger. */
function below(values, value, through) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value || (through && values[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Unbiased. */
function variance(values) {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

function rhat(chains) {
  const draws = chains[0].length;
  const between = draws * variance(chains.map(mean));
  const within = mean(chains.map(variance));
  return Math.sqrt((between / within + draws - 1) / draws);
}

/** S / τ, with τ from Geyer's initial monotone sequence of autocorrelations averaged over the chains. */
function effectiveSampleSize(chains) {
  const [count, draws] = [chains.length, chains[0].length];
  const centred = chains.map((chain) => {
    const centre = mean(chain);
    return chain.map((value) => value - centre);
  });
  const covariance = (lag) => {
    let sum = 0;
    for (const chain of centred) for (let i = lag; i < draws; i += 1) sum += chain[i] * chain[i - lag];
    return sum / (draws * count);
  };
  const within = (covariance(0) * draws) / (draws - 1);
  const total = (within * (draws - 1)) / draws + variance(chains.map(mean));
  const correlation = (lag) => 1 - (within - covariance(lag)) / total;
  const rho = new Float64Array(draws);
  let [even, odd] = [1, correlation(1)];
  [rho[0], rho[1]] = [even, odd];
  let lag = 1;
  for (; lag < draws - 3 && even + odd > 0; lag += 2) {
    [even, odd] = [correlation(lag + 1), correlation(lag + 2)];
    if (even + odd >= 0) [rho[lag + 1], rho[lag + 2]] = [even, odd];
  }
  const last = lag - 2;
  if (even > 0) rho[last + 1] = even;
  for (let t = 1; t <= last - 2; t += 2) {
    if (rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t]) rho[t + 1] = rho[t + 2] = (rho[t - 1] + rho[t]) / 2;
  }
  const size = count * draws;
  let tau = -1 + rho[last + 1];
  for (let t = 0; t <= last; t += 1) tau += 2 * rho[t];
  return size / Math.max(tau, 1 / Math.log10(size));
}

/** The inverse of the normal distribution function for 1e-10 < p < 1 − 1e-10, to 1e-15. Wichura 1988, AS 241, PPND16. */
function normalQuantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return (q * polynomial(NEAR[0], 0.180625 - q * q)) / polynomial(NEAR[1], 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p))) - 1.6;
  return (Math.sign(q) * polynomial(FAR[0], r)) / polynomial(FAR[1], r);
}

const NEAR = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852854561,
  ],
];
const FAR = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
];

/** Coefficients from the constant upwards. */
function polynomial(coefficients, x) {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
