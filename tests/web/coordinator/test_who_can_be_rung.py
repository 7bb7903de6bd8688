"""How many of a campaign's people can be rung, and why the others can't: on its page, and by the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text, update

from dialer.services.calling import callable_people as counting
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.context import Context
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.queries.callable_people import PEOPLE
from tests.conftest import Caller
from tests.people import Person
from tests.phone_bank import Voter, add_voters, landline
from tests.plans import tables_walked
from tests.web.reader import Reader

REGISTER = """
    INSERT INTO suppression (organisation_id, id, number, channel, reason, source, register, created_at)
    SELECT :organisation, uuidv7(), '+449' || n, 'voice', 'tps', 'import', 'tps', now()
    FROM generate_series(1, 20000) AS n
"""
WHY = {"dead_number": 1, "deceased": 1, "no_number": 2, "opted_out": 1, "suppressed": 1}


@pytest.fixture
def draft(ctx: Context) -> uuid.UUID:
    """A campaign that hasn't begun: nine people, three of whom can be rung, on two numbers."""
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(7)]
    voters[1] = Voter("Voter1", [landline(0), landline(90)])
    voters += [Voter("Nobody", []), Voter("Noone", [])]
    lists = [add_voters(ctx, voters)]
    with ctx.unit() as unit:
        dead = update(ContactPhone).where(ContactPhone.contact_id == voters[3].id)
        unit.session.execute(dead.values(dead_at=ctx.now))
        unit.session.execute(update(Contact).where(Contact.id == voters[4].id).values(status="deceased"))
    add_opt_out(ctx, voters[5].id, "voice")
    for nth in (5, 6):
        add_suppression(ctx, NewSuppression(["voice"], "tps", number=landline(nth)))
    made = create_campaign(ctx, CampaignFields(name="Evening", kind="phone_bank", list_ids=lists))
    return made.id


@pytest.mark.parametrize("begun", [False, True])
def test_they_add_up_before_the_start_and_after(
    draft: uuid.UUID, ctx: Context, carys: Person, api: Callable[[Person], Caller], *, begun: bool
) -> None:
    if begun:
        activate_campaign(ctx, draft)
    found = api(carys).get(f"/campaigns/{draft}/callable").json
    assert (found["people"], found["can_be_called"], found["numbers"]) == (9, 3, 2)
    assert found["why_not"] == WHY


def test_the_page_and_its_list_of_things_to_do_say_so(desk: Reader, draft: uuid.UUID) -> None:
    page = desk.open(f"/campaigns/{draft}")
    assert "Bring in people to call3 of 9 can be rung" in page.text
    assert "3 people of 9 on the lists can be rung (on 2 numbers)." in page.words["can-be-rung"]
    assert "No number that can be rung2" in page.words["can-be-rung"]


def test_long_lists_are_counted_when_the_page_asks(
    desk: Reader, draft: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED_AT_ONCE", 8)
    page = desk.open(f"/campaigns/{draft}")
    assert "can-be-rung" not in page.words
    assert f'hx-get="/campaigns/{draft}?counted=1"' in page.html
    assert "3 people of 9" in desk.open(f"/campaigns/{draft}?counted=1").words["can-be-rung"]
    assert f'href="/campaigns/{draft}?counted=1#can-be-rung"' in desk.open(f"/live?campaign_id={draft}").html


def test_lists_of_nobody_who_can_be_rung_arent_done(desk: Reader, ctx: Context) -> None:
    lists = [add_voters(ctx, [Voter("Nobody", [])])]
    made = create_campaign(ctx, CampaignFields(name="Evening", kind="phone_bank", list_ids=lists))
    page = desk.open(f"/campaigns/{made.id}")
    assert '<span class="tag warn">0 of 1 can be rung</span>' in page.html


def test_a_register_of_many_isnt_read_for_a_short_list(draft: uuid.UUID, ctx: Context) -> None:
    """All suppressions were taken together first, whoever was on the lists: seconds with a register."""
    with ctx.unit() as unit:
        given = {"organisation": unit.organisation_id, "campaign": draft}
        unit.session.execute(text(REGISTER), given)
        unit.session.execute(text("ANALYZE suppression, opt_out, list_member, campaign_list, contact_phone"))
        explained = unit.session.execute(text(f"EXPLAIN (FORMAT JSON) {PEOPLE.text}"), given)
        plan = explained.scalar_one()[0]["Plan"]
        unit.session.rollback()
    assert "uq_suppression_number" in str(plan)
    assert "suppression" not in set(tables_walked(plan))
