"""Everything at once: answers, ends told twice, results, pauses and leaving volunteers, in threads."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.store.models.calling import Assignment, Hold, Result, Shift
from dialer.store.models.calls import Call
from dialer.store.models.queue import QueueEntry
from tests.conftest import Caller, SetClock
from tests.dialled import OURS, Room
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.webhooks.test_dialled_answers import Exchange

pytestmark = pytest.mark.slow
VOLUNTEERS, CALLS, THREADS = 3, 24, 6


@pytest.fixture
def rush(ctx: Context, vic: Person, system: Callable[[], Context], clock: SetClock, app: Flask) -> Exchange:
    voters = [Voter(f"Person {index}", [landline(100 + index)]) for index in range(CALLS)]
    made = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="predictive")
    people = [
        make_person(ctx.units, ctx.organisation_id, vic.actor.role, f"V{index}")
        for index in range(VOLUNTEERS)
    ]
    for person in people:
        join_campaign(ctx.units, person, made.id)
    return Exchange(Room(ctx.units, ctx.organisation_id, made.id, system), clock, voters, people, app)


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_joined_to_two_and_nothing_is_left_over(
    rush: Exchange, api: Callable[[Person], Caller], ctx: Context, seed: int
) -> None:
    draw = random.Random(seed)
    shifts = {rush.sit_down(who): api(rush.people[who]) for who in range(VOLUNTEERS)}
    calls = [rush.dial(index) for index in range(CALLS)]
    deeds = [_life_of(rush, calls, index, draw.random()) for index in range(CALLS)]
    told: list[tuple[str, int]] = []
    for shift, person in _pairs(rush, shifts):
        deeds += [_volunteer(api(person), shift, draw.random(), told)] * 8
    draw.shuffle(deeds)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(deed) for deed in deeds]:
            done.result()
    _judge_at_once(ctx)
    for index, call_id in enumerate(calls):
        rush.ends(call_id, index, CallDuration="30")
    _judge_at_the_end(ctx)
    _judge_results(ctx, told)
    assert check_counters(rush.room.system()) == []


def _pairs(rush: Exchange, shifts: dict[uuid.UUID, Caller]) -> list[tuple[uuid.UUID, Person]]:
    return list(zip(shifts, rush.people, strict=True))


def _life_of(rush: Exchange, calls: list[uuid.UUID], index: int, chance: float) -> Callable[[], None]:
    """A call is answered, perhaps asked about again, and perhaps over."""

    def live() -> None:
        rush.answers(calls[index], index)
        rush.answers(calls[index], index)
        if chance < 0.2:  # the volunteer's room was empty
            rush.answers(calls[index], index, then="&then=alone&tries=0")
            rush.ends(calls[index], index, CallDuration="8")
        elif chance < 0.5:
            rush.ends(calls[index], index, CallDuration="20")
            rush.ends(calls[index], index, CallDuration="20")

    return live


def _volunteer(
    vic: Caller, shift: uuid.UUID, chance: float, told: list[tuple[str, int]]
) -> Callable[[], None]:
    """A volunteer asks who it is and records it; some pause for a moment, one leaves."""

    def work() -> None:
        given = vic.post(f"/sessions/{shift}/next")
        assert given.status_code in {200, 204, 409}, given.text
        if given.status_code == 200:
            path = f"/assignments/{given.json['id']}/result"
            told.append((given.json["id"], vic.post(path, json={"disposition": "contacted"}).status_code))
        if chance < 0.4:
            assert vic.post(f"/sessions/{shift}/pause").status_code in {200, 409}
            assert vic.post(f"/sessions/{shift}/resume").status_code in {200, 409}
        if chance > 0.9:
            assert vic.post(f"/sessions/{shift}/end").status_code == 200

    return work


def _judge_at_once(ctx: Context) -> None:
    """Whatever has happened so far: one person at most in anybody's room, and in anybody's hands."""
    with ctx.unit() as unit:
        open_legs = select(Call.shift_id).where(Call.state == "in_progress", Call.joined_at.is_not(None))
        assert max(Counter(unit.session.scalars(open_legs)).values(), default=0) <= 1
        in_hand = select(Assignment.shift_id).where(Assignment.state == "open")
        assert max(Counter(unit.session.scalars(in_hand)).values(), default=0) <= 1


def _judge_results(ctx: Context, told: list[tuple[str, int]]) -> None:
    """What volunteers said is kept, however often and late they said it. Nothing is theirs to say of whom
    they never met: who was alone on their line was taken out of their hands, perhaps as they said it (409).
    """
    with ctx.unit() as unit:
        by_people = select(Result.assignment_id).where(Result.account_id.is_not(None))
        kept = {str(one) for one in unit.session.scalars(by_people)}
        by_dialler = select(Result.assignment_id).where(Result.disposition == "abandoned")
        unmet = {str(one) for one in unit.session.scalars(by_dialler)}
    assert {one for one, status in told if status == 200} == kept
    assert {status for one, status in told if one not in unmet} <= {200}
    assert {status for one, status in told if one in unmet} <= {404, 409}
    assert kept


def _judge_at_the_end(ctx: Context) -> None:
    """Once every leg is over: each dial has its outcome, each hold its reason, each figure its rows."""
    with ctx.unit() as unit:
        assert set(unit.session.scalars(select(Call.state))) <= {"completed", "abandoned"}
        states = Counter(unit.session.scalars(select(Assignment.state)))
        assert states["dialling"] == 0
        held = set(unit.session.scalars(select(Hold.assignment_id)))
        assert held == set(unit.session.scalars(select(Assignment.id).where(Assignment.state == "open")))
        shifts = list(unit.session.scalars(select(Shift)))
        waiting = {shift.id for shift in shifts if shift.state == "wrap_up"}
        assert waiting == set(
            unit.session.scalars(select(Assignment.shift_id).where(Assignment.state == "open"))
        )
        completed = select(Result.assignment_id).distinct()
        assert states["completed"] == len(unit.session.scalars(completed).all())
        assert "held" not in set(
            unit.session.scalars(
                select(QueueEntry.state).where(
                    QueueEntry.id.not_in(select(Assignment.queue_entry_id).where(Assignment.state == "open"))
                )
            )
        )
