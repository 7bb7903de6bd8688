"""What a result brings, that it is taken once, and that it is never lost."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from dialer.domain.script import Script
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.script_rows import node_from_json
from dialer.services.calling.scripts import ScriptFields, create_script
from dialer.store.models.calling import Answer, Result
from dialer.store.models.gotv import Counter, VoterRecord
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from tests.api.calling.conftest import PhoneBank, Seat
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.phone_bank import SCRIPT, Voter, landline, mobile
from tests.services.exporting.taking import rows_of, take

Bank = Callable[..., PhoneBank]
HOME = landline(1)


def script_id(bank_ctx: Any) -> uuid.UUID:
    nodes = tuple(node_from_json(node) for node in SCRIPT["nodes"])  # type: ignore[arg-type, union-attr]
    return create_script(bank_ctx, ScriptFields("Evening", Script("intro", nodes))).id


def record(phone_bank: PhoneBank, contact_id: str) -> VoterRecord | None:
    with phone_bank.ctx.unit() as unit:
        return unit.session.get(
            VoterRecord, (unit.organisation_id, phone_bank.campaign.election_id, uuid.UUID(contact_id))
        )


def contact(phone_bank: PhoneBank, contact_id: str) -> Contact:
    with phone_bank.ctx.unit() as unit:
        return unit.session.get_one(Contact, (unit.organisation_id, uuid.UUID(contact_id)))


def figures(phone_bank: PhoneBank) -> dict[str, int]:
    with phone_bank.ctx.unit() as unit:
        rows = unit.session.execute(
            select(Counter.name, func.sum(Counter.value))
            .where(Counter.scope_id == phone_bank.campaign.id)
            .group_by(Counter.name)
        )
        return {name: int(value) for name, value in rows if value}


def try_result(seat: Seat, assignment: dict[str, Any], disposition: str, **fields: Any) -> Any:
    return seat.api.post(
        f"/assignments/{assignment['id']}/result", json={"disposition": disposition, **fields}
    )


PLAN: dict[str, Any] = {
    "name": "Polling day",
    "start": "when",
    "nodes": [
        {
            "id": "when",
            "kind": "question",
            "text": "When will you vote?",
            "answers": [
                {"id": "work", "label": "After work", "next": "id", "planned_time": "18:00"},
                {"id": "lift", "label": "If I get a lift", "next": "id", "needs_lift": True},
            ],
        },
        {
            "id": "id",
            "kind": "question",
            "text": "Have you got photo ID?",
            "answers": [{"id": "yes", "label": "Yes", "next": "bye", "id_ready": True}],
        },
        {"id": "bye", "kind": "end", "text": "Thank you."},
    ],
}


@pytest.mark.parametrize("polling_on", ["2026-05-07", None])
def test_answers_write_the_plan_on_the_clocks_of_polling_day(
    bank: Bank, vic: Person, carys: Person, api: Callable[[Person], Caller], polling_on: str | None
) -> None:
    desk = api(carys)
    made = desk.post("/scripts", json=PLAN).json
    assert made["nodes"][0]["answers"][0]["planned_time"] == "18:00"
    phone_bank = bank(1, script_id=uuid.UUID(made["id"]))
    desk.patch(f"/elections/{phone_bank.campaign.election_id}", json={"polling_on": polling_on})
    seat = phone_bank.seat(vic)
    given = seat.take()
    seat.report(given, "contacted", answers={"when": "work", "id": "yes"})
    row = record(phone_bank, given["contact"]["id"])
    assert row is not None
    assert (row.support, row.needs_lift, row.id_ready) == (None, None, True)
    known = dt.datetime(2026, 5, 7, 17, tzinfo=dt.UTC) if polling_on else None
    assert (row.planned_at, row.learned_source) == (known, "call")
    answers = {"when": "lift"}
    path = f"/assignments/{given['id']}/result"
    assert seat.api.patch(path, json={"disposition": "contacted", "answers": answers}).status_code == 200
    row = record(phone_bank, given["contact"]["id"])
    assert row is not None
    assert (row.planned_at, row.needs_lift, row.id_ready) == (None, True, None)


def test_answers_write_the_pledge_table_and_tags(bank: Bank, vic: Person, ctx: Any) -> None:
    phone_bank = bank(1, script_id=script_id(ctx))
    seat = phone_bank.seat(vic)

    given = seat.take()
    seat.report(given, "contacted", answers={"ask": "yes", "how": "post"}, notes="Likes dogs")
    row = record(phone_bank, given["contact"]["id"])
    assert row is not None
    assert (row.support, row.voting_method) == (1, "postal")
    assert contact(phone_bank, given["contact"]["id"]).tags == ["keen"]
    with ctx.unit() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Answer)) == 2
    assert figures(phone_bank)["attempts"] == 1


def test_the_same_result_again_is_recorded_once_and_another_is_refused(bank: Bank, vic: Person) -> None:
    phone_bank = bank(1)
    seat = phone_bank.seat(vic)
    given = seat.take()

    for _ in range(3):
        seat.report(given, "contacted", support=2)
    another = try_result(seat, given, "refused")
    assert another.status_code == 409
    assert another.json["type"].endswith("/assignment-closed")
    with phone_bank.ctx.unit() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Result)) == 1
    assert figures(phone_bank)["attempts"] == 1
    assert seat.api.get(f"/sessions/{seat.session['id']}").json["calls"] == 1


def test_an_expired_assignment_is_handed_out_first_and_its_result_is_taken_all_the_same(
    bank: Bank, vic: Person, mallory: Person, clock: SetClock
) -> None:
    phone_bank = bank(3, assignment_timeout_s=60)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    given = vics.take()
    clock.forward(seconds=61)
    assert expire_assignments(phone_bank.later(clock)) == 1
    assert vics.api.get(f"/assignments/{given['id']}").json["state"] == "expired"
    again = mallorys.take()
    assert again["contact"]["id"] == given["contact"]["id"]
    clock.forward(seconds=5)
    late = vics.report(given, "contacted", support=1)
    assert (late["state"], late["late"]) == ("completed", True)
    clock.forward(seconds=5)
    assert mallorys.report(again, "contacted", support=5)["late"] is False
    row = record(phone_bank, given["contact"]["id"])
    assert row is not None
    assert row.support == 5
    assert figures(phone_bank)["attempts"] == 2
    assert {mallorys.take()["contact"]["first_name"], vics.take()["contact"]["first_name"]} == {
        "Voter1",
        "Voter2",
    }


def test_a_late_final_result_takes_the_number_out_whoever_holds_it(
    bank: Bank, vic: Person, mallory: Person, clock: SetClock
) -> None:
    phone_bank = bank(1, assignment_timeout_s=60, retry_after_s=0)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    given = vics.take()
    clock.forward(seconds=61)
    again = mallorys.take()
    vics.report(given, "refused")
    mallorys.report(again, "no_answer")
    clock.forward(hours=1)
    assert mallorys.next() is None


def test_a_heartbeat_keeps_the_lease(bank: Bank, vic: Person, clock: SetClock) -> None:
    phone_bank = bank(1, assignment_timeout_s=60)
    seat = phone_bank.seat(vic)
    given = seat.take()

    for _ in range(3):
        clock.forward(seconds=50)
        assert seat.api.post(f"/sessions/{seat.session['id']}/heartbeat").status_code == 200
        assert expire_assignments(phone_bank.later(clock)) == 0
    assert seat.take()["id"] == given["id"]


def test_ending_the_session_makes_it_due_at_once(bank: Bank, vic: Person, mallory: Person) -> None:
    phone_bank = bank(3)
    vics, mallorys = phone_bank.seat(vic), phone_bank.seat(mallory)

    given = vics.take()
    assert vics.api.post(f"/sessions/{vics.session['id']}/end").json["state"] == "ended"
    assert mallorys.take()["contact"]["id"] == given["contact"]["id"]


def test_do_not_call_holds_for_everybody_with_that_number_everywhere(
    bank: Bank, vic: Person, clock: SetClock
) -> None:
    phone_bank = bank([Voter("Siân", [HOME, mobile(1)]), Voter("Gwyn", [HOME]), Voter("Tom", [mobile(1)])])
    other = bank([Voter("Ann", [HOME])])
    seat = phone_bank.seat(vic)

    seat.report(seat.take(), "do_not_call")
    clock.forward(days=1)
    assert seat.next() is None
    assert other.seat(vic).next() is None
    with phone_bank.ctx.unit() as unit:
        assert set(unit.session.scalars(select(Suppression.number))) == {HOME, mobile(1)}


def test_deceased_ends_the_person_everywhere_and_the_number_only_for_them(
    bank: Bank, vic: Person, clock: SetClock
) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])], retry_after_s=60)
    seat = phone_bank.seat(vic)

    given = seat.take()
    seat.report(given, "deceased")
    clock.forward(minutes=2)
    assert seat.take()["contact"]["id"] != given["contact"]["id"]
    assert contact(phone_bank, given["contact"]["id"]).status == "deceased"


def test_a_wrong_number_comes_off_that_contact(bank: Bank, vic: Person, clock: SetClock) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])], retry_after_s=60)
    seat = phone_bank.seat(vic)

    given = seat.take()
    seat.report(given, "wrong_number")
    clock.forward(minutes=2)
    nextone = seat.take()
    assert nextone["contact"]["id"] != given["contact"]["id"]
    assert nextone["household"] == []


def test_already_voted_marks_turnout_and_leaves_gotv_campaigns(bank: Bank, vic: Person) -> None:
    voters = [Voter("Siân", [HOME])]
    phone_bank = bank(voters)
    gotv = bank(0, kind="gotv", list_ids=list(phone_bank.campaign.list_ids))
    seat = phone_bank.seat(vic)

    given = seat.take()
    seat.report(given, "already_voted")
    row = record(phone_bank, given["contact"]["id"])
    assert row is not None
    assert (row.voted_at is not None, row.voted_source) == (True, "phone")
    assert gotv.seat(vic).next() is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"disposition": "hung_up"}, "/disposition"),
        ({"disposition": "callback"}, "/callback_at"),
        ({"disposition": "callback", "callback_at": "2026-05-07T11:59:59Z"}, "/callback_at"),
        ({"disposition": "contacted", "support": 6}, "/support"),
        ({"disposition": "contacted", "support": "1"}, "/support"),
        ({"disposition": "contacted", "answers": {"ask": "yes"}}, "/answers/ask"),
        ({"disposition": "contacted", "voting_method": "carrier pigeon"}, "/voting_method"),
        ({"disposition": "contacted", "surprise": 1}, "/surprise"),
        (
            {
                "disposition": "contacted",
                "people": [{"contact_id": str(uuid.uuid4()), "disposition": "contacted"}],
            },
            "/people/0/contact_id",
        ),
    ],
)
def test_what_cannot_be_taken_names_its_place(
    bank: Bank, vic: Person, body: dict[str, Any], pointer: str
) -> None:
    seat = bank(1).seat(vic)
    given = seat.take()

    refused = seat.api.post(f"/assignments/{given['id']}/result", json=body)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert seat.take()["state"] == "open"


class TestCorrections:
    """As if the first had not been; history is kept."""

    def test_pledge_queue_and_turnout_follow_the_correction(
        self, bank: Bank, vic: Person, clock: SetClock
    ) -> None:
        phone_bank = bank([Voter("Siân", [HOME])], retry_after_s=60)
        seat = phone_bank.seat(vic)
        given = seat.take()

        seat.report(given, "already_voted", support=1)
        seat.correct(given, "no_answer")
        row = record(phone_bank, given["contact"]["id"])
        assert row is not None
        assert (row.support, row.voted_at) == (None, None)
        assert figures(phone_bank) == {"attempts": 1, "disposition_no_answer": 1}
        clock.forward(minutes=1)
        assert seat.take()["attempt"] == 2
        with phone_bank.ctx.unit() as unit:
            assert unit.session.scalar(select(func.count()).select_from(Result)) == 2

    @pytest.mark.parametrize("disposition", ["wrong_number", "disconnected", "deceased", "moved"])
    def test_what_it_changed_on_the_person_is_put_back(
        self, bank: Bank, vic: Person, disposition: str, clock: SetClock
    ) -> None:
        phone_bank = bank([Voter("Siân", [HOME])], retry_after_s=60)
        seat = phone_bank.seat(vic)
        given = seat.take()

        seat.report(given, disposition)
        seat.correct(given, "busy")
        assert contact(phone_bank, given["contact"]["id"]).status == "active"
        with phone_bank.ctx.unit() as unit:
            phone = unit.session.scalars(select(ContactPhone)).one()
            assert (phone.dead_at, phone.removed_at) == (None, None)
        clock.forward(minutes=1)
        assert seat.take()["contact"]["phone"] == HOME

    def test_an_opt_out_stays(self, bank: Bank, vic: Person, clock: SetClock) -> None:
        phone_bank = bank(1, retry_after_s=60)
        seat = phone_bank.seat(vic)
        given = seat.take()

        seat.report(given, "do_not_call")
        seat.correct(given, "no_answer")
        clock.forward(hours=1)
        assert seat.next() is None

    def test_a_volunteer_may_for_ten_minutes_and_a_coordinator_always(
        self, bank: Bank, vic: Person, carys: Person, clock: SetClock, api: Callable[[Person], Caller]
    ) -> None:
        seat = bank(1).seat(vic)
        given = seat.take()
        seat.report(given, "contacted", support=1)
        body = {"disposition": "contacted", "support": 4}
        place = f"/assignments/{given['id']}/result"

        clock.forward(minutes=10, seconds=1)
        assert seat.api.patch(place, json=body).status_code == 403
        assert api(carys).patch(place, json=body).status_code == 200

    def test_there_must_be_a_result_to_correct(self, bank: Bank, vic: Person) -> None:
        seat = bank(1).seat(vic)
        given = seat.take()

        refused = seat.api.patch(f"/assignments/{given['id']}/result", json={"disposition": "busy"})
        assert (refused.status_code, refused.json["state"]) == (409, "open")


def test_void_takes_back_all_that_a_volunteer_recorded(
    bank: Bank, vic: Person, mallory: Person, carys: Person, api: Callable[[Person], Caller]
) -> None:
    phone_bank = bank(3)
    seat = phone_bank.seat(mallory)
    seat.report(seat.take(), "contacted", support=1)
    seat.report(seat.take(), "do_not_call")
    seat.report(seat.take(), "deceased")

    voided = api(carys).post(f"/volunteers/{mallory.id}/void", json={"reason": "made up"})
    assert voided.json == {"results": 3, "opt_outs": 1}
    honest = phone_bank.seat(vic)
    for _ in range(3):
        honest.report(honest.take(), "contacted")
    with phone_bank.ctx.unit() as unit:
        assert all(unit.session.scalars(select(OptOut.lifted_at)))
    assert figures(phone_bank)["attempts"] == 3
    assert len(rows_of(take(phone_bank.ctx, "results"))) == 3
    again = api(carys).post(f"/volunteers/{mallory.id}/void", json={"reason": "made up"})
    assert again.json == {"results": 0, "opt_outs": 0}
    assert api(vic).post(f"/volunteers/{mallory.id}/void", json={"reason": "x"}).status_code == 403
