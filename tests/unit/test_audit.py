"""The lock file fits what the app asks for, and the audit never calls clean what it has not asked about."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APART = {"torch"}  # PyPI lacks its CPU build, which has a lock of its own


@pytest.fixture(scope="module")
def audit():
    specification = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_lock_holds_what_the_app_asks_for_with_hashes(audit):
    text = (ROOT / "requirements.lock").read_text()
    locked, asked = (dict(audit.PINNED.findall(each)) for each in (text, (ROOT / "requirements.txt").read_text()))
    missing = asked.items() - locked.items()
    assert {name for name, _ in missing} == APART, "write it again: make lock"
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not [name for name in locked if name.startswith("nvidia-") or name in (*APART, "triton")]
    apart = (ROOT / "requirements-torch.lock").read_text()
    assert dict(audit.PINNED.findall(apart)) == {name: f"{asked[name]}+cpu" for name in APART}
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", apart)) == len(APART)
    assert audit.pinned().items() >= asked.items()


def test_the_container_installs_nothing_without_a_hash():
    installs = re.findall(r"pip install (.*?)(?:\\\n|\n)", (ROOT / "deploy" / "Containerfile").read_text())
    assert len(installs) == 2
    for line in installs:
        assert "--require-hashes --no-deps" in line
        assert (ROOT / line.split("-r ")[1].split()[0]).exists()


PACKAGES = {"numpy": "2.0", "torch": "2.1"}
SOUND = [{"name": name, "version": version, "vulns": []} for name, version in PACKAGES.items()]
HOLE = {"id": "PYSEC-1", "fix_versions": ["2.2"], "aliases": [], "description": ""}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([("osv", SOUND, "")], 0, "2 packages, none of them"),
        ([("osv", [], "no network"), ("pypi", SOUND, "")], 0, "none of them"),
        ([("osv", [SOUND[0], {**SOUND[1], "vulns": [HOLE]}], "")], 1, "torch 2.1: PYSEC-1, mended in 2.2"),
        ([("osv", [{**SOUND[0], "vulns": [{"id": "X"}]}, SKIPPED], "")], 1, "numpy 2.0: X, mended in no version yet"),
        ([("osv", [SOUND[0], SKIPPED], "")], 3, "NOT AUDITED: nothing was learnt about 1 of 2: torch"),
        ([("osv", [], "no network"), ("pypi", [], "no network")], 3, "pypi could not be asked: no network"),
    ],
)
def test_only_an_answer_about_every_package_is_an_all_clear(audit, answers, code, said):
    found, lines = audit.report(PACKAGES, answers)
    assert found == code
    assert said in "\n".join(lines)
