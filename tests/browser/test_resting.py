"""Pages between talks and after the last one, on a small phone: a rest that ends by itself, why nobody comes,
ringing in, the end of a campaign; and a form that stays while the page around it is shown anew.
"""

# ruff: noqa: F811 -- fixtures are named as what they are

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from dialer.services.calling.campaigns import end_campaign
from dialer.services.calling.line_keeping import end_rests
from dialer.services.calling.moving import follow_all
from dialer.services.calling.shift_states import move, rest
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.queries import pacer_leases
from tests.browser.conftest import SHORT_PHONE, Open, axe_faults, sign_in, sizes, state
from tests.web.webhooks.conftest import settings, system  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures

PICTURES = os.environ.get("DIALER_SCREENSHOTS")

pytestmark = pytest.mark.slow


@pytest.fixture
def waits(exchange: Exchange) -> None:
    """Vic waits on his line, and a pacer is at work."""
    shift_id = exchange.sit_down(0)
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.merge(exchange.room.shift(shift_id))
        shift.pin = "123456"
        pacer_leases.lead(unit, shift.campaign_id, "a pacer", exchange.clock.now)


def looker(page: Page, language: str, faults: list[str]) -> Callable[[str], None]:
    def look(name: str) -> None:
        width, height = SHORT_PHONE
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"rest-{name}-{language}.png"))
        faults.extend(f"{name}: {fault}" for fault in axe_faults(page))
        wide, high = sizes(page)
        if wide > width or high > height:
            faults.append(f"{name}: {wide} × {high} px at {width} × {height}")

    return look


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_page_between_talks_fits_and_is_sound(
    open_browser: Open, exchange: Exchange, waits: None, ctx: Context, language: str
) -> None:
    page, faults = open_browser(SHORT_PHONE, language=language), list[str]()
    look, shift_id = looker(page, language, faults), exchange.room.made[0]
    sign_in(page, exchange.people[0])
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        rest(
            unit,
            unit.session.merge(exchange.room.shift(shift_id)),
            exchange.clock.now,
            dt.timedelta(seconds=4),
        )
    page.goto("/call")
    state(page, "paused")
    expect(page.locator("[data-until]")).to_have_text("0:04")
    look("resting")
    exchange.clock.forward(seconds=4)
    assert end_rests(exchange.room.system()) == 1
    state(page, "waiting")  # as soon as the page has counted to its end
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        unit.session.execute(update(Organisation).values(paused_at=exchange.clock.now))
    page.goto("/call")
    look("all-paused")
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        unit.session.execute(update(Organisation).values(paused_at=None))
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="none")
    page.goto("/call")
    state(page, "paused")
    call_id = exchange.dial()
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="open")
    exchange.answers(call_id)
    end_campaign(ctx, exchange.room.campaign_id)
    page.goto("/call")
    state(page, "talking")
    look("last-talk")
    exchange.ends(call_id, CallDuration="40")
    page.goto("/call")
    state(page, "wrap_up")
    look("last-outcome")
    page.locator("[data-test=disposition-contacted]").click()
    page.locator("[data-test=save]").click()
    state(page, "saved")
    look("over-saved")
    follow_all(exchange.room.system())
    page.goto("/call")
    state(page, "saved")
    look("over")
    assert not faults, "\n".join(faults)


def test_who_rings_in_reads_the_pin_first(open_browser: Open, exchange: Exchange, waits: None) -> None:
    page, faults = open_browser(SHORT_PHONE), list[str]()
    look, shift_id = looker(page, "en", faults), exchange.room.made[0]
    sign_in(page, exchange.people[0])
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.merge(exchange.room.shift(shift_id))
        move(unit, shift, exchange.clock.now, "ended", line="none")
    page.goto(f"/call/join?campaign={exchange.room.campaign_id}")
    page.locator("[data-test=call-dial-in]").click()
    expect(page.locator("[data-test=dial-in] a")).to_have_attribute("href", "tel:+441632960900")
    assert len(page.locator(".pin").inner_text().replace(" ", "")) == 6
    assert not page.locator("[data-test=call-ring-me]").is_visible()
    look("dial-in")
    page.locator("[data-test=other-ways] summary").click()
    assert page.locator("[data-test=call-ring-me]").is_visible()
    assert not faults, "\n".join(faults)


def test_what_was_chosen_while_finishing_up_stays_as_the_call_ends(
    open_browser: Open, exchange: Exchange, waits: None
) -> None:
    page, call_id = open_browser(SHORT_PHONE), exchange.dial()
    exchange.answers(call_id)
    sign_in(page, exchange.people[0])
    page.goto("/call")
    page.get_by_role("button", name="End call").click()
    state(page, "wrap_up")
    page.locator("[data-test=disposition-refused]").click()
    page.locator("details.note summary").click()
    page.locator("#notes").fill("Rang off politely")
    page.locator("#notes").focus()
    before = page.locator("[data-watch='/call/line']").get_attribute("data-shown")
    exchange.ends(call_id, CallDuration="40")
    expect(page.locator("[data-watch='/call/line']")).not_to_have_attribute(
        "data-shown", before or "", timeout=15_000
    )
    assert page.locator("input[value=refused]").is_checked()
    assert page.locator("#notes").input_value() == "Rang off politely"
    assert page.evaluate("document.activeElement.id") == "notes", "they type on"
    page.locator("[data-test=save]").click()
    state(page, "saved")
    assert exchange.room.results() == [("refused", exchange.people[0].id)]
