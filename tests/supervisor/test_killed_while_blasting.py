"""Blasts go out while the carrier errs in every way it can and everything is killed, in an order from a seed.

Three blasts overlap in whom they mean, one is paused and resumed, one begins by its time, one with a first
wave, and people write STOP all the while. The judge is the town's ledger: of each blast one accepted text to
each number that may be texted, none to one whose STOP had been taken, of the wave exactly as many as were
wanted, and within 30 s of each kill texts flow again by themselves.

`STORM=20000,100 scripts/test tests/supervisor/test_killed_while_blasting.py` is the whole storm: so many
texts, so many kills. A third number is another seed.
"""

from __future__ import annotations

import datetime as dt
import http.client
import logging
import math
import os
import random
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import SQLAlchemyError

from dialer.clock import utc_now
from dialer.domain.blast import Pause
from dialer.domain.errors import Unavailable
from dialer.domain.first_wave import Wanted
from dialer.domain.phone import PhonePolicy
from dialer.processes import wait_until
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.launching import launch_blast, pause_blast, resume_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.people.no_contact import add_opt_out
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.messaging import Sender
from dialer.store.models.people import ContactList, ListMember
from dialer.town.sayings import STOP
from tests.phone_bank import Voter, add_voters, mobile, running_campaign
from tests.supervisor.blast_judge import Court, Noes, Sent
from tests.supervisor.conftest import Installation, Make
from tests.supervisor.storms import WORKERS, kills
from tests.supervisor.town_ledger import Ledger
from tests.towns import Town

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

TEXTS, KILLS, SEED, *_ = [*map(int, os.environ.get("STORM", "4000,25").split(",")), 20260508]
SENDERS: Final = ("+442079460001", "+442079460002", "+442079460003")
RATE_PER_SENDER: Final = 30
RATE_AFTERWARDS: Final = 200
SETTLE_S: Final = 3
GOES_ON_WITHIN_S: Final = 30.0
NEXT_KILL_WITHIN_S: Final = 120.0
ENDS_WITHIN_S: Final = 180.0
PAUSE_S: Final = 2.0
READ_WITHIN_S: Final = 120.0
"""By when a STOP that no webhook brought has been read from the carrier's list."""
STORMY: Final = 0.85
"""The share of the texts that go out while things are killed."""
WRITE_AT_ONCE: Final = 16
FIRST: Final = 50
"""How many of the last blast go first."""
ON_THE_WIRE: Final = 60
"""More than can have been on their way when the kill came."""
SHARES: Final = (("Polls", 0.0, 0.55), ("Today", 0.25, 0.85), ("Tonight", 0.45, 1.0))
"""The first words of each blast, and from where to where it means the people."""
FAULTS: Final = {
    "rate_limited": 0.02,
    "error_before": 0.01,
    "dropped_before": 0.01,
    "hang_before": 0.002,
    "error_after": 0.01,
    "lost_reply": 0.01,
    "broken_reply": 0.01,
    "hang_after": 0.002,
    "hang_s": 8,
    "late_callback": 0.05,
    "late_s": 10,
    "doubled_callback": 0.05,
    "reordered_callback": 0.05,
    "lost_callback": 0.05,
    "doubled_inbound": 0.1,
    "lost_inbound": 0.1,
    "list_error": 0.02,
    "fetch_error": 0.02,
    "list_lag_s": 1,
}
PEOPLE: Final = {
    "refused": 0.004,
    "failed": 0.006,
    "undelivered": 0.02,
    "no_receipt": 0.02,
    "replies": 0.0,
    "stops": 0.03,
    "asks_for_help": 0.01,
}


@pytest.fixture
def running(make_installation: Make) -> Installation:
    installation = make_installation(
        DIALER_DEMO="0",
        DIALER_WORKERS=str(WORKERS),
        DIALER_ALLOWED_COUNTRIES="GB,US",
        DIALER_RATE_PER_SENDER=str(RATE_PER_SENDER),
        DIALER_SETTLE_S=str(SETTLE_S),
        DIALER_RECONCILE_AFTER_S="5",
    )
    installation.start()
    return installation


