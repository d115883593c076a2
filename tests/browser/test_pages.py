"""Every page in a real Chromium: light and dark, wide and narrow."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import running
from ui import course

pytestmark = pytest.mark.browser

# On any page but the first, Streamlit looks for its server under the page's own path before it looks at the root.
PROBED = re.compile(r"^/[\w-]+/_stcore/(health|host-config)$")

# Serious findings of axe that are in Streamlit 1.67 itself: rule, selector of the element they lie in, what is wrong.
_NAVIGATION = "[data-testid=stSidebarNavItems]"
FRAMEWORK = (
    ("list", _NAVIGATION, "on narrow screens the navigation's <ul> holds a <div> a section"),
    ("listitem", _NAVIGATION, "and the <li> stand in those <div>"),
    # Browsers let the keyboard into a scrolling region without being told; axe does not count on it.
    ("scrollable-region-focusable", ".katex-display", "on narrow screens a long formula scrolls inside its own box"),
)


@pytest.mark.parametrize("width", running.WIDTHS)
@pytest.mark.parametrize("scheme", running.SCHEMES)
@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_page_is_sound(chapter, scheme, width, browser, app):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said, asked, problems = [], [], []
    page.on("console", lambda message: said.append(message))
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{app}/{course.path(chapter)}")
    running.settle(page)

    problems += [f"console: {message.text} {message.location}" for message in said if _is_ours(message)]
    problems += [f"request to another host: {url}" for url in asked if not _is_own(url, app)]
    problems += [f"heading is {page.locator('h1').first.inner_text()!r}"] * (
        page.locator("h1").first.inner_text() != chapter.title
    )
    problems += [f"formula: {text}" for text in page.locator(".katex-error").all_inner_texts()]
    problems += [f"exception: {text}" for text in page.locator("[data-testid=stException]").all_inner_texts()]
    problems += _overflow(page, width)
    problems += _axes(page)
    problems += _axe(page)
    context.close()

    assert not problems, "\n".join(problems)


def _is_ours(message) -> bool:
    """Errors, and what Vega has to say against a chart, but for what Streamlit asks in vain."""
    if message.type == "warning" and message.text.startswith("WARN"):
        return True
    return message.type == "error" and not PROBED.match(urlsplit(message.location.get("url", "")).path)


def _is_own(url: str, app: str) -> bool:
    return url.startswith(("data:", "blob:")) or urlsplit(url).netloc == urlsplit(app).netloc


def _overflow(page, width: int) -> list[str]:
    """Elements that make the page scroll sideways."""
    wide = page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]');
            return Math.max(document.documentElement.scrollWidth, main.scrollWidth);
        }"""
    )
    return [f"the page is {wide} px wide on a screen of {width}"] if wide > width else []


def _axes(page) -> list[str]:
    """Axes with the same label at two places: numbers rounded until they say something else."""
    axes = page.locator("[data-testid=stVegaLiteChart] .role-axis")
    labels = axes.evaluate_all(
        "all => all.map(axis => [...axis.querySelectorAll('.role-axis-label text')].map(label => label.textContent)"
        ".filter(text => text))"  # of a logarithmic axis some are empty
    )
    return [f"an axis says the same twice: {each}" for each in labels if len(set(each)) < len(each)]


def _axe(page) -> list[str]:
    """Serious and critical findings that are not the framework's."""
    found = []
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        for node in violation["nodes"]:
            if not _is_frameworks(page, violation["id"], node["target"]):
                found.append(f"axe {violation['id']}: {node['html'][:300]} {node['failureSummary'][:300]}")
    return found


def _is_frameworks(page, rule: str, target: list) -> bool:
    return any(
        rule == known and page.locator(target[0]).first.evaluate("(e, within) => !!e.closest(within)", within)
        for known, within, _ in FRAMEWORK
    )
