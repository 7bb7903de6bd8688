"""Every page of callers and guests, in both languages and themes, narrow and wide: axe finds nothing."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.context import Context
from dialer.services.messaging.opt_out_links import opt_out_urls
from tests.browser.conftest import DESK, PHONE, SHORT_PHONE, Open, axe_faults, sizes
from tests.browser.walk import walk_calls, walk_practice, walk_public
from tests.people import Person
from tests.web.phone_bank import PhoneBank

# Where screenshots go; looked at by people, compared by nobody.
PICTURES = os.environ.get("DIALER_SCREENSHOTS")

SMALLEST, ZOOMED = (320, 640), (640, 450)
"""The narrowest phone, and a desk at 200 %: nothing is cut off at the side."""

MAY_SCROLL = {"wrap-up, callback", "keys", "practice, before", "practice, after"}
"""States of the call screen that need more than 640 px in a wide typeface."""


def _picture(page: Page, name: str, language: str, width: int, theme: str) -> None:
    if PICTURES:
        file = f"{name.replace(', ', '-').replace(' ', '_')}-{language}-{width}-{theme}.png"
        page.screenshot(path=str(Path(PICTURES) / file))


def _inspector(page: Page, language: str, faults: list[str], *, screen: bool):
    # Each page is seen narrow and wide, light and dark, over the two languages.
    themes = ("light", "dark") if language == "en" else ("dark", "light")

    def look(name: str) -> None:
        for (width, height), theme in zip((SHORT_PHONE if screen else PHONE, DESK), themes, strict=True):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)
            _picture(page, name, language, width, theme)
            faults.extend(f"{name}, {width} px, {theme}: {fault}" for fault in axe_faults(page))
            wide, high = sizes(page)
            if wide > width:
                faults.append(f"{name}: {wide} px wide at {width}")
            if screen and width == 360 and high > height and name not in MAY_SCROLL:
                faults.append(f"{name}: {high} px high at {height}")
        for width, height in (SMALLEST, ZOOMED):
            page.set_viewport_size({"width": width, "height": height})
            if (wide := sizes(page)[0]) > width:
                faults.append(f"{name}: {wide} px wide at {width}")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})

    return look


@pytest.mark.parametrize("language", ["en", "cy"])
def test_public_pages(language: str, open_browser: Open, bank: PhoneBank, ctx: Context):
    page, faults = open_browser(language=language), []
    path = f"/join/{create_join_link(ctx, bank.campaign_id, NewJoinLink()).code}"
    with ctx.unit() as unit:
        opt_out = opt_out_urls(ctx, unit, ["+447700900102"])["+447700900102"]
    walk_public(page, path, urlsplit(opt_out).path, _inspector(page, language, faults, screen=False))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_call_screens(language: str, open_browser: Open, vic: Person, bank: PhoneBank):
    page, faults = open_browser(language=language), []
    look = _inspector(page, language, faults, screen=True)
    walk_calls(page, vic, bank, look)
    walk_practice(page, look)
    assert not faults, "\n".join(faults)
