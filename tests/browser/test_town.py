"""The town's own pages, narrow and wide, light and dark: axe finds nothing and nothing is cut off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DESK, PHONE, axe_faults, sizes
from tests.towns import Town

pytestmark = pytest.mark.browser

US, GWEN = "+447700900900", "+447700900123"


@pytest.mark.parametrize("size", [PHONE, DESK, (320, 640)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_town_can_be_read_by_everybody(town: Town, browser: Browser, size, theme):
    town.person(GWEN, outcome="delivered", replies=["STOP"], reply_after_s=1)
    town.client().messages.create(
        to=GWEN, from_=US, body="Will you vote? " + "https://example.org/" + "x" * 90
    )
    town.advance(60)
    town.ring_in(GWEN, US)
    town.faults(lost_reply=0.1)
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
    for path in ("/?still=1", f"/people/{GWEN}"):
        page.goto(town.url + path)
        assert axe_faults(page) == []
        assert sizes(page)[0] <= width
        assert page.get_by_text("said stop").first.is_visible()
    page.close()
