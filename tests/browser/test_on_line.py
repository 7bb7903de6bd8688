"""The pages of a volunteer's own line, on a small phone and at a desk: whole, sound by axe, by keyboard."""

# ruff: noqa: F811 -- fixtures are named as what they are

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from dialer.domain.line import LINE_LOST
from dialer.domain.transfer import TransferNumber
from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.calling.shift_states import move, pause_them
from dialer.services.calling.transfer_choices import set_transfer_numbers
from dialer.services.context import Context
from dialer.store.models.transfers import Transfer
from tests.browser.conftest import DESK, SHORT_PHONE, Open, axe_faults, sign_in, sizes, state
from tests.phone_bank import landline
from tests.web.webhooks.conftest import settings, system  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
Stands = Callable[[str], None]

pytestmark = pytest.mark.slow


@pytest.fixture
def stands(exchange: Exchange) -> Stands:
    """`stands("ringing")`: so stands Vic's line, as the carrier's word leaves it."""
    shift_id = exchange.sit_down(0)
    exchange.sit_down(1)

    def change(line: str) -> None:
        with exchange.room.units.begin(exchange.room.organisation_id) as unit:
            shift = unit.session.merge(exchange.room.shift(shift_id))
            shift.pin = "123456"
            if line == "lost":
                pause_them(unit, shift, exchange.clock.now, LINE_LOST, line="none")
            else:
                move(unit, shift, exchange.clock.now, "ready", line=line)

    return change


def by_keyboard(page: Page) -> set[str]:
    """What can be come to with the tab key alone."""
    page.evaluate("document.activeElement?.blur()")
    found: set[str] = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        found.add(page.evaluate("document.activeElement?.dataset.test ?? ''"))
    return found


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_state_of_the_line_fits_and_is_sound(
    open_browser: Open, exchange: Exchange, stands: Stands, ctx: Context, language: str
) -> None:
    page, faults = open_browser(SHORT_PHONE, language=language), list[str]()

    def look(name: str, *keys: str) -> None:
        for width, height in (DESK, SHORT_PHONE):
            page.set_viewport_size({"width": width, "height": height})
            if PICTURES:
                page.screenshot(path=str(Path(PICTURES) / f"line-{name}-{language}-{width}.png"))
            faults.extend(f"{name}, {width} px: {fault}" for fault in axe_faults(page))
            wide, high = sizes(page)
            if wide > width or (width == SHORT_PHONE[0] and high > height):
                faults.append(f"{name}: {wide} × {high} px at {width} × {height}")
        if missing := set(keys) - by_keyboard(page):
            faults.append(f"{name}: no key leads to {missing}")

    office = TransferNumber("The campaign office", landline(800))
    set_transfer_numbers(ctx, exchange.room.campaign_id, [office])
    sign_in(page, exchange.people[0])
    for line, wanted, keys in (
        ("ringing", "waiting", ("pause", "end-shift")),
        ("open", "waiting", ("pause", "end-shift")),
        ("lost", "paused", ("call-browser", "call-ring-me", "end-shift")),
    ):
        stands(line)
        page.goto("/call")
        state(page, wanted)
        look(line, *keys)
    stands("open")
    page.goto("/call?wait=dialling")
    exchange.answers(exchange.dial())
    call_id = exchange.dial(1)
    exchange.answers(call_id, 1)
    page.goto("/call")
    state(page, "talking")
    look("talk", "do-not-call", "reached", "mute", "hold")
    page.click("[data-test=mute]")
    page.wait_for_selector("[data-test=unmute]")
    page.click("[data-test=hold]")
    page.wait_for_selector("[data-test=unhold]")
    look("hold", "unmute", "unhold")
    page.click("details:has([data-test=transfer-to]) summary")
    page.click("[data-test=transfer-ring]")
    page.wait_for_selector("[data-test=transfer-cancel]")
    look("ringing-office", "transfer-cancel")
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        unit.session.execute(update(Transfer).values(state="talking"))
    page.goto("/call")
    look("office", "transfer-cancel", "transfer-complete")
    exchange.ends(call_id, 1, CallDuration="40")
    page.goto("/call")
    state(page, "wrap_up")
    look("finish", "save")
    assert not faults, "\n".join(faults)


def test_the_days_goal_and_the_leaderboard_stand_there_too(
    open_browser: Open, exchange: Exchange, stands: Stands, ctx: Context
) -> None:
    told = CampaignFields(talks_goal=40, leaderboard=True)
    change_campaign(ctx, exchange.room.campaign_id, told)
    page = open_browser(SHORT_PHONE)
    sign_in(page, exchange.people[0])
    stands("open")
    page.goto("/call")
    state(page, "waiting")
    assert page.locator("[data-test=team-goal]").get_attribute("data-value") == "40"
    assert "Nobody has had one yet." in page.locator("[data-test=leaderboard]").inner_text()
    assert not axe_faults(page)
