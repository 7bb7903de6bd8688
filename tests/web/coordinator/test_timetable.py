"""The timetable page, its dates put right by hand, and the line of what comes next on every page."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.calling.campaigns import create_campaign
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

SENEDD = {"name": "Senedd 2026", "polling_on": "2026-05-07", "kind": "senedd", "nation": ""}


@pytest.fixture
def spring(clock: SetClock) -> None:
    """Three weeks before polling day."""
    clock.now = dt.datetime(2026, 4, 18, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def address(spring: None, desk: Reader) -> str:
    """The timetable of the current election."""
    desk.open("/elections")
    page = desk.press("election-save", **SENEDD, current="yes")
    assert page.status == 200, page.text
    election_id = next(one for one in page.html.split("/elections/")[1:] if "Senedd 2026" in one)[:36]
    return f"/elections/{uuid.UUID(election_id)}/timetable"


def test_the_page_says_what_comes_next_and_where_each_date_is_from(desk: Reader, address: str) -> None:
    page = desk.open(address)
    assert (
        page.words["next-deadline"] == "Registering to vote closes in 2 days, on Monday 20 April at midnight."
    )
    assert "Postal vote applications close Tuesday 21 April at 5 pm in 3 days By law" in " ".join(
        page.words["timetable"].split()
    )
    assert "Our estimate" in page.words["timetable"]
    assert desk.client.get(page.tests["timetable-ics"]["href"]).mimetype == "text/calendar"


def test_what_comes_next_stands_on_every_page_for_a_fortnight(
    desk: Reader, address: str, clock: SetClock
) -> None:
    assert "Registering to vote closes in 2 days" in desk.open("/campaigns").words["deadline"]
    clock.now = dt.datetime(2026, 4, 20, 20, 0, tzinfo=dt.UTC)
    assert "Registering to vote closes today at midnight." in desk.open("/blasts").words["deadline"]
    clock.now = dt.datetime(2026, 4, 20, 23, 30, tzinfo=dt.UTC)
    assert "Postal vote applications close today at 5 pm." in desk.open("/blasts").words["deadline"]
    clock.now = dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC)
    assert "deadline" not in desk.open("/campaigns").tests
    clock.now = dt.datetime(2026, 5, 8, 20, 0, tzinfo=dt.UTC)
    assert "deadline" not in desk.open("/campaigns").tests


def test_in_welsh(desk: Reader, address: str) -> None:
    page = desk.client.get(address, headers={"Accept-Language": "cy"}).text
    assert "Mae cofrestru i bleidleisio’n cau ymhen 2 ddiwrnod: Dydd Llun 20 Ebrill am hanner nos." in page
    assert "Postal vote" not in page


def test_a_date_is_put_right_and_taken_back(desk: Reader, address: str) -> None:
    desk.open(f"{address}/postal_despatch")
    page = desk.press("milestone-save", which="date", due_on="2026-04-16", due_time="")
    assert "Saved." in page.words["flash"]
    assert "Postal ballots go out Thursday 16 April over Entered by hand, Carys" in " ".join(
        page.words["timetable"].split()
    )
    assert "usually Wednesday 22 April" in page.words["timetable"]
    desk.open(f"{address}/postal_despatch")
    page = desk.press("milestone-usual")
    assert "The usual date counts again." in page.words["flash"]
    desk.open(f"{address}/postal_despatch")
    assert "milestone-usual" not in desk.page.tests
    page = desk.press("milestone-save", which="none", due_on="", due_time="")
    assert "not at this election" in page.words["timetable"]


@pytest.mark.parametrize(
    ("due_on", "due_time", "fault"),
    [
        ("", "", "Give the date, or say that there is none."),
        ("2026-05-08", "", "This is after polling day. Choose an earlier date."),
        ("2023-05-08", "", "This is years before polling day. Look again."),
        ("soon", "", "Write this as a day, such as 2026-05-07."),
        ("2026-04-16", "teatime", "Write this as a time, such as 09:00."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    desk: Reader, address: str, due_on: str, due_time: str, fault: str
) -> None:
    desk.open(f"{address}/registration")
    page = desk.press("milestone-save", which="date", due_on=due_on, due_time=due_time)
    assert page.status == 422
    assert fault in page.words["flash"]


def test_a_kind_without_its_nation_is_asked_for_it(desk: Reader, bank: PhoneBank) -> None:
    desk.open("/elections")
    page = desk.press("election-save", **{**SENEDD, "kind": "local"})
    assert page.status == 422
    assert "This kind of election isn’t held there. Choose its nation." in page.words["flash"]
    assert desk.press("election-save", **{**SENEDD, "kind": "local", "nation": "wales"}).status == 200


@pytest.mark.parametrize("milestone", ["nothing", "0"])
def test_a_line_that_is_none_is_not_there(desk: Reader, address: str, milestone: str) -> None:
    assert desk.open(f"{address}/{milestone}").status == 404


def test_an_organiser_reads_it_and_is_offered_no_change(
    app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank, address: str
) -> None:
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(bank.campaign_id,))
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    page = reader.open(address)
    assert page.status == 200
    assert f"{address}/registration" not in page.html
    assert reader.open(f"{address}/registration").status == 403


def test_whom_a_date_is_about_and_a_draft_to_them_at_one_press(
    desk: Reader, address: str, ctx: Context
) -> None:
    page = desk.open(f"{address}/postal_application")
    assert "Supporters who vote by post and haven’t yet" in page.text
    assert "draft-to_vote_by_post" not in page.tests  # no campaign of this election yet
    page = desk.press("audience-to_vote_by_post")
    assert "The audience is saved." in page.words["flash"]
    create_campaign(ctx, {"name": "By post", "kind": "gotv"})
    desk.open(f"{address}/postal_application")
    page = desk.press("draft-to_vote_by_post")
    assert "Kept as a draft. Nothing is sent yet." in page.words["flash"]
    assert "Tuesday 21 April at 5 pm" in page.html
    assert "dydd Mawrth 21 Ebrill am 5 yh" in page.html
    desk.open(f"{address}/postal_application")
    assert "This draft was there already." in desk.press("draft-to_vote_by_post").words["flash"]
    desk.open(f"{address}/postal_application")
    assert "This audience was there already." in desk.press("audience-to_vote_by_post").words["flash"]


def test_a_press_too_late_says_so(desk: Reader, address: str, ctx: Context, clock: SetClock) -> None:
    create_campaign(ctx, {"name": "By post", "kind": "gotv"})
    desk.open(f"{address}/registration")
    clock.forward(days=3)
    page = desk.press("draft-unregistered")
    assert "This is over. A text about it would come too late." in page.words["flash"]
    assert "draft-unregistered" not in page.tests


def test_ballots_that_went_out_are_asked_about_until_polls_close(
    desk: Reader, address: str, ctx: Context, clock: SetClock
) -> None:
    create_campaign(ctx, {"name": "By post", "kind": "gotv"})
    clock.now = dt.datetime(2026, 4, 24, 9, 0, tzinfo=dt.UTC)
    assert (
        "Postal ballots go out: over since Wednesday 22 April."
        in desk.open(f"{address}/postal_despatch").text
    )
    page = desk.press("draft-to_vote_by_post")
    assert "has your postal vote come?" in page.html


def test_polling_day_has_its_audiences_and_no_date_of_its_own(desk: Reader, address: str) -> None:
    page = desk.open(f"{address}/polling")
    assert {"audience-to_vote_in_person", "audience-to_vote_by_post"} <= page.tests.keys()
    assert "milestone-save" not in page.tests
