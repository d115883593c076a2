"""The glossary and the references: complete, resolvable, and cited somewhere."""

import importlib
import re
from pathlib import Path

import pytest

from ui import course, notation

ROOT = Path(__file__).parents[2]
ANCHOR = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DOI = re.compile(r"10\.\d{4,9}/\S+")
TERMS, REFERENCES = list(notation.terms().values()), list(notation.references().values())


def _resolve(dotted: str) -> object:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise AssertionError(f"no module is called {parts[0]}")


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.key)
def test_a_term_is_whole(term):
    assert ANCHOR.fullmatch(term.key)
    assert all(getattr(term, name) for name in ("symbol", "name", "formula", "unit", "says", "pitfall", "signs"))
    assert term.formula.count("{") == term.formula.count("}")
    assert "$" not in term.formula
    assert term.says.endswith((".", "?"))
    assert callable(_resolve(term.code)) or isinstance(_resolve(term.code), property)
    assert set(term.cites) <= notation.references().keys()
    assert notation.chapters_using(term.key), "no chapter uses it"


@pytest.mark.parametrize("chapter", course.lessons(), ids=lambda chapter: chapter.key)
def test_every_lesson_says_which_terms_it_uses(chapter):
    used = notation.used_in(chapter.key)
    assert len(used) >= 4
    assert len(set(used)) == len(used)


def test_keys_are_told_apart():
    keys = [term.key for term in TERMS] + [reference.key for reference in REFERENCES] + ["references"]
    assert len(set(keys)) == len(keys)  # anchors of one page


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.key)
def test_a_reference_can_be_found_and_is_cited(reference):
    assert bool(reference.doi) != bool(reference.url)
    assert not reference.doi or DOI.fullmatch(reference.doi)
    assert reference.link.startswith("http")
    by_a_term = any(reference.key in term.cites for term in TERMS)
    surname = reference.authors.split(",")[0].split(" & ")[0].split()[-1]
    source = re.compile(rf"{surname}\b.{{0,60}}{reference.year}")
    files = [path for folder in ("vae_core", "pages", "ui") for path in ROOT.glob(f"{folder}/**/*.py")]
    assert by_a_term or any(source.search(path.read_text("utf-8")) for path in files)


def test_works_are_cited_as_readers_expect():
    cited = {key: notation.cited(notation.references()[key]) for key in ("bishop2006", "held1962", "alemi2018")}
    assert cited == {
        "bishop2006": "Bishop 2006",
        "held1962": "Held & Karp 1962",
        "alemi2018": "Alemi et al. 2018",
    }


@pytest.mark.parametrize(
    ("words", "chapter", "among"),
    [
        ("rhat", None, ["rhat"]),
        ("WASSERSTEIN2", None, ["wasserstein"]),
        ("clusters of cheese", None, []),
        ("covariance law variance", None, ["sigma-c"]),
        ("", "class_moments", [term.key for term in notation.used_in("class_moments")]),
    ],
)
def test_terms_are_found_by_all_their_words(words, chapter, among):
    assert [term.key for term in notation.found(words, chapter)] == among


def test_without_words_every_term_is_found():
    assert notation.found("  ") == TERMS
