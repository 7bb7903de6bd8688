"""Texts of a stopped sender given to the other senders of their blasts, for as long as it is stopped.

A text stays the row it is and only gets another sender while it waits, so nothing of this can send it twice.
Whoever had it claimed loses it: the gate looks at no text that isn't theirs. What comes back into the line
later (a refusal that passes, a lost answer that is settled) follows by itself until a person lets the sender
send again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.blast import GOING
from dialer.domain.errors import InvalidTransition
from dialer.domain.sender import choose
from dialer.services.context import Context
from dialer.services.messaging.blasts import open_blasts
from dialer.services.messaging.outgoing import ask_to_send
from dialer.services.messaging.sender_settings import reach_sender
from dialer.services.messaging.senders import known_senders, rates_of
from dialer.store.models.messaging import Blast, Sender
from dialer.store.queries import message_leftovers
from dialer.store.queries.blast_audience import known_senders as senders_known_to
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class HandOver:
    """What becomes of the texts that wait at a stopped sender.

    `texts` of `blasts` go to other senders; `in_conversation` of them are to people who have written with
    this one, and hear from another now. `staying` are of blasts that have no other sender that goes, and
    `singles` are answers and texts to one person: both wait for it.
    """

    sender_id: uuid.UUID
    texts: int
    blasts: int
    in_conversation: int
    staying: int
    singles: int


def hand_over(ctx: Context, sender_id: uuid.UUID) -> HandOver:
    """Let the other senders of its blasts send what waits at a stopped sender, until it sends again itself.
    Workers do it, in a moment; again: the same, with what waits by then. `InvalidTransition` where it isn't
    stopped.

    Each text goes to the sender that its person knows, where the blast has that one, else to one of the
    others by their rates.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_sender(unit, sender_id, lock=True)
        if row.pause_reason is None:
            raise InvalidTransition("It sends its texts itself. Stop it first.", state="active")
        told = _told(ctx, unit, row)
        if row.handed_over_at is None:
            row.handed_over_at = ctx.now
            ctx.audit(
                unit, "sender.handed_over", "sender", row.id, {"texts": told.texts, "blasts": told.blasts}
            )
        unit.after_commit(lambda: enqueue_moving(ctx))
        return told


def move_some(ctx: Context) -> bool:
    """Give some texts of senders that were handed over to others; whether more may be left. May be done at
    any time, by any number of workers.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        for sender in _handed_over(unit):
            for blast in _blasts_of(unit, sender.address):
                if _move(ctx, unit, sender.address, blast):
                    ask_to_send(ctx, unit)
                    return True
    return False


def ask_to_move(ctx: Context) -> None:
    """Have a worker move what waits at a sender that was handed over."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        waits = any(
            message_leftovers.count_waiting(unit, blast.id, sender.address)
            for sender in _handed_over(unit)
            for blast in _blasts_of(unit, sender.address)
            if _others(ctx, unit, blast, sender.address)
        )
    if waits:
        enqueue_moving(ctx)


def enqueue_moving(ctx: Context) -> None:
    """Ask a worker for it."""
    ctx.jobs.enqueue("messages", "workers.jobs.move_texts", str(ctx.organisation_id))


def _told(ctx: Context, unit: UnitOfWork, row: Sender) -> HandOver:
    texts = blasts = in_conversation = staying = 0
    for blast in _blasts_of(unit, row.address):
        waiting = message_leftovers.count_waiting(unit, blast.id, row.address)
        if not _others(ctx, unit, blast, row.address):
            staying += waiting
        elif waiting:
            texts += waiting
            blasts += 1
            in_conversation += message_leftovers.count_in_conversation(unit, blast.id, row.address)
    singles = message_leftovers.count_singles(unit, row.address)
    return HandOver(row.id, texts, blasts, in_conversation, staying, singles)


def _handed_over(unit: UnitOfWork) -> Sequence[Sender]:
    query = select(Sender).where(
        Sender.organisation_id == unit.organisation_id,
        Sender.handed_over_at.is_not(None),
        Sender.pause_reason.is_not(None),
    )
    return unit.session.scalars(query.order_by(Sender.id)).all()


def _blasts_of(unit: UnitOfWork, address: str) -> Iterator[Blast]:
    """The blasts that have begun and aren't over, of those that this sender is one of."""
    for state in sorted(GOING):
        yield from (blast for blast in open_blasts(unit, state) if address in blast.senders)


def _others(ctx: Context, unit: UnitOfWork, blast: Blast, address: str) -> dict[str, float]:
    """The rates of a blast's other senders that aren't stopped."""
    others = [sender for sender in blast.senders if sender != address]
    stopped = {row.address for row in known_senders(unit, others).values() if row.pause_reason is not None}
    return rates_of(unit, [one for one in others if one not in stopped], ctx.messaging)


def _move(ctx: Context, unit: UnitOfWork, address: str, blast: Blast) -> int:
    others = _others(ctx, unit, blast, address)
    if not others:
        return 0
    waiting = message_leftovers.lock_waiting(unit, blast.id, address, AT_ONCE)
    known = senders_known_to(unit, sorted(set(waiting.values())))
    given = {id_: choose(number, others, known.get(number)) for id_, number in waiting.items()}
    message_leftovers.give(unit, given)
    return len(given)
