"""Texts by hand in a browser: keys alone do, and a key that is held sends one."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.planning import plan_chunk
from tests.browser.conftest import PHONE, Open, sign_in, tap
from tests.conftest import SetClock
from tests.people import Person
from tests.web.phone_bank import PhoneBank

NARROW = (360, 740)


@pytest.fixture
def by_hand(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """A text by hand to six people, three of them a batch, written down."""
    list_ids = list(get_campaign(ctx, bank.campaign_id).list_ids)
    fields = {"name": "First texts", "body": "Hello {first_name|there}. Stop: STOP", "list_ids": list_ids}
    made = create_blast(ctx, bank.campaign_id, {**fields, "mode": "by_hand", "batch_size": 3})  # type: ignore[typeddict-item]
    launch_blast(ctx, made.id)
    plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), made.id)
    return made.id


def _sent(page: Page, words: str) -> None:
    expect(page.locator("[data-test=status]")).to_contain_text(words)


def test_a_key_that_is_held_sends_one_and_keys_alone_do(
    open_browser: Open, vic: Person, by_hand: uuid.UUID, clock: SetClock
) -> None:
    page = open_browser(NARROW)
    sign_in(page, vic)
    page.goto("/texts/first")
    tap(page, "take")
    _sent(page, "0 of 3 sent")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    expect(page.locator("[data-test=press]")).to_be_focused()
    page.keyboard.down("Enter")
    _sent(page, "1 of 3 sent")
    for _ in range(5):
        clock.forward(seconds=1)  # so that the server would take each for a press of its own
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.locator("[data-test=press]")).to_be_focused()
    _sent(page, "1 of 3 sent")
    page.keyboard.press("Space")
    _sent(page, "2 of 3 sent")


def test_without_a_script_a_held_enter_does_not_fall_on_the_next_text(
    open_browser: Open, vic: Person, by_hand: uuid.UUID, clock: SetClock
) -> None:
    page = open_browser(PHONE, script=False)
    sign_in(page, vic)
    page.goto(f"/texts/first/{by_hand}")
    tap(page, "take")
    tap(page, "press")
    _sent(page, "1 of 3 sent")
    for _ in range(3):
        clock.forward(seconds=1)
        page.keyboard.press("Enter")
    page.reload()
    _sent(page, "1 of 3 sent")
    tap(page, "press")
    _sent(page, "2 of 3 sent")
