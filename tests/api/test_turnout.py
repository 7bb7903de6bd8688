"""`/turnout` over HTTP."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.people.import_run import run_import
from dialer.store.models.people import Contact
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.gotv.electors import make_campaign, make_electors

Api = Callable[[Person], Caller]


def test_marks_are_taken_and_taken_back(api: Api, carys: Person, ctx: Context) -> None:
    make_electors(ctx, "AA-1")
    body = {"marks": [{"elector_number": "aa 01"}, {"elector_number": "ZZ-9", "source": "door"}]}
    answer = api(carys).post("/turnout", json=body)
    assert answer.status_code == 200
    assert answer.json == {"accepted": 1, "duplicates": 0, "unknown": ["ZZ-9"], "held": [], "marks": []}
    undo = {"marks": [{"elector_number": "AA-1"}], "reason": "wrong sheet"}
    undone = api(carys).post("/turnout/undo", json=undo)
    assert (undone.status_code, undone.json) == (200, {"undone": 1, "unknown": []})


def test_the_summary_counts_by_district_and_hour(api: Api, carys: Person, ctx: Context) -> None:
    one, two = make_electors(ctx, "AA-1", "AA-2")
    make_electors(ctx, "AB-1", polling_district="AB")
    campaign = make_campaign(ctx, one, two)
    for contact, support in ((one, 1), (two, 4)):
        api(carys).put(f"/contacts/{contact}/pledge", json={"campaign_id": str(campaign), "support": support})
    marks = [
        {"elector_number": "AA-1", "at": "2026-05-07T08:15:00Z"},
        {"elector_number": "AB-1", "at": "2026-05-07T08:59:00+00:00"},
    ]
    api(carys).post("/turnout", json={"marks": marks})
    unknown: dict[str, object] = {  # while polling day isn't
        "polling_station": None,
        "voted_at_most": None,
        "pledged_voted_at_most": None,
        "watched_s": None,
        "last_mark_at": None,
        "silent_for_s": None,
    }
    aa = {"polling_district": "AA", "electors": 2, "voted": 1, "pledged": 1, "pledged_voted": 1, **unknown}
    ab = {"polling_district": "AB", "electors": 1, "voted": 1, "pledged": 0, "pledged_voted": 0, **unknown}
    assert api(carys).get("/turnout/summary").json == {
        "electors": 3,
        "voted": 2,
        "voted_at_most": None,
        "pledged": 1,
        "pledged_voted": 1,
        "pledged_voted_at_most": None,
        "by_polling_district": [aa, ab],
        "by_hour": [{"hour": "2026-05-07T08:00:00Z", "voted": 2}],
    }
    of_campaign = api(carys).get(f"/turnout/summary?campaign_id={campaign}").json or {}
    assert of_campaign["by_polling_district"] == [aa]
    assert api(carys).get(f"/turnout/summary?campaign_id={uuid.uuid4()}").status_code == 404


def test_the_summary_has_bounds_and_says_which_station_is_silent(
    api: Api, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    """Polls opened at seven, five hours ago; one station was watched from eight to half past eleven."""
    polling_on = ctx.now.astimezone(ZoneInfo("Europe/London")).date()
    with ctx.unit() as unit:
        current_election(unit).polling_on = polling_on
    make_electors(ctx, *[f"AA-{number}" for number in range(1, 201)], polling_station="Harbour Library")
    make_electors(ctx, *[f"AB-{number}" for number in range(1, 101)], polling_district="AB")
    tegwen = make_person(units, ctx.organisation_id, Role.TELLER, "Tegwen")
    eight = ctx.now.replace(hour=7, minute=0)
    marks = [
        {"elector_number": f"AA-{place + 1}", "at": (eight + dt.timedelta(minutes=10 * place)).isoformat()}
        for place in range(22)
    ]
    api(tegwen).post("/turnout", json={"marks": marks})
    summary = api(carys).get("/turnout/summary").json or {}
    aa, ab = summary["by_polling_district"]
    assert (aa["polling_station"], aa["voted"], aa["watched_s"]) == ("Harbour Library", 22, 215 * 60)
    assert 22 < aa["voted_at_most"] < 200
    assert 0 < ab["voted_at_most"] < 100
    assert (aa["last_mark_at"], aa["silent_for_s"]) == ("2026-05-07T10:30:00Z", 90 * 60)
    assert (ab["voted"], ab["watched_s"], ab["silent_for_s"]) == (0, 0, None)
    assert summary["voted_at_most"] == aa["voted_at_most"] + ab["voted_at_most"]
    api(carys).post("/turnout/undo", json={"account_id": str(tegwen.id), "reason": "wrong place"})
    after = (api(carys).get("/turnout/summary").json or {})["by_polling_district"][0]
    assert (after["voted"], after["watched_s"], after["last_mark_at"]) == (0, 0, None)


def test_bounds_hold_who_may_have_voted_by_post(api: Api, carys: Person, ctx: Context) -> None:
    """Polls open in an hour: nobody was at a station, yet who votes by post may have voted."""
    polling_on = ctx.now.astimezone(ZoneInfo("Europe/London")).date()
    with ctx.unit() as unit:
        election = current_election(unit)
        election.polling_on, election.opens_at = polling_on, (ctx.now + dt.timedelta(hours=2)).time()
    people = make_electors(ctx, *[f"AA-{number}" for number in range(1, 11)])
    campaign = make_campaign(ctx, *people)
    for place, contact in enumerate(people):
        said = {"support": 1, "voting_method": "postal" if place < 4 else "in_person"}
        answer = api(carys).put(f"/contacts/{contact}/pledge", json={"campaign_id": str(campaign), **said})
        assert answer.status_code == 200

    def bounds() -> tuple[int, int, int]:
        summary = api(carys).get("/turnout/summary").json or {}
        return summary["voted"], summary["voted_at_most"], summary["pledged_voted_at_most"]

    assert bounds() == (0, 4, 4)
    marks = [{"elector_number": "AA-1", "source": "postal_list"}]
    assert api(carys).post("/turnout", json={"marks": marks}).status_code == 200
    assert bounds() == (1, 4, 4)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {}),
        ("", {"marks": "AA-1"}),
        ("", {"marks": [{}]}),
        ("", {"marks": [{"elector_number": ""}]}),
        ("", {"marks": [{"elector_number": 1}]}),
        ("", {"marks": [{"elector_number": "AA-1", "at": "noon"}]}),
        ("", {"marks": [{"elector_number": "AA-1", "source": "rumour"}]}),
        ("", {"marks": [{"elector_number": "AA-1", "voted": True}]}),
        ("", {"marks": [], "election_id": "01a20212-2dee-7556-b843-66a8996c40c0"}),
        ("", {"marks": [{"elector_number": "AA-1"}] * 5001}),
        ("/undo", {"marks": [{"elector_number": "AA-1"}]}),
        ("/undo", {"reason": "neither"}),
        ("/undo", {"reason": " ", "marks": []}),
        ("/undo", {"reason": "both", "marks": [], "token_id": "01a20212-2dee-7556-b843-66a8996c40c0"}),
        ("/undo", {"reason": "nobody’s", "token_id": "01a20212-2dee-7556-b843-66a8996c40c0"}),
    ],
)
def test_refuses_what_it_cannot_take(api: Api, carys: Person, path: str, body: dict[str, Any]) -> None:
    refused = api(carys).post(f"/turnout{path}", json=body)
    assert refused.status_code == 422, refused.text
    assert (refused.json or {})["errors"]


def test_who_may_mark_and_who_may_look(api: Api, vic: Person, ctx: Context, units: UnitFactory) -> None:
    tegwen = make_person(units, ctx.organisation_id, Role.TELLER, "Tegwen")
    owain = make_person(units, ctx.organisation_id, Role.OBSERVER, "Owain")
    marks = {"marks": [{"elector_number": "AA-1"}]}
    assert api(tegwen).post("/turnout", json=marks).status_code == 200
    assert api(tegwen).post("/turnout/undo", json={**marks, "reason": "mine"}).status_code == 403
    assert api(tegwen).get("/turnout/summary").status_code == 403
    assert api(owain).get("/turnout/summary").status_code == 200
    assert api(owain).post("/turnout", json=marks).status_code == 403
    assert api(vic).post("/turnout", json=marks).status_code == 403
    assert api(vic).get("/turnout/summary").status_code == 403


def test_a_mark_waits_for_its_elector_to_be_imported(api: Api, carys: Person, ctx: Context) -> None:
    unknown = {"marks": [{"elector_number": "KA1-12/1", "at": "2026-05-07T08:15:00Z"}]}
    assert (api(carys).post("/turnout", json=unknown).json or {})["unknown"] == ["KA1-12/1"]
    made = api(carys).post("/lists", json={"name": "Register"}).json or {}
    register = b"Elector number,First name,Surname,Phone\nka1 012/1,Ann,Lee,\nKA1-13,Bob,Roe,\n"
    form = {"file": (io.BytesIO(register), "register.csv")}
    brought = api(carys).post(f"/lists/{made['id']}/imports", data=form).json or {}
    run_import(ctx, uuid.UUID(brought["id"]), lambda: ctx.now)
    found = (api(carys).get("/contacts?elector_number=KA1-12/1").json or {})["data"]
    assert [contact["voted_at"] for contact in found] == ["2026-05-07T08:15:00Z"]
    assert (api(carys).post("/turnout", json=unknown).json or {})["duplicates"] == 1


def test_a_mark_waits_for_its_elector_to_be_added(api: Api, carys: Person) -> None:
    api(carys).post("/turnout", json={"marks": [{"elector_number": "12", "polling_district": "KA1"}]})
    fields = {"first_name": "Ann", "elector_number": "KA1-12", "polling_district": "KA1"}
    made = api(carys).post("/contacts", json=fields)
    assert made.status_code == 201, made.json
    assert (made.json or {})["voted_at"] == "2026-05-07T12:00:00Z"


def test_a_mark_takes_people_out_of_gotv_queues_and_an_undo_puts_them_back(
    api: Api, carys: Person, vic: Person, ctx: Context
) -> None:
    voter = Voter("Siân", [landline(1)])
    campaign = running_campaign(ctx, [voter], kind="gotv")
    with ctx.unit() as unit:
        contact = unit.session.get_one(Contact, (unit.organisation_id, voter.id))
        contact.elector_number, contact.elector_key = "AA-1", "aa-1"
    join_campaign(ctx.units, vic, campaign.id)
    session = api(vic).post(f"/campaigns/{campaign.id}/sessions", json={}).json or {}
    marks = {"marks": [{"elector_number": "AA-1"}]}
    api(carys).post("/turnout", json=marks)
    assert api(vic).post(f"/sessions/{session['id']}/next").status_code == 204
    api(carys).post("/turnout/undo", json={**marks, "reason": "wrong sheet"})
    handed = api(vic).post(f"/sessions/{session['id']}/next")
    assert handed.status_code == 200
    assert (handed.json or {})["contact"]["id"] == str(voter.id)
