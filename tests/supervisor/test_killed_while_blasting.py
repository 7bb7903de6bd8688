"""Two thousand texts go out while the carrier errs in every way it can and everything is killed, seeded.

The judge is the town's ledger: exactly one accepted text to each number that may be texted, none to one that
had said no, and within 30 s of each kill texts flow again by themselves.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from dialer.domain.errors import Unavailable
from dialer.processes import wait_until
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.views import ProgressView
from dialer.services.people.no_contact import add_opt_out
from dialer.settings import Settings, completed, load_settings
from dialer.store.models.calling import CampaignList
from dialer.store.models.messaging import Message, Sender
from tests.phone_bank import Voter, mobile, running_campaign
from tests.supervisor.conftest import Installation, Make, coordinator_of
from tests.towns import Town

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

Answer = TypeVar("Answer")

SEED: Final = 20260508
TEXTS: Final = 2000
SENDERS: Final = ("+442079460001", "+442079460002")
RATE_PER_SENDER: Final = 10
RATE_AFTERWARDS: Final = 50
"""Slow while things are killed, so that a slow machine isn't through before; then what is left, quickly."""
SETTLE_S: Final = 3
GOES_ON_WITHIN_S: Final = 30.0
ENDS_WITHIN_S: Final = 120.0
GIVEN_UP_MOST: Final = 5
"""Texts whose outcome stayed unknown twice and that the carrier never had: shown, not sent a third time."""
SHOWN: Final = (Message.number, Message.state, Message.skip_reason, Message.attempts, Message.carrier_sid)
AREA_CODES: Final = (202, 212, 303, 312, 415, 503, 512, 617, 702, 808)
KILLED: Final = (
    "worker-1",
    "carrier",
    "web",
    "postgres",
    "worker-2",
    "valkey",
    "carrier",
    "cron",
    "worker-1",
)
FAULTS: Final = {
    "seed": SEED,
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
    "list_lag_s": 1,
}


@pytest.fixture
def running(make_installation: Make) -> Installation:
    installation = make_installation(
        DIALER_DEMO="0",
        DIALER_ALLOWED_COUNTRIES="GB,US",
        DIALER_RATE_PER_SENDER=str(RATE_PER_SENDER),
        DIALER_SETTLE_S=str(SETTLE_S),
        DIALER_RECONCILE_AFTER_S="5",
    )
    installation.start()
    return installation


@pytest.fixture
def settings(running: Installation) -> Settings:
    return completed(load_settings(running.environ, Path.cwd()))


@pytest.fixture
def town(settings: Settings, tmp_path: Path) -> Town:
    """The installation's own town: it is started and killed by its supervisor, and told by us."""
    town = Town(tmp_path, port=urlsplit(settings.twilio_api_base_url).port or 0)
    town.orderly()
    town.account(sender_rate=0)
    return town


@pytest.fixture
def coordinator(settings: Settings) -> Iterator[Context]:
    with coordinator_of(settings) as ctx:
        yield ctx


def number_of(index: int) -> str:
    """One of two thousand numbers kept for fiction: Ofcom's thousand mobiles, then North American ones."""
    if index < 1000:
        return mobile(index)
    return f"+1{AREA_CODES[index // 100 - 10]}5550{100 + index % 100}"


def people() -> list[Voter]:
    """One a number, and on every fiftieth number a second person."""
    voters = [Voter(f"V{index}", [number_of(index)], "mobile") for index in range(TEXTS)]
    return voters + [Voter(f"W{index}", [number_of(index)], "mobile") for index in range(0, TEXTS, 50)]


def test_each_number_gets_exactly_one_text_whatever_is_killed(
    running: Installation, town: Town, coordinator: Context
) -> None:
    ctx, chance = coordinator, random.Random(SEED)
    voters = people()
    blast_id = _blast_to(ctx, voters)
    said_no = _say_no_beforehand(ctx, voters)
    town.faults(**FAULTS)
    launch_blast(ctx, blast_id, None)

    _wait_until(lambda: _accepted(town) > 50, GOES_ON_WITHIN_S, running)
    for index, name in enumerate(KILLED):
        _kill(running, name)
        if name == "web":
            said_no |= {_stop_that_finds_nobody(town, ctx, blast_id)}
        _wait_until_texts_flow(running, town)
        if index % 2:
            said_no |= {_stop(town, ctx, blast_id, chance)}
    assert _waiting(ctx, blast_id), "the blast was over before the storm"
    _hurry(ctx)
    _wait_until(lambda: _progress(ctx, blast_id).state == "completed", ENDS_WITHIN_S, running)
    town.faults()
    _wait_until(lambda: _progress(ctx, blast_id).counts["sent"] == 0, ENDS_WITHIN_S, running)

    _judge(town, ctx, blast_id, said_no)


