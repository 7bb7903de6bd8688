"""Answering people on a small phone, with a script and without: nothing is cut, nothing is wrong by axe."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import add_canned_reply
from dialer.services.messaging.inbound import InboundText, receive
from dialer.store.models.conversations import Conversation
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, follow, sign_in, sizes, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
OURS = "+447700900001"
TEXTS = {
    "+447700900102": "Which hall is it? " * 20,
    "+447700900103": "مرحبا 😀",
    "+447700900104": "I know you",
}


@pytest.fixture
def written(ctx: Context, bank: PhoneBank) -> None:
    """Three people have written to the campaign, and there are words for one of them."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    for number, body in TEXTS.items():
        receive(system, InboundText(uuid.uuid4().hex, number, OURS, body, ctx.now))
    with ctx.unit() as unit:
        unit.session.query(Conversation).update({"campaign_id": bank.campaign_id})
    add_canned_reply(ctx, bank.campaign_id, {"name": "Where to vote", "body": "Hi {first_name}, the hall."})


def _look(page: Page, name: str, language: str, *, script: bool) -> None:
    if PICTURES:
        at = Path(PICTURES) / f"texts-{name}-{language}-{'script' if script else 'bare'}.png"
        page.screenshot(path=str(at), full_page=True)
    assert sizes(page)[0] <= PHONE[0], name
    if script:
        assert axe_faults(page) == [], name


def _open_the_side(page: Page) -> None:
    """What else was with them and what callers say: below and folded."""
    for name, within in (("side-past", "before"), ("side-script", "script-words")):
        expect(page.locator(f"[data-test={within}]")).to_be_hidden()
        fold = page.locator(f"[data-test={name}] summary")
        answer, below = page.locator("[data-test=reply-body]").bounding_box(), fold.bounding_box()
        assert answer
        assert below
        assert below["y"] > answer["y"], name
        fold.click()
        expect(page.locator(f"[data-test={within}]")).to_be_visible()


@pytest.mark.parametrize("door", ["texts", "inbox"])
def test_on_a_wide_screen_the_side_stands_open_beside_it(
    open_browser: Open, vic: Person, carys: Person, written: None, door: str
) -> None:
    page = open_browser(DESK)
    sign_in(page, vic if door == "texts" else carys)
    page.goto(f"/{door}")
    follow(page, "[data-test=next]" if door == "texts" else "[data-test=conversation] a")
    answer = page.locator("[data-test=reply-body]").bounding_box()
    script = page.locator("[data-test=script-words]")
    expect(script).to_be_visible()
    expect(script).to_contain_text("Can we count on your vote")
    expect(page.locator("[data-test=before]")).to_be_visible()
    expect(page.locator("[data-test=side-script] summary")).to_be_hidden()
    beside = script.bounding_box()
    assert answer
    assert beside
    assert beside["x"] > answer["x"] + answer["width"]
    assert sizes(page)[0] <= DESK[0]
    assert axe_faults(page) == []
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"side-{door}.png"), full_page=True)


@pytest.mark.parametrize(("language", "script"), [("en", True), ("cy", True), ("en", False)])
def test_an_evening_on_a_small_phone(
    open_browser: Open, vic: Person, written: None, language: str, *, script: bool
) -> None:
    page = open_browser(PHONE, language=language, script=script)
    sign_in(page, vic)
    page.goto("/texts")
    _look(page, "home", language, script=script)
    follow(page, "[data-test=next]")
    _open_the_side(page)
    page.locator("[data-test=ready] summary").click()
    page.locator("[data-test=handover] summary").click()
    page.locator("[data-test=block-asked] summary").click()
    _look(page, "person", language, script=script)
    tap(page, "use-1")
    assert page.locator("[data-test=reply-body]").input_value() == "Hi Owen, the hall."
    tap(page, "reply-look")
    page.locator("[data-test=text-preview]").wait_for()
    tap(page, "reply-send")
    page.locator("[data-test=flash]").wait_for()
    follow(page, "[data-test=next]")
    follow(page, "[data-test=tags-save]")
    follow(page, "[data-test=frightened]")
    page.locator("[data-test=kind-words]").wait_for()
    _look(page, "frightened", language, script=script)
    page.goto(f"/texts/{uuid.uuid4()}")
    _look(page, "gone", language, script=script)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_coordinators_inbox_on_a_small_phone(
    open_browser: Open, carys: Person, written: None, bank: PhoneBank, language: str
) -> None:
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto("/inbox")
    _look(page, "inbox", language, script=True)
    follow(page, "[data-test=conversation] a")
    _open_the_side(page)
    _look(page, "side", language, script=True)
    page.locator("[data-test=handover] summary").click()
    page.locator("[data-test=handover-reason]").select_option("distress")
    follow(page, "[data-test=handover-save]")
    follow(page, "[data-test=inbox-coordinator] [data-test=conversation] a")
    _look(page, "handed", language, script=True)
    page.locator("[data-test=block-asked] summary").click()
    follow(page, "[data-test=block]")
    page.goto("/inbox?state=blocked")
    _look(page, "blocked", language, script=True)
    follow(page, "[data-test=conversation] a")
    _look(page, "blocked-one", language, script=True)
    page.goto(f"/campaigns/{bank.campaign_id}/replies")
    _look(page, "replies", language, script=True)
