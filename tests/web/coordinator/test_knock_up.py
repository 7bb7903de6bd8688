"""The knock-up page, its sheets, and the walk that a sheet's code opens."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.elections import change_election
from dialer.services.gotv.record import record_support, record_turnout
from dialer.services.gotv.walks import print_walks
from dialer.services.people.contacts import change_contact
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.doorstep import DoorResult
from dialer.store.models.people import OptOut
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import make_person
from tests.services.gotv.electors import election_id
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

PLACES = {"Siân": "3 Capel Road", "Gwyn": "2 Capel Road", "Tom": "Rose Cottage, Mill Lane"}


@pytest.fixture
def promised(ctx: Context, bank: PhoneBank) -> list[uuid.UUID]:
    """Three of the bank's people have promised, and live somewhere."""
    people = list(bank.people.values())[:3]
    for contact, address in zip(people, PLACES.values(), strict=True):
        change_contact(ctx, contact, {"polling_district": "KA1", "address": address, "needs_lift": True})
        with ctx.unit() as unit:
            who = {"contact_id": contact, "election_id": election_id(ctx), "source": "door", "at": ctx.now}
            record_support(unit, support=1, voting_method=None, **who)  # type: ignore[arg-type]
    return people


def vote(ctx: Context, contact: uuid.UUID) -> None:
    with ctx.unit() as unit:
        who = {"contact_id": contact, "election_id": election_id(ctx), "source": "door", "at": ctx.now}
        record_turnout(unit, **who)  # type: ignore[arg-type]


def test_figures_list_and_file(desk: Reader, bank: PhoneBank, promised: list[uuid.UUID]) -> None:
    page = desk.open(f"/knock-up?campaign_id={bank.campaign_id}")
    assert page.tests["stat-left"]["data-value"] == "3"
    assert page.tests["stat-doorstep"]["data-value"] == "3"
    assert re.findall(r'data-contact="([^"]+)"', page.html) == [str(promised[at]) for at in (0, 1, 2)]
    file = desk.client.get(f"/knock-up.csv?campaign_id={bank.campaign_id}&polling_district=KA1")
    assert len(file.text.splitlines()) == 4
    assert desk.open("/knock-up?after=nonsense&channel=post&order=best").status == 200
    assert desk.client.get(f"/knock-up.csv?campaign_id={uuid.uuid4()}").status_code == 404


