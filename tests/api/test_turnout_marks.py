"""`/turnout/marks` over HTTP: what waits for a human, and what is done with it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.mark_review import Returning, returning
from dialer.services.gotv.teller_sheets import NewSheet, add_sheet, key_sheet
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.store.models.accounts import ApiToken
from dialer.store.models.gotv import TurnoutMark
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.services.gotv.electors import make_electors

Api = Callable[[Person], Caller]


@pytest.fixture
def tegwen(ctx: Context, units: UnitFactory) -> Person:
    """A teller of district AA."""
    person = make_person(units, ctx.organisation_id, Role.TELLER, "Tegwen")
    with ctx.unit() as unit:
        mine = update(ApiToken).where(ApiToken.account_id == person.id)
        unit.session.execute(mine.values(polling_districts=["AA"]))
    return person


def tell(api: Api, teller: Person, *numbers: str) -> dict[str, Any]:
    marks = [{"elector_number": number} for number in numbers]
    return api(teller).post("/turnout", json={"marks": marks}).json or {}


def waiting(api: Api, carys: Person, asking: str = "") -> list[dict[str, Any]]:
    return (api(carys).get(f"/turnout/marks?{asking}").json or {})["data"]


def voted(api: Api, carys: Person) -> int:
    return (api(carys).get("/turnout/summary").json or {})["voted"]


def test_a_link_alone_silences_sixty_people_a_minute(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    numbers = [f"AA-{number}" for number in range(1, 101)]
    make_electors(ctx, *numbers)
    told = tell(api, tegwen, *numbers)
    assert (told["accepted"], len(told["held"])) == (60, 40)
    assert tell(api, tegwen, *numbers)["held"] == told["held"]  # sent again, after an answer that was lost
    assert voted(api, carys) == 60
    found = api(carys).get("/turnout/marks/waiting").json or {}
    assert (found["held"], found["by_account"][0]["whys"]) == (40, {"too_fast": 40})
    whose = {"account_id": str(tegwen.id)}
    counted = api(carys).post("/turnout/marks/count", json=whose)
    assert (counted.status_code, counted.json) == (200, {"marks": 40, "people": 40})
    assert api(carys).post("/turnout/marks/count", json=whose).json == {"marks": 0, "people": 0}
    assert voted(api, carys) == 100
    undone = api(carys).post("/turnout/undo", json={**whose, "reason": "not at the station"})
    assert (undone.json or {})["undone"] == 100
    assert voted(api, carys) == 0


def test_three_hours_without_a_network_are_no_haste(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    numbers = [f"AA-{number}" for number in range(1, 401)]
    make_electors(ctx, *numbers)
    since = ctx.now - dt.timedelta(hours=3)
    marks = [
        {"elector_number": number, "at": (since + dt.timedelta(seconds=27 * place)).isoformat()}
        for place, number in enumerate(numbers)
    ]
    told = api(tegwen).post("/turnout", json={"marks": marks}).json or {}
    assert (told["accepted"], told["held"]) == (400, [])
    assert voted(api, carys) == 400


def test_each_mark_says_why_it_waits(api: Api, carys: Person, tegwen: Person, ctx: Context) -> None:
    make_electors(ctx, "AA-1", status="deceased")
    make_electors(ctx, "AA-2", status="moved")
    make_electors(ctx, "AB-3", polling_district="AB")
    make_electors(ctx, "AA-4", register="2025")
    make_electors(ctx, "AA-4", register="2026")
    tell(api, tegwen, "AA-1", "AA-2", "AB-3", "AA-4", "AA-5")
    whys = {mark["elector_number"]: (mark["state"], mark["why"]) for mark in waiting(api, carys)}
    assert whys == {
        "AA-1": ("held", "deceased"),
        "AA-2": ("held", "moved"),
        "AB-3": ("held", "other_district"),
        "AA-4": ("unknown", "several"),
        "AA-5": ("unknown", "nobody"),
    }
    assert [mark["elector_number"] for mark in waiting(api, carys, "why=moved")] == ["AA-2"]
    assert len(waiting(api, carys, f"state=held&account_id={tegwen.id}")) == 3
    assert voted(api, carys) == 0


def test_a_mark_is_counted_matched_moved_or_dropped(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    (dead,) = make_electors(ctx, "AA-1", status="deceased")
    make_electors(ctx, "AB-7", polling_district="AB")
    (meant,) = make_electors(ctx, "AA-9")
    tell(api, tegwen, "AA-1", "7", "99", "98", "97")
    marks = {mark["elector_number"]: mark["id"] for mark in waiting(api, carys)}

    def settle(number: str, deed: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        answer = api(carys).post(f"/turnout/marks/{marks[number]}/{deed}", json=body or {})
        return answer.status_code, answer.json or {}

    status, mark = settle("AA-1", "count")
    assert (status, mark["state"], mark["contact_id"]) == (200, "counted", str(dead))
    status, mark = settle("7", "district", {"polling_district": "ab"})
    assert (status, mark["state"], mark["polling_district"]) == (200, "counted", "ab")
    status, mark = settle("99", "match", {"contact_id": str(meant)})
    assert (status, mark["state"], mark["contact_id"]) == (200, "counted", str(meant))
    status, mark = settle("98", "drop", {"reason": "slipped"})
    assert (status, mark["state"], mark["reason"]) == (200, "undone", "slipped")
    assert settle("97", "district", {"polling_district": "AC"})[1]["why"] == "nobody"
    assert voted(api, carys) == 3
    status, refused = settle("98", "count")
    assert (status, refused["state"]) == (409, "undone")
    assert settle("97", "count")[0] == 409
    assert settle("97", "match", {"contact_id": str(uuid.uuid4())})[0] == 422
    assert settle("97", "drop", {"reason": " "})[0] == 422


def test_all_at_once_are_those_of_one_election_and_not_the_dead(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    make_electors(ctx, "AA-1", status="deceased")
    make_electors(ctx, "AA-2", status="moved")
    make_electors(ctx, "AB-3", "AB-4", polling_district="AB")
    tell(api, tegwen, "AA-1", "AA-2", "AB-3", "AB-4")
    other = (api(carys).post("/elections", json={"name": "By-election"}).json or {})["id"]
    with ctx.unit() as unit:
        fourth = update(TurnoutMark).where(TurnoutMark.elector_number == "AB-4")
        unit.session.execute(fourth.values(election_id=uuid.UUID(other)))

    def count(**more: str) -> int:
        body = {"account_id": str(tegwen.id), **more}
        return (api(carys).post("/turnout/marks/count", json=body).json or {})["marks"]

    assert [count(), count()] == [1, 0]
    assert [count(election_id=other), count(why="moved")] == [1, 1]
    assert [mark["why"] for mark in waiting(api, carys, "state=held")] == ["deceased"]


def test_what_came_with_something_else_stands_when_an_accounts_marks_go(
    api: Api, carys: Person, ctx: Context
) -> None:
    make_electors(ctx, "AA-1", "AA-2", "AA-3")
    span = {"from_at": ctx.now - dt.timedelta(hours=2), "to_at": ctx.now - dt.timedelta(hours=1)}
    key_sheet(ctx, add_sheet(ctx, NewSheet("AA", **span)).id, ["1", "3"])
    mark_turnout(ctx, [NewMark("AA-1"), NewMark("AA-2"), NewMark("AA-2", source="door"), NewMark("AA-3")])
    make_electors(ctx, "AA-4")
    mark_turnout(ctx, [NewMark("AA-4")])
    assert returning(ctx, carys.id) == Returning(marks=4, people=1)
    body = {"account_id": str(carys.id), "reason": "not at the station"}
    assert (api(carys).post("/turnout/undo", json=body).json or {})["undone"] == 4
    assert voted(api, carys) == 3


def test_what_came_too_fast_is_held_when_its_elector_comes(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    make_electors(ctx, *[f"AA-{number}" for number in range(1, 61)])
    tell(api, tegwen, *[f"AA-{number}" for number in range(1, 62)])
    (late,) = waiting(api, carys, "state=unknown")
    assert (late["state"], late["why"]) == ("unknown", "too_fast")
    elector = {"first_name": "Ann", "elector_number": "AA-61", "polling_district": "AA"}
    made = api(carys).post("/contacts", json=elector).json or {}
    assert made["voted_at"] is None
    assert [mark["why"] for mark in waiting(api, carys, "state=held")] == ["too_fast"]
    api(carys).post("/turnout/marks/count", json={"account_id": str(tegwen.id)})
    assert voted(api, carys) == 61


def test_all_that_waits_of_a_teller_is_dropped_for_one_reason(
    api: Api, carys: Person, tegwen: Person, ctx: Context
) -> None:
    make_electors(ctx, "AA-1")
    tell(api, tegwen, "AA-1", "88", "89")
    body = {"account_id": str(tegwen.id), "reason": "another register"}
    assert api(carys).post("/turnout/marks/drop", json=body).json == {"marks": 2, "people": 0}
    assert waiting(api, carys, "state=unknown") == []
    assert voted(api, carys) == 1


@pytest.mark.parametrize("deed", ["count", "drop"])
@pytest.mark.parametrize("whose", [{}, {"account_id": str(uuid.uuid4()), "token_id": str(uuid.uuid4())}])
def test_nobody_settles_everybody_by_mistake(
    api: Api, carys: Person, deed: str, whose: dict[str, str]
) -> None:
    body = whose | ({"reason": "all"} if deed == "drop" else {})
    assert api(carys).post(f"/turnout/marks/{deed}", json=body).status_code == 422


def test_tellers_see_no_marks_and_settle_none(api: Api, tegwen: Person) -> None:
    assert api(tegwen).get("/turnout/marks").status_code == 403
    assert api(tegwen).get("/turnout/marks/waiting").status_code == 403
    body = {"account_id": str(tegwen.id)}
    assert api(tegwen).post("/turnout/marks/count", json=body).status_code == 403
