"""`/turnout/sheets` over HTTP: sheets keyed in bulk, by two people, and taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.services.gotv.electors import make_electors

Api = Callable[[Person], Caller]


def make(api: Api, carys: Person, ctx: Context, **fields: object) -> Any:
    span = {
        "from_at": (ctx.now - dt.timedelta(hours=2)).isoformat(),
        "to_at": (ctx.now - dt.timedelta(hours=1)).isoformat(),
    }
    return api(carys).post("/turnout/sheets", json={"polling_district": "AA", **span, **fields})


def key(api: Api, who: Person, sheet: dict[str, Any], *numbers: str) -> dict[str, Any]:
    return api(who).post(f"/turnout/sheets/{sheet['id']}/numbers", json={"numbers": numbers}).json or {}


def test_a_sheet_is_keyed_by_two_people_and_counts_once(api: Api, carys: Person, ctx: Context) -> None:
    make_electors(ctx, "AA-1", "AA-2", "AA-3/1")
    made = make(api, carys, ctx, station="Capel Road School")
    sheet = made.json
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/turnout/sheets/{sheet['id']}")
    told = key(api, carys, sheet, "1", "aa 002", "3/1", "99")
    assert (told["accepted"], told["duplicates"], told["unknown"], told["held"]) == (3, 0, ["99"], [])
    olwen = make_person(ctx.units, ctx.organisation_id, Role.COORDINATOR, "Olwen")
    assert key(api, olwen, sheet, "1", "2", "99")["duplicates"] == 2
    found = api(carys).get(f"/turnout/sheets/{sheet['id']}").json or {}
    assert (found["counted"], found["waiting"], found["station"]) == (3, 1, "Capel Road School")
    assert [one["id"] for one in (api(carys).get("/turnout/sheets").json or {})["data"]] == [sheet["id"]]
    voted = (api(carys).get("/contacts?elector_number=AA-2").json or {})["data"][0]["voted_at"]
    assert voted == "2026-05-07T11:00:00Z"  # when the sheet ends


def test_a_sheets_span_was_watched_until_it_is_taken_back(api: Api, carys: Person, ctx: Context) -> None:
    with ctx.unit() as unit:
        current_election(unit).polling_on = ctx.now.astimezone(ZoneInfo("Europe/London")).date()
    make_electors(ctx, "AA-1", "AA-2")
    sheet = make(api, carys, ctx).json
    key(api, carys, sheet, "1")

    def box() -> dict[str, Any]:
        return (api(carys).get("/turnout/summary").json or {})["by_polling_district"][0]

    assert (box()["voted"], box()["watched_s"]) == (1, 3600 + 300)
    undo = {"reason": "another election"}
    assert api(carys).post(f"/turnout/sheets/{sheet['id']}/undo", json=undo).json == {"undone": 1}
    assert (box()["voted"], box()["watched_s"]) == (0, 0)
    again = api(carys).post(f"/turnout/sheets/{sheet['id']}/numbers", json={"numbers": ["2"]})
    assert (again.status_code, (again.json or {})["state"]) == (409, "undone")


@pytest.mark.parametrize(
    "fields",
    [
        {"polling_district": " "},
        {"to_at": "2026-05-07T09:00:00Z"},
        {"from_at": "2026-05-05T09:00:00Z"},
        {"from_at": "2026-05-07T13:00:00Z", "to_at": "2026-05-07T14:00:00Z"},
        {"election_id": "soon"},
    ],
)
def test_a_sheet_without_a_place_or_a_time_is_refused(
    api: Api, carys: Person, ctx: Context, fields: dict[str, str]
) -> None:
    assert make(api, carys, ctx, **fields).status_code == 422


def test_sheets_are_for_those_who_look_after_marks(api: Api, carys: Person, ctx: Context) -> None:
    tegwen = make_person(ctx.units, ctx.organisation_id, Role.TELLER, "Tegwen")
    assert make(api, tegwen, ctx).status_code == 403
    assert api(carys).get(f"/turnout/sheets/{uuid.uuid4()}").status_code == 404
    assert make(api, carys, ctx, election_id=str(uuid.uuid4())).status_code == 404
