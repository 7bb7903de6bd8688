"""`/pledges` and `PUT /contacts/{id}/pledge`."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
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
