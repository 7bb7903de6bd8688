"""What two people found out about the same person: taking the one back leaves the other standing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from tests.api.calling.conftest import PhoneBank, Seat
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.phone_bank import Voter, landline, mobile

Bank = Callable[..., PhoneBank]
Void = Callable[[Person], dict[str, int]]
HOME = landline(1)


def two_calls(
    bank: Bank, mallory: Person, vic: Person, first: str, second: str
) -> tuple[PhoneBank, Seat, dict[str, Any]]:
    """Mallory's late result about a person in one campaign, then Vic's about the same one in another."""
    here = bank([Voter("Siân", [HOME])])
    there = bank(0, list_ids=list(here.campaign.list_ids))
    hers, his = here.seat(mallory), there.seat(vic)
    given = hers.take()
    hers.api.post(f"/sessions/{hers.session['id']}/end")
    again = his.take()
    assert again["contact"]["id"] == given["contact"]["id"]
    hers.report(given, first)
    his.report(again, second)
    return here, his, given


@pytest.fixture
def void(api: Callable[[Person], Caller], carys: Person) -> Void:
    """Carys takes back all that somebody recorded."""

    def take_back(who: Person) -> dict[str, int]:
        answer = api(carys).post(f"/volunteers/{who.id}/void", json={"reason": "made up"})
        assert answer.status_code == 200
        assert answer.json is not None
        return answer.json

    return take_back


def person(phone_bank: PhoneBank, given: dict[str, Any]) -> Contact:
    with phone_bank.ctx.unit() as unit:
        return unit.session.get_one(Contact, (unit.organisation_id, uuid.UUID(given["contact"]["id"])))


@pytest.mark.parametrize("first", ["moved", "deceased"])
@pytest.mark.slow
def test_the_dead_stay_dead(bank: Bank, vic: Person, mallory: Person, void: Void, first: str) -> None:
    phone_bank, _, given = two_calls(bank, mallory, vic, first, "deceased")

    void(mallory)
    assert person(phone_bank, given).status == "deceased"
    void(vic)
    assert person(phone_bank, given).status == "active"


@pytest.mark.parametrize(
    ("first", "second", "undone_first"),
    [
        ("call", "door", "call"),
        ("call", "door", "door"),
        ("door", "call", "call"),
        ("door", "call", "door"),
    ],
)
@pytest.mark.parametrize("found", [("deceased", "deceased"), ("moved", "deceased")])
def test_what_a_call_and_a_door_found_is_taken_back_by_itself_alone(
    bank: Bank,
    vic: Person,
    carys: Person,
    api: Callable[[Person], Caller],
    void: Void,
    *,
    first: str,
    second: str,
    undone_first: str,
    found: tuple[str, str],
) -> None:
    phone_bank = bank([Voter("Siân", [HOME])])
    seat, desk, notes = phone_bank.seat(vic), api(carys), {}
    given = seat.take()
    says = dict(zip((first, second), found, strict=True))
    door = {"contact_id": given["contact"]["id"], "outcome": says["door"]}
    for kind in (first, second):
        if kind == "call":
            seat.report(given, says["call"])
        else:
            notes = desk.post(f"/campaigns/{phone_bank.campaign.id}/door-results", json=door).json

    def take_back(kind: str) -> str:
        if kind == "call":
            void(vic)
        else:
            assert desk.post(f"/door-results/{notes['id']}/undo", json={}).status_code == 200
        return person(phone_bank, given).status

    (left,) = {first, second} - {undone_first}
    assert [take_back(undone_first), take_back(left)] == [says[left], "active"]


def test_a_door_outlives_a_call_that_was_corrected_after_it(
    bank: Bank, vic: Person, carys: Person, clock: SetClock, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank([Voter("Siân", [HOME])])
    seat, desk = phone_bank.seat(vic), api(carys)
    given = seat.take()
    seat.report(given, "no_answer")
    clock.forward(seconds=5)
    door = {"contact_id": given["contact"]["id"], "outcome": "deceased"}
    noted = desk.post(f"/campaigns/{phone_bank.campaign.id}/door-results", json=door).json
    clock.forward(seconds=5)
    seat.correct(given, "deceased")
    seat.correct(given, "no_answer")
    assert person(phone_bank, given).status == "deceased"
    assert desk.post(f"/door-results/{noted['id']}/undo", json={}).status_code == 200
    assert person(phone_bank, given).status == "active"


@pytest.mark.parametrize("disposition", ["wrong_number", "disconnected"])
def test_a_number_that_another_found_bad_stays_bad(
    bank: Bank,
    vic: Person,
    mallory: Person,
    void: Void,
    disposition: str,
) -> None:
    phone_bank, _, _ = two_calls(bank, mallory, vic, disposition, disposition)

    def is_bad() -> bool:
        with phone_bank.ctx.unit() as unit:
            phone = unit.session.scalars(select(ContactPhone)).one()
            return bool(phone.removed_at or phone.dead_at)

    void(mallory)
    assert is_bad()
    void(vic)
    assert not is_bad()


def test_a_no_that_another_heard_too_stays(bank: Bank, vic: Person, mallory: Person, void: Void) -> None:
    phone_bank, _, _ = two_calls(bank, mallory, vic, "do_not_call", "do_not_call")

    def is_out() -> bool:
        with phone_bank.ctx.unit() as unit:
            noes = unit.session.scalars(select(OptOut.id).where(OptOut.lifted_at.is_(None))).all()
            numbers = unit.session.scalars(select(Suppression.number).where(Suppression.lifted_at.is_(None)))
            return bool(noes) and numbers.all() == [HOME]

    void(mallory)
    assert is_out()
    void(vic)
    assert not is_out()


def test_a_void_lifts_the_no_of_a_corrected_result_too(bank: Bank, mallory: Person, void: Void) -> None:
    seat = bank(1).seat(mallory)
    given = seat.take()
    seat.report(given, "do_not_call")
    seat.correct(given, "no_answer")

    assert void(mallory) == {"results": 1, "opt_outs": 1}


def test_a_no_covers_the_number_it_was_said_on_though_it_came_off_the_person(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(1)
    seat = phone_bank.seat(vic)
    given = seat.take()
    changed = api(carys).patch(f"/contacts/{given['contact']['id']}", json={"phone": mobile(7)})
    assert changed.status_code == 200

    seat.report(given, "do_not_call")
    with phone_bank.ctx.unit() as unit:
        assert set(unit.session.scalars(select(Suppression.number))) == {given["contact"]["phone"], mobile(7)}


def test_others_on_the_number_keep_their_own_no(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller], void: Void
) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])])
    seat = phone_bank.seat(vic)
    given = seat.take()
    seat.report(given, "do_not_call")
    other = given["household"][0]["id"]
    assert api(carys).post(f"/contacts/{other}/opt-outs", json={"channel": "voice"}).status_code == 201

    void(vic)
    with phone_bank.ctx.unit() as unit:
        standing = select(Suppression.contact_id).where(Suppression.lifted_at.is_(None))
        assert unit.session.scalars(standing).all() == [uuid.UUID(other)]


def test_a_no_to_texts_that_another_heard_too_stays(
    bank: Bank, vic: Person, mallory: Person, void: Void
) -> None:
    here = bank([Voter("Siân", [mobile(1)])])
    there = bank(0, list_ids=list(here.campaign.list_ids))
    hers, his = here.seat(mallory), there.seat(vic)
    given = hers.take()
    hers.api.post(f"/sessions/{hers.session['id']}/end")
    again = his.take()
    hers.report(given, "do_not_call", no_texts=True)
    his.report(again, "contacted", no_texts=True)

    def out_of() -> set[str]:
        with here.ctx.unit() as unit:
            own = unit.session.scalars(select(OptOut.channel).where(OptOut.lifted_at.is_(None)))
            numbers = select(Suppression.channel, Suppression.number).where(Suppression.lifted_at.is_(None))
            channels = set(own)
            assert {tuple(row) for row in unit.session.execute(numbers)} == {
                (channel, mobile(1)) for channel in channels
            }
            return channels

    assert out_of() == {"voice", "sms"}
    void(mallory)
    assert out_of() == {"sms"}
    void(vic)
    assert out_of() == set()


def test_do_not_call_by_itself_leaves_texts(bank: Bank, vic: Person) -> None:
    phone_bank = bank([Voter("Siân", [mobile(1)])])
    seat = phone_bank.seat(vic)
    seat.report(seat.take(), "do_not_call")
    with phone_bank.ctx.unit() as unit:
        assert unit.session.scalars(select(OptOut.channel)).all() == ["voice"]
