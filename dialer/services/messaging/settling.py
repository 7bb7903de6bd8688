"""Texts of unknown outcome settled by asking the carrier, never by sending again on a guess (contract §7).

A time-out, a 5xx, a lost connection or a killed worker leave a text that the carrier may or may not have.
Its status callback, whose address names the text, proves that it has it. Else its list of messages to that
number is read: found there, the text takes that name and state; missing in two looks that were read without
error, the second `settle_s` or more after the attempt, it goes through the gate once more.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import Carrier, CarrierError, CarrierMessage
from dialer.domain.access import Permission, require
from dialer.domain.message import (
    LETTER_LOST_AFTER,
    LOST_AFTER,
    is_proven_absent,
    is_same_text,
    may_send_again,
)
from dialer.logs import get_logger
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import StatusOfText, ask_to_apply, keep_statuses
from dialer.services.messaging.charging import correct
from dialer.services.messaging.outcomes import FIRST_LOOK, accept_texts, count_rows
from dialer.services.messaging.outgoing import ask_to_send
from dialer.services.messaging.tools import Tools
from dialer.store.queries import message_looks, message_outcomes
from dialer.store.queries.message_looks import Doubtful, Looked
from dialer.store.session import UnitOfWork

RUN_S: Final = 2.0
TAKEN_AT_ONCE: Final = 100
ASKED_AT_ONCE: Final = 8
"""Lists that are read from the carrier at the same time."""
LOOK_AGAIN_AFTER: Final = dt.timedelta(seconds=30)
"""When texts are looked for again whose looker died."""
REST_LEAST: Final = dt.timedelta(seconds=3)
REST_MOST: Final = dt.timedelta(minutes=5)
GIVEN_UP_AFTER: Final = dt.timedelta(days=1)
"""When a text is left `unknown` though the carrier could never be read."""
CLOCKS_DIFFER: Final = dt.timedelta(minutes=2)
"""How much earlier than the attempt began the carrier may say that it got the text: the two clocks differ."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What one look brought: which text has which message at the carrier; the rest is absent or unread."""

    bound: Mapping[uuid.UUID, CarrierMessage]
    absent: Sequence[Doubtful]
    unread: Sequence[Doubtful]
    rivalled: Sequence[Doubtful]


def ask_to_settle(ctx: Context) -> None:
    """Have a worker look for what is to be looked for now."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        due = message_looks.has_doubtful(
            unit,
            now=ctx.now,
            lost_before=ctx.now - LOST_AFTER,
            letters_lost_before=ctx.now - LETTER_LOST_AFTER,
        )
    if due:
        enqueue_settling(ctx)


def enqueue_settling(ctx: Context) -> None:
    """Ask a worker to settle what is unknown."""
    ctx.jobs.enqueue("messages", "workers.jobs.settle_messages", str(ctx.organisation_id))


def settle_due(ctx: Context, tools: Tools, for_s: float = RUN_S) -> None:
    """Look for what is due, for so many seconds at most. May be run at any time, by any number of workers."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    ends_at = time.monotonic() + for_s
    lose_silent(ctx.at(tools.clock()))
    while texts := take_doubtful(ctx.at(tools.clock())):
        settle(ctx.at(tools.clock()), tools.carrier, texts)
        if time.monotonic() >= ends_at:
            enqueue_settling(ctx)
            return


@again_after_deadlock
def lose_silent(ctx: Context) -> int:
    """Make texts `unknown` that a process left on the wire when it died; how many."""
    with ctx.unit() as unit:
        rows = message_outcomes.lose_silent(
            unit,
            before=ctx.now - LOST_AFTER,
            letters_before=ctx.now - LETTER_LOST_AFTER,
            now=ctx.now,
            limit=10 * TAKEN_AT_ONCE,
        )
        count_rows(unit, rows)
        return len(rows)


def take_doubtful(ctx: Context, limit: int = TAKEN_AT_ONCE) -> list[Doubtful]:
    """Take texts that are to be looked for now; nobody else looks for them meanwhile."""
    with ctx.unit() as unit:
        return message_looks.take_doubtful(unit, now=ctx.now, again=ctx.now + LOOK_AGAIN_AFTER, limit=limit)


def settle(ctx: Context, carrier: Carrier, texts: Sequence[Doubtful]) -> None:
    """Look for these texts at the carrier as of this moment, and write down what that proves."""
    record_look(ctx, look(ctx, carrier, texts))


