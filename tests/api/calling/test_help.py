"""Shifts as they stand, and help asked for, over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank, open_phone_bank

Api = Callable[[Person], Caller]


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    return open_phone_bank(ctx, vic)


@pytest.fixture
def session_id(api: Api, vic: Person, bank: PhoneBank) -> str:
    return api(vic).post(f"/campaigns/{bank.campaign_id}/sessions", json={}).json["id"]


def test_the_list_tells_who_is_where_since_when(
    api: Api, bank: PhoneBank, session_id: str, clock: SetClock, *, carys: Person, vic: Person
) -> None:
    began = clock.now
    clock.forward(seconds=90)
    path = f"/campaigns/{bank.campaign_id}/sessions"
    (shift,) = api(carys).get(path).json["data"]
    assert (shift["id"], shift["name"], shift["state"]) == (session_id, "Vic", "ready")
    assert shift["state_since"] == began.strftime("%Y-%m-%dT%H:%M:%SZ")
    given = api(vic).post(f"/sessions/{session_id}/next").json
    api(vic).post(f"/assignments/{given['id']}/result", json={"disposition": "refused"})
    (shift,) = api(carys).get(path, query_string={"state": "ready"}).json["data"]
    assert (shift["last_result"], shift["calls"], shift["line"]) == ("refused", 1, "none")
    assert shift["state_since"] == clock.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert api(carys).get(path, query_string={"state": "paused"}).json["data"] == []
    assert api(carys).get(path, query_string={"state": "bored"}).status_code == 422
    assert api(vic).get(path).status_code == 403
    assert api(carys).get(f"/campaigns/{bank.campaign_id}/stats").json["sessions"] == {"ready": 1}


def test_help_is_one_request_that_one_coordinator_takes(
    api: Api, bank: PhoneBank, session_id: str, units: UnitFactory, *, carys: Person, vic: Person
) -> None:
    help_of = f"/sessions/{session_id}/help"
    nia = make_person(units, vic.organisation_id, Role.COORDINATOR, "Nia")
    other = make_person(units, vic.organisation_id, Role.VOLUNTEER, "Ed", campaign_ids=(bank.campaign_id,))
    assert api(carys).post(f"{help_of}/take").status_code == 404
    for reason in (None, "question"):
        asked = api(vic).post(help_of, json={"reason": reason} if reason else {}).json["help"]
    assert (asked["reason"], asked["taken_by"]) == ("question", None)
    assert api(vic).post(help_of, json={"reason": "bored"}).status_code == 422
    assert api(other).post(help_of, json={}).status_code == 404
    assert api(vic).post(f"{help_of}/take").status_code == 403
    assert api(carys).get(f"/campaigns/{bank.campaign_id}/stats").json["help_asked"] == 1
    for _ in range(2):
        assert api(nia).post(f"{help_of}/take").json["taken_by_name"] == "Nia"
    assert api(carys).post(f"{help_of}/take").status_code == 409
    assert api(vic).get(f"/sessions/{session_id}").json["help"]["taken_by"] == "Nia"
    again = api(vic).post(f"/campaigns/{bank.campaign_id}/sessions", json={}).json
    assert again["help"]["taken_by"] == "Nia", "a second session takes it along"
    help_of = f"/sessions/{again['id']}/help"
    assert api(carys).post(f"{help_of}/resolve").json["outcome"] == "helped"
    assert api(carys).post(f"{help_of}/resolve").status_code == 404
    api(vic).post(help_of, json={})
    for _ in range(2):
        assert api(vic).delete(help_of).status_code == 204
    kept = api(carys).get(f"/campaigns/{bank.campaign_id}/help-requests", query_string={"state": "closed"})
    assert [one["outcome"] for one in kept.json["data"]] == ["helped", "withdrawn"]
    api(vic).post(f"/sessions/{again['id']}/end")
    assert api(vic).post(help_of, json={}).json["state"] == "ended"
