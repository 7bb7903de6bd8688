"""Emails in a real browser, on a small phone and a desk: looked at before they go, sent, and read."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.store.models.messaging import Blast, Message
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.letters import letter, readers
from tests.people import Person
from tests.texting import blast
from tests.web.phone_bank import PhoneBank

pytestmark = pytest.mark.slow

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
OURS, GWEN = "campaign@example.org", "voter0@example.org"
BODY = (
    "# Polls are open\n\nDear {first_name|friend},\n\n- vote [today](https://example.org/vote)\n- bring Ben"
)
ANSWER = """\
I’ll be there! 🗳️

On Mon, 23 Nov 2026 at 09:00, Aber <campaign@example.org> wrote:
> Dear Gwen,
> reply STOP to get no more of these emails, wherever in the whole wide world they may come from one day
"""


def _look(page: Page, name: str, size: tuple[int, int]) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"emails-{name}-{size[0]}.png"), full_page=True)
    assert sizes(page)[0] <= size[0], name
    assert axe_faults(page) == [], name


@pytest.fixture
def draft(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """A draft of letters to three people, of a campaign that needs no imprint."""
    change_campaign(ctx, bank.campaign_id, {"election_material": False})
    fields = letter(body=BODY, senders=[OURS], bodies={"cy": "# Mae’n bryd\n\nAnnwyl {first_name|ffrind}"})
    ids = [*readers(ctx, 2), *readers(ctx, 1, first=2, language="cy")]
    return blast(ctx, ids, campaign_id=bank.campaign_id, **fields).id


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (PHONE, "cy"), (DESK, "en")])
def test_it_is_looked_at_sent_and_sent_again_where_nobody_heard(
    open_browser: Open, carys: Person, ctx: Context, draft: uuid.UUID, *, size: tuple[int, int], language: str
) -> None:
    page = open_browser(size, language=language)
    sign_in(page, carys)
    page.goto(f"/blasts/{draft}")
    samples = page.locator("[data-test=blast-samples]")
    shown = samples.locator(".letter").first
    expect(shown.locator(".top")).to_have_text("Polls are open")
    expect(shown.locator("li")).to_have_count(2)
    expect(shown.locator("a")).to_have_count(0)
    expect(samples).not_to_contain_text("[today]")
    samples.locator("summary").first.click()
    expect(samples.locator("[data-test=as-text]").first).to_contain_text("today: https://example.org/vote")
    _look(page, f"composer-{language}", size)

    launch_blast(ctx, draft)
    while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), draft):
        pass
    with ctx.unit() as unit:  # as a mail server leaves them that answers nothing to the last dot
        ago = ctx.now - dt.timedelta(hours=1)
        lost = {"state": "unknown", "attempted_at": ago, "attempt_ended_at": ago}
        unit.session.execute(update(Message).values(**lost))
        unit.session.execute(update(Blast).values(state="completed", finished_at=ctx.now))
    page.goto(f"/blasts/{draft}")
    _look(page, f"progress-{language}", size)
    page.goto(f"/blasts/{draft}/unheard")
    expect(page.locator("[data-test=unheard-row]")).to_have_count(3)
    _look(page, f"unheard-{language}", size)
    follow(page, "[data-test=send-again]")
    _look(page, f"send-again-{language}", size)
    follow(page, "[data-test=confirm]")
    expect(page.locator("[data-test=flash]")).to_contain_text("3")


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (PHONE, "cy"), (DESK, "en")])
def test_an_answer_is_read_without_what_it_quotes(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, *, size: tuple[int, int], language: str
) -> None:
    readers(ctx, 1)
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(system, InboundText("<one@example.org>", GWEN, OURS, ANSWER, ctx.now, subject="Re: Polls"))
    page = open_browser(size, language=language)
    sign_in(page, carys)
    page.goto("/inbox")
    expect(page.locator("[data-test=conversation]")).not_to_contain_text("wrote:")
    _look(page, f"inbox-{language}", size)
    follow(page, "[data-test=conversation] a")
    expect(page.locator("[data-test=texts]")).to_contain_text("I’ll be there!")
    expect(page.locator("[data-test=quoted] p")).not_to_be_visible()
    page.locator("[data-test=quoted] summary").click()
    expect(page.locator("[data-test=quoted] p")).to_contain_text("wrote:")
    page.locator("[data-test=block-asked] summary").click()
    _look(page, f"conversation-{language}", size)
