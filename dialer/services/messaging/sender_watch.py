"""Senders that networks filter, found by their figures: they rest, others take their share, and they try
again slowly, by themselves (the rule is `domain.sender_health`).

To rest is to be stopped as by a person, with the moment of its end: what waits is given to the other senders
of its blasts, as by a person too (`handing_over`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlalchemy import select

from dialer.carrier.port import Carrier
from dialer.domain.access import Permission, require
from dialer.domain.blast import Pause
from dialer.domain.carrier_action import Action
from dialer.domain.sender_health import (
    EVIDENCE_LEAST,
    PAST,
    WATCHED,
    Z_AGAIN,
    Filtered,
    Settled,
    beside,
    fares_well,
    rests_until,
)
from dialer.domain.sender_health import (
    judge as whether_filtered,
)
from dialer.services.context import Context
from dialer.services.messaging.handing_over import enqueue_moving
from dialer.services.messaging.outcomes import EXPLAINED
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.store.models.messaging import Sender
from dialer.store.queries import sender_hours
from dialer.store.queries.sender_hours import Texts
from dialer.store.session import UnitOfWork

LOST: Final = "texts_lost"
"""Why one rests of whose texts more vanish than of others', though nobody says that they were blocked."""
SETTLED: Final = frozenset({"delivered", "undelivered", "failed"})
TRIAL_MOST: Final = dt.timedelta(hours=24)
"""How far back a trial is looked at."""
HOUR: Final = dt.timedelta(hours=1)
JOB: Final = "workers.jobs.watch_senders"


def is_block(carrier: Carrier, code: int | None) -> bool:
    """Whether a code says that a network blocked the text, and would block its like again."""
    return code is not None and code not in EXPLAINED and carrier.action_of(code) is Action.NEVER_AGAIN


def ask_to_watch(ctx: Context) -> None:
    """Have a worker compare senders; done again and again."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    ctx.jobs.enqueue("messages", JOB, str(ctx.organisation_id))


def watch_senders(ctx: Context, carrier: Carrier) -> int:
    """Let senders rest that are filtered, and end the trial of those that no longer are; how many were sent
    to rest. One that was stopped for what was blocked rests where others fare better. Twice is fine.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        senders = {row.address: row for row in _senders(unit)}
        rows = sender_hours.read(unit, senders, _hour(ctx.now) - max(TRIAL_MOST, WATCHED))
        found = 0
        for address in sorted({row.sender for row in rows}):
            if _is_watched(senders[address]):
                found += _watch(ctx, unit, carrier, senders[address], rows)
        return found


def wake_senders(ctx: Context) -> int:
    """Let those try again whose rest is over, slowly; how many. Only what they do from now on counts."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        due = select(Sender).where(
            Sender.organisation_id == unit.organisation_id,
            Sender.pause_reason.is_not(None),
            Sender.tries_again_at <= ctx.now,
        )
        rested = unit.session.scalars(due.order_by(Sender.id).with_for_update()).all()
        for row in rested:
            row.pause_reason = row.tries_again_at = row.handed_over_at = None
            row.resumed_at, row.trial_since = ctx.now, _hour(ctx.now)
            ctx.audit(unit, "sender.tries_again", "sender", row.id)
        if rested:
            unit.after_commit(lambda: enqueue_sending(ctx))
        return len(rested)


def rest_filtered(ctx: Context, unit: UnitOfWork, sender: Sender, filtered: Filtered) -> None:
    """Let a sender rest, whose row is locked, and others send what waits at it."""
    word = Pause.BLOCKED if filtered.blocked else LOST
    sender.pause_reason = f"{word}_{filtered.code}"
    sender.tries_again_at = rests_until(ctx.now, sender.rests)
    sender.rests, sender.trial_since, sender.handed_over_at = sender.rests + 1, None, ctx.now
    told = {"pause_reason": sender.pause_reason, "tries_again_at": sender.tries_again_at.isoformat()}
    ctx.audit(unit, "sender.rests", "sender", sender.id, told)
    unit.after_commit(lambda: enqueue_moving(ctx))


def _watch(ctx: Context, unit: UnitOfWork, carrier: Carrier, sender: Sender, rows: Sequence[Texts]) -> int:
    since = _looked_at_since(ctx, sender)
    lately = [row for row in rows if row.hour >= since]
    own_rows = [row for row in lately if row.sender == sender.address]
    own = _settled(carrier, own_rows)
    if own.texts < EVIDENCE_LEAST:
        return 0
    others = _settled(carrier, _others_of(own_rows, lately, sender.address))
    unit.session.refresh(sender, with_for_update={"key_share": True})
    if not _is_watched(sender):
        return 0
    filtered = _judge(sender, own, others, lambda: _past_of(ctx, unit, carrier, sender))
    if filtered is not None:
        rest_filtered(ctx, unit, sender, filtered)
        return 1
    if sender.trial_since is not None and fares_well(own, others):
        sender.trial_since, sender.rests = None, 0
        ctx.audit(unit, "sender.recovered", "sender", sender.id)
    return 0


def _judge(sender: Sender, own: Settled, others: Settled, past: Callable[[], Settled]) -> Filtered | None:
    """Of one that is stopped there was evidence enough to stop it: others only tell whose fault it is."""
    says_something = others.texts >= EVIDENCE_LEAST
    if sender.pause_reason is not None:
        return beside(own, others, Z_AGAIN) if says_something else None
    known = Settled() if says_something else past()
    return whether_filtered(own, others, known, trial=sender.trial_since is not None)


def _looked_at_since(ctx: Context, sender: Sender) -> dt.datetime:
    """From which hour on its texts count: on trial from its beginning, else from the first whole hour after
    somebody let it send again.
    """
    if sender.trial_since is not None:
        return max(sender.trial_since, ctx.now - TRIAL_MOST)
    window = _hour(ctx.now) - WATCHED
    return window if sender.resumed_at is None else max(window, _hour(sender.resumed_at) + HOUR)


def _past_of(ctx: Context, unit: UnitOfWork, carrier: Carrier, sender: Sender) -> Settled:
    until = _hour(ctx.now) - WATCHED
    return _settled(carrier, sender_hours.read(unit, [sender.address], until - PAST, until))


def _others_of(own: Iterable[Texts], rows: Iterable[Texts], address: str) -> list[Texts]:
    """What others sent in the campaigns that it sent in."""
    campaigns = {row.campaign_id for row in own}
    return [row for row in rows if row.sender != address and row.campaign_id in campaigns]


def _settled(carrier: Carrier, rows: Iterable[Texts]) -> Settled:
    texts, waiting, blocked, vanished = 0, 0, Counter[int](), Counter[int]()
    for row in rows:
        if row.what == "sent":
            waiting += row.texts
        if row.what not in SETTLED:
            continue
        texts += row.texts
        if is_block(carrier, row.code or None):
            blocked[row.code] += row.texts
        elif row.code and carrier.action_of(row.code) is Action.NOT_REACHED:
            vanished[row.code] += row.texts
    return Settled(texts, waiting, blocked, vanished)


def _senders(unit: UnitOfWork) -> Sequence[Sender]:
    query = select(Sender).where(Sender.organisation_id == unit.organisation_id)
    return unit.session.scalars(query.order_by(Sender.id)).all()


def _is_watched(sender: Sender) -> bool:
    """Whether it sends, or has been stopped by itself and waits for a person."""
    reason = sender.pause_reason
    return reason is None or (reason.startswith(Pause.BLOCKED) and sender.tries_again_at is None)


def _hour(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=0, second=0, microsecond=0)
