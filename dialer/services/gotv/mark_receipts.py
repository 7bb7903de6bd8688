"""Marks that name themselves: a phone that got no answer sends them again, and they are taken once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.telling import Outcome
from dialer.services.context import Context
from dialer.services.gotv.views import MarkedTurnout, NewMark, ToldMark
from dialer.store.models.gotv import VoterRecord
from dialer.store.queries import telling
from dialer.store.queries.telling import Receipt
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Sent:
    """Marks as they came: those that are new, and those that were taken before, with what was answered."""

    fresh: Sequence[NewMark]
    again: Sequence[tuple[NewMark, Receipt]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a fresh mark: its evidence, if it left any, and whom it is about."""

    mark: NewMark
    outcome: Outcome
    contact_id: uuid.UUID | None
    mark_id: uuid.UUID | None


def sort_out(unit: UnitOfWork, marks: Sequence[NewMark]) -> Sent:
    """Tell new marks from those that came before; of two with one id the first is the mark."""
    named = {mark.client_id for mark in marks if mark.client_id}
    if not named:
        return Sent(marks, ())
    known = telling.receipts(unit.session, unit.organisation_id, named)
    fresh, seen = list[NewMark](), set[uuid.UUID]()
    for mark in marks:
        if mark.client_id is None or mark.client_id not in known.keys() | seen:
            fresh.append(mark)
            seen |= {mark.client_id} if mark.client_id else set()
    again = [(mark, known[mark.client_id]) for mark in marks if mark.client_id and mark.client_id in known]
    return Sent(fresh, again)


def give_receipts(
    ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, taken: Sequence[Taken]
) -> list[ToldMark]:
    """Keep what is answered to the marks that name themselves, and give it."""
    named = [one for one in taken if one.mark.client_id is not None]
    voted = _voted_at(unit, election_id, {one.contact_id for one in named if one.contact_id})
    receipts = [
        Receipt(one.mark.client_id, one.outcome, voted.get(one.contact_id), one.mark_id)
        for one in named
        if one.mark.client_id is not None
    ]
    telling.keep_receipts(unit.session, unit.organisation_id, ctx.actor.account_id, receipts, ctx.now)
    return [told(one) for one in receipts]


def told(receipt: Receipt) -> ToldMark:
    """A receipt as whoever sent the mark reads it."""
    return ToldMark(receipt.client_id, receipt.outcome, receipt.voted_at)


def with_again(outcome: MarkedTurnout, again: Sequence[tuple[NewMark, Receipt]]) -> MarkedTurnout:
    """The answer with the marks that came again in it, counted as they were the first time."""
    of = {kind: [mark.elector_number for mark, one in again if one.outcome is kind] for kind in Outcome}
    return MarkedTurnout(
        accepted=outcome.accepted + len(of[Outcome.ACCEPTED]),
        duplicates=outcome.duplicates + len(of[Outcome.DUPLICATE]) + len(of[Outcome.UNDONE]),
        unknown=(*outcome.unknown, *of[Outcome.UNKNOWN]),
        held=(*outcome.held, *of[Outcome.HELD]),
        each=(*outcome.each, *(told(one) for _, one in again)),
    )


def _voted_at(
    unit: UnitOfWork, election_id: uuid.UUID, people: Collection[uuid.UUID]
) -> dict[uuid.UUID | None, dt.datetime | None]:
    rows = unit.session.execute(
        select(VoterRecord.contact_id, VoterRecord.voted_at).where(
            VoterRecord.organisation_id == unit.organisation_id,
            VoterRecord.election_id == election_id,
            VoterRecord.contact_id.in_(people),
        )
    )
    return {row.contact_id: row.voted_at for row in rows}
