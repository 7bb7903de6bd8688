"""A dialled campaign rings people for volunteers on their lines while pacer, web, a worker and the database
are killed, callbacks are lost, doubled and late, and volunteers' own lines break in the middle.

The judge is the town's ledger, which knows what each person heard: nobody is left in silence, no volunteer is
joined to two people, every call has its end and every dial its result, nobody's phone rings twice for one
dial, and the line's numbers come out right.

`DIALS=300,20 scripts/test tests/supervisor/test_killed_while_dialling.py` is a longer evening: so many
seconds, so many kills. A third number is another seed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from dialer.clock import utc_now
from dialer.domain.access import Role
from dialer.domain.call import FINAL, proven_by
from dialer.processes import read_pid, wait_until
from dialer.services.calling.campaigns import pause_campaign
from dialer.services.context import Context
from dialer.services.messaging.own_numbers import say_answered_elsewhere
from dialer.settings import Settings, completed, load_settings
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Result, Shift
from dialer.store.models.calls import Call
from dialer.store.models.queue import QueueEntry
from tests.people import make_person
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.supervisor.conftest import Installation, Make, coordinator_of
from tests.supervisor.volunteers import Volunteer
from tests.towns import Town

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

SECONDS, KILLS, SEED, *_ = [*map(int, os.environ.get("DIALS", "30,4").split(",")), 20260508]
OURS: Final = landline(990)
DESKS: Final = tuple(mobile(990 + at) for at in range(8))
"""The volunteers' phones: they lie on the desk, always answered and never hung up first."""
NUMBERS: Final = tuple(landline(at) for at in range(900)) + tuple(mobile(at) for at in range(900))
KINDS: Final = ("pacer", "web", "postgres", "worker-1", "pacer", "valkey")
BACK_WITHIN_S: Final = 30.0
ENDS_WITHIN_S: Final = 90.0
BEARS_S: Final = 8.0
"""Silence that a person bears while the one whom the carrier asks is being started again."""
FAULTS: Final = {
    "late_callback": 0.1,
    "late_s": 10,
    "doubled_callback": 0.1,
    "lost_callback": 0.1,
    "rate_limited": 0.03,
    "error_before": 0.01,
    "error_after": 0.02,
    "lost_reply": 0.02,
}
HABITS: Final = (
    *({"phone": "answers", "ring_s": ring, "talk_s": talk} for ring in (1, 2, 4) for talk in (2, 4, 7)),
    *({"phone": "machine", "ring_s": 3, "greeting_s": 4, "talk_s": 6},) * 2,
    *({"phone": "no_answer"},) * 6,
    *({"phone": "busy"},) * 2,
    {"phone": "hangs_up", "ring_s": 2},
)
log = logging.getLogger(__name__)


@dataclass
class Evening:
    """The installation and its town, and whether the volunteers still call."""

    running: Installation
    settings: Settings
    coordinator: Context
    town: Town
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    is_over: threading.Event = field(default_factory=threading.Event)
    campaign_id: uuid.UUID = field(init=False)

    @property
    def ctx(self) -> Context:
        return self.coordinator.at(utc_now())

    def until(self, true: Callable[[], bool], within_s: float) -> None:
        if not wait_until(true, within_s, every_s=0.2):
            pytest.fail(f"not within {within_s} s (seed {SEED})\n{self.running.log()[-8000:]}")

    def kill(self, name: str) -> None:
        pid = read_pid(self.settings.run_dir / f"{name}.pid")
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def rows(self, *columns: Any) -> Sequence[Any]:
        with self.ctx.unit() as unit:
            return unit.session.execute(select(*columns)).all()


@pytest.fixture
def evening(make_installation: Make) -> Iterator[Evening]:
    running = make_installation(
        DIALER_DEMO="0",
        DIALER_WORKERS="2",
        DIALER_SETTLE_S="3",
        DIALER_RECONCILE_AFTER_S="5",
        DIALER_CALLS_PER_SECOND="10",
    )
    running.start()
    settings = completed(load_settings(running.environ, Path.cwd()))
    with coordinator_of(settings) as coordinator:
        town = Town(settings.data_dir, port=urlsplit(settings.twilio_api_base_url).port or 0)
        yield Evening(running, settings, coordinator, town)


def test_nobody_hears_silence_whatever_is_killed(evening: Evening) -> None:
    volunteers = _prepare(evening)
    with ThreadPoolExecutor(len(volunteers)) as at_their_phones:
        spells = [at_their_phones.submit(_spell, evening, one) for one in volunteers]
        try:
            _rage(evening)
        finally:
            evening.is_over.set()
        talks = sum(one.result() for one in spells)
    pause_campaign(evening.ctx, evening.campaign_id)
    evening.town.faults()
    evening.until(lambda: _is_quiet(evening), ENDS_WITHIN_S)
    log.warning("%d talks", talks)
    assert talks > KILLS, evening.running.log()[-8000:]
    _judge_the_town(evening)
    _judge_the_rows(evening)
    doctor = evening.running.dialer("doctor")
    assert doctor.returncode == 0, doctor.stderr