def test_sheets_keep_their_houses_and_lose_who_has_voted(
    desk: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    path = f"/knock-up/print?campaign_id={bank.campaign_id}&polling_district=KA1"
    page = desk.open(path)
    assert page.html.count('data-test="sheet"') == 1
    assert page.html.count('class="tick"') == 15
    assert "Capel Road, odd numbers" in page.html
    assert "Tick Stop" in page.html
    (before,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    assert (before.walk.people, before.walk.doors) == (3, 3)
    vote(ctx, promised[0])
    (after,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    assert (after.walk.people, after.walk.code) == (2, before.walk.code), "the same walk, who voted is gone"
    with ctx.unit() as unit:
        of_it = select(AuditEntry.changes).where(AuditEntry.action == "knock_up.printed")
        assert len(unit.session.scalars(of_it).all()) == 3, "every print"


def test_cut_anew_gives_new_codes_and_keeps_old_sheets(
    desk: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    (before,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    desk.open(f"/knock-up?campaign_id={bank.campaign_id}")
    desk.press("cut-anew")
    assert "Sheets that are out stay good" in desk.page.words["flash"]
    (after,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    assert after.walk.code != before.walk.code
    for code in (before.walk.code, after.walk.code):
        assert desk.open(f"/knock-up/walks/{code}").tests["walk"]["data-left"] == "3"


def test_a_volunteer_opens_the_walk_on_their_sheet_and_no_list(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    (sheet,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    path = f"/knock-up/walks/{sheet.walk.code}"
    page = phone.open(path)
    assert page.tests["walk"]["data-left"] == "3"
    assert "Rose Cottage" in page.html
    assert "+44" not in page.words["walk"], "no phone at the door"
    vote(ctx, promised[2])
    assert phone.open(path).tests["walk"]["data-left"] == "2"
    assert phone.open("/knock-up").status == 403
    assert phone.open("/knock-up/walks/XXXXXXXX").status == 404


def test_the_sheet_of_those_without_a_district_opens_nobody_elses(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    change_contact(ctx, promised[2], {"polling_district": None})
    walks = [sheet.walk for sheet in print_walks(ctx, bank.campaign_id).sheets]
    assert [(walk.polling_district, walk.people) for walk in walks] == [("KA1", 2), ("", 1)]
    named, without = (walk.code for walk in walks)
    page = phone.open(f"/knock-up/walks/{without}")
    assert page.tests["walk"]["data-left"] == "1"
    assert ("Rose Cottage" in page.html, "Capel Road" in page.html) == (True, False)
    assert press(phone, without, promised[0], "voted") == 404
    assert press(phone, without, promised[2], "voted") == 303
    assert [left(phone, code) for code in (named, without)] == ["2", "0"]
    assert print_walks(ctx, bank.campaign_id, "").sheets == [], "those alone, and nobody is left"


def test_other_campaigns_volunteers_and_strangers_see_no_walk(
    app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    (sheet,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    path = f"/knock-up/walks/{sheet.walk.code}"
    stranger = make_person(units, ctx.organisation_id, Role.VOLUNTEER, "Nia")
    reader = Reader(app.test_client())
    reader.sign_in(stranger.token)
    assert reader.open(path).status == 404
    assert app.test_client().get(path).status_code == 303


def test_after_the_polls_close_the_walk_is_shut(
    phone: Reader, ctx: Context, clock: SetClock, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    (sheet,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    day = {"polling_on": dt.date(2026, 5, 7), "closes_at": dt.time(13, 30)}
    change_election(ctx, election_id(ctx), day)  # type: ignore[arg-type]
    clock.forward(minutes=45)
    page = phone.open(f"/knock-up/walks/{sheet.walk.code}")
    assert page.tests["walk"]["data-left"] == "0"
    assert "Polls are closed" in page.html


def press(
    phone: Reader, code: str, contact: uuid.UUID, answer: str, press_id: uuid.UUID | None = None
) -> int:
    token = phone.page.forms[0].fields["csrf_token"]
    said = {
        "contact_id": str(contact),
        "press_id": str(press_id or uuid.uuid4()),
        "answer": answer,
        "road": "1",
    }
    sent = phone.client.post(f"/knock-up/walks/{code}/marks", data=said | {"csrf_token": token})
    return sent.status_code


def left(phone: Reader, code: str) -> str:
    return phone.open(f"/knock-up/walks/{code}").tests["walk"]["data-left"]


def test_a_lift_that_a_crew_notes_stands_on_the_next_sheet(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    change_contact(ctx, promised[0], {"needs_lift": None})
    (sheet,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    phone.open(f"/knock-up/walks/{sheet.walk.code}")
    assert sheet.roads[0].people[0].needs_lift is None
    press(phone, sheet.walk.code, promised[0], "lift")
    (sheet,) = print_walks(ctx, bank.campaign_id, "KA1").sheets
    assert sheet.roads[0].people[0].needs_lift


@pytest.mark.parametrize(
    ("answer", "still"),
    [("voted", 2), ("going", 3), ("lift", 3), ("out", 3), ("moved", 2), ("no", 2), ("stop", 2)],
)
def test_a_crew_marks_a_door_once_and_takes_it_back(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID], *, answer: str, still: int
) -> None:
    code = print_walks(ctx, bank.campaign_id, "KA1").sheets[0].walk.code
    phone.open(f"/knock-up/walks/{code}")
    pressed = uuid.uuid4()
    assert [press(phone, code, promised[1], answer, pressed) for _ in range(2)] == [303, 303]
    assert left(phone, code) == str(still)
    with ctx.unit() as unit:
        assert len(unit.session.scalars(select(DoorResult.id)).all()) == 1, "a double press is one"
        noes = unit.session.scalars(select(OptOut.channel).where(OptOut.contact_id == promised[1])).all()
    assert set(noes) == ({"door", "voice", "sms"} if answer == "stop" else set())
    if answer != "stop":
        phone.press("undo")
        assert left(phone, code) == "3"
    assert ("undo" in phone.page.tests) is False


def test_a_press_that_was_taken_back_says_so_and_a_new_one_counts(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    code = print_walks(ctx, bank.campaign_id, "KA1").sheets[0].walk.code
    phone.open(f"/knock-up/walks/{code}")
    pressed = uuid.uuid4()
    press(phone, code, promised[1], "voted", pressed)
    phone.open(f"/knock-up/walks/{code}")
    phone.press("undo")
    press(phone, code, promised[1], "voted", pressed)
    page = phone.open(f"/knock-up/walks/{code}")
    assert "That one was taken back" in page.words["flash"]
    assert "Noted" not in page.words["flash"]
    assert ("undo" in page.tests, page.tests["walk"]["data-left"]) == (False, "3")
    press(phone, code, promised[1], "voted")
    assert left(phone, code) == "2"


@pytest.mark.parametrize("road", ["1", "99", "-1", "here"])
def test_after_a_mark_the_walk_opens_at_its_road_and_says_what_was_noted(
    phone: Reader, ctx: Context, bank: PhoneBank, promised: list[uuid.UUID], *, road: str
) -> None:
    code = print_walks(ctx, bank.campaign_id, "KA1").sheets[0].walk.code
    phone.open(f"/knock-up/walks/{code}")
    press(phone, code, promised[1], "out")
    page = phone.open(f"/knock-up/walks/{code}?road={road}")
    assert (page.status, page.tests["walk"]["data-left"]) == (200, "3")
    assert "Noted: Out." in page.words["flash"]
    assert phone.press("undo").status == 200


def test_nobody_marks_who_isnt_on_the_walk_or_after_the_polls(
    phone: Reader, ctx: Context, clock: SetClock, bank: PhoneBank, promised: list[uuid.UUID]
) -> None:
    code = print_walks(ctx, bank.campaign_id, "KA1").sheets[0].walk.code
    phone.open(f"/knock-up/walks/{code}")
    elsewhere = list(bank.people.values())[4]
    assert press(phone, code, elsewhere, "voted") == 404
    assert press(phone, code, promised[0], "nonsense") == 404
    assert press(phone, "XXXXXXXX", promised[0], "voted") == 404
    day = {"polling_on": dt.date(2026, 5, 7), "closes_at": dt.time(13, 30)}
    change_election(ctx, election_id(ctx), day)  # type: ignore[arg-type]
    clock.forward(minutes=45)
    assert press(phone, code, promised[0], "voted") == 303
    assert "Polls are closed" in phone.open(f"/knock-up/walks/{code}").words["flash"]


def test_nobody_takes_back_what_another_noted(
    app: Flask, phone: Reader, ctx: Context, units: UnitFactory, bank: PhoneBank, *, promised: list[uuid.UUID]
) -> None:
    code = print_walks(ctx, bank.campaign_id, "KA1").sheets[0].walk.code
    phone.open(f"/knock-up/walks/{code}")
    press(phone, code, promised[0], "voted")
    with ctx.unit() as unit:
        (result,) = unit.session.scalars(select(DoorResult.id)).all()
    other = make_person(units, ctx.organisation_id, Role.VOLUNTEER, "Nia", campaign_ids=(bank.campaign_id,))
    reader = Reader(app.test_client())
    reader.sign_in(other.token)
    reader.open(f"/knock-up/walks/{code}")
    token = reader.page.forms[0].fields["csrf_token"]
    undo = f"/knock-up/walks/{code}/marks/{result}/undo"
    assert reader.client.post(undo, data={"csrf_token": token}).status_code == 404
