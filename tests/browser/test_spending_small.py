"""What was spent, on a small phone: long names, addresses and many countries fit beside each other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries import counters
from dialer.store.queries.text_spending import Spent, place_of
from tests.browser.conftest import PHONE, Open, axe_faults, sign_in, sizes
from tests.people import Person
from tests.web.phone_bank import PhoneBank

pytestmark = pytest.mark.slow

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
SENDERS = (
    "+447700900998",
    "+12125550123",
    f"{LONG.lower()}@mail.campaigns.example.org",
    "MG0123456789abcdef0123456789abcdef",
)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_nothing_scrolls_sideways(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, language: str
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Campaign).values(name=LONG))
        for nth, sender in enumerate(SENDERS):
            for of, currency in ((bank.campaign_id, "GBP"), (None, "USD"), (bank.campaign_id, "PLN")):
                spent = Spent(1_234_567, 3_456_789 + nth, Decimal("123456.78"), Decimal("0.008"))
                place = place_of(of, sender, currency, ctx.now - dt.timedelta(days=400 * nth))
                counters.bump_spending(unit, [(place, spent)])
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto("/spending")
    expect(page.locator("[data-test=spending] tbody tr")).to_have_count(3 * len(SENDERS))
    assert sizes(page)[0] <= PHONE[0]
    page.evaluate("window.scrollTo(400, 0)")
    assert page.evaluate("window.scrollX") == 0
    assert axe_faults(page) == []
    table = page.locator("[data-test=spending]")
    expect(table).to_contain_text("07700 900998")
    expect(table).to_contain_text("£0.008")
