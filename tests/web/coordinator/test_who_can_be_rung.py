"""How many of a campaign's people can be rung, and why the others can't: on its page, and by the API."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Row, text, update

from dialer.services.calling import callable_people as counting
from dialer.services.calling.campaigns import (
    CampaignFields,
    activate_campaign,
    change_campaign,
    create_campaign,
)
from dialer.services.calling.kept_counts import KeptCounts
from dialer.services.context import Context
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.queries import callable_people as queries
from dialer.store.session import UnitOfWork
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.phone_bank import Voter, add_voters, landline
from tests.plans import tables_walked
from tests.web.reader import Reader

REGISTER = """
    INSERT INTO suppression (organisation_id, id, number, channel, reason, source, register, created_at)
    SELECT :organisation, uuidv7(), '+449' || n, 'voice', 'tps', 'import', 'tps', now()
    FROM generate_series(1, 20000) AS n
"""
ANOTHER = """
    INSERT INTO list_member (organisation_id, list_id, contact_id)
    SELECT :organisation, list_id, :contact FROM campaign_list
"""
WHY = {"dead_number": 1, "deceased": 1, "no_number": 2, "opted_out": 1, "suppressed": 1}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The campaigns whose people were counted, once for each time."""
    made: list[uuid.UUID] = []
    count = queries.people_by_call

    def counted(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
        made.append(campaign_id)
        return count(unit, campaign_id)

    monkeypatch.setattr(queries, "people_by_call", counted)
    return made


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
    assert "3 people of 9" in desk.open(f"/campaigns/{draft}").words["can-be-rung"]


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
        explained = unit.session.execute(text(f"EXPLAIN (FORMAT JSON) {queries.PEOPLE.text}"), given)
        plan = explained.scalar_one()[0]["Plan"]
        unit.session.rollback()
    assert "suppression" not in set(tables_walked(plan))
    assert [scan["Index Name"] for scan in _scans(plan)] == ["uq_suppression_number"]
    assert all("number =" in scan["Index Cond"] for scan in _scans(plan)), "each number is asked for"


def _scans(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where a plan reads suppressions."""
    if node.get("Relation Name") == "suppression":
        yield node
    for inner in node.get("Plans", ()):
        yield from _scans(inner)


def test_however_many_look_they_are_counted_once_a_minute(
    desk: Reader,
    draft: uuid.UUID,
    ctx: Context,
    *,
    carys: Person,
    api: Callable[[Person], Caller],
    clock: SetClock,
    counts: list[uuid.UUID],
) -> None:
    began = clock.now
    desk.open(f"/campaigns/{draft}")
    new = Voter("New", [landline(50)])
    add_voters(ctx, [new])
    with ctx.unit() as unit:
        unit.session.execute(text(ANOTHER), {"organisation": unit.organisation_id, "contact": new.id})
    clock.forward(seconds=59)
    page = desk.open(f"/campaigns/{draft}?counted=1")
    assert "3 people of 9" in page.words["can-be-rung"]
    assert "(59 seconds ago)" in page.words["can-be-rung"]
    found = api(carys).get(f"/campaigns/{draft}/callable").json
    assert (found["people"], dt.datetime.fromisoformat(found["at"])) == (9, began)
    assert counts == [draft]
    clock.forward(seconds=2)
    assert "4 people of 10" in desk.open(f"/campaigns/{draft}").words["can-be-rung"]
    assert counts == [draft, draft]


def test_other_lists_are_counted_anew(desk: Reader, draft: uuid.UUID, ctx: Context) -> None:
    desk.open(f"/campaigns/{draft}")
    lists = [add_voters(ctx, [Voter("New", [landline(50)])])]
    change_campaign(ctx, draft, CampaignFields(list_ids=lists))
    assert "can-be-rung" not in desk.open(f"/live?campaign_id={draft}").words
    assert "1 person of 1" in desk.open(f"/campaigns/{draft}").words["can-be-rung"]


def test_the_live_board_shows_the_last_count_and_never_counts(
    desk: Reader, draft: uuid.UUID, clock: SetClock, counts: list[uuid.UUID]
) -> None:
    board = desk.open(f"/live?campaign_id={draft}")
    assert f'href="/campaigns/{draft}?counted=1#can-be-rung"' in board.html
    assert "counted=1" not in board.html.replace(f'href="/campaigns/{draft}?counted=1', "")
    assert counts == []
    desk.open(f"/campaigns/{draft}")
    clock.forward(minutes=10)
    board = desk.open(f"/live?campaign_id={draft}")
    assert "3 people of 9 on the lists can be rung" in board.words["can-be-rung"]
    assert "(10 minutes ago)" in board.words["can-be-rung"]
    assert f'href="/campaigns/{draft}?counted=1#can-be-rung"' in board.html
    assert counts == [draft]


def test_while_somebody_counts_others_are_told_so(
    desk: Reader,
    draft: uuid.UUID,
    ctx: Context,
    *,
    carys: Person,
    api: Callable[[Person], Caller],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = queries.people_by_call
    seen = {}

    def meanwhile(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
        seen["page"] = Reader(desk.client).open(f"/campaigns/{draft}")
        seen["board"] = Reader(desk.client).open(f"/live?campaign_id={draft}")
        seen["api"] = api(carys).get(f"/campaigns/{draft}/callable")
        return count(unit, campaign_id)

    monkeypatch.setattr(queries, "people_by_call", meanwhile)
    assert counting.counted_people(ctx, draft).people == 9
    for page in (seen["page"], seen["board"]):
        assert "Who can be rung is being counted. Look again" in page.text
    assert 'hx-trigger="load delay:5s"' in seen["page"].html
    assert 'hx-trigger="load' not in seen["board"].html
    assert (seen["api"].status_code, seen["api"].headers["Retry-After"]) == (429, "5")
    assert "3 people of 9" in desk.open(f"/campaigns/{draft}").words["can-be-rung"]


def test_a_count_that_came_to_nothing_isnt_tried_again_at_once(
    desk: Reader,
    draft: uuid.UUID,
    ctx: Context,
    *,
    carys: Person,
    api: Callable[[Person], Caller],
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_long(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(queries, "people_by_call", too_long)
        with pytest.raises(TimeoutError):
            counting.callable_people(ctx, draft)
    page = desk.open(f"/campaigns/{draft}?counted=1")
    assert "Count who of the lists can be rung" in page.text
    assert "hx-get" not in page.html
    assert api(carys).get(f"/campaigns/{draft}/callable").status_code == 429
    clock.forward(seconds=61)
    assert api(carys).get(f"/campaigns/{draft}/callable").json["people"] == 9


def test_a_count_is_kept_thirty_times_as_long_as_it_took(ctx: Context) -> None:
    kept: KeptCounts[int] = KeptCounts()
    key, lists = (ctx.organisation_id, ctx.organisation_id), frozenset({ctx.organisation_id})
    assert kept.begin(key, lists, ctx.now)
    assert not kept.begin(key, lists, ctx.now)
    kept.end(key, lists, ctx.now, 10.0, 7)
    assert not kept.begin(key, lists, ctx.now + dt.timedelta(seconds=309))
    assert not kept.begin(key, lists, ctx.now - dt.timedelta(seconds=5))
    assert kept.last(key, lists) == 7
    assert kept.begin(key, lists, ctx.now + dt.timedelta(seconds=311))
    assert kept.last(key, lists) == 7
