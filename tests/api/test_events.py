"""Events and who comes to them: never more than there are places, whoever races; first come, first served."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dialer.domain.access import Role
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign, make_person

Api = Callable[[Person], Caller]


@pytest.fixture
def anybody(app: Flask) -> Callable[..., TestResponse]:
    """Somebody without a token, who signs up."""

    def rsvp(event_id: str, **said: Any) -> TestResponse:
        body = {"name": "Tom Rees", "phone": "07700 900123", "consent": True, **said}
        given = {name: value for name, value in body.items() if value is not None}
        return app.test_client(use_cookies=False).post(f"/api/v1/events/{event_id}/rsvps", json=given)

    return rsvp


def said_of(clock: SetClock, **fields: Any) -> dict[str, Any]:
    """The body of a new event, tomorrow for two hours."""
    start = clock() + dt.timedelta(days=1)
    times = {"starts_at": start.isoformat(), "ends_at": (start + dt.timedelta(hours=2)).isoformat()}
    return {"kind": "phone_bank", "title": "Ring round", "place": "The hall", **times, **fields}


def campaign_of(caller: Caller, **fields: Any) -> str:
    list_id = caller.post("/lists", json={"name": "Aber"}).json["id"]
    body = {"name": "Aber", "kind": "phone_bank", "list_ids": [list_id], **fields}
    return str(caller.post("/campaigns", json=body).json["id"])


@pytest.mark.parametrize("kind", ["canvass", "phone_bank", "carpool", "rally", "leaflet"])
def test_an_event_of_any_kind(api: Api, carys: Person, clock: SetClock, kind: str) -> None:
    made = api(carys).post(
        "/events", json=said_of(clock, kind=kind, seat_code="W07000041", postcode="mv3 4qt")
    )
    assert made.status_code == 201
    assert made.json["kind"] == kind
    assert (made.json["going"], made.json["waiting"], made.json["capacity"]) == (0, 0, None)
    assert api(carys).get(made.headers["Location"].removeprefix("/api/v1")).json == made.json
    assert [one["id"] for one in api(carys).get(f"/events?kind={kind}").json["data"]] == [made.json["id"]]


def test_the_longest_is_listed_until_its_last_minute(api: Api, carys: Person, clock: SetClock) -> None:
    start = clock() + dt.timedelta(days=1)
    times = {"starts_at": start.isoformat(), "ends_at": (start + dt.timedelta(days=7)).isoformat()}
    made = api(carys).post("/events", json=said_of(clock, **times)).json
    nearly, over = (start + dt.timedelta(days=7, minutes=at) for at in (-1, 0))
    for since, found in ((nearly.isoformat(), [made["id"]]), (over.isoformat(), [])):
        listed = api(carys).get("/events", query_string={"from": since}).json["data"]
        assert [one["id"] for one in listed] == found
    assert api(carys).get("/events?from=0001-01-01T00:00:00Z").json["data"] == [made]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kind": "party"}, "/kind"),
        ({"title": " "}, "/title"),
        ({"place": ""}, "/place"),
        ({"capacity": 0}, "/capacity"),
        ({"seat_code": "Cardiff"}, "/seat_code"),
        ({"postcode": "no"}, "/postcode"),
        ({"weeks": 27}, "/weeks"),
        ({"starts_at": "2020-01-01T10:00:00Z"}, "/starts_at"),
        ({"ends_at": "2020-01-01T10:00:00Z"}, "/ends_at"),
        ({"campaign_id": str(uuid.UUID(int=7))}, "/campaign_id"),
        ({"going": 3}, "/going"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, carys: Person, clock: SetClock, wrong: dict[str, Any], pointer: str
) -> None:
    answer = api(carys).post("/events", json=said_of(clock, **wrong))
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json["errors"]]


def test_a_series_and_pages_of_a_list(api: Api, carys: Person, clock: SetClock) -> None:
    caller = api(carys)
    first = caller.post("/events", json=said_of(clock, weeks=3)).json
    found, cursor = [], ""
    while True:
        page = caller.get(f"/events?series_id={first['series_id']}&limit=1{cursor}").json
        found += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [one["starts_at"] for one in found] == sorted(one["starts_at"] for one in found)
    assert len({one["id"] for one in found}) == 3
    later = caller.get("/events", query_string={"from": found[0]["ends_at"]}).json["data"]
    assert [one["id"] for one in later] == [one["id"] for one in found[1:]]
    assert caller.get("/events?cursor=WyJ4IiwieSJd").status_code == 422
    assert caller.get("/events?near=MV3").json["errors"][0]["pointer"] == "/near"


def test_the_same_person_again_has_what_they_have(
    api: Api, carys: Person, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    event = api(carys).post("/events", json=said_of(clock, capacity=1)).json["id"]
    first = anybody(event)
    again = anybody(event, phone="+447700900123", name="Tomos")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json == {"id": first.json["id"], "state": "going"}
    other = anybody(event, phone=None, email="Una@example.org")
    assert other.json["state"] == "waitlist"
    assert anybody(event, phone=None, email="una@example.org").json == other.json
    seen = api(carys).get(f"/events/{event}").json
    assert (seen["going"], seen["waiting"]) == (1, 1)
    guests = api(carys).get(f"/events/{event}/rsvps").json["data"]
    assert [(one["phone"], one["email"]) for one in guests] == [
        ("+447700900123", None),
        (None, "una@example.org"),
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"consent": False}, "/consent"),
        ({"consent": None}, "/consent"),
        ({"phone": None}, "/phone"),
        ({"phone": "12"}, "/phone"),
        ({"email": "no"}, "/email"),
        ({"name": " "}, "/name"),
        ({"seats": 9}, "/seats"),
    ],
)
def test_who_signs_up_is_told_what_is_wrong(
    api: Api,
    carys: Person,
    clock: SetClock,
    anybody: Callable[..., TestResponse],
    *,
    wrong: dict[str, Any],
    pointer: str,
) -> None:
    event = api(carys).post("/events", json=said_of(clock)).json["id"]
    answer = anybody(event, **wrong)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json["errors"]]
    assert anybody(str(uuid.UUID(int=7))).status_code == 404
    assert anybody("nothing").status_code == 404


def test_of_those_who_race_for_the_last_place_one_gets_it(
    api: Api, carys: Person, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    event = api(carys).post("/events", json=said_of(clock, capacity=3)).json["id"]

    def come(number: int) -> str:
        return str(anybody(event, phone=f"+4477009001{number:02d}").json["state"])

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(come, range(8)))
    assert sorted(states) == ["going"] * 3 + ["waitlist"] * 5
    seen = api(carys).get(f"/events/{event}").json
    assert (seen["going"], seen["waiting"]) == (3, 5)


def test_whoever_waits_moves_up_first_come_first(
    api: Api, carys: Person, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    event = api(carys).post("/events", json=said_of(clock, capacity=2)).json["id"]
    first = anybody(event, seats=2).json["id"]
    for number, seats in (("24", 2), ("25", 1), ("26", 1)):
        clock.forward(seconds=1)
        anybody(event, phone=f"+4477009001{number}", seats=seats)
    assert api(carys).delete(f"/rsvps/{first}").status_code == 204
    guests = api(carys).get(f"/events/{event}/rsvps").json["data"]
    assert [one["state"] for one in guests] == ["going", "waitlist", "waitlist"]
    assert api(carys).delete(f"/rsvps/{first}").status_code == 404
    assert api(carys).delete(f"/rsvps/{guests[0]['id']}").status_code == 204
    states = [one["state"] for one in api(carys).get(f"/events/{event}/rsvps").json["data"]]
    assert states == ["going", "going"]
    back = anybody(event, seats=2).json
    assert back == {"id": first, "state": "waitlist"}


def test_volunteers_come_to_what_is_theirs(
    api: Api, carys: Person, vic: Person, units: UnitFactory, clock: SetClock
) -> None:
    theirs, other = campaign_of(api(carys)), campaign_of(api(carys))
    join_campaign(units, vic, theirs)
    mine, hidden, open_to_all = (
        api(carys).post("/events", json=said_of(clock, campaign_id=one)).json["id"]
        for one in (theirs, other, None)
    )
    seen = {one["id"] for one in api(vic).get("/events").json["data"]}
    assert seen == {mine, open_to_all}
    assert api(vic).get(f"/events/{hidden}").status_code == 404
    refused = api(vic).post("/me/rsvps", json={"event_id": hidden})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/event_id")
    come = api(vic).post("/me/rsvps", json={"event_id": mine})
    assert (come.status_code, come.json["state"]) == (201, "going")
    assert api(vic).post("/me/rsvps", json={"event_id": mine}).json == come.json
    assert api(vic).get(f"/events/{mine}").json["mine"] == come.json
    assert api(vic).get(f"/events/{mine}/rsvps").status_code == 403
    assert api(vic).post("/events", json=said_of(clock)).status_code == 403
    una = make_person(units, vic.organisation_id, Role.VOLUNTEER, "Una")
    assert api(una).delete(f"/rsvps/{come.json['id']}").status_code == 404
    assert api(vic).delete(f"/rsvps/{come.json['id']}").status_code == 204
    assert api(vic).get(f"/events/{mine}").json["mine"] is None


def test_organisers_run_events_of_their_campaigns_only(
    api: Api, carys: Person, units: UnitFactory, clock: SetClock
) -> None:
    theirs, other = campaign_of(api(carys)), campaign_of(api(carys))
    olwen = make_person(
        units, carys.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(uuid.UUID(theirs),)
    )
    assert api(olwen).post("/events", json=said_of(clock, campaign_id=theirs)).status_code == 201
    assert api(olwen).post("/events", json=said_of(clock, campaign_id=other)).status_code == 422
    assert api(olwen).post("/events", json=said_of(clock)).status_code == 422
    for campaign_id, status in ((other, 404), (None, 404), (theirs, 200)):
        event = api(carys).post("/events", json=said_of(clock, campaign_id=campaign_id)).json["id"]
        assert api(olwen).post(f"/events/{event}/cancel").status_code == status
        assert api(olwen).get(f"/events/{event}/rsvps").status_code == status


def test_one_that_was_called_off_or_is_over_takes_nobody(
    api: Api, carys: Person, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    caller = api(carys)
    event, other = (caller.post("/events", json=said_of(clock)).json["id"] for _ in range(2))
    kept = anybody(event).json
    too_long = caller.post(f"/events/{event}/cancel", json={"reason": "x" * 121})
    assert (too_long.status_code, too_long.json["errors"][0]["pointer"]) == (422, "/reason")
    for reason in (" The hall\nis flooded. ", "It isn’t"):
        called_off = caller.post(f"/events/{event}/cancel", json={"reason": reason}).json
        assert (called_off["state"], called_off["cancelled_because"]) == ("cancelled", "The hall is flooded")
    assert caller.post(f"/events/{event}/cancel").json["state"] == "cancelled"
    late = anybody(event, phone="+447700900124")
    assert (late.status_code, late.json["state"]) == (409, "cancelled")
    assert anybody(event).json == kept
    assert [one["id"] for one in caller.get("/events").json["data"]] == [other]
    assert len(caller.get("/events?cancelled=true").json["data"]) == 2
    clock.forward(days=2)
    assert anybody(other).json["state"] == "over"
    assert caller.post(f"/events/{other}/cancel").status_code == 409


def test_a_volunteer_known_by_their_phone_is_the_same_person(
    api: Api, carys: Person, units: UnitFactory, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    una = make_person(units, carys.organisation_id, Role.VOLUNTEER, "Una", phone="+447700900123")
    event = api(carys).post("/events", json=said_of(clock)).json["id"]
    own = api(una).post("/me/rsvps", json={"event_id": event}).json
    assert anybody(event).json == {"id": own["id"], "state": "going"}
    (guest,) = api(carys).get(f"/events/{event}/rsvps").json["data"]
    assert (guest["volunteer_id"], guest["name"], guest["phone"]) == (str(una.id), "Una", "+447700900123")


def test_with_more_places_whoever_waits_moves_up(
    api: Api, carys: Person, vic: Person, clock: SetClock, anybody: Callable[..., TestResponse]
) -> None:
    caller = api(carys)
    event = caller.post("/events", json=said_of(clock, capacity=1)).json["id"]
    for number in ("23", "24", "25"):
        clock.forward(seconds=1)
        anybody(event, phone=f"+4477009001{number}")
    changed = caller.patch(f"/events/{event}", json={"capacity": 2, "place": "The big  hall"}).json
    assert (changed["going"], changed["waiting"], changed["place"]) == (2, 1, "The big hall")
    fewer = caller.patch(f"/events/{event}", json={"capacity": 1})
    assert (fewer.status_code, fewer.json["errors"][0]["pointer"]) == (422, "/capacity")
    assert caller.patch(f"/events/{event}", json={"starts_at": changed["starts_at"]}).status_code == 422
    assert caller.patch(f"/events/{event}", json={"capacity": None}).json["waiting"] == 0
    assert api(vic).patch(f"/events/{event}", json={"place": "Mine"}).status_code == 403
    caller.post(f"/events/{event}/cancel")
    assert caller.patch(f"/events/{event}", json={"place": "There"}).json["state"] == "cancelled"


def test_a_join_link_to_a_session_of_its_campaign(api: Api, carys: Person, clock: SetClock) -> None:
    theirs, other = campaign_of(api(carys)), campaign_of(api(carys))
    event = api(carys).post("/events", json=said_of(clock, campaign_id=theirs)).json["id"]
    made = api(carys).post(f"/campaigns/{theirs}/join-links", json={"event_id": event})
    assert (made.status_code, made.json["event_id"]) == (201, event)
    refused = api(carys).post(f"/campaigns/{other}/join-links", json={"event_id": event})
    assert refused.json["errors"][0]["pointer"] == "/event_id"
    assert api(carys).post(f"/campaigns/{other}/join-links", json={}).json["event_id"] is None
