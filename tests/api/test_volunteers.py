"""Volunteers, their tokens, invites and join links through the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, join_campaign
from tests.services.accounts.campaigns import make_campaign

Api = Callable[[Person], Caller]


@pytest.fixture
def campaign_id(units: UnitFactory, organisation_id: uuid.UUID, vic: Person) -> str:
    """A campaign that Vic calls for."""
    made = make_campaign(units, organisation_id)
    join_campaign(units, vic, made)
    return str(made)


def test_a_volunteer_is_added_found_changed_and_sent_home(api: Api, carys: Person, campaign_id: str) -> None:
    made = api(carys).post(
        "/volunteers",
        json={
            "name": "Tom Rees",
            "phone": "07700 900123",
            "languages": ["cy"],
            "campaign_ids": [campaign_id],
        },
    )
    assert made.status_code == 201
    tom = made.json
    assert tom is not None
    assert made.headers["Location"] == f"/api/v1/volunteers/{tom['id']}"
    assert tom == {
        "id": tom["id"],
        "name": "Tom Rees",
        "email": None,
        "phone": "+447700900123",
        "languages": ["cy"],
        "campaign_ids": [campaign_id],
        "waiting_campaign_ids": [],
        "team_ids": [],
        "active": True,
        "asked_for_link_at": None,
        "created_at": "2026-05-07T12:00:00Z",
    }
    assert api(carys).get(f"/volunteers/{tom['id']}").json == tom
    changed = api(carys).patch(f"/volunteers/{tom['id']}", json={"phone": None, "active": False})
    assert changed.json == {**tom, "phone": None, "active": False}


def test_a_known_phone_is_a_conflict_with_its_id(api: Api, carys: Person) -> None:
    tom = api(carys).post("/volunteers", json={"name": "Tom", "phone": "07700900123", "campaign_ids": []})
    again = api(carys).post("/volunteers", json={"name": "T", "phone": "+447700900123", "campaign_ids": []})
    assert again.status_code == 409
    assert again.json is not None
    assert tom.json is not None
    assert again.json["type"].endswith("/problems/conflict")
    assert again.json["id"] == tom.json["id"]


def test_sending_home_refuses_the_token_at_once(api: Api, carys: Person, vic: Person) -> None:
    assert api(vic).get("/me").status_code == 200
    api(carys).patch(f"/volunteers/{vic.id}", json={"active": False})
    assert api(vic).get("/me").status_code == 401


def test_a_volunteers_token_acts_for_the_volunteer(
    api: Api, carys: Person, vic: Person, campaign_id: str
) -> None:
    made = api(carys).post(f"/volunteers/{vic.id}/tokens", json={})
    assert made.status_code == 201
    assert made.json is not None
    assert (made.json["role"], made.json["expires_at"]) == ("volunteer", None)
    as_vic = Caller(api(carys).client, Person(vic.id, vic.organisation_id, made.json["token"], vic.units))
    me = as_vic.get("/me").json
    assert me is not None
    assert (me["id"], me["campaign_ids"]) == (str(vic.id), [campaign_id])


def test_nobody_is_invited_who_was_sent_home(api: Api, carys: Person, vic: Person) -> None:
    api(carys).patch(f"/volunteers/{vic.id}", json={"active": False})
    refused = api(carys).post(f"/volunteers/{vic.id}/invite")
    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["type"].endswith("/problems/conflict")


def test_an_invite_is_a_link_for_a_week(api: Api, carys: Person, vic: Person) -> None:
    made = api(carys).post(f"/volunteers/{vic.id}/invite")
    assert made.status_code == 201
    assert made.json is not None
    assert made.json["url"].startswith("http://localhost/sign-in/")
    assert made.json["expires_at"] == "2026-05-14T12:00:00Z"


def test_volunteers_see_nobody(api: Api, vic: Person, mallory: Person) -> None:
    for path in ("/volunteers", f"/volunteers/{vic.id}", f"/volunteers/{mallory.id}"):
        assert api(mallory).get(path).status_code == 403
    assert api(mallory).post(f"/volunteers/{vic.id}/invite").status_code == 403
    assert api(mallory).post(f"/volunteers/{vic.id}/tokens", json={}).status_code == 403


def test_a_join_link_is_made_listed_and_deleted(api: Api, carys: Person, campaign_id: str) -> None:
    path = f"/campaigns/{campaign_id}/join-links"
    made = api(carys).post(path, json={"max_joins": 40, "approval": True, "expires_in_s": 3600})
    assert made.status_code == 201
    link = made.json
    assert link is not None
    assert link["url"] == f"http://localhost/join/{link['code']}"
    assert (link["max_joins"], link["joins"], link["approval"]) == (40, 0, True)
    assert made.headers["Location"] == f"/api/v1/join-links/{link['code']}"
    assert api(carys).get(f"/join-links/{link['code']}").json == link
    listed = api(carys).get(path).json
    assert listed == {"data": [link], "next_cursor": None}
    assert api(carys).delete(f"/join-links/{link['code']}").status_code == 204
    assert api(carys).delete(f"/join-links/{link['code']}").status_code == 404
    assert api(carys).get(path).json == {"data": [], "next_cursor": None}


def test_a_link_into_no_campaign_is_not_found(api: Api, carys: Person) -> None:
    for campaign_id in (uuid.uuid4(), "nonsense"):
        assert api(carys).post(f"/campaigns/{campaign_id}/join-links", json={}).status_code == 404
        assert api(carys).get(f"/campaigns/{campaign_id}/join-links").status_code == 404
