"""Marks that need a human: seen by teller, then counted, matched, moved or dropped on their pages."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import update

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.store.models.accounts import ApiToken
from tests.people import Person, make_person
from tests.services.gotv.electors import make_electors
from tests.web.reader import Reader


@pytest.fixture
def tegwen(ctx: Context) -> Person:
    """A teller of AA, who saw three: one of ours, one of another district, one nobody knows."""
    make_electors(ctx, "AA-1", "AA-5")
    make_electors(ctx, "AB-2", polling_district="AB", first_name="Owen")
    person = make_person(ctx.units, ctx.organisation_id, Role.TELLER, "Tegwen")
    with ctx.unit() as unit:
        mine = update(ApiToken).where(ApiToken.account_id == person.id)
        unit.session.execute(mine.values(polling_districts=["AA"]))
    return person


@pytest.fixture
def told(ctx: Context, tegwen: Person, context_of: object) -> Person:
    marks = [NewMark(number) for number in ("AA-1", "AB-2", "55")]
    mark_turnout(context_of(tegwen), marks)  # type: ignore[operator]
    return tegwen


def test_what_waits_is_told_on_polling_days_page_and_counted_at_a_press(desk: Reader, told: Person) -> None:
    assert "2 marks wait for you" in desk.open("/turnout").words["marks-wait"]
    page = desk.open("/turnout/marks")
    assert "Another district than the teller’s" in page.words["marks"]
    assert "Nobody has this number" in page.words["marks"]
    assert "One mark counts now. One more person has voted." in desk.press("count-held").words["flash"]
    assert "Another district" not in desk.open("/turnout/marks").words["marks"]


def test_a_mark_is_given_to_whoever_it_is(desk: Reader, told: Person) -> None:
    desk.open("/turnout/marks?why=nobody")
    row = desk.page.tests["mark"]["href"]
    desk.open(row)
    assert "nobody" in desk.press("find", q="zzzz").tests
    assert "AA-5" in desk.press("find", q="AA-5").words["candidates"]
    assert "55 counts now." in desk.press("match").words["flash"]
    assert desk.open(row).words["mark-facts"].startswith("How it standsCounts")


def test_a_mark_is_looked_for_in_another_district_or_dropped(desk: Reader, told: Person) -> None:
    desk.open("/turnout/marks?why=nobody")
    row = desk.page.tests["mark"]["href"]
    desk.open(row)
    assert desk.press("move-mark", polling_district="").status == 422
    assert "It still waits" in desk.press("move-mark", polling_district="AC").words["flash"]
    assert desk.press("drop-mark", reason="").status == 422
    assert "55 is dropped." in desk.press("drop-mark", reason="A slip").words["flash"]
    assert "A slip" in desk.open(row).words["mark-facts"]


def test_two_tabs_settle_a_mark_once(desk: Reader, told: Person) -> None:
    desk.open("/turnout/marks")
    form = next(form for form in desk.page.forms if "/count" in form.action and "/of/" not in form.action)
    assert desk.client.post(form.action, data=form.fields).status_code == 303
    again = desk.client.post(form.action, data=form.fields)
    assert again.status_code == 303
    assert "wasn’t possible any more" in desk.open(again.headers["Location"]).words["flash"]


def test_everything_a_teller_marked_goes_with_a_reason_and_the_number_of_people(
    desk: Reader, told: Person
) -> None:
    address = f"/turnout/marks/of/{told.id}/undo"
    assert "3 marks are taken back. One person whom nobody else has marked" in desk.open(address).text
    assert desk.press("confirm", reason="").status == 422
    assert "taken back" in desk.press("confirm", reason="Not a teller of ours").words["flash"]
    assert desk.open("/turnout").tests["stat-voted"]["data-value"] == "0"


def test_all_that_waits_of_a_teller_is_dropped(desk: Reader, told: Person) -> None:
    assert "2 marks count for nobody then" in desk.open(f"/turnout/marks/of/{told.id}/drop").text
    assert desk.press("confirm", reason="").status == 422
    assert "2 marks are dropped." in desk.press("confirm", reason="Practice").words["flash"]
    assert desk.open("/turnout").tests["stat-voted"]["data-value"] == "1"


def test_nobodys_marks_are_not_there(desk: Reader) -> None:
    for deed in ("undo", "drop"):
        assert desk.open(f"/turnout/marks/of/{uuid.uuid4()}/{deed}").status == 404
    assert desk.open(f"/turnout/marks/{uuid.uuid4()}").status == 404


def test_a_time_out_of_the_calendar_is_refused_with_words(desk: Reader) -> None:
    csrf = desk.client.get("/teller/state").get_json()["csrf"]
    for at, status in (("0001-01-01T00:00:00+14:00", 422), ("2026-05-07T12:00:00+01:00", 200)):
        mark = {"elector_number": "1", "client_id": str(uuid.uuid4()), "at": at}
        sent = desk.client.post("/teller/marks", json={"marks": [mark]}, headers={"X-CSRFToken": csrf})
        assert sent.status_code == status
