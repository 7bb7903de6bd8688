"""The four questions, and the one switch that stops everything."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import delete

from dialer.domain.dialling import Event, PolicySettings
from dialer.domain.pacing_host import Host
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.store.models.pacing import PacerLease
from dialer.store.models.queue import QueueEntry
from dialer.web.coordinator import live
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


def test_registers_out_of_date_dont_hide_a_number_at_which_nobody_answers(
    desk: Reader, bank: PhoneBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "silent_numbers", lambda *_: "01632 960010")
    text = desk.open("/live").text
    assert "but TPS or CTPS is missing or too old. And nobody answers a call back to 01632 960010." in text


def test_a_campaign_without_people_isnt_done(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(delete(QueueEntry))
    text = desk.open("/live").text
    assert "Nobody to call yet" in text
    assert "Everyone was tried" not in text


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


def test_a_dialled_campaign_says_how_it_goes_and_why_nobody_is_rung(
    desk: Reader, bank: PhoneBank, ctx: Context, clock: SetClock
) -> None:
    change_campaign(
        ctx, bank.campaign_id, {"dialing_mode": "predictive", "caller_ids": [], "max_attempts": 5}
    )
    assert "the campaign has no number to ring from" in desk.open("/live").words["pacing-still"]
    change_campaign(ctx, bank.campaign_id, {"caller_ids": ["+441632960900"]})
    assert "no volunteer is on the line" in desk.open("/live").words["pacing-still"]
    state = Host.begin("predictive", PolicySettings(0.03, 20, 100), _past(clock.now.timestamp())).to_state()
    with ctx.unit() as unit:
        lease = PacerLease(organisation_id=ctx.organisation_id, campaign_id=bank.campaign_id, state=state)
        lease.holder, lease.fence, lease.expires_at, lease.at = "me", 1, clock.now, clock.now
        unit.session.add(lease)
    page = desk.open("/live")
    assert "1 of 2 (50" in page.words["pacing-abandoned"]
    assert "Whoever answers is joined with a volunteer at once" in page.text
    assert "67" in page.text, "two of three answered"


def _past(now: float) -> list[Event]:
    return [
        Event("call_started", now - 60, "a"),
        Event("call_answered", now - 50, "a", result="unknown"),
        Event("call_abandoned", now - 48, "a"),
        Event("call_answered", now - 40, "b", result="unknown"),
        Event("call_ended", now - 30, "b", "vic", "completed"),
        Event("call_ended", now - 20, "c", result="busy"),
    ]
