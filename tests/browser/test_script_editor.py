"""The editor of scripts in a browser: dead ends as one types, order by keyboard and by hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")


@pytest.fixture
def address(ctx: Context, bank: PhoneBank) -> str:
    """The editor of the phone bank's script."""
    return f"/scripts/{get_campaign(ctx, bank.campaign_id).script_id}"


def picture(page: Page, name: str) -> None:
    """Kept where somebody asks for pictures."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"script-editor-{name}.png", full_page=True)


def names(page: Page) -> list[str]:
    """The short names of the steps, in their order."""
    return [field.input_value() for field in page.locator("fieldset.block input[name$='-id'].input").all()]


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (PHONE, "cy"), (DESK, "en")])
def test_dead_ends_are_shown_as_one_types(
    open_browser: Open, carys: Person, address: str, size: tuple[int, int], language: str
) -> None:
    page = open_browser(size, language=language)
    sign_in(page, carys)
    page.goto(address)
    expect(page.locator("[data-test=faults]")).to_have_count(0)
    page.select_option("#node-0-next", "")
    expect(page.locator("[data-test=faults] a[href='#node-0']")).to_be_visible()
    expect(page.locator("#node-0-notes .err")).to_be_visible()
    page.locator("#node-2-text").press_sequentially(" {fist_name}")
    expect(page.locator("[data-test=faults] a[href='#node-2-text']")).to_be_visible()
    expect(page.locator("#review-says")).to_contain_text("2")
    assert page.locator("#node-2-text").input_value().startswith(" {fist_name}")
    picture(page, f"faults-{language}-{size[0]}")
    assert axe_faults(page) == []
    assert sizes(page)[0] <= size[0]


def test_steps_go_elsewhere_by_keyboard_and_the_key_can_be_pressed_again(
    open_browser: Open, carys: Person, address: str
) -> None:
    page = open_browser(PHONE)
    sign_in(page, carys)
    page.goto(address)
    assert names(page) == ["hello", "vote", "how", "bye"]
    page.locator("#node-0-down").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#node-1-down")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#node-2-down")).to_be_focused()
    assert names(page) == ["vote", "how", "hello", "bye"]


def test_steps_and_answers_are_dragged(open_browser: Open, carys: Person, address: str) -> None:
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(address)
    drag(page, "node-3", page.locator("#node-0 legend"))
    expect(page.locator("#node-0-id")).to_have_value("bye")
    assert names(page) == ["bye", "hello", "vote", "how"]
    drag(page, "node-2-answer-0", page.locator("#node-2-answer-2"))
    expect(page.locator("#node-2-answer-1-label")).to_have_value("Yes, definitely")
    follow(page, "[data-test=save]")
    expect(page.locator("[data-test=flash]")).to_contain_text("Saved as version 2.")


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_both_languages_stand_side_by_side_or_one_below_the_other(
    open_browser: Open, carys: Person, address: str, size: tuple[int, int]
) -> None:
    page = open_browser(size)
    sign_in(page, carys)
    page.goto(address)
    expect(page.locator("#node-0-other")).to_be_hidden()
    page.check("#both")
    expect(page.locator("[data-test=translated]")).to_contain_text("0 of 11")
    page.fill("#node-0-other", "Helo, ai {first_name|chi} sydd yno?")
    expect(page.locator("[data-test=translated]")).to_contain_text("1 of 11")
    ours, theirs = (page.locator(f"#node-0-{name}").bounding_box() for name in ("text", "other"))
    assert ours is not None
    assert theirs is not None
    assert (theirs["x"] > ours["x"]) == (size == DESK)
    assert (theirs["y"] > ours["y"]) == (size == PHONE)
    picture(page, f"both-{size[0]}")
    assert axe_faults(page) == []
    assert sizes(page)[0] <= size[0]


@pytest.mark.parametrize("script", [True, False])
def test_a_walk_through_is_the_volunteers_screen(
    open_browser: Open, carys: Person, address: str, *, script: bool
) -> None:
    page = open_browser(PHONE, script=script)
    sign_in(page, carys)
    page.goto(f"{address}/preview")
    follow(page, "[data-test=continue]")
    expect(page.locator("[data-test=answer-probably]")).to_be_visible()
    picture(page, f"walk-{script}")
    if script:
        assert axe_faults(page) == []
    assert sizes(page)[0] <= PHONE[0]
    follow(page, "[data-test=answer-probably]")
    follow(page, "[data-test=answer-postal]")
    expect(page.locator("[data-test=learned]")).to_have_text("Leaning to us")
    follow(page, "[data-test=continue]")
    expect(page.locator("[data-test=status]")).to_have_attribute("data-state", "wrap_up")


def drag(page: Page, group: str, onto: Locator) -> None:
    """Take `group` by its grip, and let go above the middle of another."""
    grip = page.locator(f"[data-grip={group}]")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    there = onto.bounding_box()
    assert there is not None
    page.mouse.move(there["x"] + 20, there["y"] + 2, steps=4)
    with page.expect_navigation():
        page.mouse.up()
