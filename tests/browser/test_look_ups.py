"""Look-ups in a real browser, on a small phone: the cost seen, the number typed, the answers kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dialer.carrier.look_up_port import LineFound
from dialer.services.context import Context
from dialer.services.messaging.look_up_run import run_look_ups
from dialer.services.messaging.look_ups import list_look_ups
from dialer.services.paging import Page as Slices
from tests.browser.conftest import PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.people import Person
from tests.phone_bank import mobile
from tests.services.messaging.test_look_ups import Directory
from tests.texting import listed, people, system
from tests.web.phone_bank import PhoneBank

pytestmark = pytest.mark.slow
PICTURES = os.environ.get("DIALER_SCREENSHOTS")


def _is_sound(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    assert axe_faults(page) == []
    assert sizes(page)[0] <= PHONE[0]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_numbers_are_looked_up_from_a_phone(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, language: str
) -> None:
    of = listed(ctx, people(ctx, 4, first=60))
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto("/look-ups")
    _is_sound(page, f"look-ups-empty-{language}")
    page.select_option("#of", f"list:{of}")
    page.select_option("#which", "all")
    page.select_option("#campaign_id", str(bank.campaign_id))
    follow(page, "[data-test=look-ups-preview]")
    expect(page.locator("[data-test=look-ups-cost]")).to_have_attribute("data-value", "4")
    _is_sound(page, f"look-ups-cost-{language}")
    page.fill("[data-test=confirm-number]", "4")
    follow(page, "[data-test=look-ups-begin]")
    expect(page.locator("[data-test=look-up-stop]")).to_be_visible()
    expect(page.locator("#batch-said [data-test=look-up-done]")).to_have_count(0)
    _is_sound(page, f"look-up-going-{language}")
    directory = Directory()
    directory.says = lambda number: (
        LineFound(number, False, None, None)
        if number == mobile(60)
        else LineFound(number, True, "mobile", "")
    )
    [batch] = list_look_ups(ctx, Slices()).items
    run_look_ups(system(ctx), directory, lambda: ctx.now, batch.id)  # type: ignore[arg-type]
    expect(page.locator("[data-test=look-up-failed]")).to_be_visible(timeout=10_000)
    expect(page.locator("[data-test=look-up-stop]")).to_have_count(0)
    expect(page.locator("#batch-said [data-test=look-up-done]")).to_be_visible()
    expect(page.locator("#batch-said")).to_have_attribute("role", "status")
    _is_sound(page, f"look-up-done-{language}")
    for address in (
        "/look-ups",
        f"/spending?campaign_id={bank.campaign_id}",
        f"/campaigns/{bank.campaign_id}",
    ):
        page.goto(address)
        _is_sound(page, f"{address.split('?')[0].strip('/').replace('/', '-')}-{language}")
