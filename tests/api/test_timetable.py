"""`/elections/{id}/timetable`: what follows from polling day, put right by hand, and as a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.deadline_audiences import CONCERNED, READY
from dialer.services.context import Context
from dialer.store.models.accounts import AuditEntry
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person

Api = Callable[[Person], Caller]


@pytest.fixture
def path(api: Api, carys: Person) -> str:
    made = api(carys).post(
        "/elections",
        json={"name": "Senedd 2026", "polling_on": "2026-05-07", "kind": "senedd"},
    )
    assert made.status_code == 201
    return f"/elections/{made.json['id']}"


def line(timetable: dict[str, Any], milestone: str) -> dict[str, Any]:
    (found,) = [one for one in timetable["data"] if one["milestone"] == milestone]
    return dict(found)


def test_the_dates_follow_from_polling_day(api: Api, carys: Person, path: str, clock: SetClock) -> None:
    clock.now = dt.datetime(2026, 4, 18, 9, tzinfo=dt.UTC)
    caller = api(carys)
    assert (caller.get(path).json or {})["nation"] == "wales"
    found = caller.get(f"{path}/timetable").json or {}
    assert (found["kind"], found["nation"], found["timezone"]) == ("senedd", "wales", "Europe/London")
    assert found["next"] == "registration"
    assert line(found, "postal_application") == {
        "milestone": "postal_application",
        "due_on": "2026-04-21",
        "due_time": "17:00",
        "due_at": "2026-04-21T16:00:00Z",
        "days_left": 3,
        "is_over": False,
        "source": "law",
        "usual": {"due_on": "2026-04-21", "due_time": "17:00", "source": "law"},
        "changed_at": None,
        "changed_by": None,
        "audiences": ["to_vote_by_post", "way_unknown"],
        "words": "Postal vote applications close in 3 days, on Tuesday 21 April at 5 pm.",
    }
    assert line(found, "nominations")["is_over"]
    assert [one["milestone"] for one in found["data"]][-2:] == ["emergency_proxy", "polling"]


def test_a_date_by_hand_counts_until_it_is_taken_back(
    api: Api, carys: Person, path: str, ctx: Context
) -> None:
    caller, address = api(carys), f"{path}/timetable/postal_despatch"
    for _ in range(2):  # a press twice over
        found = caller.put(address, json={"due_on": "2026-04-16"})
        assert found.status_code == 200
    entered = line(found.json or {}, "postal_despatch")
    assert (entered["due_on"], entered["due_time"], entered["source"]) == ("2026-04-16", None, "hand")
    assert entered["usual"] == {"due_on": "2026-04-22", "due_time": None, "source": "estimate"}
    assert entered["changed_by"] == str(carys.id)
    none = line(caller.put(address, json={"due_on": None}).json or {}, "postal_despatch")
    assert (none["due_on"], none["due_at"], none["source"]) == (None, None, "hand")
    assert caller.delete(address).status_code == 204
    assert caller.delete(address).status_code == 204
    back = line(caller.get(f"{path}/timetable").json or {}, "postal_despatch")
    assert (back["due_on"], back["source"], back["changed_at"]) == ("2026-04-22", "estimate", None)
    with ctx.unit() as unit:
        written = list(unit.session.scalars(select(AuditEntry.action)))
    assert written.count("election.date_entered") == 2
    assert written.count("election.date_cleared") == 1


@pytest.mark.parametrize(
    "body",
    [
        {"due_on": "2026-05-08"},
        {"due_on": None, "due_time": "17:00"},
        {"due_on": "0001-01-01"},
        {},
        {"due_on": "2026-04-20", "due_time": "25:00"},
    ],
)
def test_refuses_what_cannot_be(api: Api, carys: Person, path: str, body: object) -> None:
    assert api(carys).put(f"{path}/timetable/registration", json=body).status_code == 422


@pytest.mark.parametrize("milestone", ["polling", "nonsense"])
def test_polling_day_stands_with_the_election_and_nonsense_nowhere(
    api: Api, carys: Person, path: str, milestone: str
) -> None:
    put = api(carys).put(f"{path}/timetable/{milestone}", json={"due_on": "2026-05-06"})
    assert put.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "local"}, "/nation"),
        ({"kind": "senedd", "nation": "scotland"}, "/nation"),
        ({"nation": "wales"}, "/kind"),
        ({"kind": "parish"}, "/kind"),
        ({"polling_on": "0001-01-01"}, "/polling_on"),
    ],
)
def test_an_election_of_no_such_kind_is_refused(
    api: Api, carys: Person, body: dict[str, str], pointer: str
) -> None:
    refused = api(carys).post("/elections", json={"name": "A", **body})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in (refused.json or {})["errors"]] == [pointer]


def test_another_kind_takes_its_own_nation(api: Api, carys: Person, path: str) -> None:
    caller = api(carys)
    changed = caller.patch(path, json={"kind": "uk_parliament"}).json or {}
    assert (changed["kind"], changed["nation"]) == ("uk_parliament", "wales")
    changed = caller.patch(path, json={"kind": "scottish_parliament"}).json or {}
    assert changed["nation"] == "scotland"
    changed = caller.patch(path, json={"kind": None}).json or {}
    assert (changed["kind"], changed["nation"]) == (None, None)
    abroad = caller.get(f"{path}/timetable").json or {}
    assert line(abroad, "registration")["due_on"] is None
    assert abroad["next"] in (None, "polling")


def test_the_timetable_is_a_calendar_too(api: Api, carys: Person, path: str) -> None:
    answer = api(carys).get(f"{path}/timetable", headers={"Accept": "text/calendar"})
    assert answer.mimetype == "text/calendar"
    entries = {
        str(one["uid"]).split("-")[-1]: one for one in icalendar.Calendar.from_ical(answer.data).events
    }
    postal = entries["postal_application@dialer"]
    assert f"{postal['dtend'].dt:%Y-%m-%dT%H:%MZ}" == "2026-04-21T16:00Z"
    assert str(postal["summary"]) == "Postal vote applications close · Senedd 2026"
    assert f"{entries['postal_despatch@dialer']['dtstart'].dt}" == "2026-04-22"


def test_an_organiser_reads_it_and_changes_nothing(
    api: Api, path: str, vic: Person, ctx: Context, units: UnitFactory
) -> None:
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    assert api(olwen).get(f"{path}/timetable").status_code == 200
    assert api(olwen).put(f"{path}/timetable/registration", json={"due_on": None}).status_code == 403
    assert api(olwen).delete(f"{path}/timetable/registration").status_code == 403
    assert api(vic).get(f"{path}/timetable").status_code == 403


@pytest.mark.parametrize("missing", ["nothing", "01a20212-2dee-7556-b843-66a8996c40c0"])
def test_the_timetable_of_nothing_is_not_there(api: Api, carys: Person, missing: str) -> None:
    assert api(carys).get(f"/elections/{missing}/timetable").status_code == 404
    assert (
        api(carys).put(f"/elections/{missing}/timetable/registration", json={"due_on": None}).status_code
        == 404
    )


@pytest.fixture
def campaign_id(api: Api, carys: Person, path: str) -> str:
    """A campaign of the election whose timetable it is, which is the current one."""
    made = api(carys).post("/campaigns", json={"name": "By post", "kind": "gotv"}).json or {}
    assert made["election_id"] == path.rpartition("/")[2]
    return str(made["id"])


def test_whom_a_date_is_about_is_an_audience_at_one_request(api: Api, carys: Person, path: str) -> None:
    caller, address = api(carys), f"{path}/timetable/registration/audiences"
    listed = line(caller.get(f"{path}/timetable").json or {}, "registration")["audiences"]
    assert listed == ["unregistered"]
    made = caller.post(address, json={"audience": "unregistered"})
    again = caller.post(address, json={"audience": "unregistered"})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json == again.json
    assert (made.json or {})["description"].startswith("People who have pledged us their vote")
    assert len((caller.get("/audiences").json or {})["data"]) == 1
    elsewhere = caller.post(address, json={"audience": "to_vote_by_post"})
    assert elsewhere.status_code == 404


def test_audiences_ask_about_the_current_election_alone(api: Api, carys: Person, path: str) -> None:
    caller = api(carys)
    caller.post("/elections", json={"name": "Another", "current": True})
    refused = caller.post(f"{path}/timetable/registration/audiences", json={"audience": "unregistered"})
    assert refused.status_code == 409


def test_a_text_about_a_date_is_drafted_in_both_languages_and_sent_by_nobody(
    api: Api, carys: Person, path: str, campaign_id: str, clock: SetClock
) -> None:
    clock.now = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)
    caller, address = api(carys), f"{path}/timetable/postal_application/blasts"
    given = {"audience": "to_vote_by_post", "campaign_id": campaign_id}
    written = caller.post(address, json=given)
    assert written.status_code == 201
    draft = written.json or {}
    assert draft["state"] == "draft"
    assert (draft["send_at"], draft["deadline_at"]) == ("2026-04-18T16:30:00Z", "2026-04-21T16:00:00Z")
    assert "Tuesday 21 April at 5 pm" in draft["body"]
    assert draft["bodies"].keys() == {"cy"}
    assert "dydd Mawrth 21 Ebrill am 5 yh" in draft["bodies"]["cy"]
    assert draft["audience_id"]
    again = caller.post(address, json=given)
    assert (again.status_code, (again.json or {})["id"]) == (200, draft["id"])
    assert caller.post(f"/blasts/{draft['id']}/estimate").status_code == 200


def test_there_are_words_for_every_date_and_audience(
    api: Api, carys: Person, path: str, campaign_id: str, clock: SetClock
) -> None:
    clock.now = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)
    caller = api(carys)
    caller.patch(path, json={"kind": "uk_parliament", "nation": "wales"})
    for milestone, ready in [(one, each) for one, several in CONCERNED.items() for each in several]:
        given = {"audience": ready, "campaign_id": campaign_id}
        written = caller.post(f"{path}/timetable/{milestone}/blasts", json=given)
        assert written.status_code == 201, milestone
        for body in ((written.json or {})["body"], (written.json or {})["bodies"]["cy"]):
            assert body.startswith("{first_name|H")
            assert "%(" not in body
            assert body.splitlines()[-1].endswith((" STOP to opt out.", " STOP i beidio."))
            assert " ar dydd " not in body.lower()
    assert len((caller.get("/audiences").json or {})["data"]) == len(READY)


def test_no_text_is_drafted_that_would_come_too_late_or_to_another_election(
    api: Api, carys: Person, path: str, campaign_id: str, clock: SetClock
) -> None:
    caller, given = api(carys), {"audience": "unregistered", "campaign_id": campaign_id}
    clock.now = dt.datetime(2026, 4, 21, 9, tzinfo=dt.UTC)
    assert caller.post(f"{path}/timetable/registration/blasts", json=given).status_code == 409
    clock.now = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)
    caller.put(f"{path}/timetable/registration", json={"due_on": None})
    assert caller.post(f"{path}/timetable/registration/blasts", json=given).status_code == 409
    caller.delete(f"{path}/timetable/registration")
    other = caller.post("/elections", json={"name": "Another"}).json or {}
    caller.patch(f"/campaigns/{campaign_id}", json={"election_id": other["id"]})
    refused = caller.post(f"{path}/timetable/registration/blasts", json=given)
    assert [fault["pointer"] for fault in (refused.json or {})["errors"]] == ["/campaign_id"]
    assert (caller.get("/audiences").json or {})["data"] == []


def test_postal_votes_in_figures_and_by_page(
    api: Api, carys: Person, path: str, campaign_id: str, clock: SetClock
) -> None:
    clock.now = dt.datetime(2026, 4, 25, 9, tzinfo=dt.UTC)
    caller, postal = api(carys), f"/campaigns/{campaign_id}/postal-votes"
    told = caller.get(f"{postal}/summary").json or {}
    assert (told["phase"], told["despatch_on"], told["last_post_on"]) == (
        "by_post",
        "2026-04-22",
        "2026-05-01",
    )
    assert (told["postal_voters"], told["returned"], told["people"]) == (0, 0, 0)
    assert caller.get(f"{postal}?channel=sms").json == {"data": [], "next_cursor": None}
    assert caller.get(f"{postal}?channel=pigeon").status_code == 422
    sheet = caller.get(postal, headers={"Accept": "text/csv"})
    assert sheet.text.startswith("contact_id,")
    assert path.endswith(told["election_id"])
