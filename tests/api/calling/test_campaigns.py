"""Campaigns through the API: what may be set, the states, who sees them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Caller
from tests.people import Person, join_campaign

NEW = {"name": "Evening calls", "kind": "phone_bank"}
Api = Callable[[Person], Caller]


@pytest.fixture
def coordinator(api: Api, carys: Person) -> Caller:
    return api(carys)


def make(coordinator: Caller, **fields: Any) -> dict[str, Any]:
    answer = coordinator.post("/campaigns", json={**NEW, **fields})
    assert answer.status_code == 201, answer.json
    assert answer.json is not None
    return answer.json


@pytest.mark.slow
def test_a_new_campaign_has_the_defaults_of_the_contract(coordinator: Caller) -> None:
    answer = coordinator.post("/campaigns", json=NEW)

    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"].endswith(f"/campaigns/{made['id']}")
    elections = coordinator.get("/elections").json["data"]
    assert made["election_id"] == elections[0]["id"]
    expected = {
        "state": "draft",
        "timezone": "Europe/London",
        "quiet_hours": {"start": "21:00", "end": "09:00"},
        "dialing_mode": "preview",
        "list_ids": [],
        "script_id": None,
        "caller_ids": [],
        "senders": [],
        "max_attempts": 3,
        "retry_after_s": 14400,
        "assignment_timeout_s": 900,
        "recontact_after_s": None,
        "sender_names": [],
        "election_material": None,
        "imprint": None,
        "imprint_url": None,
        "imprint_added": None,
        "approved_words_only": False,
        "require_consent": {"sms": False, "email": False},
        "cost_cap": None,
        "spent": {"amount": "0.0000", "currency": "GBP"},
        "abandoned_rate_max": 0.01,
        "knock_up_support_max": 2,
        "talks_goal": None,
        "leaderboard": False,
        "queue_filling": False,
        "queue_filled": None,
    }
    assert {name: made[name] for name in expected} == expected
    assert coordinator.get(f"/campaigns/{made['id']}").json == made


def test_changes_merge(coordinator: Caller) -> None:
    made = make(coordinator, require_consent={"sms": True})
    change = {
        "name": "Late calls",
        "quiet_hours": {"start": "20:00", "end": "10:30"},
        "require_consent": {"email": True},
        "recontact_after_s": 86_400,
        "talks_goal": 200,
        "leaderboard": True,
        "sender_names": ["Tir Cyffredin", "Common Ground"],
        "election_material": False,
        "imprint": "Promoted by A Rees, 1 High Street, Aber Marsh",
        "imprint_url": "https://example.org/imprint",
        "imprint_added": "link",
        "cost_cap": {"amount": "12.34", "currency": "GBP"},
        "caller_ids": ["+441632960001"],
        "senders": ["+447700900001", "MG" + "0" * 32, "CommonGrnd"],
    }

    changed = coordinator.patch(f"/campaigns/{made['id']}", json=change)
    assert changed.status_code == 200
    assert changed.json["require_consent"] == {"sms": True, "email": True}
    assert changed.json["recontact_after_s"] == 86_400
    for name in ("sender_names", "election_material", "imprint", "imprint_url", "imprint_added"):
        assert changed.json[name] == change[name]
    assert (changed.json["talks_goal"], changed.json["leaderboard"]) == (200, True)
    assert changed.json["cost_cap"] == {"amount": "12.3400", "currency": "GBP"}
    kept = {name: value for name, value in made.items() if name not in change}
    assert {name: changed.json[name] for name in kept} == kept


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": "  "}, "/name"),
        ({"kind": "party"}, "/kind"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"quiet_hours": {"start": "25:00", "end": "09:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": "21:00"}}, "/quiet_hours/end"),
        ({"max_attempts": 0}, "/max_attempts"),
        ({"max_attempts": "3"}, "/max_attempts"),
        ({"retry_after_s": -1}, "/retry_after_s"),
        ({"recontact_after_s": -1}, "/recontact_after_s"),
        ({"sender_names": ["x" * 101]}, "/sender_names/0"),
        ({"sender_names": ["x"] * 11}, "/sender_names"),
        ({"imprint": "x" * 501}, "/imprint"),
        ({"imprint_url": "our page"}, "/imprint_url"),
        ({"imprint_added": "text"}, "/imprint_added"),
        ({"assignment_timeout_s": 4}, "/assignment_timeout_s"),
        ({"abandoned_rate_max": 0.031}, "/abandoned_rate_max"),
        ({"knock_up_support_max": 6}, "/knock_up_support_max"),
        ({"talks_goal": 0}, "/talks_goal"),
        ({"talks_goal": 1_000_001}, "/talks_goal"),
        ({"leaderboard": None}, "/leaderboard"),
        ({"caller_ids": ["0800"]}, "/caller_ids/0"),
        ({"senders": ["much too long a name"]}, "/senders/0"),
        ({"list_ids": [str(uuid.uuid4())]}, "/list_ids/0"),
        ({"script_id": str(uuid.uuid4())}, "/script_id"),
        ({"election_id": str(uuid.uuid4())}, "/election_id"),
        ({"state": "active"}, "/state"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_taken_names_its_place(
    coordinator: Caller, fields: dict[str, Any], pointer: str
) -> None:
    answer = coordinator.post("/campaigns", json={**NEW, **fields})

    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_states(coordinator: Caller) -> None:
    path = f"/campaigns/{make(coordinator)['id']}"

    refused = coordinator.post(f"{path}/pause")
    assert (refused.status_code, refused.json["state"]) == (409, "draft")
    assert refused.json["type"].endswith("/invalid-transition")
    for deed, state in (
        ("activate", "active"),
        ("activate", "active"),
        ("pause", "paused"),
        ("pause", "paused"),
        ("activate", "active"),
        ("end", "ended"),
        ("end", "ended"),
    ):
        answer = coordinator.post(f"{path}/{deed}")
        assert (answer.status_code, answer.json["state"]) == (200, state)
    assert coordinator.post(f"{path}/activate").status_code == 409


def test_a_volunteer_sees_only_their_own_campaigns(coordinator: Caller, api: Api, vic: Person) -> None:
    mine, other = make(coordinator), make(coordinator)
    join_campaign(vic.units, vic, mine["id"])

    assert [one["id"] for one in api(vic).get("/campaigns").json["data"]] == [mine["id"]]
    assert api(vic).get(f"/campaigns/{other['id']}").status_code == 404
    assert api(vic).post("/campaigns", json=NEW).status_code == 403
    assert api(vic).post(f"/campaigns/{mine['id']}/activate").status_code == 403


def test_walking_the_list_shows_each_once(coordinator: Caller) -> None:
    made = [make(coordinator)["id"] for _ in range(5)]
    seen, cursor = [], ""

    while True:
        page = coordinator.get(f"/campaigns?limit=2{cursor}").json
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made


def test_a_campaign_is_made_from_another(coordinator: Caller) -> None:
    listed = coordinator.post("/lists", json={"name": "Voters"}).json["id"]
    old = make(coordinator, max_attempts=7, list_ids=[listed], talks_goal=40, require_consent={"sms": True})
    answer = coordinator.post(f"/campaigns/{old['id']}/copy", json={"name": "Again"})
    made = answer.json
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/campaigns/{made['id']}")
    assert made.pop("numbers_left") == []
    differ = {name for name in made if made[name] != old[name]}
    assert differ - {"created_at"} == {"id", "name", "list_ids"}
    body = {"name": "Third", "parts": ["lists"]}
    third = coordinator.post(f"/campaigns/{old['id']}/copy", json=body).json
    assert (third["list_ids"], third["max_attempts"], third["talks_goal"]) == ([listed], 3, None)
    assert third["require_consent"] == {"sms": True, "email": False}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "Again", "parts": ["results"]}, "/parts/0"),
        ({"name": "Again", "spent": 1}, "/spent"),
    ],
)
def test_a_copy_that_cannot_be_made_is_explained(
    coordinator: Caller, body: dict[str, Any], pointer: str
) -> None:
    answer = coordinator.post(f"/campaigns/{make(coordinator)['id']}/copy", json=body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_nobody_copies_a_campaign_that_is_not_theirs(coordinator: Caller, api: Api, vic: Person) -> None:
    made = make(coordinator)
    assert coordinator.post(f"/campaigns/{uuid.uuid4()}/copy", json={"name": "X"}).status_code == 404
    assert api(vic).post(f"/campaigns/{made['id']}/copy", json={"name": "X"}).status_code == 403
