"""Symbols and terms of the course, which chapter uses which, and the literature; the texts are in two TOML files."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from ui import course

PAGE = "notation"  # key of the page that shows all of it
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Term:
    """A symbol or word with a meaning of its own.

    Attributes:
        key: names the term; also its anchor on the page.
        symbol: as short as it is written in the course; may hold $maths$.
        name: what it is called.
        formula: LaTeX, without dollar signs.
        unit: what its numbers are counted in.
        says: one plain sentence.
        pitfall: what it is mistaken for, or does not say.
        code: dotted name of the function or class that computes it.
        cites: keys of references.
        signs: how a page writes it; one of them stands on every chapter that lists the term.
    """

    key: str
    symbol: str
    name: str
    formula: str
    unit: str
    says: str
    pitfall: str
    code: str
    cites: tuple[str, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A publication; it has a DOI or, where none was given out, an address that stays."""

    key: str
    authors: str
    year: int
    title: str
    where: str
    doi: str = ""
    url: str = ""

    @property
    def link(self) -> str:
        """Where it can be found."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@cache
def terms() -> dict[str, Term]:
    """All terms by key, in the order in which they are met."""
    return {each["key"]: Term(**_frozen(each)) for each in _read("glossary.toml")["term"]}


@cache
def references() -> dict[str, Reference]:
    """All references by key, in the order of their authors."""
    return {each["key"]: Reference(**each) for each in _read("references.toml")["reference"]}


@cache
def used_in(chapter: str) -> tuple[Term, ...]:
    """The terms that a chapter uses, most needed first."""
    return tuple(terms()[key] for key in _read("glossary.toml")["chapters"].get(chapter, ()))


@cache
def chapters_using(term: str) -> tuple[course.Chapter, ...]:
    """The chapters that use a term, in the order of the course."""
    return tuple(each for each in course.CHAPTERS if terms()[term] in used_in(each.key))


def found(words: str, chapter: str | None = None) -> list[Term]:
    """The terms that hold all these words in their text, in any order and case; of one chapter, if one is named."""
    wanted = words.lower().split()
    among = terms().values() if chapter is None else used_in(chapter)
    return [term for term in among if all(word in _text(term) for word in wanted)]


def cited(reference: Reference) -> str:
    """How it is cited in a sentence: surnames of one or two authors, or the first and others, and the year."""
    surnames = [author.split()[-1] for author in reference.authors.replace(" & ", ", ").split(", ")]
    return f"{' & '.join(surnames) if len(surnames) < 3 else f'{surnames[0]} et al.'} {reference.year}"


def show_used(chapter: str) -> None:
    """What the symbols of a chapter mean, behind a button, each with a link to all there is to say of it."""
    if not used_in(chapter):
        return
    with st.popover("Symbols on this page", icon=":material/function:", type="tertiary"):
        st.markdown("\n".join(f"- [{term.symbol}]({PAGE}#{term.key}): {term.says}" for term in used_in(chapter)))


def _text(term: Term) -> str:
    words = (term.key, term.symbol, term.name, term.says, term.pitfall, term.unit, term.code, *term.signs)
    return " ".join(words).lower()


def _read(name: str) -> dict:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


def _frozen(entry: dict) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
