"""Known vulnerabilities of what the app is installed from: `make audit`.

Asks OSV, and PyPI where OSV cannot be reached, about every package of `requirements.lock` and the torch that is
installed beside it. Exit codes: 0 all were asked about and none is known to be vulnerable; 1 some are; 3 it could not
be found out, because no advisory source could be reached or none knows a package: that is no all-clear.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\#]+)", re.MULTILINE)
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3


def pinned() -> dict[str, str]:
    """Name and version of everything that is installed."""
    locked = dict(PINNED.findall((ROOT / "requirements.lock").read_text()))
    return dict(PINNED.findall((ROOT / "requirements.txt").read_text())) | locked


def ask(service: str, packages: dict[str, str]) -> tuple[list[dict], str]:
    """What `pip-audit` says of each package, and why not if it says nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{name}=={version}\n" for name, version in packages.items()))
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", service, "--format", "json"]
        command += ["--progress-spinner", "off", "--no-deps", "--disable-pip", "--requirement", file.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return [], "no answer in five minutes"
    try:
        return json.loads(done.stdout)["dependencies"], ""
    except (ValueError, KeyError):
        return [], (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]


def report(packages: dict[str, str], answers: list[tuple[str, list[dict], str]]) -> tuple[int, list[str]]:
    """Exit code and lines to print, from the answers of each service: its name, the dependencies, what went wrong."""
    known: dict[str, list[dict]] = {}
    lines = []
    for service, dependencies, problem in answers:
        if problem:
            lines.append(f"{service} could not be asked: {problem}")
        for each in dependencies:
            if "vulns" in each:
                known.setdefault(each["name"].lower(), []).extend(each["vulns"])
    for name, found in sorted(known.items()):
        for each in {vulnerability["id"]: vulnerability for vulnerability in found}.values():
            mended = ", ".join(each.get("fix_versions") or ()) or "no version yet"
            lines.append(f"{name} {packages.get(name, '')}: {each['id']}, mended in {mended}")
    unknown = sorted(name for name in packages if name.lower() not in known)
    if any(known.values()):
        return VULNERABLE, lines
    if unknown:
        lines.append(f"NOT AUDITED: nothing was learnt about {len(unknown)} of {len(packages)}: {', '.join(unknown)}")
        return UNKNOWN, lines
    return CLEAN, [*lines, f"{len(packages)} packages, none of them known to be vulnerable"]


def main() -> int:
    packages, answers = pinned(), []
    for service in ("osv", "pypi"):
        answers.append((service, *ask(service, packages)))
        if report(packages, answers)[0] != UNKNOWN:
            break
    code, lines = report(packages, answers)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
