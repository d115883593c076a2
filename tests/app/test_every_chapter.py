"""Every chapter with the model that is least like the others: a UNet whose skips leave z nothing to say."""

import re

from tests.app.opening import open_page, text
from ui import course

COLLAPSED = "unet-skips-d8-b1"  # rate 0; its decoder wants features of an image


def test_a_model_that_does_not_use_z_breaks_no_chapter():
    at = open_page(None, COLLAPSED)
    problems = {}
    for chapter in course.CHAPTERS:
        at.switch_page(chapter.file).run()
        found = [element.value for element in [*at.exception, *at.error]]
        found += re.findall(r".{0,40}\b(?:nan|NaN)\b.{0,40}", text(at))
        if found or at.title[0].value != chapter.title:
            problems[chapter.key] = found or at.title[0].value
    assert problems == {}
