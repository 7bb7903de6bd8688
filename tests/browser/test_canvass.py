"""A canvass in a real browser: pages that fit, a sheet on paper, and keys that go from line to line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dialer.services.context import Context
from dialer.services.gotv.canvass import NewCanvass, cut_walks
from dialer.store.models.people import Contact
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
DOORS = {
    "Siân": "14 High Street",
    "Gwyn": "14 High Street",
    "Owen": "3 High Street",
    "Maja": "Flat 2, The Old Corn Exchange, 21a Llanfairpwllgwyngyll Road",
    "Idris": "Rose Cottage, Mill Lane",
}


@pytest.fixture
def walk(ctx: Context, bank: PhoneBank) -> str:
    """The address of a walk's sheet."""
    with ctx.unit() as unit:
        for name, address in DOORS.items():
            unit.session.get_one(Contact, (ctx.organisation_id, bank.people[name])).address = address
    return f"/canvass-walks/{cut_walks(ctx, bank.campaign_id, NewCanvass())[0].id}"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_pages_of_a_canvass_fit_and_are_sound(
    open_browser: Open, carys: Person, bank: PhoneBank, walk: str, language: str
) -> None:
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    pages = {"walks": f"/campaigns/{bank.campaign_id}/canvass", "sheet": walk, "keying": f"{walk}/keying"}
    for name, path in pages.items():
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"canvass-{name}-{language}.png", full_page=True)
        assert axe_faults(page) == []
        assert sizes(page)[0] <= PHONE[0], f"{name} sticks out"
    if PICTURES:
        page.goto(walk)
        page.set_viewport_size({"width": 794, "height": 1123})
        page.emulate_media(media="print")
        page.screenshot(path=Path(PICTURES) / f"canvass-paper-{language}.png", full_page=True)


def test_enter_goes_from_line_to_line_and_one_press_notes_it_all(
    open_browser: Open, carys: Person, walk: str
) -> None:
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"{walk}/keying")
    page.locator("#code-1").focus()
    for key in ("1", "n", "x", "2p", "t"):
        page.keyboard.type(key)
        page.keyboard.press("Enter")
    expect(page.locator("[data-test=key-sheet]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=walks]")).to_contain_text("5")
    page.goto(f"{walk}/keying")
    assert [page.locator(f"#code-{line}").input_value() for line in range(1, 6)] == [
        "1",
        "N",
        "X",
        "2P",
        "T",
    ]
