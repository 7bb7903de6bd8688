"""What volunteers save is in the table; marks are made and taken back by elector number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.people.contacts import change_contact
from tests.people import Person, make_person
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def register(ctx: Context, bank: PhoneBank) -> PhoneBank:
    """Siân and Owen are on the register of KA1."""
    for name, number in (("Siân", "KA1-12/1"), ("Owen", "KA1-13")):
        change_contact(ctx, bank.people[name], {"elector_number": number, "polling_district": "KA1"})
    return bank


def _figures(desk: Reader) -> dict[str, str]:
    names = ("electors", "voted", "pledged", "pledged_voted", "left")
    return {name: desk.page.tests[f"stat-{name}"]["data-value"] for name in names}


def test_a_pledge_is_in_the_table_at_once(desk: Reader, phone: Reader, register: PhoneBank) -> None:
    assert "Nobody here yet" in desk.open("/turnout").text
    record_pledge(phone)
    page = desk.open("/turnout")
    assert "Siân Prydderch" in page.words["pledges"]
    assert "1 · Strong for us" in page.words["pledges"]
    assert "At the station" in page.words["pledges"]
    assert _figures(desk) == {
        "electors": page.tests["stat-electors"]["data-value"],
        "voted": "0",
        "pledged": "1",
        "pledged_voted": "0",
        "left": "1",
    }


@pytest.mark.slow
def test_a_mark_with_a_date_alone_tells_no_time_and_another_year_is_named(
    desk: Reader, phone: Reader, register: PhoneBank, ctx: Context
) -> None:
    record_pledge(phone)
    at = dt.datetime(2024, 7, 3, 23, tzinfo=dt.UTC)  # midnight of 4 July in London
    mark_turnout(ctx, [NewMark("KA1-12/1", at=at, source="postal_list")])
    page = desk.open("/turnout")
    assert "Thu 4 Jul 2024" in page.words["pledges"]
    assert "12 am" not in page.text


@pytest.mark.slow
def test_filters_find_and_leave_out(desk: Reader, phone: Reader, register: PhoneBank) -> None:
    record_pledge(phone)
    for asking, found in (
        ("support=pledged", True),
        ("support=1", True),
        ("support=5", False),
        (f"campaign_id={register.campaign_id}", True),
        ("polling_district=KA1", True),
        ("polling_district=KB1", False),
        ("support=nonsense", True),
    ):
        assert ("pledges" in desk.open(f"/turnout?{asking}").tests) is found, asking
    assert desk.open(f"/turnout?campaign_id={uuid.uuid4()}").status in (200, 404)
    assert desk.open("/turnout?campaign_id=nonsense").status == 404


@pytest.mark.slow
def test_the_table_is_downloaded_as_it_is_filtered(desk: Reader, phone: Reader, register: PhoneBank) -> None:
    record_pledge(phone)
    page = desk.open("/turnout?support=5")
    assert len(desk.client.get(page.tests["pledges-csv"]["href"]).text.splitlines()) == 1
    page = desk.open("/turnout?support=pledged")
    answer = desk.client.get(page.tests["pledges-csv"]["href"])
    assert answer.mimetype == "text/csv"
    assert "Prydderch" in answer.text


def test_marks_are_made_and_taken_back_with_a_reason(
    desk: Reader, phone: Reader, register: PhoneBank
) -> None:
    record_pledge(phone)
    desk.open("/turnout")
    page = desk.press("turnout-mark", numbers="ka1 012/1, KA1-13\nKA1-99")
    assert "2 people are marked as voted." in page.words["flash"]
    assert "Not on our lists: KA1-99." in page.words["flash"]
    figures = _figures(desk)
    assert (figures["voted"], figures["pledged_voted"], figures["left"]) == ("2", "1", "0")
    assert "One was marked before." in desk.press("turnout-mark", numbers="KA1-13").words["flash"]
    page = desk.press("turnout-undo", undo_numbers="KA1-12/1", reason="")
    assert page.status == 422
    assert "Say why" in page.words["flash"]
    page = desk.press("turnout-undo", undo_numbers="KA1-12/1", reason="Read the wrong line")
    assert "One mark is taken back." in page.words["flash"]
    assert _figures(desk)["voted"] == "1"


@pytest.mark.parametrize("numbers", ["", " ,;\n", "\n".join(map(str, range(5_001)))])
def test_nothing_and_too_much_are_refused(desk: Reader, register: PhoneBank, numbers: str) -> None:
    desk.open("/turnout")
    assert desk.press("turnout-mark", numbers=numbers).status == 422


def test_elections_are_added_changed_and_switched(desk: Reader) -> None:
    desk.open("/elections")
    page = desk.press("election-save", name="By-election", polling_on="2026-05-07", closes_at="22:00")
    assert "Thu 7 May" in page.words["elections"]
    assert desk.press("election-save", name="", polling_on="soon").status == 422
    assert desk.press("election-save", name="Never", opens_at="23:00", closes_at="07:00").status == 422
    desk.open("/elections")
    switch = next(form for form in desk.page.forms if form.action.endswith("/current"))
    desk.client.post(switch.action, data=switch.fields)
    page = desk.open("/turnout")
    assert "By-election" in page.text
    assert "polls close in 9 h" in page.text


def test_a_silent_station_is_named_with_whom_it_keeps_on_the_list(
    desk: Reader, phone: Reader, register: PhoneBank, ctx: Context, context_of: Callable[[Person], Context]
) -> None:
    record_pledge(phone)
    change_contact(ctx, register.people["Siân"], {"polling_station": "Harbour Library"})
    change_contact(ctx, register.people["Owen"], {"polling_station": "Harbour Library"})
    with ctx.unit() as unit:
        current_election(unit).polling_on = ctx.now.date()
    assert "no teller" in desk.open("/turnout").text
    tegwen = context_of(make_person(ctx.units, ctx.organisation_id, Role.TELLER, "Tegwen"))
    mark_turnout(tegwen, [NewMark("KA1-13", at=ctx.now - dt.timedelta(minutes=41))])
    page = desk.open("/turnout")
    assert "Harbour Library: nothing from the teller for 41 minutes." in page.words["silent"]
    assert "Until it comes, one person who may have voted is still on the list." in page.words["silent"]
    assert "0–1" in page.text
    mark_turnout(tegwen, [NewMark("KA1-999", polling_district="ka1", at=ctx.now)])
    assert "silent" not in desk.open("/turnout").tests
