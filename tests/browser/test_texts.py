"""A text to many in a browser: no key sends it by accident, its page renews itself, no script is needed."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import change_blast, create_blast, get_blast
from dialer.services.messaging.launching import launch_blast, pause_blast
from tests.browser.conftest import DESK, PHONE, Open, sign_in, sizes, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

TEXT = "Hi {first_name|there}, polls are open until 10. Stop: STOP. Promoted by A Rees, 1 High St"


@pytest.fixture
def draft(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """A draft to everybody of the phone bank, six of whom have a mobile."""
    list_ids = list(get_campaign(ctx, bank.campaign_id).list_ids)
    fields = {"name": "Polls are open", "body": TEXT, "list_ids": list_ids}
    return create_blast(ctx, bank.campaign_id, fields).id  # type: ignore[arg-type]


def _composer(page: Page, carys: Person, draft: uuid.UUID) -> None:
    sign_in(page, carys)
    page.goto(f"/blasts/{draft}")
    expect(page.locator("[data-test=blast-recipients]")).to_have_attribute("data-value", "6")


def test_enter_in_the_number_sends_nothing(open_browser: Open, carys: Person, draft: uuid.UUID, ctx: Context):
    page = open_browser(DESK)
    _composer(page, carys, draft)
    page.fill("[data-test=blast-confirm]", "6")
    page.press("[data-test=blast-confirm]", "Enter")
    page.locator("[data-test=flash]").wait_for()
    assert get_blast(ctx, draft).state == "draft"
    expect(page.locator("[data-test=blast-launch]")).to_be_visible()


def test_it_is_sent_by_keys_alone(open_browser: Open, carys: Person, draft: uuid.UUID, ctx: Context):
    page = open_browser(DESK)
    _composer(page, carys, draft)
    page.locator("[data-test=blast-confirm]").focus()
    page.keyboard.type("6")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("[data-test=blast-progress]").wait_for()
    assert get_blast(ctx, draft).state == "running"


def test_it_is_sent_without_a_script(open_browser: Open, carys: Person, draft: uuid.UUID, ctx: Context):
    page = open_browser(PHONE, script=False)
    _composer(page, carys, draft)
    page.fill("[data-test=blast-body]", f"{TEXT} Vote!")
    page.fill("[data-test=blast-confirm]", "6")
    tap(page, "blast-launch")
    assert "Look again" in page.inner_text("[data-test=flash]")
    page.fill("[data-test=blast-confirm]", "6")
    tap(page, "blast-launch")
    page.locator("[data-test=blast-progress][data-state=running]").wait_for()
    assert get_blast(ctx, draft).body.endswith("Vote!")
    tap(page, "blast-pause")
    page.locator("[data-test=blast-progress][data-state=paused]").wait_for()


def test_its_page_renews_itself_and_is_made_anew_when_it_is_paused(
    open_browser: Open, carys: Person, draft: uuid.UUID, ctx: Context
):
    launch_blast(ctx, draft)
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"/blasts/{draft}")
    page.locator("#open-inbox").focus()
    with page.expect_response("**/progress?shown=running"):
        pass
    page.wait_for_function("document.activeElement.id == 'open-inbox'")
    pause_blast(ctx, draft)
    page.locator("[data-test=blast-progress][data-state=paused]").wait_for()
    expect(page.locator("[data-test=blast-resume]")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_name_without_a_space_stays_on_a_narrow_screen(
    open_browser: Open, carys: Person, draft: uuid.UUID, ctx: Context, language: str
):
    change_blast(ctx, draft, {"name": "x" * 400})
    page = open_browser((360, 740), language=language)
    sign_in(page, carys)
    for address in ("/blasts", f"/blasts/{draft}"):
        page.goto(address)
        assert sizes(page)[0] <= 360, address
    page.goto("/blasts")
    tag = page.locator("[data-test=blasts] td.end .tag").bounding_box()
    card = page.locator("[data-test=blasts]").bounding_box()
    assert tag
    assert card
    assert abs(tag["x"] + tag["width"] - card["x"] - card["width"]) <= 2
