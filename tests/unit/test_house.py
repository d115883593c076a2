"""The rules of the house: which way imports run, that every listed chapter exists, that the configuration is real."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from streamlit import config

from ui import course

ROOT = Path(__file__).parents[2]
# A module imports from its own layer or a lower one, never from a higher one.
LAYERS = ("vae_core", "ui", course.FOLDER, "streamlit_app")
SOURCES = sorted(
    path for layer in LAYERS for path in (*ROOT.glob(f"{layer}.py"), *ROOT.glob(f"{layer}/**/*.py")) if path.is_file()
)


def _imported(path: Path) -> set[str]:
    """Names of the top-level packages a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; import from the root"
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    if layer == course.FOLDER:
        above.add(course.FOLDER)  # what two pages share belongs in ui
    if layer == "vae_core":
        above.add("streamlit")
    assert _imported(path) & above == set()


def test_the_course_lists_exactly_the_pages_there_are():
    there = sorted(str(path.relative_to(ROOT)) for path in (ROOT / course.FOLDER).glob("*.py"))
    assert sorted(chapter.file for chapter in course.CHAPTERS) == there


def test_chapters_are_told_apart_by_key_and_title():
    assert len({chapter.key for chapter in course.CHAPTERS}) == len(course.CHAPTERS)
    assert len({chapter.title for chapter in course.CHAPTERS}) == len(course.CHAPTERS)
    # a control's key names its chapter by prefix, so no chapter's prefix may begin another's
    prefixes = [f"{chapter.key}_" for chapter in course.CHAPTERS]
    assert [(a, b) for a in prefixes for b in prefixes if a != b and a.startswith(b)] == []


def test_parts_and_neighbours_walk_through_all_lessons():
    walked = [course.CHAPTERS[0]]
    while (after := course.neighbours(walked[-1].key)[1]) is not None:
        assert course.neighbours(after.key)[0] == walked[-1]
        walked.append(after)
    assert tuple(walked) == course.lessons()
    assert [each.key for each in course.CHAPTERS if each.part == course.TEACHING] == ["notation", "instructor"]
    assert tuple(chapter for part in course.parts().values() for chapter in part) == course.CHAPTERS
    assert [course.at_path(course.path(chapter)) for chapter in course.CHAPTERS] == list(course.CHAPTERS)


def _options(table: dict, above: str = "") -> dict:
    """A parsed TOML table as {"section.option": value}."""
    flat = {}
    for name, value in table.items():
        key = f"{above}{name}"
        flat |= _options(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return flat


def test_every_configured_option_exists_in_this_streamlit():
    configured = _options(tomllib.loads((ROOT / ".streamlit/config.toml").read_text()))
    known = config.get_config_options()
    assert [name for name in configured if name not in known] == []


def test_no_file_is_watched_while_a_class_is_here():
    # The threads that watch the folder take from the core that the pages need.
    assert config.get_option("server.fileWatcherType") == "none"
    assert "--server.fileWatcherType=auto" in (ROOT / "README.md").read_text("utf-8")


def test_no_page_counts_on_bare_expressions_being_shown():
    assert config.get_option("runner.magicEnabled") is False
    shown = []
    for path in (ROOT / "streamlit_app.py", *(ROOT / course.FOLDER).glob("*.py")):
        bare = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Expr)]
        strings = [node for node in bare if isinstance(node.value, ast.Constant)]  # docstrings
        shown += [f"{path.name}:{n.lineno}" for n in bare if n not in strings and not isinstance(n.value, ast.Call)]
    assert shown == []


def test_the_hidden_option_that_keeps_crowds_quick_still_works():
    # Not in Streamlit's documentation, so a new version may drop it without a word.
    assert "runner.postScriptGC" in config.get_config_options()
    assert config.get_option("runner.postScriptGC") is False


def test_every_picture_of_a_component_has_a_name_before_anything_is_drawn():
    files = sorted((ROOT / "ui" / "components").glob("*/*.html"))
    pictures = [tag for file in files for tag in re.findall(r'<[^>]*role="img"[^>]*>', file.read_text())]
    assert len(pictures) > 10
    assert [tag for tag in pictures if not re.search(r'aria-label="[^"]+"', tag)] == []
