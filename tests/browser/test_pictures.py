"""Pictures with texts in a real browser, on a small phone: chosen, counted, seen, taken away."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, change_blast, create_blast
from dialer.services.messaging.pictures import PictureView, add_picture
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.people import Person
from tests.pictures import png
from tests.texting import listed, people
from tests.web.phone_bank import PhoneBank

pytestmark = pytest.mark.slow


def _is_sound(page: Page, width: int = PHONE[0]) -> None:
    assert axe_faults(page) == []
    assert sizes(page)[0] <= width


def _poster(ctx: Context) -> PictureView:
    return add_picture(ctx, BytesIO(png(30, 20)), "Poster")[0]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_picture_is_chosen_counted_and_taken_away(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, language: str
) -> None:
    poster = _poster(ctx)
    fields = BlastFields(name="Tonight", body="Vote. Stop: STOP", list_ids=[listed(ctx, people(ctx, 3))])
    draft = create_blast(ctx, bank.campaign_id, fields).id
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto(f"/blasts/{draft}")
    page.select_option("#picture_id", str(poster.id))
    follow(page, "[data-test=blast-check]")
    expect(page.locator("[data-test=stat-picture-by-link]")).to_have_attribute("data-value", "3")
    _is_sound(page)

    page.goto("/pictures")
    _is_sound(page)
    follow(page, "[data-test=picture-withdraw]")
    expect(page.locator("[data-test=used-by]")).to_contain_text("Tonight")
    _is_sound(page)
    change_blast(ctx, draft, {"picture_id": None})
    page.goto(f"/pictures/{poster.id}/withdraw")
    _is_sound(page)
    follow(page, "[data-test=confirm]")
    page.locator("[data-test=put-away] summary").click()
    expect(page.locator("[data-test=picture-gone]")).to_be_visible()
    _is_sound(page)

    stranger = open_browser(DESK, language=language)
    stranger.goto("/p/" + poster.url.rsplit("/", 1)[1])
    expect(stranger.locator("[data-test=gone]")).to_be_visible()
    _is_sound(stranger, DESK[0])


def test_whether_pictures_go_with_a_senders_texts_is_said(open_browser: Open, carys: Person) -> None:
    page = open_browser(PHONE)
    sign_in(page, carys)
    page.goto("/senders")
    page.fill("#address", "20210")
    page.select_option("#pictures", "yes")
    follow(page, "[data-test=sender-save]")
    expect(page.locator("[data-test=senders]")).to_contain_text("20210")
    _is_sound(page)
