"""The links of a text on its pages: what opening one says, and how many people did."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from dialer.domain.link_visit import Visit
from dialer.services.calling.campaigns import change_campaign, get_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.link_visits import actor_of, note, way_of
from dialer.services.messaging.planning import plan_chunk
from dialer.store.models.links import Link, LinkCode
from tests.texting import system
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

VOTE, LIFT = "https://example.org/vote", "https://example.org/lift"
BODY = f"Common Ground: vote {{link:{VOTE}}} or get a lift {{link:{LIFT}}} Stop: STOP"
PHONE = Visit(agent="Mozilla/5.0 (iPhone) Mobile", language="cy")


@pytest.fixture
def draft(desk: Reader, bank: PhoneBank, ctx: Context) -> str:
    """The page of a text with two links."""
    change_campaign(ctx, bank.campaign_id, {"senders": ["+447700900001"], "election_material": False})
    fields = BlastFields(
        name="Polls are open", body=BODY, list_ids=get_campaign(ctx, bank.campaign_id).list_ids
    )
    return f"/blasts/{create_blast(ctx, bank.campaign_id, fields).id}"


def test_what_opening_a_link_says_is_set_and_told(desk: Reader, draft: str, ctx: Context) -> None:
    page = desk.open(draft)
    assert "Whoever opens a link: says nothing of them Opening" in page.text
    assert "http://localhost/l/xxxxxxxxxx" in page.text
    page = desk.press("link-support", support="2")
    assert "Whoever opens a link: says nothing of them, leaning to us" in page.text
    assert "Choose one of these." in desk.press("link-support", support="9").text
    assert "says nothing of them Opening" in desk.press("link-support", support="").text


def test_a_text_that_went_out_says_who_opened_its_links(desk: Reader, draft: str, ctx: Context) -> None:
    blast_id = launch_blast(ctx, uuid.UUID(draft.rsplit("/", 1)[1])).id
    plan_chunk(system(ctx), blast_id)
    assert "Nobody has opened one yet." in desk.open(draft).text
    with ctx.unit() as unit:
        links = {row.id: row.target for row in unit.session.scalars(select(Link))}
        [first, *_] = [row.contact_id for row in unit.session.scalars(select(LinkCode))]
        codes = {
            links[row.link_id]: row.code
            for row in unit.session.scalars(select(LinkCode).where(LinkCode.contact_id == first))
        }
    for code, visit in ((codes[VOTE], PHONE), (codes[VOTE], PHONE), (codes[LIFT], Visit())):
        way = way_of(ctx.units, code)
        note(ctx.as_actor(actor_of(way)), way, visit)
    page = desk.open(draft)
    assert page.tests["blast-opened"]["data-value"] == "1"
    assert "One person opened at least one of them." in page.text
    assert "One person opened it, 2 times in all" in page.text
    assert "Looked at by a machine once" in page.text
    assert desk.press("link-support", support="1").status == 200


def test_an_audience_of_those_who_opened_it_is_composed(desk: Reader, draft: str, ctx: Context) -> None:
    blast_id = str(launch_blast(ctx, uuid.UUID(draft.rsplit("/", 1)[1])).id)
    desk.open("/audiences/new")
    desk.press("add-condition", **{"name": "Not yet", "g-0-new": "got"})
    desk.press("add-condition", **{"g-0-r-0-values": blast_id, "g-0-new": "clicked"})
    page = desk.press("save", **{"g-0-r-1-values": blast_id, "g-0-r-1-text": "3", "g-0-r-1-holds": "no"})
    assert "The audience is saved." in page.text
    text = "the text “Polls are open”"
    said = f"got {text} and haven’t opened a link in {text} in the last 3 days"
    assert said in desk.open("/audiences").text