@dataclass
class Storm:
    """The installation, its own town and the ledger that this writes, and who said no."""

    running: Installation
    settings: Settings
    coordinator: Context
    chance: random.Random
    town: Town = field(init=False)
    ledger: Ledger = field(init=False)
    paused_at: float = 0.0

    def __post_init__(self) -> None:
        port = urlsplit(self.settings.twilio_api_base_url).port or 0
        self.town = Town(self.settings.data_dir, port=port)
        self.ledger = Ledger(self.settings.data_dir / "carrier" / "ledger.jsonl")

    @property
    def ctx(self) -> Context:
        return self.coordinator.at(utc_now())

    def until_accepted(self, count: int, within_s: float) -> None:
        """Wait until the carrier has accepted so many texts."""
        self.until(lambda: self.ledger.read() >= count, within_s)

    def until(self, true: Callable[[], bool], within_s: float) -> None:
        if not wait_until(lambda: self.persist(true), within_s):
            pytest.fail(f"not within {within_s} s (seed {SEED})\n{self.running.log()[-6000:]}")

    def persist(self, question: Callable[[], Answer]) -> Answer:
        """Ask until there is somebody to answer: what was killed is back within seconds."""
        deadline = time.monotonic() + GOES_ON_WITHIN_S
        while True:
            try:
                return question()
            except (OSError, http.client.HTTPException, SQLAlchemyError, Unavailable):
                assert time.monotonic() < deadline, "it did not come back by itself"
                time.sleep(0.1)

    def is_over(self, blast: Sent) -> bool:
        return blast_progress(self.ctx, blast.id).state == "completed"

    def stop(self, number: str, sender: str, words: str) -> None:
        """Somebody writes STOP to one of the senders, in some words; the webhook may find nobody."""
        self.persist(lambda: self.town.text(number, sender, words))


def numbers() -> list[str]:
    """Numbers kept for fiction: Ofcom's thousand mobiles, then North American ones."""
    policy = PhonePolicy(allowed_countries=frozenset({"US"}), allow_fictional=True)
    areas = [area for area in range(200, 1000) if policy.allows(f"+1{area}5550100")]
    return [mobile(index) for index in range(1000)] + [
        f"+1{area}5550{last}" for area in areas for last in range(100, 200)
    ]


def people(count: int) -> list[Voter]:
    """One a number, in any order; of every fiftieth a second person, and landlines, half of them known."""
    found = numbers()
    chance = random.Random(SEED)
    voters = [Voter(f"V{index}", [found[index]], "mobile") for index in range(count)]
    voters += [Voter(f"W{index}", [found[index]], "mobile") for index in range(0, count, 50)]
    voters += [Voter(f"L{at}", [f"+4416329600{at:02}"], ("landline", "unknown")[at % 2]) for at in range(40)]
    chance.shuffle(voters)
    return voters


def test_each_number_gets_each_blast_once_whatever_is_killed(
    running: Installation, settings: Settings, coordinator: Context
) -> None:
    storm = Storm(running, settings, coordinator, random.Random(SEED))
    voters = people(int(TEXTS / sum(end - begin for _, begin, end in SHARES)))
    blasts = _blasts(storm, voters)
    before = _say_no_beforehand(coordinator, voters)
    _prepare(storm, voters)

    stormy = _rage(storm, blasts, voters)
    storm.persist(lambda: _hurry(storm))
    log.warning("the storm is over")
    storm.until(lambda: all(storm.is_over(blast) for blast in blasts), ENDS_WITHIN_S)
    assert storm.ledger.read() > stormy, "the blasts were over before the storm"
    log.warning("all are completed")
    storm.town.faults()
    storm.until(lambda: Court(storm.ctx, storm.ledger).has_heard_all(blasts), ENDS_WITHIN_S)
    log.warning("all is heard")
    Court(storm.ctx, storm.ledger, _noes(storm, before, voters)).judge(blasts)
    doctor = running.dialer("doctor")
    assert doctor.returncode == 0, doctor.stderr


def _blasts(storm: Storm, voters: Sequence[Voter]) -> list[Sent]:
    """Three blasts of two campaigns, to lists that overlap."""
    no_quiet = {"quiet_start": dt.time(0), "quiet_end": dt.time(0)}
    fields = {"kind": "text_blast", "senders": list(SENDERS), **no_quiet}
    add_voters(storm.ctx, voters)
    campaigns = [running_campaign(storm.ctx, (), **fields) for _ in range(2)]
    found = []
    for at, (word, begin, end) in enumerate(SHARES):
        meant = voters[int(begin * len(voters)) : int(end * len(voters))]
        body = f"{word} polls are open till 10, {{first_name}}."
        send_at = utc_now() + dt.timedelta(seconds=20) if at == 1 else None
        new = BlastFields(name=word, body=body, list_ids=[_list_of(storm.ctx, meant)], send_at=send_at)
        blast = create_blast(storm.ctx, campaigns[at % 2].id, new)
        found.append(Sent(blast.id, word, {one.id: one.numbers[0] for one in meant}))
    return found


def _list_of(ctx: Context, voters: Sequence[Voter]) -> uuid.UUID:
    with ctx.unit() as unit:
        here = {"organisation_id": unit.organisation_id}
        listed = ContactList(**here, id=new_id(), name="Some", contact_count=len(voters), created_at=ctx.now)
        unit.session.add(listed)
        unit.session.flush()
        rows = [{**here, "list_id": listed.id, "contact_id": one.id} for one in voters]
        unit.session.execute(insert(ListMember), rows)
        return listed.id


