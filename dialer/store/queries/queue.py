"""The waiting line of numbers: claims, holds and leases, each an atomic statement.

Locks are always taken in one order: shift, assignment, queue entry, hold, facts, counters. A table of them
is in docs/architecture.md.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.languages import Lane
from dialer.domain.matching import THERE
from dialer.domain.queue_order import CALLBACK_GRACE, LINES, Rank, rank_of
from dialer.store.models.base import new_id
from dialer.store.models.calling import Assignment, Hold, Shift
from dialer.store.models.queue import QueueEntry
from dialer.store.queries.calls import HAS_OPEN_CALL
from dialer.store.queries.due_numbers import BY_HAND
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork


def in_order(lanes: Sequence[Lane]) -> Sequence[tuple[int, Lane]]:
    """Each rank with each lane, in the order in which a claim looks at them."""
    every = [(rank, lane) for rank in LINES for lane in lanes]
    return sorted(every, key=lambda line: line[1].at_last and line[0] != Rank.CALLBACK)


def lines(lanes: Sequence[Lane]) -> Mapping[str, list[Any]]:
    """The lines to look at, in order: those of all lanes of one rank come before those of the next."""
    every = in_order(lanes)
    return {
        "ranks": [rank for rank, _ in every],
        "low": [lane.low for _, lane in every],
        "high": [lane.high for _, lane in every],
    }


@dataclass(frozen=True, slots=True)
class Claim:
    """A number taken from the line, locked until the transaction ends."""

    entry_id: uuid.UUID
    number: str
    rank: Rank
    suppressed: bool
    """It must not be rung, by the no of anybody who has it."""
    dead: bool


def claim(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    account_id: uuid.UUID,
    now: dt.datetime,
    *,
    passed_over: Sequence[uuid.UUID],
    lanes: Sequence[Lane],
    spared: Sequence[str] = (),
) -> Claim | None:
    """The first number that is due, in the order of ranks and in each of lanes, that nobody holds and nobody
    is claiming, and that isn't one of those that the volunteer is `spared`.

    Who is on it is to be read afterwards: whatever is recorded of them in this campaign waits for the lock
    from then on. A callback waits `CALLBACK_GRACE` for the volunteer who promised it, while they are there.
    """
    rows = BY_HAND.rows(
        unit.session,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign_id,
            "account_id": account_id,
            "now": now,
            **lines(lanes),
            "passed_over": list(passed_over),
            "spared": list(spared),
            "grace_over": now - CALLBACK_GRACE,
            "seen_since": now - THERE,
        },
    )
    if not rows:
        return None
    ((entry_id, number, priority, suppressed, dead),) = rows
    return Claim(entry_id, number, rank_of(priority), suppressed, dead)


def hold(
    unit: UnitOfWork,
    assignment_id: uuid.UUID,
    number: str,
    contact_ids: Sequence[uuid.UUID],
) -> bool:
    """Hold a number and the people on it for an assignment; False when somebody else holds any of them.

    The unique indexes decide. Rows go in in one order everywhere, so that two
    claims can't wait for each other.
    """
    wanted: list[dict[str, object]] = [{"number": number, "contact_id": None}]
    wanted += [{"number": None, "contact_id": contact_id} for contact_id in sorted(contact_ids)]
    common = {"organisation_id": unit.organisation_id, "assignment_id": assignment_id}
    rows = [{"id": new_id(), **common, **one} for one in wanted]
    taken = unit.session.execute(insert(Hold).values(rows).on_conflict_do_nothing().returning(Hold.id)).all()
    return len(taken) == len(rows)


_HAND_OUT = Quick(
    """
    WITH given AS (
        INSERT INTO assignment (
            organisation_id, id, shift_id, campaign_id, account_id, queue_entry_id, contact_id, number,
            household_ids, script_version_id, state, attempt, created_at, expires_at)
        VALUES (
            :organisation_id, :id, :shift_id, :campaign_id, :account_id, :queue_entry_id, :contact_id,
            :number, CAST(:household_ids AS uuid[]), :script_version_id, 'open', :attempt, :created_at,
            :expires_at)
    ),
    held AS (
        INSERT INTO hold (organisation_id, id, assignment_id, number, contact_id)
        SELECT :organisation_id, wanted.id, :id, wanted.number, wanted.contact_id
        FROM unnest(CAST(:holds AS uuid[]), CAST(:numbers AS text[]), CAST(:contacts AS uuid[]))
             AS wanted(id, number, contact_id)
        ON CONFLICT DO NOTHING
        RETURNING id
    ),
    taken AS (
        UPDATE queue_entry SET state = 'held'
        WHERE organisation_id = :organisation_id AND id = :queue_entry_id
          AND (SELECT count(*) FROM held) = cardinality(CAST(:holds AS uuid[]))
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM taken)
    """
)


def hand_out(unit: UnitOfWork, given: Mapping[str, object], contact_ids: Sequence[uuid.UUID]) -> bool:
    """Write an open assignment of a claimed number down, hold the number and the people on it, and take it
    out of the line; False, and nothing of it, where somebody else holds any of them. As `hold` does, rows go
    in in one order.
    """
    people = sorted(contact_ids)
    wanted = {
        "holds": [new_id() for _ in range(1 + len(people))],
        "numbers": [given["number"], *(None for _ in people)],
        "contacts": [None, *people],
    }
    ((is_given,),) = _HAND_OUT.rows(unit.session, {**given, **wanted})
    if is_given:
        return True
    which = (Assignment.organisation_id == unit.organisation_id) & (Assignment.id == given["id"])
    unit.session.execute(delete(Assignment).where(which), execution_options={"synchronize_session": False})
    return False  # and what it got hold of is gone with it


_RELEASE = text(
    "DELETE FROM hold WHERE organisation_id = :organisation_id AND assignment_id = ANY (CAST(:ids AS uuid[]))"
)


def release(unit: UnitOfWork, assignment_ids: Sequence[uuid.UUID]) -> None:
    """Let go of whatever these assignments hold."""
    unit.session.execute(_RELEASE, {"organisation_id": unit.organisation_id, "ids": list(assignment_ids)})


def set_held(unit: UnitOfWork, entry_id: uuid.UUID) -> None:
    """Take a claimed number out of the line while somebody has it."""
    _change(unit, [entry_id], state="held")


def set_out(unit: UnitOfWork, entry_id: uuid.UUID, reason: str) -> None:
    """Take a number out of the line until something about it changes."""
    _change(unit, [entry_id], state="out", out_reason=reason)


def has_out(unit: UnitOfWork, entry_ids: Sequence[uuid.UUID]) -> bool:
    """Whether any of these is out of the line."""
    mine = (QueueEntry.organisation_id == unit.organisation_id, QueueEntry.id.in_(entry_ids))
    return bool(entry_ids) and bool(
        unit.session.scalar(select(exists().where(*mine, QueueEntry.state == "out")))
    )


def set_done(unit: UnitOfWork, entry_id: uuid.UUID) -> None:
    """Nobody on this number is to be called any more."""
    _change(unit, [entry_id], state="done")


def put_off(unit: UnitOfWork, entry_id: uuid.UUID, until: dt.datetime) -> None:
    """Leave a number waiting until a later moment."""
    _change(unit, [entry_id], due_at=until)


def put_back(unit: UnitOfWork, entry_ids: Sequence[uuid.UUID]) -> None:
    """Numbers that were held wait again, at the place they had."""
    _change(unit, entry_ids, only="held", state="waiting")


def put_first(unit: UnitOfWork, entry_ids: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """Numbers whose lease ran out are due at once, before fresh ones."""
    _change(unit, entry_ids, only="held", state="waiting", priority=Rank.EXPIRED, due_at=now)


def _change(
    unit: UnitOfWork,
    entry_ids: Sequence[uuid.UUID],
    only: str | None = None,
    **values: object,
) -> None:
    which = update(QueueEntry).where(
        QueueEntry.organisation_id == unit.organisation_id, QueueEntry.id.in_(entry_ids)
    )
    if only:
        which = which.where(QueueEntry.state == only)
    unit.session.execute(which.values(**values), execution_options={"synchronize_session": False})


def lapsed(unit: UnitOfWork, now: dt.datetime, most: int) -> Sequence[Assignment]:
    """Open assignments whose lease ran out, locked with their shifts; those in use are left for later, and
    so are those whose volunteer is on the phone for them.
    """
    query = (
        select(Assignment)
        .join(
            Shift, (Shift.organisation_id == Assignment.organisation_id) & (Shift.id == Assignment.shift_id)
        )
        .where(
            Assignment.organisation_id == unit.organisation_id,
            Assignment.state == "open",
            Assignment.expires_at <= now,
            ~HAS_OPEN_CALL,
        )
        .order_by(Assignment.expires_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return unit.session.scalars(query).all()
