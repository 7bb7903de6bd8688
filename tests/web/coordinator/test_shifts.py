"""The live list of shifts, and help that a volunteer asks for, a coordinator brings."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from dialer.services.context import Context
from tests.conftest import SetClock
from tests.examples import cases
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def shifts(bank: PhoneBank) -> str:
    return f"/campaigns/{bank.campaign_id}/shifts"


def test_everybody_is_in_their_group_with_the_time_in_it(
    desk: Reader, phone: Reader, shifts: str, clock: SetClock
) -> None:
    assert "Nobody is on a shift." in desk.open(shifts).text
    phone.press("next")
    clock.forward(minutes=4)
    page = desk.open(shifts)
    assert "Looking at a person for 4 minutes" in page.words["shifts-assigned"]
    assert "Vic" in page.words["shifts-assigned"]
    page = desk.press("shift-pause")
    assert "Paused. Nobody new is put through to them." in page.text
    assert "Paused for" in page.words["shifts-paused"]
    assert phone.open("/call").tests["status"]["data-state"] == "paused"
    assert "They carry on." in desk.press("shift-resume").text
    inside = desk.client.get(f"{shifts}/now").text
    assert "<html" not in inside
    assert desk.client.get(f"/campaigns/{uuid.uuid4()}/shifts").status_code == 404


def test_a_shift_is_ended_only_when_asked_twice(desk: Reader, phone: Reader, shifts: str) -> None:
    phone.press("next")
    page = desk.open(shifts)
    session_id = page.tests["shift"]["data-value"]
    page = desk.open(f"/shifts/{session_id}/end")
    assert "End the shift of Vic?" in page.text
    assert "The shift has ended." in desk.press("confirm").text
    assert "Nobody is on a shift." in desk.page.text
    assert phone.open("/call").tests["status"]["data-state"] == "idle"


def test_help_is_asked_for_in_one_press_seen_at_once_and_brought(
    desk: Reader, phone: Reader, shifts: str, clock: SetClock
) -> None:
    phone.press("next")
    before = phone.client.get("/call/beside").text
    page = phone.press("help")
    assert "We’ve told your coordinators." in page.words["help-asked"]
    assert "help" not in page.buttons, "once is enough"
    phone.press("help-frightened")
    assert phone.client.get("/call/beside").text != before
    clock.forward(minutes=2)
    assert "Asked for help 2 minutes ago" in desk.open("/live").words["needs"]
    page = desk.open(shifts)
    assert "feels uneasy on a call" in page.words["shifts-asks"]
    page = desk.press("help-take")
    assert "Carys is coming." in page.words["shifts-asks"]
    assert "Carys has seen it and is coming." in phone.open("/call").words["help-asked"]
    page = desk.press("help-done")
    assert "shifts-asks" not in page.tests
    assert "help" in phone.open("/call").buttons


def test_help_outlives_the_shift(desk: Reader, phone: Reader, shifts: str, bank: PhoneBank) -> None:
    phone.press("next")
    phone.press("help")
    session_id = desk.open(shifts).tests["shift"]["data-value"]
    desk.open(f"/shifts/{session_id}/end")
    page = desk.press("confirm")
    assert "Gone home" in page.words["shifts-asks"]
    assert "One person: Vic." in desk.open("/live").text
    desk.open(shifts)
    assert "shifts-asks" not in desk.press("help-done").tests
    assert "Nobody is on a shift." in desk.page.text


@pytest.mark.parametrize("state", cases(["wrap_up", "waiting", "saved", "paused"], quick=1))
def test_every_page_of_the_call_screen_has_the_way_to_help(phone: Reader, state: str) -> None:
    phone.press("next")
    if state == "paused":
        phone.press("pause")
    if state in {"wrap_up", "saved"}:
        phone.press("not-reached")
    if state == "saved":
        phone.press("save", disposition="no_answer")
    if state == "waiting":
        phone.open("/call?wait=nobody_due")
    phone.press("help")
    assert "help-asked" in phone.page.tests
    assert "help-asked" not in phone.press("help-cancel").tests


def test_practice_is_not_disturbed(app: Flask, vic: Person, bank: PhoneBank) -> None:
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    assert "help" not in reader.open("/practice").buttons
    assert "help" not in reader.open("/call").buttons, "nobody is on a shift yet"


def test_callers_go_on_in_another_campaign_by_a_coordinators_hand_or_their_own(
    desk: Reader, phone: Reader, shifts: str, ctx: Context, vic: Person
) -> None:
    phone.press("next")
    elsewhere = running_campaign(ctx, [Voter("Else", [landline(700)])])
    join_campaign(ctx.units, vic, elsewhere.id)
    desk.open(shifts)
    assert "Tick who is to go." in desk.press("move-them").text
    page = desk.press("move-them", all="yes", to=str(elsewhere.id))
    assert "0 moved now, 1 after their call." in page.text
    assert f"After this call you move to {elsewhere.name}." in phone.open("/call").words["moving"]
    assert "You stay where you are." in phone.press("stay").text
    phone.press("pause")
    assert "After this call you move" in phone.press("move-on").text
    phone.press("stay")
    desk.open(shifts)
    assert desk.press("move-them", all="yes", to="x").status == 404
