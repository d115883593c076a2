// What a posterior says of a drawing: the formulae of vae_core, for one image.

/**
 * p(C|z) with one Gaussian a class, by Bayes' rule on the log scale.
 * @param {{mean: number[][], whitening: number[][], offset: number[]}} classes whitening: the lower triangle of W, row by
 *   row, with W'W the inverse covariance; offset: log p(C) − ½ log |Σ_C|
 * @param {ArrayLike<number>} z (d)
 * @returns {number[]} (10)
 */
export function classPosterior({ mean, whitening, offset }, z) {
  const scores = offset.map((start, label) => {
    const away = mean[label].map((middle, i) => z[i] - middle);
    let squares = 0;
    for (let row = 0, at = 0; row < away.length; row++) {
      let white = 0;
      for (let i = 0; i <= row; i++) white += whitening[label][at++] * away[i];
      squares += white ** 2;
    }
    return start - squares / 2;
  });
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
}

/** KL(N(mean, diag exp logvar) ‖ N(0, I)), nats. */
export function rateOf(mean, logvar) {
  return mean.reduce((sum, mu, i) => sum + (mu * mu + Math.exp(logvar[i]) - 1 - logvar[i]) / 2, 0);
}

/** ½ Σ (x − x̂)². */
export function halfSse(x, drawn) {
  return x.reduce((sum, value, i) => sum + (value - drawn[i]) ** 2, 0) / 2;
}
