"""Two clouds in a real Chromium: one slider moves both, and the charts under them."""

import re

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser


def test_one_slider_moves_both_spaces_and_the_address(page, app):
    page.goto(f"{app}/classifier?classifier_dim=3")
    running.settle(page)
    film = page.get_by_role("group", name=re.compile("^The spaces of mlp-d3-b1 and classifier-d3"))
    clouds = [film.get_by_role("img", name=re.compile(f"^{name}.*step 6,900")) for name in ("VAE", "Classifier")]
    for cloud in clouds:
        cloud.scroll_into_view_if_needed()
        assert cloud.is_visible()
    before = [cloud.screenshot() for cloud in clouds]
    film.get_by_role("slider", name="Recorded step").focus()
    page.keyboard.press("Home")
    now = [film.get_by_role("img", name=re.compile(f"^{name}.*before training")) for name in ("VAE", "Classifier")]
    assert all(cloud.screenshot() != picture for cloud, picture in zip(now, before, strict=True))
    assert "CKA 1.00" in film.inner_text()  # one seed, one set of initial weights
    assert not film.get_by_role("button", name="Next landmark").is_visible()
    page.wait_for_function("() => location.search.includes('classifier_step=0')")
