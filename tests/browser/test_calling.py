"""Calling in a browser: without a script, by keys alone, through reloads and lost connections."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dialer.services.context import Context
from dialer.store.models.calling import Result
from tests.browser.conftest import DESK, PHONE, Open, sign_in, state, tap
from tests.conftest import SetClock
from tests.people import Person
from tests.web.phone_bank import PhoneBank


def _talk(page: Page) -> None:
    tap(page, "next")
    state(page, "ringing")
    tap(page, "continue")
    state(page, "talking")


def _results(ctx: Context) -> list[str]:
    with ctx.unit() as unit:
        return list(
            unit.session.scalars(select(Result.disposition).where(~Result.implied).order_by(Result.id))
        )


def test_five_calls_without_a_script(open_browser: Open, vic: Person, bank: PhoneBank, ctx: Context):
    page = open_browser(PHONE, script=False)
    sign_in(page, vic)
    for outcome in ("yes", "no", "undecided"):
        _talk(page)
        tap(page, f"answer-{outcome}")
        if outcome == "yes":
            tap(page, "answer-postal")
        tap(page, "continue")
        tap(page, "save")
        state(page, "saved")
    for reason in ("no_answer", "busy"):
        tap(page, "next")
        tap(page, "not-reached")
        tap(page, f"disposition-{reason}")
        tap(page, "save")
        state(page, "saved")
    expect(page.locator("[data-test=shift-count]")).to_have_attribute("data-value", "5")
    assert _results(ctx) == ["contacted", "contacted", "contacted", "no_answer", "busy"]


def test_a_call_by_keys_alone(open_browser: Open, vic: Person, bank: PhoneBank, ctx: Context):
    page = open_browser(DESK)
    sign_in(page, vic)
    page.keyboard.press("c")
    state(page, "ringing")
    page.locator("[data-test=continue]").press("Enter")
    state(page, "talking")
    page.keyboard.press("1")
    expect(page.locator("[data-test=step]")).to_contain_text("by post")
    page.keyboard.press("b")
    expect(page.locator("[data-test=step]")).to_contain_text("Can we count on")
    page.keyboard.press("n")
    page.keyboard.type("1 rings her sister 2.")
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    state(page, "wrap_up")
    expect(page.locator("[data-test=notes]")).to_have_value("1 rings her sister 2.")
    page.keyboard.press("u")
    page.keyboard.press("3")
    page.keyboard.press("s")
    state(page, "saved")
    assert _results(ctx) == ["answering_machine"]


def test_focus_goes_to_the_words_and_is_always_to_be_seen(open_browser: Open, vic: Person, bank: PhoneBank):
    page = open_browser(DESK)
    sign_in(page, vic)
    _talk(page)
    expect(page.locator("[data-test=step]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-test=answer-yes]")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_live_region_is_the_same_element_all_along(open_browser: Open, vic: Person, bank: PhoneBank):
    page = open_browser()
    sign_in(page, vic)
    page.evaluate("window.bar = document.querySelector('#status')")
    _talk(page)
    assert page.evaluate("window.bar.isConnected && window.bar.dataset.state") == "talking"


def test_a_reload_and_the_back_button_lose_nothing(open_browser: Open, vic: Person, bank: PhoneBank):
    page = open_browser(DESK)
    sign_in(page, vic)
    _talk(page)
    page.locator("[data-test=notes]").fill("Asked about a lift.")
    page.reload()
    expect(page.locator("[data-test=notes]")).to_have_value("Asked about a lift.")
    expect(page.locator("[data-test=contact-name]")).to_have_text("Siân")
    page.goto("/call/keys")
    page.go_back()
    state(page, "talking")
    expect(page.locator("[data-test=notes]")).to_have_value("Asked about a lift.")


def test_the_clock_of_finishing_up_goes_on_through_a_reload_and_on_another_device(
    open_browser: Open, vic: Person, bank: PhoneBank, clock: SetClock
):
    page = open_browser()
    sign_in(page, vic)
    _talk(page)
    tap(page, "answer-no")
    tap(page, "continue")
    state(page, "wrap_up")
    clock.forward(seconds=125)
    other = open_browser(DESK)
    sign_in(other, vic)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    for window in (page, other):
        state(window, "wrap_up")
        expect(window.locator(".timer")).to_have_text(re.compile(r"2:[01]\d"))
    expect(page.locator(".timer")).not_to_have_text("2:05")


def test_a_fault_goes_when_it_is_put_right_and_a_note_says_how_long_it_is(
    open_browser: Open, vic: Person, bank: PhoneBank, ctx: Context
):
    page = open_browser(DESK)
    sign_in(page, vic)
    _talk(page)
    page.locator("[data-test=notes]").fill("🙂" * 1_999)
    most = page.locator("[data-test=notes-most]")
    expect(most).to_have_text("1,999 of 2,000 characters")
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    state(page, "wrap_up")
    tap(page, "save")
    wrongs = page.locator(".wrongs")
    expect(wrongs).to_contain_text("One thing to put right")
    tap(page, "disposition-refused")
    expect(wrongs).to_have_count(0)
    page.locator("[data-test=notes]").fill("x" * 2_009)
    expect(most).to_contain_text("Too long by 9.")
    tap(page, "save")
    expect(wrongs).to_contain_text("2,009 characters, and 2,000 fit")
    page.locator("[data-test=notes]").fill("x" * 2_000)
    expect(wrongs).to_have_count(0)
    tap(page, "save")
    state(page, "saved")
    assert _results(ctx) == ["refused"]


def test_a_lost_connection_keeps_the_press_until_it_is_back(
    open_browser: Open, vic: Person, bank: PhoneBank, ctx: Context
):
    page = open_browser(DESK)
    sign_in(page, vic)
    _talk(page)
    tap(page, "answer-no")
    tap(page, "continue")
    state(page, "wrap_up")
    page.locator("[data-test=notes]").fill("Kind, but no.")
    page.context.set_offline(True)
    tap(page, "save")
    state(page, "offline")
    expect(page.locator("#status")).to_contain_text("Keep talking")
    assert _results(ctx) == []
    page.context.set_offline(False)
    state(page, "saved")
    assert _results(ctx) == ["contacted"]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('dialer:kept'))") == []


@pytest.mark.parametrize("script", [True, False])
def test_enter_in_a_field_never_sends(
    script: bool, open_browser: Open, vic: Person, bank: PhoneBank, ctx: Context
):
    page = open_browser(DESK, script=script)
    sign_in(page, vic)
    _talk(page)
    tap(page, "reached")
    state(page, "wrap_up")
    tap(page, "disposition-callback")
    page.locator("[data-test=callback-at]").press("Enter")
    state(page, "wrap_up")
    expect(page.locator("[data-test=callback-at]")).to_have_value("")
    assert _results(ctx) == []


def test_a_change_of_language_keeps_the_place_and_what_was_typed(
    open_browser: Open, vic: Person, bank: PhoneBank
):
    page = open_browser(DESK)
    sign_in(page, vic)
    _talk(page)
    tap(page, "reached")
    state(page, "wrap_up")
    tap(page, "disposition-refused")
    page.locator("[data-test=notes]").fill("Asked in Welsh.")
    tap(page, "lang-cy")
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    expect(page.locator("[data-test=notes]")).to_have_value("Asked in Welsh.")
    expect(page.locator("[name=disposition][value=refused]")).to_be_checked()


@pytest.mark.parametrize("width", [320, 360])
def test_wide_names_and_spaced_text_widen_nothing(
    width: int, open_browser: Open, vic: Person, bank: PhoneBank
):
    page = open_browser((width, 640), language="cy")
    sign_in(page, vic)
    _talk(page)
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
          + ' word-spacing: .16em !important }');
        document.adoptedStyleSheets = [sheet];
        document.querySelector('.who').textContent = 'Llanfairpwllgwyngyllgogerychwyrndrobwll'; }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
