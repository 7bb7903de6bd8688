"""`/campaigns/{id}/door-results`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.services.exporting.taking import objects_of, take
from tests.services.gotv.electors import make_campaign, make_electors

Api = Callable[[Person], Caller]
ID = "018f2a64-9b20-4e44-a1c2-5d6e7f8091a2"


@dataclass(frozen=True, slots=True)
class Street:
    """A campaign with one voter at one door, and somebody who may note what comes of it."""

    caller: Caller
    campaign: uuid.UUID
    voter: uuid.UUID

    def note(self, outcome: str, **more: object) -> Any:
        """Send a result."""
        body = {"contact_id": str(self.voter), "outcome": outcome, **more}
        return self.caller.post(f"/campaigns/{self.campaign}/door-results", json=body)

    def undo(self, result: dict[str, Any]) -> Any:
        """Take it back."""
        return self.caller.post(f"/door-results/{result['id']}/undo", json={"reason": "Next door"})

    def person(self) -> dict[str, Any]:
        """The voter, as they stand now."""
        found: dict[str, Any] = self.caller.get(f"/contacts/{self.voter}").json
        return found


@pytest.fixture
def street(api: Api, carys: Person, ctx: Context) -> Street:
    (voter,) = make_electors(ctx, "AA-1", address="14 High Street", postcode="CF10 1AA")
    return Street(api(carys), make_campaign(ctx, voter), voter)


def test_a_door_is_noted_and_stands_in_the_table(street: Street, carys: Person, clock: SetClock) -> None:
    at = "2026-05-07T10:30:00Z"
    answer = street.note(
        "contacted", support=1, voting_method="postal", at=at, note="Poster", needs_lift=True
    )
    assert answer.status_code == 201
    assert answer.json | {"id": ID} == {
        "id": ID,
        "campaign_id": str(street.campaign),
        "contact_id": str(street.voter),
        "outcome": "contacted",
        "support": 1,
        "voting_method": "postal",
        "needs_lift": True,
        "id_ready": None,
        "answers": {},
        "note": "Poster",
        "language": None,
        "at": at,
        "recorded_at": "2026-05-07T12:00:00Z",
        "by": str(carys.id),
        "undone_at": None,
        "undone_reason": None,
    }
    (pledge,) = street.caller.get(f"/pledges?campaign_id={street.campaign}").json["data"]
    assert (pledge["support"], pledge["source"], pledge["at"]) == (1, "door", at)
    (told,) = street.caller.get(f"/contacts/{street.voter}/history?kind=door").json["data"]
    assert (told["what"], told["by"], told["note"]) == ("knocked", "Carys", "Poster")
    clock.forward(minutes=1)
    assert street.undo(answer.json).json["undone_at"] == "2026-05-07T12:01:00Z"
    assert street.caller.get(f"/pledges?campaign_id={street.campaign}").json["data"] == []


def test_sent_again_it_counts_once(street: Street) -> None:
    first = street.note("contacted", support=2, id=ID)
    again = street.note("contacted", support=2, id=ID)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    undone = street.undo(first.json).json
    assert street.note("contacted", support=2, id=ID).json == undone
    other = street.note("refused", id=ID)
    assert (other.status_code, other.json["type"].rpartition("/")[2]) == (409, "conflict")
    assert len(street.caller.get(f"/campaigns/{street.campaign}/door-results").json["data"]) == 1


@pytest.mark.parametrize(
    ("outcome", "field", "value", "after_undo"),
    [
        ("moved", "status", "moved", "active"),
        ("deceased", "status", "deceased", "active"),
        ("already_voted", "voted_at", "2026-05-07T12:00:00Z", None),
    ],
)
def test_what_follows_is_taken_back_with_it(
    street: Street,
    outcome: str,
    field: str,
    value: str,
    after_undo: str | None,
) -> None:
    noted = street.note(outcome).json
    assert street.person()[field] == value
    for _ in range(2):
        assert street.undo(noted).status_code == 200
        assert street.person()[field] == after_undo


def test_what_another_door_found_too_stays(street: Street) -> None:
    first, second = (street.note("moved").json for _ in range(2))
    street.undo(first)
    assert street.person()["status"] == "moved"
    street.undo(second)
    assert street.person()["status"] == "active"


def test_never_again_is_kept_and_outlives_the_result(street: Street) -> None:
    noted = street.note("do_not_knock").json
    assert street.person()["opt_outs"]["door"] == "2026-05-07T12:00:00Z"
    street.undo(noted)
    assert street.person()["opt_outs"]["door"] is not None
    assert street.person()["opt_outs"]["sms"] is None


def test_a_language_that_was_heard_is_learned(street: Street) -> None:
    before = street.person()["language"]
    noted = street.note("language_barrier", language="pl").json
    assert street.person()["language"] == "pl"
    street.undo(noted)
    assert street.person()["language"] == before


def test_a_phone_that_runs_ahead_dates_nothing_later_than_now(street: Street) -> None:
    noted = street.note("not_in", at="2026-05-09T00:00:00Z").json
    assert noted["at"] == noted["recorded_at"]


def test_they_are_listed_and_counted(street: Street, clock: SetClock) -> None:
    for outcome in ("not_in", "left_leaflet", "contacted"):
        street.note(outcome)
        clock.forward(minutes=1)
    path = f"/campaigns/{street.campaign}/door-results"
    first = street.caller.get(f"{path}?limit=2").json
    rest = street.caller.get(f"{path}?limit=2&cursor={first['next_cursor']}").json
    assert [one["outcome"] for one in (*first["data"], *rest["data"])] == [
        "contacted",
        "left_leaflet",
        "not_in",
    ]
    assert [one["outcome"] for one in street.caller.get(f"{path}?outcome=not_in").json["data"]] == ["not_in"]
    assert street.caller.get(f"{path}?contact_id={uuid.uuid4()}").json["data"] == []
    street.undo(first["data"][1])
    assert street.caller.get(f"{path}/summary").json == {
        "results": 2,
        "people": 1,
        "done_with": 1,
        "by_outcome": {"contacted": 1, "not_in": 1},
    }
    assert street.caller.get(f"/campaigns/{street.campaign}/stats").json["attempts"] == 0


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"outcome": "not_in", "support": 1}, "/outcome"),
        ({"outcome": "gone_fishing"}, "/outcome"),
        ({"outcome": "contacted", "answers": {"vote": "yes"}}, "/answers/vote"),
        ({"outcome": "contacted", "language": "cy"}, "/language"),
        ({"outcome": "contacted", "support": 9}, "/support"),
        ({"outcome": "contacted", "contact_id": str(uuid.uuid4())}, "/contact_id"),
    ],
)
def test_what_can_not_be_taken_is_said_at_its_place(street: Street, body: dict[str, Any], at: str) -> None:
    sent = {"contact_id": str(street.voter), **body}
    answer = street.caller.post(f"/campaigns/{street.campaign}/door-results", json=sent)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [at]


def test_organisers_do_it_in_their_campaigns_alone(
    street: Street, api: Api, ctx: Context, units: UnitFactory, vic: Person
) -> None:
    def of(person: Person) -> Street:
        return replace(street, caller=api(person))

    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(street.campaign,))
    oscar = make_person(units, ctx.organisation_id, Role.ORGANISER, "Oscar")
    noted = of(olwen).note("not_in")
    assert noted.status_code == 201
    assert of(oscar).note("not_in").status_code == 404
    assert of(oscar).undo(noted.json).status_code == 404
    assert of(vic).note("not_in").status_code == 403
    assert of(olwen).undo(noted.json).status_code == 200


def test_they_are_taken_away_as_a_table(street: Street, ctx: Context) -> None:
    kept = street.note("contacted", support=1, note="=1+1").json
    street.undo(street.note("refused").json)
    (row,) = objects_of(take(ctx, "door_results", "jsonl", campaign_id=street.campaign))
    assert (row["id"], row["address"], row["note"], row["by"]) == (
        kept["id"],
        "14 High Street",
        "=1+1",
        "Carys",
    )