def _say_no_beforehand(ctx: Context, voters: Sequence[Voter]) -> frozenset[str]:
    chosen = [one for one in voters[3::100] if one.line_type == "mobile"]
    for one in chosen:
        add_opt_out(ctx, one.id, "sms")
    return frozenset(number for one in chosen for number in one.numbers)


def _prepare(storm: Storm, voters: Sequence[Voter]) -> None:
    """The town errs, and some of its people can't be texted or have said no to the carrier alone."""
    storm.town.account(sender_rate=0)
    storm.town.shares(**PEOPLE)
    for at, one in enumerate(voters[7::100]):
        storm.town.person(one.numbers[0], refused=(21610, 21614, 21211)[at % 3])
    storm.town.faults(**FAULTS, seed=SEED)


def _rage(storm: Storm, blasts: Sequence[Sent], voters: Sequence[Voter]) -> int:
    """Kill while texts go out, as many between two kills each time; how many had been accepted at the end."""
    mobiles = [one.numbers[0] for one in voters if one.line_type == "mobile"]
    will_stop = iter(storm.chance.sample(mobiles, KILLS))
    deeds = {
        KILLS // 5: lambda: launch_blast(storm.ctx, blasts[2].id, first_wave=Wanted(FIRST)),
        KILLS * 2 // 5: lambda: _let_rest_follow(storm, blasts[2]),
        KILLS // 2: lambda: _pause(storm, blasts[1]),
        KILLS * 3 // 5: lambda: _resume(storm, blasts[1]),
    }
    for blast in blasts[:2]:
        launch_blast(storm.ctx, blast.id)
    writing = []
    with ThreadPoolExecutor(WRITE_AT_ONCE) as people_who_write:
        for nth, kill in zip(range(KILLS), kills(storm.chance), strict=False):
            storm.until_accepted(int(TEXTS * STORMY * nth / KILLS) + 20, NEXT_KILL_WITHIN_S)
            log.warning("killing %s after %d texts (seed %d)", kill, storm.ledger.accepted, SEED)
            kill.happen(storm.settings.run_dir)
            storm.until_accepted(storm.ledger.accepted + ON_THE_WIRE, GOES_ON_WITHIN_S)
            words = storm.chance.choice(SENDERS), storm.chance.choice(STOP)
            writing.append(people_who_write.submit(storm.stop, next(will_stop), *words))
            if nth in deeds:
                storm.persist(deeds[nth])
    for written in writing:
        written.result()
    return storm.ledger.read()


def _pause(storm: Storm, blast: Sent) -> None:
    pause_blast(storm.ctx, blast.id)
    storm.paused_at = time.time()


def _let_rest_follow(storm: Storm, blast: Sent) -> None:
    """Exactly so many were handed over, once each, whatever was killed; then the others may."""
    storm.until(lambda: blast_progress(storm.ctx, blast.id).pause_reason == Pause.FIRST_WAVE, ENDS_WITHIN_S)
    wave = blast_progress(storm.ctx, blast.id).first_wave
    assert wave is not None
    living = sum(wave.figures.counts.values()) - wave.figures.counts.get("skipped", 0)
    held_back = wave.figures.counts.get("queued", 0)  # what came back from them may be a no
    assert (living, wave.figures.went) == (FIRST, FIRST - held_back), wave
    storm.ledger.read()
    assert storm.ledger.texted(blast.word).total() <= FIRST, "more went than the wave"
    resume_blast(storm.ctx, blast.id)


def _resume(storm: Storm, blast: Sent) -> None:
    """Nothing of it went out while it was paused."""
    until = time.time()
    storm.ledger.read()
    meanwhile = [
        entry
        for entry in storm.ledger.ours()
        if entry.first_word == blast.word and storm.paused_at + PAUSE_S < entry.at < until
    ]
    assert meanwhile == [], "texted while it was paused"
    resume_blast(storm.ctx, blast.id)


def _noes(storm: Storm, before: frozenset[str], voters: Sequence[Voter]) -> Noes:
    storm.ledger.read()
    stops: dict[str, float] = {}
    for entry in storm.ledger.inbound():
        if entry.body in STOP:
            since = entry.taken_at or entry.at + READ_WITHIN_S
            stops[entry.number] = min(since, stops.get(entry.number, math.inf))
    landlines = frozenset(one.numbers[0] for one in voters if one.line_type != "mobile")
    return Noes(before, stops, landlines)


def _hurry(storm: Storm) -> None:
    with storm.ctx.unit() as unit:
        unit.session.execute(update(Sender).values(rate_per_s=RATE_AFTERWARDS))
