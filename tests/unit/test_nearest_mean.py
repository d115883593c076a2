"""The nearest-mean reader against a plain restatement."""

import numpy as np

from vae_core import nearest_mean


def test_accuracy_confusion_and_pairs_by_hand():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 30)
    mean = np.stack([labels * 2.0, np.zeros(300)], axis=1) + rng.normal(size=(300, 2))
    held_out = np.tile(np.arange(30) < 10, 10)
    reading = nearest_mean.read(mean, labels, held_out)

    centres = [mean[(labels == digit) & ~held_out].mean(0) for digit in range(10)]
    named = [min(range(10), key=lambda k: np.linalg.norm(z - centres[k])) for z in mean[held_out]]
    true = labels[held_out]
    assert reading.accuracy == np.mean(true == named)
    assert (reading.count, reading.per_class) == (100, 10)
    for digit in range(10):
        assert reading.confusion[digit].tolist() == np.bincount(np.array(named)[true == digit], minlength=10).tolist()

    pairs = nearest_mean.confused_pairs(reading)
    assert len(pairs) == 45
    assert [times for *_, times in pairs] == sorted((times for *_, times in pairs), reverse=True)
    assert pairs[0][1] == pairs[0][0] + 1  # neighbours on the line
    assert sum(times for *_, times in pairs) == reading.confusion.sum() - np.trace(reading.confusion)
