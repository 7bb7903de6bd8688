"""What a small screen shows whole, and what it leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import DESK, PHONE, Open, sign_in, sizes, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

SECTIONS = ("/live", "/campaigns", "/blasts", "/inbox", "/lists", "/turnout")
CUT = "(element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight"
PICTURES = os.environ.get("DIALER_SCREENSHOTS")


@pytest.mark.parametrize("width", [320, 360])
def test_the_welsh_names_of_sections_are_whole(
    open_browser: Open, carys: Person, bank: PhoneBank, width: int
):
    page = open_browser((width, 740), language="cy")
    sign_in(page, carys)
    for section in SECTIONS:
        page.goto(section)
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"section{section.replace('/', '-')}-cy-{width}.png"))
        here = page.locator(".mast .here")
        assert not here.evaluate(CUT), f"{section}: {here.inner_text()} is cut"
        assert sizes(page)[0] <= width, section


@pytest.mark.parametrize(("size", "fine"), [(PHONE, False), (DESK, True)])
def test_key_hints_are_for_those_who_have_keys(
    open_browser: Open, vic: Person, bank: PhoneBank, size: tuple[int, int], fine: bool
):
    page = open_browser(size)
    sign_in(page, vic)
    tap(page, "next")
    tap(page, "continue")
    state(page, "talking")
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"talking-{size[0]}.png"))
    for hint in (".keys", ".ans .key"):
        assert page.locator(hint).first.is_visible() is fine, hint
