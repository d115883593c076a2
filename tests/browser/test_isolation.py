"""Two students side by side: what one chooses, answers, draws and trains, the other never sees."""

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import running
from ui import course, your_run

pytestmark = pytest.mark.browser
SEVEN, BAR = [(0.2, 0.2), (0.8, 0.2), (0.45, 0.85)], [(0.5, 0.2), (0.5, 0.8)]
FORM = "Your digit in MNIST's form."


class Student(NamedTuple):
    page: Page
    model: str
    digit: int
    said: list  # what the browser sent


@pytest.fixture
def students(browser, app):
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    said = [[], []]
    for page, mine in zip(pages, said, strict=True):
        page.on("websocket", lambda socket, mine=mine: socket.on("framesent", lambda _: mine.append(1)))
    yield Student(pages[0], "mlp-d8-b0.1", 4, said[0]), Student(pages[1], "mlp-d2-b3", 9, said[1])
    for context in contexts:
        context.close()


def loaded(page: Page) -> str:
    return page.get_by_role("combobox", name="Model loaded").input_value()


def answered(page: Page) -> int:
    """How many of the page's questions have an answer."""
    return (
        page.locator("[data-testid=stMain] [data-testid=stRadio]", has_text="Predict").locator("input:checked").count()
    )


def told(page: Page) -> str:
    """All the page says once its figures are drawn; Plotly's words come some time after the script has ended.

    Before that a grey box stands in place of each figure, until Plotly itself has come.
    """
    page.wait_for_selector("[data-testid=stMain] [data-testid=stSkeleton]", state="detached", timeout=60_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'))",
        timeout=60_000,
    )
    return running.at_rest(page, page.locator("[data-testid=stMain]").inner_text)


def go_on(page: Page, chapter: course.Chapter) -> None:
    page.get_by_role("link", name=f"Next: {chapter.title}", exact=True).click(timeout=60_000)
    expect(page.locator("h1")).to_have_text(chapter.title, timeout=60_000)


def guess(page: Page) -> None:
    """Answer the first question, if the page has one."""
    question = page.locator("[data-testid=stMain] [data-testid=stRadio]", has_text="Predict")
    if question.count():
        question.first.locator("label").nth(1).click()
        running.settle(page, 120)


def run_again(student: Student) -> None:
    """Have the server draw the page again."""
    said = len(student.said)
    student.page.evaluate("() => document.activeElement.blur()")
    student.page.keyboard.press("r")
    for _ in range(100):
        student.page.wait_for_timeout(50)
        if len(student.said) > said:
            break
    assert len(student.said) > said
    running.settle(student.page, 120)


@pytest.mark.parametrize("part", course.parts())
def test_two_students_through_every_chapter(students, app, part):
    first, second = students
    for number, chapter in enumerate(course.parts()[part]):
        before = {}
        for student in students:
            if not number or chapter not in course.lessons():  # no link leads on to these
                state = f"model={student.model}&digit_class={student.digit}"
                student.page.goto(f"{app}/{course.path(chapter)}?{state}")
                running.settle(student.page, 120)
            else:
                go_on(student.page, chapter)
                running.settle(student.page, 120)
            assert loaded(student.page) == student.model, chapter.key
            before[student.model] = told(student.page)
        guess(first.page)
        if chapter.key == "digit":
            second.page.get_by_role("radio", name=str(second.digit), exact=True).first.click(force=True)
            running.settle(second.page)
        # The second student's page draws itself again, after what the first has done.
        run_again(second)
        assert answered(second.page) == 0, chapter.key
        assert loaded(second.page) == second.model, chapter.key
        if chapter.key != "digit":
            assert told(second.page) == before[second.model], chapter.key
        for student, other in (students, students[::-1]):
            asked = parse_qs(urlsplit(student.page.url).query)
            assert asked["model"] == [student.model], chapter.key
            assert other.model not in student.page.locator("[data-testid=stSidebar]").inner_text()


def draw(page: Page, app: str, points: list) -> None:
    page.goto(f"{app}/draw")
    running.settle(page)
    pad = page.get_by_role("group", name="Draw a digit")
    pad.scroll_into_view_if_needed()
    box = pad.get_by_role("application").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    page.get_by_text("at hand in every chapter").wait_for(timeout=60_000)
    running.settle(page)


def drawn(page: Page) -> str:
    return page.get_by_role("img", name=FORM).first.get_attribute("src")


def test_drawings_and_trainings_are_each_students_own(students, app):
    first, second = (student.page for student in students)
    draw(first, app, SEVEN)
    second.goto(f"{app}/draw")
    running.settle(second)
    assert second.get_by_role("img", name=FORM).count() == 0
    seven = drawn(first)
    draw(second, app, BAR)
    assert drawn(second) != seven
    assert drawn(first) == seven

    # By links within the page: a new address would be a new session.
    there = course.chapter("train")
    for page in (first, second):
        for chapter in course.CHAPTERS[course.CHAPTERS.index(course.chapter("draw")) + 1 :]:
            go_on(page, chapter)
            if chapter == there:
                break
        running.settle(page, 120)
    first.get_by_role("slider", name=re.compile("^Epochs")).press("Home")
    first.get_by_role("slider", name=re.compile("^Latent dimensions")).press("ArrowRight")
    running.settle(first)
    first.get_by_role("button", name="Train", exact=True).click()
    first.get_by_role("heading", name="Watch").wait_for()
    run_again(students[1])
    assert second.get_by_role("heading", name="Watch").count() == 0
    first.get_by_role("heading", name="Your run").wait_for(timeout=180_000)
    running.settle(first)
    assert loaded(first) == your_run.NAME
    run_again(students[1])
    assert second.get_by_role("heading", name="Your run").count() == 0
    assert loaded(second) != your_run.NAME
    second.get_by_role("combobox", name="Model loaded").click()
    assert your_run.NAME not in second.get_by_role("option").all_inner_texts()

    second.goto(f"{app}/digit?model={your_run.NAME}&digit_source=my picture")
    running.settle(second)
    assert loaded(second) != your_run.NAME
    assert "lives only in the browser tab that trained it" in second.locator("[data-testid=stSidebar]").inner_text()
    assert second.get_by_role("img", name=FORM).count() == 0  # another session, even of the same browser
