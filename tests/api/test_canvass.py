"""`/campaigns/{id}/canvass-walks`, `/canvass-walks/{id}` and their sheets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.models.accounts import AuditEntry
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.services.gotv.electors import make_campaign, make_electors

Api = Callable[[Person], Caller]


@pytest.fixture
def street(ctx: Context) -> uuid.UUID:
    """A campaign about one road: numbers 2 to 13, two people each."""
    people = [
        contact
        for number in range(2, 14)
        for contact in make_electors(
            ctx, f"AA-{number}", f"AA-{number}/1", address=f"{number} High Street", postcode="CF10 1AA"
        )
    ]
    return make_campaign(ctx, *people)


def cut(caller: Caller, campaign: uuid.UUID, **more: object) -> list[dict[str, Any]]:
    answer = caller.post(f"/campaigns/{campaign}/canvass-walks", json=more)
    assert answer.status_code == 201, answer.text
    walks: list[dict[str, Any]] = answer.json["data"]
    return walks


def lines(caller: Caller, walk: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(f"/canvass-walks/{walk['id']}").json["lines"]
    return found


def key(caller: Caller, walk: dict[str, Any], codes: dict[int, str], **more: object) -> dict[str, Any]:
    body = {"lines": [{"line": line, "code": code} for line, code in codes.items()], **more}
    answer = caller.post(f"/canvass-walks/{walk['id']}/sheet", json=body)
    assert answer.status_code == 200, answer.text
    keyed: dict[str, Any] = answer.json
    return keyed


def test_doors_are_cut_into_walks_in_walking_order(api: Api, carys: Person, street: uuid.UUID) -> None:
    caller = api(carys)
    walks = cut(caller, street, doors_most=6)
    assert [(one["number"], one["doors"], one["people"], one["noted"]) for one in walks] == [
        (1, 6, 12, 0),
        (2, 6, 12, 0),
    ]
    first = lines(caller, walks[0])
    assert [one["line"] for one in first] == list(range(1, 13))
    assert [one["address"] for one in first[::2]] == [f"{number} High Street" for number in range(3, 14, 2)]
    assert cut(caller, street, doors_most=6) == []
    listed = caller.get(f"/campaigns/{street}/canvass-walks?limit=1").json
    rest = caller.get(f"/campaigns/{street}/canvass-walks?limit=1&cursor={listed['next_cursor']}").json
    assert [*listed["data"], *rest["data"]] == walks[::-1]


def test_who_is_not_to_be_knocked_for_is_on_no_walk(
    api: Api, carys: Person, street: uuid.UUID, clock: SetClock
) -> None:
    caller = api(carys)
    (walk,) = cut(caller, street)
    people = [one["contact_id"] for one in lines(caller, walk)]
    for contact, outcome, support in zip(
        people,
        ("moved", "deceased", "do_not_knock", "already_voted", "refused", "not_in", "contacted"),
        (None,) * 6 + (2,),
        strict=False,
    ):
        body = {"contact_id": contact, "outcome": outcome, "support": support}
        assert caller.post(f"/campaigns/{street}/door-results", json=body).status_code == 201
    assert [one["may_knock"] for one in lines(caller, walk)[:7]] == [False] * 4 + [True] * 3
    for _ in range(2):
        closed = caller.post(f"/canvass-walks/{walk['id']}/close").json
        assert closed["closed_at"] == "2026-05-07T12:00:00Z"
        clock.forward(minutes=1)
    (again,) = cut(caller, street)
    assert [one["contact_id"] for one in lines(caller, again)] == [people[5], *people[7:]]
    caller.post(f"/canvass-walks/{again['id']}/close")
    (everybody,) = cut(caller, street, not_canvassed=False, support_unknown=False)
    assert [one["contact_id"] for one in lines(caller, everybody)] == people[4:]
    assert caller.get(f"/campaigns/{street}/canvass-walks?closed=true").json["data"][0]["number"] == 2


def test_a_sheet_is_keyed_once_however_often(api: Api, carys: Person, street: uuid.UUID) -> None:
    caller = api(carys)
    (walk,) = cut(caller, street)
    at = "2026-05-06T18:00:00Z"
    codes = {1: "1p", 2: "N", 3: "?", 4: " ", 99: "N"}
    keyed = key(caller, walk, codes, at=at)
    assert keyed == {
        "noted": 2,
        "known": 0,
        "unread": [{"line": 3, "code": "?"}, {"line": 99, "code": "N"}],
    }
    assert key(caller, walk, codes)["known"] == 2
    (pledge,) = caller.get(f"/pledges?campaign_id={street}").json["data"]
    assert (pledge["support"], pledge["voting_method"], pledge["at"]) == (1, "postal", at)
    assert key(caller, walk, {1: "4", 2: "X"}, at=at)["noted"] == 2
    assert [one["code"] for one in lines(caller, walk)[:3]] == ["4", "X", None]
    (pledge,) = caller.get(f"/pledges?campaign_id={street}").json["data"]
    assert (pledge["support"], pledge["voting_method"]) == (4, None)
    assert key(caller, walk, {1: "1P"})["noted"] == 1
    assert caller.get(f"/campaigns/{street}/door-results/summary").json["results"] == 2
    (listed,) = caller.get(f"/campaigns/{street}/canvass-walks").json["data"]
    assert listed["noted"] == 2


@pytest.mark.parametrize("body", [{"doors_most": 4}, {"doors_most": 201}, {"polling_district": 7}])
def test_what_is_no_canvass_is_refused(
    api: Api, carys: Person, street: uuid.UUID, body: dict[str, Any]
) -> None:
    assert api(carys).post(f"/campaigns/{street}/canvass-walks", json=body).status_code == 422


def test_another_district_has_nobody(api: Api, carys: Person, street: uuid.UUID) -> None:
    assert cut(api(carys), street, polling_district="ZZ") == []
    assert len(cut(api(carys), street, polling_district="AA")) == 1


def test_lists_of_people_are_for_those_who_run_the_campaign_and_looks_are_audited(
    api: Api, ctx: Context, units: UnitFactory, street: uuid.UUID
) -> None:
    roles = (Role.COORDINATOR, Role.VOLUNTEER)
    carys, vic = (make_person(units, ctx.organisation_id, role, role.title()) for role in roles)
    (walk,) = cut(api(carys), street)
    oscar = make_person(units, ctx.organisation_id, Role.ORGANISER, "Oscar")
    path = f"/canvass-walks/{walk['id']}"
    for person, status in ((vic, 403), (oscar, 404)):
        assert api(person).get(path).status_code == status
        assert api(person).post(f"{path}/close").status_code == status
        assert api(person).post(f"{path}/sheet", json={"lines": []}).status_code == status
        assert api(person).post(f"/campaigns/{street}/canvass-walks", json={}).status_code == status
    lines(api(carys), walk)
    with ctx.unit() as unit:
        looks = select(AuditEntry.changes).where(AuditEntry.action == "canvass.read")
        assert unit.session.scalars(looks).all() == [{"walk": 1}]