def _blast_to(ctx: Context, voters: list[Voter]) -> uuid.UUID:
    no_quiet = dt.time(0)
    campaign = running_campaign(ctx, voters, quiet_start=no_quiet, quiet_end=no_quiet, senders=list(SENDERS))
    with ctx.unit() as unit:
        lists = select(CampaignList.list_id).where(CampaignList.campaign_id == campaign.id)
        list_ids = list(unit.session.scalars(lists))
    fields = BlastFields(name="Polling day", body="Polls are open till 10, {first_name}.", list_ids=list_ids)
    return create_blast(ctx, campaign.id, fields).id


def _say_no_beforehand(ctx: Context, voters: list[Voter]) -> set[str]:
    chosen = voters[3:TEXTS:100]
    for one in chosen:
        add_opt_out(ctx, one.id, "sms")
    return {number for one in chosen for number in one.numbers}


def _kill(running: Installation, name: str) -> None:
    pid = running.pid(name)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def _stop_that_finds_nobody(town: Town, ctx: Context, blast_id: uuid.UUID) -> str:
    """Somebody who is texted last says no to a sender that isn't theirs, which no webhook tells us."""
    last = _waiting(ctx, blast_id)[-1]
    other = next(sender for sender in SENDERS if sender != last.sender)
    number = str(last.number)
    town.faults(**FAULTS, lost_inbound=1.0)
    town.text(number, other, "STOP")
    town.faults(**FAULTS)
    return number


def _stop(town: Town, ctx: Context, blast_id: uuid.UUID, chance: random.Random) -> str:
    """Somebody who waits for a text says no, in words that only we understand."""
    waiting = _waiting(ctx, blast_id)
    one = chance.choice(waiting[len(waiting) // 2 :])
    number = str(one.number)
    town.text(number, str(one.sender), "please stop texting me")
    return number


def _hurry(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Sender).values(rate_per_s=RATE_AFTERWARDS))


def _waiting(ctx: Context, blast_id: uuid.UUID) -> list[Message]:
    queued = select(Message).where(Message.blast_id == blast_id, Message.state == "queued")

    def ask() -> list[Message]:
        with ctx.unit() as unit:
            return list(unit.session.scalars(queued.order_by(Message.not_before, Message.id)))

    return _answer_of(ask)


def _wait_until_texts_flow(running: Installation, town: Town) -> None:
    """Until the carrier has accepted more than can have been on the wire when the kill came."""
    began = time.monotonic()
    before = _accepted(town)
    left = GOES_ON_WITHIN_S - (time.monotonic() - began)
    _wait_until(lambda: _accepted(town) > before + len(SENDERS) * RATE_PER_SENDER, left, running)


def _accepted(town: Town) -> int:
    return len(_answer_of(lambda: town.texts("outbound-api")))


def _progress(ctx: Context, blast_id: uuid.UUID) -> ProgressView:
    return _answer_of(lambda: blast_progress(ctx, blast_id))


def _answer_of(question: Callable[[], Answer]) -> Answer:
    """Ask until there is somebody to answer: what was killed is back within seconds."""
    deadline = time.monotonic() + GOES_ON_WITHIN_S
    while True:
        try:
            return question()
        except (OSError, http.client.HTTPException, SQLAlchemyError, Unavailable):
            assert time.monotonic() < deadline, "it did not come back by itself"
            time.sleep(0.1)


def _wait_until(true: Callable[[], bool], within_s: float, running: Installation) -> None:
    assert wait_until(true, within_s), running.log()[-6000:]


def _judge(town: Town, ctx: Context, blast_id: uuid.UUID, said_no: set[str]) -> None:
    accepted = town.accepted_by_number()
    numbers = {number_of(index) for index in range(TEXTS)}
    assert {number: count for number, count in accepted.items() if count > 1} == {}, "texted twice"
    assert set(accepted) & said_no == set(), "texted after their no"
    with ctx.unit() as unit:
        rows = unit.session.execute(select(*SHOWN).where(Message.blast_id == blast_id)).all()
    given_up = {row.number for row in rows if row.state == "unknown" and row.attempts == 2}
    assert len(given_up) <= GIVEN_UP_MOST
    assert numbers - said_no - set(accepted) == given_up, "never texted, and nobody is told"
    by_sid = {text["sid"]: text["status"] for text in town.texts("outbound-api")}
    for row in rows:
        if row.state == "skipped":
            was_asked = row.number in said_no and row.skip_reason == "opted_out"
            assert was_asked or row.skip_reason == "duplicate_number"
        elif row.number not in given_up:
            assert row.state == by_sid[row.carrier_sid], "the town knows it as something else"
    counts = Counter(row.state for row in rows)
    assert {name: count for name, count in _progress(ctx, blast_id).counts.items() if count} == counts
