"""A launched blast written down as messages: chunk by chunk, resumable after any end, each person once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg.errors import UniqueViolation
from sqlalchemy import or_, update

from dialer.domain.access import Permission, require
from dialer.domain.message import ENCODINGS
from dialer.domain.message_gate import Skip
from dialer.domain.sender import choose
from dialer.services.context import Context
from dialer.services.messaging.candidates import CHUNK, Candidate, Chunk, chunk_after
from dialer.services.messaging.figures import BLAST, Move, count_moves
from dialer.services.messaging.first_waves import draw_first_wave
from dialer.services.messaging.picture_texts import Wordings
from dialer.services.messaging.rendering import Links
from dialer.services.messaging.senders import rates_of
from dialer.services.messaging.text_links import links_of_each
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_audience import known_senders, numbers_taken
from dialer.store.queries.message_rows import NewMessage, copy_messages
from dialer.store.session import UnitOfWork

LEASE: Final = dt.timedelta(seconds=20)
"""For how long a silent worker is believed to be at work on a chunk; then another takes it."""

FIRST_CHUNK: Final = 1_000

PLANNABLE: Final = ("running", "paused")


class _OvertakenError(Exception):
    """The blast was called off, or another worker wrote this chunk: this one leaves no trace."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A blast whose next chunk is this run's, and how far it had come."""

    blast: Blast
    campaign: Campaign
    through: uuid.UUID | None

    @property
    def usual_size(self) -> int:
        return FIRST_CHUNK if self.through is None else CHUNK


def plan_chunk(ctx: Context, blast_id: uuid.UUID, size: int | None = None) -> bool:
    """Write the next messages of a blast down, usually 10,000; whether more follow. The first are few, so
    that they go out within seconds of the launch.

    May be run at any time and by several workers: a chunk belongs to whoever holds the lease, and is
    committed with the watermark behind it, or not at all.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    task = _lease(ctx, blast_id)
    if task is None:
        return False
    try:
        with ctx.unit() as unit:
            chunk = chunk_after(
                ctx, unit, task.blast, task.campaign, after=task.through, size=size or task.usual_size
            )
            rows = list(_Plan(ctx, unit, task).messages(chunk.candidates))
            copy_messages(unit, blast_id, task.campaign.id, rows, now=ctx.now, channel=task.blast.channel)
            _move_on(ctx, unit, task, chunk, rows)
    except _OvertakenError:
        return False
    except UniqueViolation:  # of the copying itself, which isn't SQLAlchemy's
        _give_back(ctx, blast_id)  # somebody on a shared number was handed on meanwhile: read it anew
        return True
    return not chunk.last


def _lease(ctx: Context, blast_id: uuid.UUID) -> _Task | None:
    """Claim the next chunk; None when there is nothing to plan, or somebody is at it."""
    with ctx.unit() as unit:
        free = or_(Blast.plan_leased_until.is_(None), Blast.plan_leased_until < ctx.now)
        blast = unit.session.execute(
            update(Blast)
            .where(
                Blast.organisation_id == unit.organisation_id,
                Blast.id == blast_id,
                Blast.state.in_(PLANNABLE),
                Blast.planned_at.is_(None),
                free,
            )
            .values(plan_leased_until=ctx.now + LEASE)
            .returning(Blast)
        ).scalar_one_or_none()
        if blast is None:
            return None
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))
        return _Task(blast, campaign, blast.planned_through)


def _give_back(ctx: Context, blast_id: uuid.UUID) -> None:
    with ctx.unit() as unit:
        unit.session.execute(
            update(Blast)
            .where(Blast.organisation_id == unit.organisation_id, Blast.id == blast_id)
            .values(plan_leased_until=None)
        )


def _move_on(ctx: Context, unit: UnitOfWork, task: _Task, chunk: Chunk, rows: Sequence[NewMessage]) -> None:
    """Move the watermark over this chunk. Whoever finds it elsewhere has been overtaken."""
    moved = unit.session.execute(
        update(Blast)
        .where(
            Blast.organisation_id == unit.organisation_id,
            Blast.id == task.blast.id,
            Blast.state.in_(PLANNABLE),
            Blast.planned_at.is_(None),
            Blast.planned_through.is_not_distinct_from(task.through),
        )
        .values(
            planned_through=chunk.through,
            planned_at=ctx.now if chunk.last else None,
            plan_leased_until=None,
            total=Blast.total + len(rows),
        )
        .returning(Blast.id)
    ).scalar_one_or_none()
    if moved is None:
        raise _OvertakenError
    if chunk.last:
        draw_first_wave(unit, task.blast.id)
    of_it = (task.blast.id, task.campaign.id, BLAST, None)
    count_moves(unit, (Move(*of_it, row.state, reason_after=row.skip_reason) for row in rows))


class _Plan:
    """What turns a chunk's people into messages: senders and addresses are read once for all of them."""

    def __init__(self, ctx: Context, unit: UnitOfWork, task: _Task) -> None:
        self._ctx = ctx
        self._unit = unit
        self._blast = task.blast
        self._campaign = task.campaign
        self._wordings = Wordings(unit, task.blast, task.campaign, task.blast.senders)
        self._bodies = self._wordings.linked
        self._rates = rates_of(unit, task.blast.senders, ctx.messaging)

    def messages(self, candidates: Sequence[Candidate]) -> Iterator[NewMessage]:
        """A message for each: the first eligible person on a number stands for it, the others wait behind."""
        numbers = sorted({one.number for one in candidates if one.skip is None and one.number is not None})
        taken = numbers_taken(self._unit, self._blast.id, numbers)
        known = known_senders(self._unit, numbers)
        links = self._links(candidates)
        for one in candidates:
            if one.skip is not None or one.number is None:
                yield _skipped(one)
                continue
            sender, first = known.get(one.number), one.number not in taken
            yield self._message(one, one.number, sender, links[one.id], first=first)
            taken.add(one.number)

    def _links(self, candidates: Sequence[Candidate]) -> Mapping[uuid.UUID, Links]:
        """Everybody's own addresses, also of those who wait behind somebody on the same number."""
        whose = {one.id: one.number for one in candidates if one.skip is None and one.number is not None}
        return links_of_each(
            self._ctx, self._unit, self._campaign, self._bodies, numbers=whose, blast_id=self._blast.id
        )

    def _message(
        self, one: Candidate, number: str, known: str | None, links: Links, *, first: bool
    ) -> NewMessage:
        sender = choose(number, self._rates, known)
        language = self._bodies.language_of(one.person.language)
        words = self._wordings.of(number, sender, one.person, language, links)
        return NewMessage(
            id=new_id(),
            contact_id=one.id,
            number=number,
            sender=sender,
            body=words.body,
            subject=words.subject,
            encoding=words.encoding,
            segments=words.segments,
            state="queued" if first else "skipped",
            skip_reason=None if first else Skip.DUPLICATE_NUMBER,
            picture=words.picture,
        )


def _skipped(one: Candidate) -> NewMessage:
    reason = one.skip or Skip.NO_PHONE  # of a letter `no_email` is always said
    return NewMessage(new_id(), one.id, one.number, None, "", ENCODINGS[0], 0, "skipped", reason)
