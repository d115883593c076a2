"""Pictures of every page, for people to look at: `python -m tests.browser.screenshots OUTDIR [--page KEY]`."""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import running
from ui import course


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--page", action="append", metavar="KEY", help="only this chapter; may be given again")
    parser.add_argument("--query", default="", help="state to open the page in, such as 'model=mlp-d8-b1&lecture=true'")
    options = parser.parse_args()
    if running.chromium() is None:
        parser.exit(1, "no Chromium: install one, or name it in the environment variable CHROMIUM\n")
    chapters = [course.chapter(key) for key in options.page] if options.page else course.CHAPTERS
    options.outdir.mkdir(parents=True, exist_ok=True)
    with running.running_app() as app, sync_playwright() as playwright:
        browser = running.launch(playwright)
        for chapter in chapters:
            for scheme in running.SCHEMES:
                for width in running.WIDTHS:
                    target = options.outdir / f"{chapter.key}-{scheme}-{width}.png"
                    _take(browser, f"{app}/{course.path(chapter)}?{options.query}", scheme, width, target)
                    print(target)
        browser.close()


def _take(browser: Browser, url: str, scheme: str, width: int, target: Path) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    running.settle(page)
    page.set_viewport_size({"width": width, "height": running.height(page)})
    page.wait_for_timeout(1500)  # charts are drawn anew after the change of size
    page.screenshot(path=target)
    context.close()


if __name__ == "__main__":
    main()
