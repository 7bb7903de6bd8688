"""Our numbers in a real browser, on a small phone, in both languages: put right, taken over, answered for."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from dialer.services.context import Context
from dialer.services.messaging.number_orders import Looked, ask_to_search
from dialer.store.models.own_numbers import NumberTask, OwnNumber
from tests.browser.conftest import PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.people import Person
from tests.texting import campaign

pytestmark = pytest.mark.slow

OURS, THEIRS, SHOWN = "+441632960001", "+441632960002", "+441632960003"


def _is_sound(page: Page) -> None:
    assert axe_faults(page) == []
    assert sizes(page)[0] <= PHONE[0]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_numbers_are_put_right_on_a_small_phone(
    open_browser: Open, carys: Person, ctx: Context, language: str
) -> None:
    with ctx.unit() as unit:
        for number, calls_to in ((OURS, ""), (THEIRS, "https://hooks.campaigns.example.net/voice")):
            given = {
                "sid": f"PN{uuid.uuid4().hex}",
                "sms": True,
                "mms": True,
                "voice": True,
                "seen_at": ctx.now,
            }
            row = OwnNumber(organisation_id=unit.organisation_id, number=number, calls_to=calls_to, **given)
            unit.session.add(row)
    made = campaign(ctx, caller_ids=[SHOWN, OURS], senders=[OURS], name="Ring round the valleys")
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto(f"/campaigns/{made.id}")
    expect(page.locator("[data-test=silent-numbers]")).to_be_visible()
    _is_sound(page)
    page.goto("/numbers")
    _is_sound(page)
    page.locator("[data-test=numbers] summary").click()
    _is_sound(page)
    follow(page, "[data-test=number-take-over]")
    expect(page.locator("[data-test=number-tasks]")).to_be_visible()
    follow(page, "[data-test=answered-elsewhere] >> nth=0")
    expect(page.locator("[data-test=answered-here]")).to_have_count(1)
    _is_sound(page)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_number_is_chosen_on_a_small_phone(
    open_browser: Open, carys: Person, ctx: Context, language: str
) -> None:
    search = ask_to_search(ctx, Looked("GB", "local"))
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto(f"/numbers/search?search={search.id}")
    expect(page.locator("[data-test=search-state]")).to_be_visible()
    _is_sound(page)
    can = {"place": "Dyffryn, Gwynedd", "sms": True, "mms": True, "voice": True, "address": "any"}
    offers = [{"number": f"+44163296070{nth}", **can} for nth in range(3)]
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, search.id))
        row.state, row.found = "done", {"offers": offers, "price": "1.15", "currency": "USD"}
    expect(page.locator("[data-test=number-price]")).to_contain_text("US$1.15")
    _is_sound(page)
    page.fill("#confirm", "0700")
    follow(page, "[data-test=number-buy]")
    expect(page.locator("[data-test=number-tasks]")).to_contain_text("01632 960700")
    _is_sound(page)
