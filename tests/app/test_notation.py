"""The glossary's page, and that every chapter shows the symbols it is said to use."""

from urllib.parse import urlsplit

import pytest

from tests.app.opening import open_page, text
from ui import course, notation

RUN = "mlp-d8-b1"  # with dimensions that are off and a choice of planes, so that most words of a page are there


def _shown(at) -> str:
    """All that can be read in the main part of a page: prose, formulae, labels, options and help of its controls."""
    found = []

    def read(node) -> None:
        for child in getattr(node, "children", {}).values():
            read(child)
        found.extend(str(getattr(node, name, None) or "") for name in ("value", "label", "help", "options"))

    read(at.main)
    return "\n".join(found)


@pytest.mark.parametrize("chapter", course.lessons(), ids=lambda chapter: chapter.key)
def test_the_symbols_of_a_chapter_are_on_it(chapter):
    at = open_page(chapter.key, RUN)
    assert not at.exception
    used = notation.used_in(chapter.key)
    listing = next(each.value for each in at.main.markdown if f"]({notation.PAGE}#" in each.value)
    assert listing.count(f"]({notation.PAGE}#") == len(used)
    shown = _shown(at).replace(listing, "")
    assert [term.key for term in used if not any(sign in shown for sign in term.signs)] == []


def test_the_page_holds_every_term_reference_and_way_back():
    at = open_page("notation")
    assert not at.exception
    shown = text(at)
    assert [heading.anchor for heading in at.subheader][:-1] == list(notation.terms())
    assert [term.key for term in notation.terms().values() if term.formula not in shown] == []
    for reference in notation.references().values():
        assert reference.title in shown
        assert urlsplit(reference.link).netloc
    for chapter in course.lessons():
        assert f"[{chapter.title}]({course.path(chapter) or '.'})" in shown


def test_it_is_searched_by_word_and_by_chapter():
    at = open_page("notation", notation_search="preconditioned", notation_chapter=course.chapter("chain").title)
    assert [heading.anchor for heading in at.subheader] == ["pcn", "references"]
    at.text_input(key="notation_search").set_value("nothing of the sort").run()
    assert "No term has all these words" in text(at)
