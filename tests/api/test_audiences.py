"""Audiences over HTTP: saved, described, counted, looked at, and made into lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.people import audience_lists
from dialer.services.people.audience_lists import fill_list
from dialer.store.queries import audience_people
from tests.conftest import Caller
from tests.people import Person
from tests.texting import people

SUPPORTERS = {"any": [{"support": [1, 2]}, {"tags": ["member"]}]}


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


def save(caller: Caller, rule: dict[str, Any], name: str = "Ours") -> dict[str, Any]:
    answer = caller.post("/audiences", json={"name": name, "filter": rule})
    assert answer.status_code == 201, answer.get_json()
    assert answer.headers["Location"].endswith(f"/audiences/{answer.get_json()['id']}")
    made: dict[str, Any] = answer.get_json()
    return made


def told(answer: Any, pointer: str) -> None:
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_an_audience_is_saved_described_counted_and_changed(coordinator: Caller) -> None:
    for name in ("Siân", "Tom"):
        coordinator.post("/contacts", json={"first_name": name, "tags": ["member"] if name == "Tom" else []})
    made = save(coordinator, SUPPORTERS)
    assert made["filter"] == SUPPORTERS
    assert made["description"] == (
        "People who have support 1 (strong for us) or 2 (leaning to us) or are tagged “member”."
    )
    at = f"/audiences/{made['id']}"
    assert coordinator.get(at).get_json() == made
    assert coordinator.get("/audiences").get_json()["data"] == [made]
    count = coordinator.get(f"{at}/count").get_json()
    assert count == {"count": 1, "exact": True, "description": made["description"]}
    (tom,) = coordinator.get(f"{at}/contacts").get_json()["data"]
    assert tom["first_name"] == "Tom"
    changed = coordinator.patch(at, json={"filter": {"not": SUPPORTERS}}).get_json()
    assert changed["description"] == (
        "People who aren’t among those who"
        " (have support 1 (strong for us) or 2 (leaning to us) or are tagged “member”)."
    )
    (sian,) = coordinator.get(f"{at}/contacts").get_json()["data"]
    assert sian["first_name"] == "Siân"
    assert coordinator.delete(at).status_code == 204
    assert coordinator.get(at).status_code == 404


def test_a_filter_is_counted_without_being_saved(coordinator: Caller) -> None:
    answer = coordinator.post("/audiences/count", json={"filter": {"all": []}}).get_json()
    assert answer == {"count": 0, "exact": True, "description": "Everybody."}
    told(coordinator.post("/audiences/count", json={"filter": {"all": [{"tag": 1}]}}), "/filter/all/0/tag")


def test_what_it_names_must_be_there_and_lead_nowhere_back(coordinator: Caller) -> None:
    gone = {"audience": str(uuid.uuid4())}
    told(coordinator.post("/audiences", json={"name": "N", "filter": gone}), "/filter")
    told(
        coordinator.post("/audiences", json={"name": "N", "filter": {"lists": [str(uuid.uuid4())]}}),
        "/filter",
    )
    inner = save(coordinator, {"voted": True}, "Voted")
    outer = save(coordinator, {"not": {"audience": inner["id"]}}, "Others")
    assert outer["description"] == "People who aren’t in the audience “Voted”."
    back = {"filter": {"audience": outer["id"]}}
    told(coordinator.patch(f"/audiences/{inner['id']}", json=back), "/filter")
    refused = coordinator.delete(f"/audiences/{inner['id']}")
    assert (refused.status_code, refused.get_json()["audience_id"]) == (409, outer["id"])
    assert coordinator.delete(f"/audiences/{outer['id']}").status_code == 204
    assert coordinator.delete(f"/audiences/{inner['id']}").status_code == 204


def test_another_organisation_sees_nothing_of_it(
    coordinator: Caller, api: Callable[[Person], Caller], vic: Person
) -> None:
    made = save(coordinator, SUPPORTERS)
    assert api(vic).get(f"/audiences/{made['id']}").status_code == 403


def test_a_share_and_its_hold_out_are_everybody(coordinator: Caller, ctx: Context) -> None:
    people(ctx, 40)
    draw = {"random": {"share": 0.3, "seed": "autumn"}}
    counts = [
        coordinator.post("/audiences/count", json={"filter": rule}).get_json()["count"]
        for rule in (draw, {"not": draw})
    ]
    assert sum(counts) == 40
    assert 0 < counts[0] < 30


def test_its_people_become_a_list_chunk_by_chunk(
    coordinator: Caller, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience_lists, "CHUNK", 4)
    people(ctx, 10)
    made = save(coordinator, {"has": "mobile"})
    answer = coordinator.post(f"/audiences/{made['id']}/lists", json={"name": "Monday"})
    assert answer.status_code == 202
    snapshot = answer.get_json()
    assert (snapshot["state"], snapshot["contact_count"]) == ("running", 4)
    coordinator.patch(f"/audiences/{made['id']}", json={"filter": {"has": "email"}})  # too late for the list
    snapshot_id = uuid.UUID(snapshot["id"])
    assert fill_list(ctx, snapshot_id)
    assert not fill_list(ctx, snapshot_id)
    assert not fill_list(ctx, snapshot_id)
    done = coordinator.get(f"/snapshots/{snapshot_id}").get_json()
    assert (done["state"], done["contact_count"]) == ("completed", 10)
    assert coordinator.get(f"/lists/{done['list_id']}").get_json()["contact_count"] == 10
    assert len(coordinator.get(f"/contacts?list_id={done['list_id']}").get_json()["data"]) == 10
    assert coordinator.delete(f"/lists/{done['list_id']}").status_code == 204
    assert coordinator.get(f"/snapshots/{snapshot_id}").status_code == 404


@pytest.fixture
def hardly_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions that take the database 20 ms a person, and 10 ms of patience."""
    slow = audience_people._PICKED.replace("OR false)", "OR false) AND pg_sleep(0.02) IS NOT NULL")
    monkeypatch.setattr(audience_people, "_PICKED", slow)
    monkeypatch.setattr(audience_people, "PATIENCE_S", 0.01)
    monkeypatch.setattr(audience_people, "LOOKED_AT", 2)


@pytest.mark.usefixtures("hardly_found")
def test_where_people_are_hard_to_find_a_few_are_looked_at_at_a_time(
    coordinator: Caller, ctx: Context
) -> None:
    ids = [str(one) for one in people(ctx, 5)]
    coordinator.patch(f"/contacts/{ids[3]}", json={"tags": ["driver"]})
    made = save(coordinator, {"tags": ["driver"]})
    found, pages, query = [], 0, ""
    while query is not None:
        page = coordinator.get(f"/audiences/{made['id']}/contacts{query}").get_json()
        found += [person["id"] for person in page["data"]]
        query, pages = page["next_cursor"] and f"?cursor={page['next_cursor']}", pages + 1
    assert (found, pages) == ([ids[3]], 3)

    snapshot = coordinator.post(f"/audiences/{made['id']}/lists", json={"name": "Monday"}).get_json()
    assert (snapshot["state"], snapshot["contact_count"]) == ("running", 0)
    assert fill_list(ctx, uuid.UUID(snapshot["id"]))
    assert not fill_list(ctx, uuid.UUID(snapshot["id"]))
    done = coordinator.get(f"/snapshots/{snapshot['id']}").get_json()
    assert (done["state"], done["contact_count"]) == ("completed", 1)
