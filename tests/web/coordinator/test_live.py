"""The four questions, and the one switch that stops everything."""

from __future__ import annotations

import uuid

import pytest

from dialer.services.context import Context
from tests.conftest import SetClock
from tests.people import Person
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_with_nothing_running_it_says_so(desk: Reader) -> None:
    assert "Nothing is running" in desk.open("/live").text


@pytest.mark.slow
def test_answers_before_and_after_the_first_calls(
    desk: Reader, phone: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    text = desk.open("/live").text
    for answer in (
        "By the hour yes, but TPS or CTPS is missing or too old.",
        "Nobody is calling just now.",
        "Too early to say.",
        "Nobody just now.",
    ):
        assert answer in text
    record_pledge(phone)
    clock.forward(minutes=2)
    text = desk.open(f"/live?campaign_id={bank.campaign_id}").text
    assert "Nobody is calling just now." not in text
    assert "A talk every" not in text, "one call says nothing about the pace"
    assert "1 caller" in text


def test_somebody_not_heard_from_is_named(
    desk: Reader, phone: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    phone.press("next")
    clock.forward(minutes=12)
    page = desk.open("/live")
    assert "Vic" in page.words["needs"]
    assert "Not heard from for 12 minutes" in page.words["needs"]
    assert "One person: Vic." in page.text


def test_at_night_it_says_when_calls_start(
    desk: Reader, bank: PhoneBank, clock: SetClock, carys: Person
) -> None:
    clock.forward(hours=9)
    desk.sign_in(carys.token)
    assert "Quiet hours. Calls start at 9 am." in desk.open("/live").text


def test_the_inside_renews_itself_and_is_no_whole_page(desk: Reader, bank: PhoneBank) -> None:
    text = desk.client.get(f"/live/{bank.campaign_id}/board").text
    assert "Is it lawful now?" in text
    assert "<html" not in text
    assert desk.client.get(f"/live/{uuid.uuid4()}/board").status_code == 404


def test_pause_all_stops_handing_out_and_carries_on_when_asked_once(
    desk: Reader, phone: Reader, bank: PhoneBank, ctx: Context
) -> None:
    desk.open("/live")
    page = desk.press("pause-all")
    assert "Everything is paused." in page.words["flash"]
    assert "Everything is paused. Nobody new is rung." in desk.open("/live").text
    assert phone.press("next").tests["status"]["data-state"] != "ringing"
    page = desk.press("pause-all")
    assert "Carry on calling and texting?" in page.text
    assert "Calls and texts go on." in desk.press("confirm").text
    assert phone.open("/call").status == 200


def test_a_pause_is_undone_at_once(desk: Reader, bank: PhoneBank) -> None:
    desk.open("/live")
    desk.press("pause-all")
    assert "Calls and texts go on." in desk.press("undo").text
