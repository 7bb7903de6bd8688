"""The day's goal and the leaderboard in a real browser, on a small phone and a desk, in both languages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.context import Context
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_day_so_far_fits_and_is_sound(
    open_browser: Open, ctx: Context, vic: Person, bank: PhoneBank, language: str
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(talks_goal=200, leaderboard=True))
    page, faults = open_browser(PHONE, language=language), list[str]()
    sign_in(page, vic)
    tap(page, "next")
    state(page, "ringing")
    for button in ("continue", "answer-no", "continue", "save"):
        tap(page, button)
    state(page, "saved")
    page.goto("/call?wait=nobody_due")
    page.locator("[data-test=place-1]").wait_for()
    for (width, height), theme in ((PHONE, "light"), (DESK, "dark"), ((320, 640), "light")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"company-{language}-{width}.png"), full_page=True)
        faults.extend(f"{width} px: {fault}" for fault in axe_faults(page))
        if (wide := sizes(page)[0]) > width:
            faults.append(f"{wide} px wide at {width}")
    assert not faults, "\n".join(faults)
    tap(page, "named")
    page.locator("[data-test=flash]").wait_for()
    page.goto("/call?wait=nobody_due")
    page.locator("[data-test=leaderboard]").wait_for()
    assert page.locator("[data-test=place-1]").count() == 0
