"""Skipping, its limits, and that nothing of the phone bank is there for those it isn't for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.calling.conftest import PhoneBank
from tests.conftest import Caller, SetClock
from tests.people import Person

Bank = Callable[..., PhoneBank]


def test_a_skipped_contact_goes_to_others_and_not_back_today(
    bank: Bank, vic: Person, mallory: Person, clock: SetClock
) -> None:
    phone_bank = bank(1)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    given = vics.take()
    skipped = vics.api.post(f"/assignments/{given['id']}/skip", json={"reason": "my aunt"})
    assert skipped.json["state"] == "skipped"
    assert vics.api.post(f"/assignments/{given['id']}/skip").status_code == 200
    assert vics.next() is None
    others = mallorys.take()
    assert others["contact"]["id"] == given["contact"]["id"]
    mallorys.api.post(f"/assignments/{others['id']}/skip")
    clock.forward(days=1)
    assert vics.next() is not None


def test_a_result_after_a_skip_is_taken_too(bank: Bank, vic: Person) -> None:
    seat = bank(1).seat(vic)
    given = seat.take()
    seat.api.post(f"/assignments/{given['id']}/skip")

    assert seat.report(given, "contacted")["late"] is True
    assert seat.api.post(f"/assignments/{given['id']}/skip").status_code == 409


def test_more_than_five_skips_wait_for_a_coordinator(
    bank: Bank, vic: Person, carys: Person, clock: SetClock, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(10)
    seat = phone_bank.seat(vic)
    path = f"/sessions/{seat.session['id']}/next"

    for _ in range(6):
        seat.api.post(f"/assignments/{seat.take()['id']}/skip")
    refused = seat.api.post(path)
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    clock.forward(hours=1)
    assert seat.api.post(path).status_code == 429
    again = phone_bank.seat(vic, join=False)
    assert seat.api.post(f"/sessions/{again.session['id']}/next").status_code == 429
    assert seat.api.post(f"/sessions/{again.session['id']}/let-go-on").status_code == 403
    assert api(carys).post(f"/sessions/{again.session['id']}/let-go-on").status_code == 200
    assert again.next() is not None


@pytest.mark.slow
def test_ten_assignments_without_a_result_wait_for_a_coordinator(
    bank: Bank, vic: Person, clock: SetClock
) -> None:
    seat = bank(20, assignment_timeout_s=5).seat(vic)
    path = f"/sessions/{seat.session['id']}/next"

    for _ in range(10):
        assert seat.api.post(path).status_code == 200
        clock.forward(seconds=6)
    assert seat.api.post(path).status_code == 429


@pytest.mark.slow
def test_results_keep_the_limit_away(bank: Bank, vic: Person) -> None:
    seat = bank(20).seat(vic)

    for _ in range(15):
        seat.report(seat.take(), "contacted")
    assert seat.next() is not None


def test_a_stranger_finds_nothing(
    bank: Bank, vic: Person, mallory: Person, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(2)
    seat = phone_bank.seat(vic)
    given, stranger = seat.take(), api(mallory)

    assert stranger.get(f"/campaigns/{phone_bank.campaign.id}").status_code == 404
    assert stranger.post(f"/campaigns/{phone_bank.campaign.id}/sessions", json={}).status_code == 404
    assert stranger.get(f"/assignments/{given['id']}").status_code == 404
    assert stranger.post(f"/assignments/{given['id']}/skip").status_code == 404
    report = {"disposition": "contacted"}
    assert stranger.post(f"/assignments/{given['id']}/result", json=report).status_code == 404
    for deed in ("next", "heartbeat", "pause", "resume", "end"):
        assert stranger.post(f"/sessions/{seat.session['id']}/{deed}").status_code == 404
    assert stranger.get("/campaigns").json["data"] == []


def test_a_fellow_volunteer_reaches_only_their_own(bank: Bank, vic: Person, mallory: Person) -> None:
    phone_bank = bank(2)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)
    given = vics.take()

    assert mallorys.api.get(f"/assignments/{given['id']}").status_code == 404
    assert mallorys.api.get(f"/sessions/{vics.session['id']}").status_code == 404


@pytest.mark.parametrize("path", ["/sessions/x/next", "/assignments/x/skip", "/campaigns/x/activate"])
def test_what_is_no_id_is_not_there(carys: Person, api: Callable[[Person], Caller], path: str) -> None:
    assert api(carys).post(path).status_code == 404