def _prepare(evening: Evening) -> list[Volunteer]:
    for number in DESKS:
        evening.town.person(number, phone="answers", ring_s=1, talk_s=3600, patience_s=3600)
    chance, numbers = evening.chance, NUMBERS[: 10 * SECONDS]
    for number in numbers:
        evening.town.person(number, **chance.choice(HABITS))
    campaign = running_campaign(
        evening.ctx,
        [Voter(f"V{at}", [number]) for at, number in enumerate(numbers)],
        dialing_mode="predictive",
        abandoned_rate_max=0.03,
        caller_ids=[OURS],
        quiet_start=dt.time(0),
        quiet_end=dt.time(0),
    )
    evening.campaign_id = campaign.id
    say_answered_elsewhere(evening.ctx, OURS, answered=True)  # so that the doctor has nothing to say
    evening.town.faults(**FAULTS, seed=SEED)
    return [_volunteer(evening, name, desk) for name, desk in zip("ABCDEFGH", DESKS, strict=True)]


def _volunteer(evening: Evening, name: str, desk: str) -> Volunteer:
    ctx = evening.ctx
    person = make_person(
        ctx.units, ctx.organisation_id, Role.VOLUNTEER, name, campaign_ids=(evening.campaign_id,)
    )
    with ctx.unit() as unit:
        shown = {"phone": desk, "phone_confirmed_at": ctx.now}
        unit.session.execute(update(Account).where(Account.id == person.id).values(shown))
    volunteer = Volunteer(evening.running.bind, person.token)
    started = volunteer.ask("POST", f"/campaigns/{evening.campaign_id}/sessions", {"via": "phone"})
    volunteer.session = started["id"]
    return volunteer


def _rage(evening: Evening) -> None:
    """Kill one process after another; in between, people are talked to again."""
    for nth in range(KILLS):
        time.sleep(SECONDS / (KILLS + 1))  # an evening goes on in real processes
        name = KINDS[nth % len(KINDS)]
        log.warning("killing %s", name)
        evening.kill(name)
        before = _joined(evening)
        evening.until(lambda before=before: _joined(evening) > before, BACK_WITHIN_S)  # type: ignore[misc]
    time.sleep(SECONDS / (KILLS + 1))


def _joined(evening: Evening) -> int:
    return sum(evening.town.verdict(*DESKS)["joined"].values())


def _spell(evening: Evening, volunteer: Volunteer) -> int:
    """Talk to whoever is put through, say what came of it, and have a lost line back; how many talks."""
    talks = 0
    chance = random.Random(volunteer.token)
    while not evening.is_over.wait(0.3):
        session = volunteer.ask("GET", f"/sessions/{volunteer.session}")
        match session["state"]:
            case "wrap_up":
                talks += _say_what_came_of_it(volunteer, session["assignment_id"])
            case "paused":
                volunteer.try_to("POST", f"/sessions/{volunteer.session}/line", {})
            case "in_call" if chance.random() < 0.02:  # somebody's telephone falls off the desk
                _hang_up_own(evening, volunteer)
            case _:
                volunteer.ask("POST", f"/sessions/{volunteer.session}/heartbeat", {})
    return talks


def _say_what_came_of_it(volunteer: Volunteer, assignment_id: str | None) -> int:
    if assignment_id is None:
        return 0
    said = {"disposition": "contacted"}
    status, _ = volunteer.try_to("POST", f"/assignments/{assignment_id}/result", said)
    return status == 200


def _hang_up_own(evening: Evening, volunteer: Volunteer) -> None:
    with evening.ctx.unit() as unit:
        sid = unit.session.scalar(
            select(Call.carrier_sid)
            .join(Shift, Shift.line_call_id == Call.id)
            .where(Shift.id == uuid.UUID(volunteer.session))
        )
    if sid is not None:
        evening.town.request("POST", f"/calls/{sid}/hang-up", {})


def _is_quiet(evening: Evening) -> bool:
    """Whether every dial has come to its end."""
    dials = evening.rows(Call.state, Call.mode)
    return all(state in FINAL for state, mode in dials if mode == "dialled")


def _judge_the_town(evening: Evening) -> None:
    """What people heard."""
    verdict = evening.town.verdict(*DESKS)
    log.warning("%s", {name: said for name, said in verdict.items() if name != "said_to"})
    troubles = evening.town.troubles()
    assert troubles == [], (troubles, evening.running.log()[-20000:])
    assert verdict["unended"] == []
    assert verdict["joined_to_two"] == []
    assert verdict["longest_silence_s"]["most"] <= BEARS_S
    assert verdict["joined"]["answers"] > 0


def _judge_the_rows(evening: Evening) -> None:
    """What we made of it: every dial is one call there, ended as it did, with something recorded of it."""
    theirs = {leg["sid"]: leg for leg in evening.town.calls() if leg["to"] not in DESKS}
    calls = [row for row in evening.rows(Call) if row[0].mode == "dialled"]
    ours = {call.carrier_sid: call for (call,) in calls if call.carrier_sid}
    assert set(theirs) == set(ours), "somebody's phone rang of which we know nothing"
    for sid, call in ours.items():
        status = theirs[sid]["status"]
        assert call.state in {"abandoned", proven_by(status)}, (call.id, call.state, status)
    states = Counter(state for (state,) in evening.rows(Assignment.state))
    assert states["dialling"] == 0
    recorded = {assignment_id for (assignment_id,) in evening.rows(Result.assignment_id)}
    open_ones = {one for one, state in evening.rows(Assignment.id, Assignment.state) if state == "open"}
    for call in ours.values():
        assert call.assignment_id in recorded | open_ones, (call.id, call.state, call.end_reason)
    held = [number for number, state in evening.rows(QueueEntry.number, QueueEntry.state) if state == "held"]
    assert len(held) == len(open_ones)
