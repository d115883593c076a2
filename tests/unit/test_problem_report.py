"""Where problem reports go is the operator's choice, and only well-formed choices count."""

import pytest

from ui.problem_report import VARIABLE, Destination, destination, versions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Destination("", "")),
        ("  ", Destination("", "")),
        ("teacher@example.org", Destination("mail", "teacher@example.org")),
        ("https://example.org/course/issues/new", Destination("page", "https://example.org/course/issues/new")),
        ("https://example.org/new?labels=course", Destination("page", "https://example.org/new?labels=course")),
    ],
)
def test_a_destination_is_read(text, expected):
    assert destination({} if text is None else {VARIABLE: text}) == expected


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "mailto:a@b.org", "a@b.org?bcc=c@d.org", "nobody", "https://", "ftp://x.org/y"]
)
def test_what_is_no_address_is_refused_by_name(text):
    with pytest.raises(ValueError, match=VARIABLE):
        destination({VARIABLE: text})


def test_versions_name_what_runs_here():
    assert "Streamlit 1." in versions()
    assert "unknown" not in versions()
