"""One press for whoever was frightened on the phone, on a small phone, with and without a script; and the
clock beside it says what it counts.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SHORT_PHONE, Open, axe_faults, follow, sign_in, sizes, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("language", "script"), [("en", True), ("cy", True), ("en", False)])
def test_one_press_and_kind_words(
    open_browser: Open, vic: Person, bank: PhoneBank, *, language: str, script: bool
) -> None:
    page, faults = open_browser(SHORT_PHONE, language=language, script=script), list[str]()

    def look(name: str) -> None:
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"frightened-{name}-{language}.png"))
        if script:
            faults.extend(f"{name}: {fault}" for fault in axe_faults(page))
            if (wide := sizes(page)[0]) > SHORT_PHONE[0]:
                faults.append(f"{name}: {wide} px wide")

    press(page, vic, script=script)
    if script:
        assert page.evaluate("document.documentElement.scrollHeight") <= SHORT_PHONE[1], "nothing scrolls"
        expect(page.get_by_role("timer")).to_contain_text("finishing up" if language == "en" else "gorffen")
    page.locator(".note > summary").click()
    look("finishing")
    if script:
        tap(page, "frightened")
    else:
        follow(page, "[data-test=frightened]")
    page.locator("[data-test=kind-words]").wait_for()
    look("said")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("size", [PHONE, SHORT_PHONE])
def test_it_is_reached_while_they_speak_without_opening_anything(
    open_browser: Open, vic: Person, bank: PhoneBank, *, size: tuple[int, int], language: str
) -> None:
    page = open_browser(size, language=language)
    sign_in(page, vic)
    page.goto("/call")
    tap(page, "next")
    state(page, "ringing")
    assert page.locator("[data-test=frightened]").count() == 0, "nobody was spoken with yet"
    tap(page, "continue")
    state(page, "talking")
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"frightened-talking-{size[1]}-{language}.png"))
    button = page.locator("[data-test=frightened]")
    there, answers = button.bounding_box(), page.locator(".answers .ans").all()
    assert there is not None
    assert there["y"] + there["height"] <= size[1], "in the first view"
    assert there["height"] >= 44
    lowest = max(one["y"] + one["height"] for each in answers if (one := each.bounding_box()))
    assert lowest <= there["y"], "below the answers"
    assert sizes(page)[0] <= size[0]
    assert not axe_faults(page)
    tall = page.evaluate("document.documentElement.scrollHeight")
    without = (
        "document.querySelector('.about-row > form').hidden = true, document.documentElement.scrollHeight"
    )
    assert page.evaluate(without) == tall, "it makes the page no longer"
    page.evaluate("document.querySelector('.about-row > form').hidden = false")
    summary = page.locator("#about > summary")
    assert not summary.evaluate("(element) => element.scrollWidth > element.clientWidth")
    summary.click()
    tap(page, "frightened")
    page.locator("[data-test=kind-words]").wait_for()


def press(page: Page, vic: Person, *, script: bool) -> None:
    """As far as finishing up."""
    sign_in(page, vic)
    page.goto("/call")
    for test, wanted in (("next", "ringing"), ("continue", "talking"), ("reached", "wrap_up")):
        if script:
            tap(page, test)
        else:
            follow(page, f"[data-test={test}]")
        state(page, wanted)
