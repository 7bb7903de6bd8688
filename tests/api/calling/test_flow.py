"""An evening of calling, through the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.services.calling.campaigns import change_campaign
from tests.api.calling.conftest import PhoneBank
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.phone_bank import SCRIPT, Voter, add_voters, landline, mobile

Bank = Callable[..., PhoneBank]
HOME = landline(1)


@pytest.mark.slow
def test_one_after_the_other_then_nobody(bank: Bank, vic: Person) -> None:
    seat = bank(2).seat(vic)

    first = seat.take()
    assert first["state"] == "open"
    assert first["contact"]["first_name"] == "Voter0"
    assert first["contact"]["phone"] == landline(0)
    assert seat.take()["id"] == first["id"]
    done = seat.report(first, "contacted", support=1)
    assert (done["state"], done["late"]) == ("completed", False)
    seat.report(seat.take(), "refused")
    answer = seat.api.post(f"/sessions/{seat.session['id']}/next")
    assert answer.status_code == 204
    assert int(answer.headers["Retry-After"]) > 0
    assert seat.api.get(f"/sessions/{seat.session['id']}").json["calls"] == 2


def test_the_script_is_read_out_to_this_person(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller]
) -> None:
    script = api(carys).post("/scripts", json=SCRIPT)
    assert script.status_code == 201
    seat = bank(1, script_id=uuid.UUID(script.json["id"])).seat(vic)

    given = seat.take()
    assert given["script"]["version"] == 1
    assert given["script"]["nodes"][0]["text"] == "Hello Voter0, Vic here."
    changed = {**SCRIPT, "nodes": [{"id": "intro", "kind": "end", "text": "Short."}]}
    assert api(carys).put(f"/scripts/{script.json['id']}", json=changed).json["version"] == 2
    assert seat.take()["script"]["version"] == 1
    refused = seat.api.post(
        f"/assignments/{given['id']}/result", json={"disposition": "contacted", "answers": {"ask": "perhaps"}}
    )
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/answers/ask"
    seat.report(given, "contacted", answers={"ask": "yes", "how": "post"})


def test_a_household_is_called_once_and_shown_whole(bank: Bank, vic: Person, mallory: Person) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME]), Voter("Tom", [mobile(9)])])
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    home, other = vics.take(), mallorys.take()
    names = {home["contact"]["first_name"], *(one["first_name"] for one in home["household"])}
    assert names == {"Siân", "Gwyn"}
    assert other["contact"]["first_name"] == "Tom"
    gwyn = home["household"][0]["id"]
    vics.report(home, "contacted", support=2, people=[{"contact_id": gwyn, "disposition": "refused"}])
    assert vics.next() is None


def test_after_a_final_result_the_next_person_there_waits_for_the_gap(
    bank: Bank, vic: Person, clock: SetClock
) -> None:
    seat = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])], retry_after_s=3600).seat(vic)

    first = seat.take()
    seat.report(first, "contacted")
    assert seat.next() is None
    clock.forward(hours=1)
    second = seat.take()
    assert second["contact"]["first_name"] != first["contact"]["first_name"]
    seat.report(second, "contacted")
    clock.forward(hours=1)
    assert seat.next() is None


def test_nobody_answering_is_an_attempt_for_everyone_there(bank: Bank, vic: Person, clock: SetClock) -> None:
    seat = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])], retry_after_s=3600, max_attempts=2).seat(vic)

    for attempt in (1, 2):
        given = seat.take()
        assert given["attempt"] == attempt
        seat.report(given, "no_answer")
        clock.forward(hours=1)
    assert seat.next() is None


def test_the_next_number_has_its_turn_after_no_answer(bank: Bank, vic: Person, clock: SetClock) -> None:
    seat = bank([Voter("Siân", [HOME, mobile(1)])], retry_after_s=3600).seat(vic)

    seat.report(seat.take(), "no_answer")
    clock.forward(hours=1)
    second = seat.take()
    assert second["contact"]["phone"] == mobile(1)
    assert second["contact"]["history"][0]["disposition"] == "no_answer"


def test_a_dead_number_is_not_rung_again_and_the_next_is_tried(
    bank: Bank, vic: Person, clock: SetClock
) -> None:
    seat = bank([Voter("Siân", [HOME, mobile(1)]), Voter("Gwyn", [HOME])], retry_after_s=60).seat(vic)

    seat.report(seat.take(), "disconnected")
    clock.forward(minutes=2)
    assert seat.take()["contact"]["phone"] == mobile(1)


def test_a_callback_returns_at_its_time_to_who_promised_it(
    bank: Bank, vic: Person, mallory: Person, clock: SetClock
) -> None:
    phone_bank = bank(1)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    given = vics.take()
    refused = vics.api.post(f"/assignments/{given['id']}/result", json={"disposition": "callback"})
    assert refused.status_code == 422
    vics.report(given, "callback", callback_at="2026-05-07T14:00:00Z")
    clock.forward(hours=2, minutes=-1)
    assert vics.next() is None
    clock.forward(minutes=1)
    vics.api.post(f"/sessions/{vics.session['id']}/heartbeat")
    assert mallorys.next() is None
    assert vics.take()["contact"]["id"] == given["contact"]["id"]


def test_a_callback_whose_volunteer_left_goes_to_another(
    bank: Bank, vic: Person, mallory: Person, clock: SetClock
) -> None:
    phone_bank = bank(1)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    vics.report(vics.take(), "callback", callback_at="2026-05-07T14:00:00Z")
    vics.api.post(f"/sessions/{vics.session['id']}/end")
    clock.forward(hours=2)
    assert mallorys.next() is not None


def test_in_quiet_hours_nobody_is_handed_out(bank: Bank, vic: Person, clock: SetClock) -> None:
    seat = bank(1).seat(vic)

    clock.forward(hours=8)  # 9 pm in London
    assert seat.next() is None
    clock.forward(hours=12)
    assert seat.next() is not None


def test_while_paused_nobody_is_handed_out(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(1)
    seat, coordinator = phone_bank.seat(vic), api(carys)
    campaign = f"/campaigns/{phone_bank.campaign.id}"

    assert coordinator.post(f"{campaign}/pause").json["state"] == "paused"
    assert seat.next() is None
    assert seat.api.post(f"{campaign}/sessions", json={}).status_code == 409
    coordinator.post(f"{campaign}/activate")
    assert coordinator.post("/pause-all", json={"reason": "a fault"}).status_code == 200
    assert seat.next() is None
    coordinator.post("/resume-all")
    assert seat.next() is not None


def test_when_the_campaign_ends_sessions_end_and_results_are_still_taken(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(2)
    seat = phone_bank.seat(vic)

    given = seat.take()
    api(carys).post(f"/campaigns/{phone_bank.campaign.id}/end")
    assert seat.api.get(f"/sessions/{seat.session['id']}").json["state"] == "ended"
    assert seat.report(given, "contacted")["late"] is True
    answer = seat.api.post(f"/sessions/{seat.session['id']}/next")
    assert (answer.status_code, answer.json["state"]) == (409, "ended")


def test_a_second_session_takes_the_open_assignment_over(bank: Bank, vic: Person) -> None:
    phone_bank = bank(2)
    first = phone_bank.seat(vic)
    given = first.take()
    second = phone_bank.seat(vic, join=False)

    assert first.api.get(f"/sessions/{first.session['id']}").json["state"] == "ended"
    taken_over = second.take()
    assert (taken_over["id"], taken_over["session_id"]) == (given["id"], second.session["id"])


def test_a_pause_keeps_what_is_open_and_hands_out_nobody_new(bank: Bank, vic: Person) -> None:
    seat = bank(2).seat(vic)
    given = seat.take()
    session = f"/sessions/{seat.session['id']}"

    assert seat.api.post(f"{session}/pause").json["state"] == "paused"
    assert seat.take()["id"] == given["id"]
    seat.report(given, "contacted")
    assert seat.api.get(session).json["state"] == "paused"
    assert seat.next() is None
    assert seat.api.post(f"{session}/resume").json["state"] == "ready"
    assert seat.next() is not None


def test_a_new_list_reaches_a_running_queue(bank: Bank, vic: Person) -> None:
    phone_bank = bank(0)
    seat = phone_bank.seat(vic)
    assert seat.next() is None

    list_id = add_voters(phone_bank.ctx, [Voter("Siân", [HOME])])
    change_campaign(phone_bank.ctx, phone_bank.campaign.id, {"list_ids": [list_id]})
    assert seat.take()["contact"]["first_name"] == "Siân"
