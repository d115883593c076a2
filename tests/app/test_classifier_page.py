"""The chapter that lays a classifier's space beside a VAE's: its figures, its pairs, its predictions."""

import re

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.app.opening import open_page, text
from vae_core import zoo
from vae_core.representations import linear_cka

KEY = "classifier"


def row(at, name: str) -> list[float]:
    """Percentages in a row of the table of readers."""
    (line,) = re.findall(rf"^\| {re.escape(name)}.*$", text(at), flags=re.MULTILINE)
    return [float(number) for number in re.findall(r"([\d.]+)%", line)]


@pytest.mark.parametrize(("size", "training"), [(2, "one-cycle"), (3, "one-cycle, β = 0.1"), (8, "default")])
def test_every_size_and_training_is_shown(size, training):
    at = open_page(KEY, **{f"{KEY}_dim": str(size), f"{KEY}_training": training})
    assert not at.exception
    assert f"classifier-d{size}" in text(at)
    assert "**Takeaway.**" in text(at)


def test_the_figures_are_those_of_the_stored_test_images():
    at = open_page(KEY, "mlp-d8-b1")
    vae, (h, labels) = zoo.test_encodings("mlp-d8-b1"), zoo.test_representation("classifier-d8")
    assert f"linear CKA **{linear_cka(vae.mean, h):.2f}**" in text(at)
    distances = []
    for space in (vae.mean.astype(float), h.astype(float)):
        means = np.array([space[labels == c].mean(0) for c in range(10)])
        distances.append(np.linalg.norm(means[:, None] - means, axis=2)[np.triu_indices(10, 1)])
    assert f"Spearman's ρ = **{spearmanr(*distances).statistic:.2f}**" in text(at)
    own = 100 * zoo.metrics("classifier-d8")["test"]["accuracy"]
    assert row(at, "named by the classifier's own last layer") == [pytest.approx(own, abs=0.051)]


def test_the_classifiers_space_is_better_to_read_and_the_vaes_to_draw_from():
    at = open_page(KEY)
    for name in ("named by the nearest class mean", "named by a linear reader", "variance between classes"):
        vae, classifier = row(at, name)
        assert classifier > vae + 10
    ours, theirs, label = (float(x) for x in re.search(r"digits: ([\d.]+), ([\d.]+) and ([\d.]+)\.", text(at)).groups())
    assert ours < 0.8 * label
    assert abs(theirs / label - 1) < 0.1  # in two dimensions the strokes are gone


def test_four_and_nine_are_parted_by_the_classifier():
    at = open_page(KEY)
    (question,) = (radio for radio in at.radio if "4 and 9 are number **1**" in radio.label)
    question.set_value("further down than 20").run()
    assert any(success.value == "Yes: further down than 20." for success in at.success)
    at.segmented_control(key=f"{KEY}_a").set_value("9").run()
    assert any("two different classes" in info.value for info in at.info)
    at.segmented_control(key=f"{KEY}_b").set_value("7").run()
    assert not at.exception
    assert "of 9 and" in text(at)


def test_a_model_without_a_partner_leaves_the_page_whole():
    at = open_page(KEY, "mlp-d16-b3")
    assert not at.exception
    assert "Compared: mlp-d2-b1 and classifier-d2" in text(at)
