"""A volunteer says that the person on the phone frightened them: in one press, without a script too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.models.calling import Result
from dialer.store.models.conversations import Avoidance
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign, make_person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Reader

Api = Callable[[Person], Caller]


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    return open_phone_bank(ctx, vic)


@pytest.fixture
def reader(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """Vic, signed in, before the first call."""
    reads = Reader(app.test_client())
    reads.sign_in(vic.token)
    return reads


@pytest.fixture
def given(bank: PhoneBank, api: Api, vic: Person) -> tuple[str, str]:
    """Vic has somebody in hand: the session and the assignment."""
    session = api(vic).post(f"/campaigns/{bank.campaign_id}/sessions", json={}).json["id"]
    return session, api(vic).post(f"/sessions/{session}/next").json["id"]


def recorded(ctx: Context) -> list[str]:
    with ctx.unit() as unit:
        return list(unit.session.scalars(select(Result.disposition).where(~Result.implied)))


@pytest.mark.parametrize("at", ["talking", "finishing up"])
def test_they_are_told_that_they_did_right_and_never_meet_again(
    reader: Reader, ctx: Context, api: Api, carys: Person, bank: PhoneBank, *, at: str
) -> None:
    reader.press("next")
    assert "frightened" not in reader.page.buttons, "nobody was spoken with yet"
    reader.press("continue")
    if at == "finishing up":
        reader.press("reached")
    page = reader.press("frightened")
    assert "You did right" in page.text
    assert "it isn’t held against you" in page.words["kind-words"]
    assert "never saw your number" not in page.text, "they rang from their own phone"
    assert "Hang up, if you haven’t yet." in page.words["kind-words"], "we can’t, from there"
    assert "You did right" in reader.open("/call").text, "until they press on"
    assert recorded(ctx) == ["refused"]
    with ctx.unit() as unit:
        (row,) = unit.session.scalars(select(Avoidance))
        assert (row.number, row.contact_id, row.until) == ("+441632960001", bank.people["Siân"], None)
    (shift,) = api(carys).get(f"/campaigns/{bank.campaign_id}/sessions").json["data"]
    assert (shift["state"], shift["help"]["reason"]) == ("paused", "frightened")
    page = reader.press("resume")
    assert (reader.state, page.words["contact-name"]) == ("ringing", "Owen Hughes")
    assert "You did right" not in reader.open("/call").text


def test_once_a_coordinator_lets_them_go_on_the_page_is_what_it_is_for_anybody(
    reader: Reader, api: Api, carys: Person, bank: PhoneBank
) -> None:
    reader.press("next")
    reader.press("continue")
    reader.press("frightened")
    (shift,) = api(carys).get(f"/campaigns/{bank.campaign_id}/sessions").json["data"]
    assert api(carys).post(f"/sessions/{shift['id']}/resume").status_code == 200
    assert "kind-words" not in reader.open("/call").words
    reader.press("next")
    reader.press("pause")
    page = reader.open("/call")
    assert ("kind-words" in page.words, reader.state) == (False, "paused")


def test_from_the_help_that_they_asked_for(reader: Reader) -> None:
    reader.press("next")
    reader.press("continue")
    page = reader.press("help")
    assert page.html.count('data-test="frightened"') == 2
    assert "You did right" in reader.press("frightened").text
    assert "Your shift" in reader.press("end-shift").text or reader.state == "idle"


def test_said_again_it_changes_nothing_and_what_was_recorded_stands(
    given: tuple[str, str], api: Api, vic: Person, ctx: Context
) -> None:
    session, assignment = given
    path = f"/assignments/{assignment}/frightened"
    api(vic).post(f"/assignments/{assignment}/result", json={"disposition": "contacted"})
    for _ in range(2):
        assert api(vic).post(path).status_code == 204
    assert recorded(ctx) == ["contacted"]
    assert api(vic).get(f"/sessions/{session}").json["state"] == "paused"
    api(vic).post(f"/sessions/{session}/resume")
    assert api(vic).post(path).status_code == 204
    assert api(vic).get(f"/sessions/{session}").json["state"] == "ready", "heard once"


def test_only_of_somebody_whom_they_had_lately(
    given: tuple[str, str], api: Api, vic: Person, bank: PhoneBank, ctx: Context, *, clock: SetClock
) -> None:
    path = f"/assignments/{given[1]}/frightened"
    mari = make_person(ctx.units, ctx.organisation_id, Role.VOLUNTEER, "Mari")
    join_campaign(ctx.units, mari, bank.campaign_id)
    assert api(mari).post(path).status_code in {404, 409}
    api(vic).post(f"/assignments/{given[1]}/result", json={"disposition": "contacted"})
    clock.forward(hours=25)
    assert api(vic).post(path).status_code == 409


def test_said_in_a_later_shift_it_is_that_one_that_rests(
    given: tuple[str, str], api: Api, vic: Person, carys: Person, bank: PhoneBank
) -> None:
    session, assignment = given
    api(vic).post(f"/assignments/{assignment}/result", json={"disposition": "contacted"})
    api(vic).post(f"/sessions/{session}/end")
    later = api(vic).post(f"/campaigns/{bank.campaign_id}/sessions", json={}).json["id"]
    assert later != session
    assert api(vic).post(f"/assignments/{assignment}/frightened").status_code == 204
    assert api(vic).get(f"/sessions/{later}").json["state"] == "paused"
    shifts = api(carys).get(f"/campaigns/{bank.campaign_id}/sessions").json["data"]
    assert {one["id"]: (one["help"] or {}).get("reason") for one in shifts}[later] == "frightened"