def look(ctx: Context, carrier: Carrier, texts: Sequence[Doubtful]) -> Found:
    """Read the carrier's lists for these texts' numbers, and match what is there with what is missed."""
    by_number: defaultdict[str, list[Doubtful]] = defaultdict(list)
    for one in sorted(texts, key=lambda one: (one.attempted_at, one.id)):
        by_number[one.number].append(one)
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="look") as pool:
        read = pool.map(lambda of: _listed(carrier, of), by_number.values())
        lists = dict(zip(by_number, read, strict=True))
    return _match(ctx, by_number, lists)


@again_after_deadlock
def record_look(ctx: Context, found: Found) -> None:
    """Write down what a look proved. A callback that came meanwhile stands."""
    with ctx.unit() as unit:
        accept_texts(ctx, unit, {id_: message.sid for id_, message in found.bound.items()})
        correct(ctx, unit, found.bound.values())
        _keep_told(ctx, unit, found.bound)
        absent = [one for one in found.absent if _is_absent(ctx, one)]
        again = [one for one in absent if may_send_again(one.unknown_outcomes)]
        count_rows(unit, message_looks.send_again(unit, again, ctx.now))
        looks = [
            *(_looked(ctx, one) for one in found.absent if one not in again),
            *(Looked(one, one.clean_looks, _later(ctx, one)) for one in (*found.unread, *found.rivalled)),
        ]
        message_looks.record_looks(unit, looks)
        if again:
            ask_to_send(ctx, unit)


def _keep_told(ctx: Context, unit: UnitOfWork, bound: Mapping[uuid.UUID, CarrierMessage]) -> None:
    """Let what the carrier's list tells beyond acceptance move the texts on, as if it had come by webhook."""
    told = [
        StatusOfText(message.sid, message.status, message_id=id_, error_code=message.error_code)
        for id_, message in bound.items()
    ]
    keep_statuses(unit, told, ctx.now)
    if told:
        unit.after_commit(lambda: ask_to_apply(ctx))


def _listed(carrier: Carrier, texts: Sequence[Doubtful]) -> list[CarrierMessage] | None:
    """What the carrier has sent to a number since the first of these tries, oldest first; None: unread."""
    since = texts[0].attempted_at - CLOCKS_DIFFER
    try:
        found = carrier.messages(to=texts[0].number, since=since)
    except CarrierError as error:
        log.warning("the carrier's list could not be read", reason=error.reason, code=error.code)
        return None
    return [message for message in reversed(found) if message.direction != "inbound"]


def _match(
    ctx: Context,
    by_number: Mapping[str, Sequence[Doubtful]],
    lists: Mapping[str, Sequence[CarrierMessage] | None],
) -> Found:
    listed = [message.sid for found in lists.values() for message in found or ()]
    every = [one for texts in by_number.values() for one in texts]
    with ctx.unit() as unit:
        taken = message_looks.bound_sids(unit, listed)
        rivalled = message_looks.rivals(unit, every)
    bound: dict[uuid.UUID, CarrierMessage] = {}
    absent, unread, waiting = [], [], []
    for one in every:
        messages = lists[one.number]
        if messages is None:
            unread.append(one)
        elif (one.number, one.body) in rivalled:
            waiting.append(one)
        elif (match := next((m for m in messages if m.sid not in taken and _fits(one, m)), None)) is None:
            absent.append(one)
        else:
            bound[one.id] = match
            taken.add(match.sid)
    return Found(bound, absent, unread, waiting)


def _fits(one: Doubtful, message: CarrierMessage) -> bool:
    """Whether a message could be this text: the same words, from the same sender, not from before it."""
    return (
        is_same_text(one.body, message.body, has_picture=one.has_picture)
        and (message.sender in {None, one.sender} or one.sender.startswith("MG"))
        and (message.created_at is None or message.created_at >= one.attempted_at - CLOCKS_DIFFER)
    )


def _is_absent(ctx: Context, one: Doubtful) -> bool:
    return is_proven_absent(one.clean_looks + 1, one.ended_at, ctx.now, ctx.messaging.settle_s)


def _looked(ctx: Context, one: Doubtful) -> Looked:
    """A clean look without it. After the second unknown outcome it is left `unknown`, and shown so."""
    if _is_absent(ctx, one):
        return Looked(one, one.clean_looks + 1, None)
    settled_at = one.ended_at + dt.timedelta(seconds=ctx.messaging.settle_s)
    return Looked(one, one.clean_looks + 1, max(settled_at, ctx.now + FIRST_LOOK / 5))


def _later(ctx: Context, one: Doubtful) -> dt.datetime | None:
    """When to look again after a look that told nothing: the longer it takes, the more seldom."""
    age = ctx.now - one.attempted_at
    return None if age >= GIVEN_UP_AFTER else ctx.now + min(max(age / 4, REST_LEAST), REST_MOST)
