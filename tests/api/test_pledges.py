"""`/pledges` and `PUT /contacts/{id}/pledge`."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.record import record_turnout
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.services.gotv.electors import election_id, make_campaign, make_electors

Api = Callable[[Person], Caller]


def put(caller: Caller, contact: uuid.UUID, campaign: uuid.UUID, support: int, **more: object) -> Any:
    body = {"campaign_id": str(campaign), "support": support, **more}
    return caller.put(f"/contacts/{contact}/pledge", json=body)


def listed(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = caller.get(f"/pledges{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = (answer.json or {})["data"]
    return found


def test_a_pledge_is_put_and_listed(api: Api, carys: Person, ctx: Context, clock: SetClock) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign = make_campaign(ctx)
    answer = put(api(carys), voter, campaign, 1, voting_method="postal", planned_at="2026-05-07T17:00:00Z")
    assert answer.status_code == 200
    assert answer.json | {"elector_number": None} == {
        "contact_id": str(voter),
        "election_id": str(election_id(ctx)),
        "campaign_id": str(campaign),
        "support": 1,
        "voting_method": "postal",
        "planned_at": "2026-05-07T17:00:00Z",
        "needs_lift": None,
        "id_ready": None,
        "source": "manual",
        "at": "2026-05-07T12:00:00Z",
        "by": str(carys.id),
        "elector_number": None,
        "first_name": "Siân",
        "last_name": "Elector AA-1",
        "polling_district": "AA",
        "voted_at": None,
    }
    assert listed(api(carys)) == [answer.json]


def test_a_plan_is_put_without_support_and_each_fact_stays_until_it_changes(
    api: Api, carys: Person, ctx: Context, clock: SetClock
) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign, caller = make_campaign(ctx), api(carys)
    where = f"/contacts/{voter}/pledge"
    said = {"campaign_id": str(campaign), "needs_lift": True, "planned_at": "2026-05-07T17:30:00Z"}
    assert caller.put(where, json=said).json["needs_lift"] is True
    clock.forward(minutes=5)
    said = {"campaign_id": str(campaign), "needs_lift": False, "id_ready": False, "source": "door"}
    found = caller.put(where, json=said).json
    assert (found["needs_lift"], found["id_ready"]) == (False, False)
    assert (found["planned_at"], found["support"]) == ("2026-05-07T17:30:00Z", None)
    assert listed(caller) == [found]
    lines = caller.get("/pledges", headers={"Accept": "text/csv"}).text.splitlines()
    row = dict(zip(*csv.reader(lines), strict=True))
    assert (row["needs_lift"], row["id_ready"]) == ("False", "False")
    nothing = caller.put(where, json={"campaign_id": str(campaign), "support": None})
    assert nothing.status_code == 422
    assert nothing.json["errors"][0]["pointer"] == "/support"


def test_the_last_word_stands(api: Api, carys: Person, ctx: Context, clock: SetClock) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    first, second = make_campaign(ctx), make_campaign(ctx)
    put(api(carys), voter, first, 1, voting_method="proxy")
    clock.forward(minutes=5)
    put(api(carys), voter, second, 4, source="door")
    (pledge,) = listed(api(carys))
    assert (pledge["support"], pledge["source"], pledge["voting_method"]) == (4, "door", "proxy")
    assert listed(api(carys), f"?campaign_id={first}") == []
    assert listed(api(carys), f"?campaign_id={second}") == [pledge]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["1", "2", "3", "7"]),
        ("?support=2", ["2", "7"]),
        ("?polling_district=BB", ["7"]),
        ("?q=élector 7", ["7"]),
        ("?q=%25", []),
        ("?voted=true", []),
        ("?voted=false&support=1", ["1"]),
        ("?voting_method=postal", []),
    ],
)
def test_filters_narrow_the_table(
    api: Api, carys: Person, ctx: Context, query: str, numbers: list[str]
) -> None:
    campaign = make_campaign(ctx)
    contacts = [
        make_electors(
            ctx, number, polling_district="BB" if number == "7" else "AA", name_key=f"sianelector{number}"
        )
        for number in ("1", "2", "3", "7")
    ]
    for (contact,), support in zip(contacts, (1, 2, 3, 2), strict=True):
        put(api(carys), contact, campaign, support)
    assert sorted(row["elector_number"] for row in listed(api(carys), query)) == numbers


def test_walking_the_pages_shows_each_row_once(api: Api, carys: Person, ctx: Context) -> None:
    campaign = make_campaign(ctx)
    contacts = make_electors(ctx, *(f"AA-{number}" for number in range(7)))
    for contact in contacts:
        put(api(carys), contact, campaign, 3)
    seen, cursor = [], ""
    while cursor is not None:
        page = api(carys).get(f"/pledges?limit=3{cursor}").json or {}
        seen += [row["contact_id"] for row in page["data"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert sorted(seen) == sorted(str(contact) for contact in contacts)


def test_csv_streams_every_row_and_runs_no_formula(api: Api, carys: Person, ctx: Context) -> None:
    campaign = make_campaign(ctx)
    (voter,) = make_electors(ctx, "AA-1", first_name="=cmd()", last_name="Prydderch")
    put(api(carys), voter, campaign, 2)
    answer = api(carys).get("/pledges", headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    (row,) = csv.DictReader(answer.text.splitlines())
    assert (row["contact_id"], row["support"], row["first_name"]) == (str(voter), "2", "'=cmd()")
    assert row["at"] == "2026-05-07T12:00:00Z"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"support": 1}, "/campaign_id"),
        ({"campaign_id": "CAMPAIGN"}, "/support"),
        ({"campaign_id": "CAMPAIGN", "support": 6}, "/support"),
        ({"campaign_id": "CAMPAIGN", "support": "1"}, "/support"),
        ({"campaign_id": "CAMPAIGN", "support": True}, "/support"),
        ({"campaign_id": "nothing", "support": 1}, "/campaign_id"),
        ({"campaign_id": "01a20212-2dee-7556-b843-66a8996c40c0", "support": 1}, "/campaign_id"),
        ({"campaign_id": "CAMPAIGN", "support": 1, "voting_method": "pigeon"}, "/voting_method"),
        ({"campaign_id": "CAMPAIGN", "support": 1, "source": "rumour"}, "/source"),
        ({"campaign_id": "CAMPAIGN", "support": 1, "at": "2026-05-07T12:00:00Z"}, "/at"),
    ],
)
def test_refuses_what_it_cannot_take(
    api: Api, carys: Person, ctx: Context, body: dict[str, object], pointer: str
) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign = str(make_campaign(ctx))
    sent = {name: campaign if value == "CAMPAIGN" else value for name, value in body.items()}
    answer = api(carys).put(f"/contacts/{voter}/pledge", json=sent)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in (answer.json or {})["errors"]] == [pointer]
    assert listed(api(carys)) == []


def test_an_unknown_person_is_not_there(api: Api, carys: Person, ctx: Context) -> None:
    campaign = make_campaign(ctx)
    assert put(api(carys), uuid.uuid4(), campaign, 1).status_code == 404
    assert api(carys).get("/pledges?support=9").status_code == 422
    assert api(carys).get("/pledges?support=1&support=2").status_code == 422
    assert api(carys).get("/pledges?voted=perhaps").status_code == 422


def test_an_organiser_sees_only_their_campaigns(
    api: Api, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    one, other = make_electors(ctx, "AA-1", "AA-2")
    mine, theirs = make_campaign(ctx), make_campaign(ctx)
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(mine,))
    put(api(carys), one, mine, 1)
    put(api(carys), other, theirs, 1)
    assert [row["contact_id"] for row in listed(api(olwen))] == [str(one)]
    assert api(olwen).get(f"/pledges?campaign_id={theirs}").status_code == 404
    assert put(api(olwen), one, theirs, 5).status_code == 422
    assert put(api(olwen), one, mine, 2).status_code == 200


def test_volunteers_read_no_table(api: Api, vic: Person, ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    assert api(vic).get("/pledges").status_code == 403
    assert put(api(vic), voter, make_campaign(ctx), 1).status_code == 403


def evidence(caller: Caller, voter: uuid.UUID) -> Any:
    found = caller.get(f"/contacts/{voter}/pledge")
    assert found.status_code == 200, found.text
    return found.json


def test_what_stands_is_shown_with_all_its_evidence(
    api: Api, carys: Person, ctx: Context, clock: SetClock
) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign, caller = make_campaign(ctx, voter), api(carys)
    put(caller, voter, campaign, 1, voting_method="postal", source="call")
    clock.forward(minutes=5)
    put(caller, voter, campaign, 4, source="door")
    shown = evidence(caller, voter)
    assert (shown["support"], shown["voting_method"], shown["voted_at"]) == (4, "postal", None)
    assert [(one["source"], one["support"], one["stands_for"]) for one in shown["evidence"]] == [
        ("door", 4, ["support"]),
        ("call", 1, ["voting_method"]),
    ]
    undo = f"/contacts/{voter}/evidence/{shown['evidence'][0]['id']}/undo"
    for _ in range(2):
        shown = caller.post(undo, json={"reason": "wrong door"}).json
        assert (shown["support"], shown["evidence"][0]["undone_at"] is not None) == (1, True)
    assert evidence(caller, uuid.UUID(shown["contact_id"])) == shown
    assert caller.post(f"/contacts/{uuid.uuid4()}/evidence/{uuid.uuid4()}/undo", json={}).status_code == 404
    assert caller.post(f"/contacts/{voter}/evidence/{uuid.uuid4()}/undo", json={}).status_code == 404


def test_a_vote_is_kept_once_however_often_it_is_pressed(
    api: Api, carys: Person, ctx: Context, clock: SetClock
) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    caller = api(carys)
    for _ in range(2):
        shown = caller.post(f"/contacts/{voter}/turnout", json={"source": "door"}).json
        clock.forward(minutes=1)
    assert shown["voted_at"] == "2026-05-07T12:00:00Z"
    (mark,) = shown["evidence"]
    assert (mark["kind"], mark["voted"], mark["may_take_back"], mark["stands_for"]) == (
        "turnout",
        True,
        True,
        ["voted"],
    )
    earlier = caller.post(f"/contacts/{voter}/turnout", json={"at": "2026-05-07T08:00:00Z"}).json
    assert earlier["voted_at"] == "2026-05-07T08:00:00Z"
    assert caller.post(f"/contacts/{voter}/turnout", json={"at": "2030-05-07T08:00:00Z"}).status_code == 200


def test_what_a_result_brought_goes_with_the_result(
    api: Api, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    with ctx.unit() as unit:
        record_turnout(
            unit,
            contact_id=voter,
            election_id=election_id(ctx),
            source="phone",
            at=ctx.now,
            result_id=uuid.uuid4(),
        )
    (mark,) = evidence(api(carys), voter)["evidence"]
    assert mark["may_take_back"] is False
    assert api(carys).post(f"/contacts/{voter}/evidence/{mark['id']}/undo", json={}).status_code == 409


def test_an_organiser_takes_back_what_they_entered_and_nothing_else(
    api: Api, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    voter, stranger = make_electors(ctx, "AA-1", "AA-2")
    campaign = make_campaign(ctx, voter)
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(campaign,))
    put(api(carys), voter, campaign, 2)
    put(api(olwen), voter, campaign, 3)
    own, others = evidence(api(olwen), voter)["evidence"]
    assert [own["may_take_back"], others["may_take_back"]] == [True, False]
    undo = f"/contacts/{voter}/evidence"
    assert api(olwen).post(f"{undo}/{others['id']}/undo", json={}).status_code == 409
    assert api(olwen).post(f"{undo}/{own['id']}/undo", json={}).json["support"] == 2
    assert api(olwen).get(f"/contacts/{stranger}/pledge").status_code == 404
    assert api(olwen).post(f"/contacts/{voter}/turnout", json={}).status_code == 403
