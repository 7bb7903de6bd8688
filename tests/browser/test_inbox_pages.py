"""The inbox's newer pages on a small phone, in both languages: found by tag, several decided at once, words
kept ready put where the cursor is, a picture with an answer, and the end of an evening of texts.
"""

from __future__ import annotations

import os
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import end_campaign
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import add_canned_reply
from dialer.services.messaging.conversation_notes import set_tags
from dialer.services.messaging.conversations import ConversationSearch, list_conversations
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.pictures import add_picture
from dialer.services.paging import Page as Slice
from dialer.store.models.conversations import Conversation
from tests.browser.conftest import PHONE, Open, axe_faults, follow, sign_in, sizes, tap
from tests.people import Person
from tests.pictures import png
from tests.web.phone_bank import PhoneBank

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
OURS = "+447700900001"
OWEN, MARI, STRANGER = "+447700900102", "+447700900103", "+447700900990"
TEXTS = {OWEN: "st op", MARI: "Stop the cuts", STRANGER: "أين أصوّت؟ 😀 (Hall 3) " + "a" * 1700}

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("language", ["en", "cy"])]


@pytest.fixture
def written(ctx: Context, bank: PhoneBank) -> None:
    """Three people have written: two what may be a no, one at length; there is what to answer with."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    for number, body in TEXTS.items():
        receive(system, InboundText(uuid.uuid4().hex, number, OURS, body, ctx.now))
    with ctx.unit() as unit:
        unit.session.query(Conversation).update({"campaign_id": bank.campaign_id})
    add_canned_reply(ctx, bank.campaign_id, {"name": "Where to vote", "body": "The hall."})
    add_picture(ctx, BytesIO(png()), "Poster")
    for view in list_conversations(ctx, ConversationSearch(), Slice()).items:
        if view.number == STRANGER:
            set_tags(ctx, view.id, ["needs a lift"])


def _look(page: Page, name: str, language: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"pages-{name}-{language}.png"), full_page=True)
    assert sizes(page)[0] <= PHONE[0], name
    assert axe_faults(page) == [], name


def test_by_tag_and_several_at_once(
    open_browser: Open, carys: Person, written: None, *, language: str
) -> None:
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto("/inbox")
    expect(page.locator("[data-test=nobody-known]")).to_have_count(1)
    page.locator("#tag").fill("needs a lift")
    follow(page, "[data-test=by-tag-show]")
    expect(page.locator("[data-test=conversation]")).to_have_count(1)
    _look(page, "by-tag", language)
    page.goto("/inbox?tag=nothing+such")
    _look(page, "no-tag", language)
    follow(page, "[data-test=any-tag]")
    follow(page, "[data-test=reviews]")
    rows = page.locator("[data-test=review-row]")
    expect(rows).to_have_count(2)
    _look(page, "reviews", language)
    for box in rows.locator("input[type=checkbox]").all():
        box.check()
    follow(page, "[data-test=keep-ticked]")
    expect(page.locator("[data-test=review-row]")).to_have_count(0)
    _look(page, "none-to-review", language)


def test_words_go_where_the_cursor_is_and_a_picture_goes_with_them(
    open_browser: Open, carys: Person, written: None, *, language: str
) -> None:
    page = open_browser(PHONE, language=language)
    sign_in(page, carys)
    page.goto("/inbox?tag=needs+a+lift")
    follow(page, "[data-test=conversation] a")
    field = page.locator("[data-test=reply-body]")
    field.fill("Before. After.")
    field.evaluate("(element) => element.setSelectionRange(7, 7)")
    page.locator("[data-test=ready] summary").click()
    tap(page, "use-1")
    expect(field).to_have_value("Before. The hall. After.")
    page.locator("[data-test=with-picture] summary").click()
    page.locator("[data-test=picture-id]").select_option(label="Poster")
    _look(page, "answering", language)
    follow(page, "[data-test=reply-look]")
    preview = page.locator("[data-test=text-preview]")
    expect(preview).to_contain_text("/p/")
    expect(page.locator("[data-test=picture-id]")).to_have_value(
        page.locator("[data-test=picture-id] option").nth(1).get_attribute("value") or ""
    )
    _look(page, "looked-at", language)


def test_the_end_of_the_texts_of_a_campaign(
    open_browser: Open, ctx: Context, vic: Person, written: None, bank: PhoneBank, *, language: str
) -> None:
    page = open_browser(PHONE, language=language)
    sign_in(page, vic)
    page.goto("/texts")
    follow(page, "[data-test=next]")
    here = page.url
    end_campaign(ctx, bank.campaign_id)
    page.goto("/texts")
    expect(page.locator("[data-test=texts-over]")).to_be_visible()
    _look(page, "over", language)
    page.goto(here)
    expect(page.locator("[data-test=campaign-over]")).to_be_visible()
    page.locator("[data-test=reply-body]").fill("Diolch!")
    _look(page, "over-person", language)
    follow(page, "[data-test=reply-send]")
    expect(page.locator("[data-test=texts-over]")).to_be_visible()
    _look(page, "over-done", language)
