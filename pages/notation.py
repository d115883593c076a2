"""Notation and glossary: every symbol and term, its formula, unit and pitfall, where it is used, and the literature."""

import streamlit as st

from ui import controls, course, lesson, notation

EVERY = "every chapter"

lesson.header("notation")
st.markdown(
    "Costs, information and divergences are in **nats**: logarithms are natural, and 1 nat is $1/\\log 2$ bits. “Per "
    "image” means summed over pixels and latent dimensions, averaged over images. $d$ is the number of latent "
    "dimensions, $N$ of images, $C$ a class, $|C|$ the number of its images."
)


def entry(term: notation.Term) -> None:
    """All there is to say of one term."""
    st.subheader(f"{term.symbol}: {term.name}" if term.symbol != term.name else term.name, anchor=term.key)
    st.latex(term.formula)
    used = ", ".join(f"[{each.title}]({course.path(each) or '.'})" for each in notation.chapters_using(term.key))
    sources = [notation.references()[key] for key in term.cites]
    cites = ", ".join(f"[{notation.cited(source)}]({source.link})" for source in sources)
    st.markdown(
        f"{term.says}  \n**Unit**: {term.unit}.  \n**Mind**: {term.pitfall}  \n**Computed by** `{term.code}`.  \n"
        f"**Used in**: {used}" + (f"  \n**Source**: {cites}" if cites else "")
    )


with st.container(horizontal=True, vertical_alignment="bottom"):
    words = controls.text(
        "notation_search", "Search", max_chars=60, placeholder="a symbol, a word, part of a function's name"
    )
    lessons = {each.title: each.key for each in course.lessons()}
    where = controls.select("notation_chapter", "Used in", (EVERY, *lessons), width=280)
terms = notation.found(words, lessons.get(where))
st.caption(f"{len(terms)} of {len(notation.terms())} terms, in the order in which they are met.")
if not terms:
    st.info("No term has all these words. Try fewer, or part of one.", icon=":material/search_off:")
for term in terms:
    entry(term)

st.subheader("References", anchor="references")
st.markdown("What the chapters, and the functions they show, rest on.")
for reference in notation.references().values():
    st.markdown(
        f"**{notation.cited(reference)}**  \n{reference.authors}. *{reference.title}*. {reference.where}. "
        f"[{f'doi:{reference.doi}' if reference.doi else reference.url}]({reference.link})"
    )
lesson.footer("notation")
