"""A call that we put through, in a browser: the screen follows the line by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calls import Call
from tests.browser.conftest import DESK, SHORT_PHONE, Open, axe_faults, sign_in, sizes, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

MOMENT = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)
MOVES = {
    "theirs": {"state": "in_progress", "contact_rung_at": MOMENT},
    "talking": {"answered_at": MOMENT},
    "over": {"state": "completed"},
}
Moves = Callable[[str], None]


@pytest.fixture
def line(ctx: Context, vic: Person) -> Moves:
    """`line("theirs")`: the carrier's word has come. Vic's phone is known to be his."""
    with ctx.unit() as unit:
        mine = {"phone": "+447700900500", "phone_confirmed_at": ctx.now}
        unit.session.execute(update(Account).where(Account.id == vic.id).values(mine))

    def move(stage: str) -> None:
        with ctx.unit() as unit:
            unit.session.execute(update(Call).values(MOVES[stage]))

    return move


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_screen_moves_on_by_itself_and_fits(
    open_browser: Open, vic: Person, bank: PhoneBank, line: Moves, language: str
):
    page, faults = open_browser(SHORT_PHONE, language=language), []

    def look(name: str) -> None:
        for width, height in (SHORT_PHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            faults.extend(f"{name}, {width} px: {fault}" for fault in axe_faults(page))
            wide, high = sizes(page)
            if wide > width or (width == SHORT_PHONE[0] and high > height):
                faults.append(f"{name}: {wide} × {high} px at {width} × {height}")

    sign_in(page, vic)
    tap(page, "next")
    state(page, "ringing")
    tap(page, "call-ring-me")
    page.locator("[data-watch][data-shown=yours]").wait_for()
    look("your phone rings")
    line("theirs")
    page.locator("[data-watch][data-shown=theirs]").wait_for()
    look("their phone rings")
    line("talking")
    state(page, "talking")
    look("talking")
    line("over")
    state(page, "wrap_up")
    assert page.locator("#status").get_attribute("aria-live") == "assertive"
    assert not faults, "\n".join(faults)
