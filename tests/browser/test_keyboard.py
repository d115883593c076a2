"""Every page by keyboard alone, and with less motion: all controls are reached, each shows it, none holds the focus."""

import pytest

from tests.browser import running
from ui import course

pytestmark = pytest.mark.browser

# The framework's: a link to the page one is on looks the same with the focus.
FRAMEWORK = 'a[data-testid="stPageLink-NavLink"][href=""]'
SPARE = 40  # presses of Tab beyond the number of controls: the page may grow on the way

# Collected once a page. `deep` looks through shadow roots, where components live.
WALK = """
window.walk = {
  framework: '',
  deep(root, found = []) {
    for (const element of root.querySelectorAll('*')) {
      found.push(element);
      if (element.shadowRoot) this.deep(element.shadowRoot, found);
    }
    return found;
  },
  active() {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body || element === document.documentElement ? null : element;
  },
  seen(element) {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && element.checkVisibility({ visibilityProperty: true });
  },
  told(element) {
    const name = element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent;
    return `${element.tagName.toLowerCase()} ${element.type ?? ''} ${(name ?? '').trim().slice(0, 60)}`;
  },
  // One radio or button of a group is reached with Tab, the others with the arrow keys.
  group: (element) => (element.type === 'radio' && element.name) || element.closest('[data-testid=stButtonGroup]'),
  controls() {
    const groups = new Set();
    return this.deep(document).filter((element) => {
      if (element.tabIndex < 0 || element.disabled || element.closest('[inert]') || !this.seen(element)) return false;
      if (!element.matches('a[href], button, input, select, textarea, summary, [role], [tabindex]')) return false;
      const group = this.group(element);
      if (group && groups.has(group)) return false;
      if (group) groups.add(group);
      return true;
    });
  },
  // What has a role that one presses or moves, and neither takes the focus nor stands in a group of which one does.
  unreachable() {
    const roles = 'button, [role=button], [role=slider], [role=checkbox], [role=switch], [role=tab], [role=radio]';
    return this.deep(document)
      .filter((element) => element.matches(roles) && element.tabIndex < 0 && !element.disabled && this.seen(element))
      .filter((element) => !element.closest('[aria-hidden=true]') && !element.querySelector('[tabindex="0"], input'))
      .filter((element) => {
        const group = element.closest('[role=radiogroup], [role=group], [role=tablist], [data-testid=stNumberInput]');
        return !group || ![...group.querySelectorAll('*')].some((other) => other.tabIndex >= 0);
      })
      .map((element) => this.told(element));
  },
  // How it looks, with what is around it: a ring may be drawn by a parent or by the shape beside a hidden input.
  looks(element) {
    const around = [element, ...(element.parentElement?.children ?? [])];
    let above = element.parentElement;
    for (; above && around.length < 14; above = above.parentElement) around.push(above);
    return around.map((each) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor, color, textDecoration,
        opacity } = getComputedStyle(each);
      const ring = getComputedStyle(each, '::before').boxShadow;
      return [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor, boxShadow, backgroundColor,
        borderColor, color, textDecoration, opacity, ring].join();
    }).join(';');
  },
  reached: [],
  last: null,
  // Called after each Tab: what has the focus now, and whether the one before looked any different while it had it.
  step() {
    const found = { unseen: null, told: null, again: 0 };
    const last = this.last;
    if (last?.element.isConnected && !last.element.matches(this.framework) && this.looks(last.element) === last.looks) {
      found.unseen = this.told(last.element);
    }
    const element = this.active();
    this.last = element && { element, looks: this.looks(element) };
    if (!element) return found;
    found.told = this.told(element);
    found.again = this.reached.indexOf(element) + 1; // its place, counted from 1
    this.reached.push(element);
    return found;
  },
  missed() {
    const groups = new Set(this.reached.map(this.group));
    return this.controls()
      .filter((element) => !this.reached.includes(element) && !groups.has(this.group(element) || element))
      .map((element) => this.told(element));
  },
  // What would change if something played: every moving part of a component, and endless animations.
  motion() {
    const parts = this.deep(document);
    const values = parts.filter((e) => e.matches('input[type=range]')).map((e) => e.value);
    const pictures = parts.filter((e) => e.matches('canvas') && e.getContext('2d')).map((e) => e.toDataURL());
    const endless = document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations === Infinity)
      .filter((a) => a.playState === 'running' && this.seen(a.effect.target)).map((a) => this.told(a.effect.target));
    return { values: values.join(), pictures: pictures.join(), endless };
  },
};
"""


@pytest.fixture(scope="module")
def calm(browser):
    """One page for all chapters, in which less motion is asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_the_keyboard_reaches_every_control_and_nothing_plays_by_itself(chapter, calm, app):
    page = calm
    page.goto(f"{app}/{course.path(chapter)}")
    running.settle(page)
    page.evaluate(WALK)
    page.evaluate("framework => { walk.framework = framework; }", FRAMEWORK)
    page.add_style_tag(content="*, *::before, *::after { transition: none !important; }")

    before = running.at_rest(page, lambda: page.evaluate("walk.motion()"))  # components are drawn late
    page.wait_for_timeout(900)
    after = page.evaluate("walk.motion()")

    problems = [f"no way to it by keyboard: {told}" for told in page.evaluate("walk.unreachable()")]
    presses = page.evaluate("walk.controls().length") + SPARE
    for _ in range(presses):
        page.keyboard.press("Tab")
        found = page.evaluate("walk.step()")
        if found["unseen"]:
            problems.append(f"has the focus and does not show it: {found['unseen']}")
        if found["again"]:  # past the last control the browser begins anew
            if found["again"] > 1:
                problems.append(f"the focus came back to {found['told']} before it had left the page")
            break
    else:
        problems.append(f"the focus had not left the page after {presses} presses of Tab")
    problems += [f"not reached: {told}" for told in page.evaluate("walk.missed()")]
    assert not problems, "\n".join(problems)
    assert after["endless"] == []
    assert before == after


def test_arrow_keys_choose_within_a_group_of_buttons(calm, app):
    calm.goto(f"{app}/digit")
    running.settle(calm)
    group = calm.get_by_role("radiogroup", name="Class", exact=True)
    group.get_by_role("radio", name="4", exact=True).focus()
    calm.keyboard.press("ArrowRight")
    calm.keyboard.press("Enter")
    calm.wait_for_url("**digit_class=5*")
