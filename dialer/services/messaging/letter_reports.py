"""What becomes of letters, as servers and relays report it: kept first, applied in batches, forward only.

One is about a letter of ours only where it has a name of ours in it (`domain.letter_names`), which nobody can
make up: whoever forges a bounce could else have anybody's address taken for dead.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, select, update

from dialer.domain.access import Permission, require
from dialer.domain.email_address import comparable
from dialer.domain.mail_report import BOUNCES, PASSING, Fate, Report
from dialer.domain.message import moves
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import (
    BATCH,
    BUSY_WAIT,
    let_wait,
    let_wait_longer,
    set_applied,
)
from dialer.services.messaging.charging import Cost, charge
from dialer.services.messaging.dead_addresses import (
    CameBack,
    bar_complained,
    bar_dead_address,
    give_up_addresses,
)
from dialer.services.messaging.figures import BLAST, Move, count_bounces, count_moves
from dialer.services.messaging.needing_answers import REPLY, wait_again
from dialer.services.messaging.outcomes import check_refusals
from dialer.services.messaging.progress import PUT_OFF
from dialer.services.messaging.relay_tokens import Signed, use_token
from dialer.services.messaging.sender_figures import Tried, count_tried
from dialer.services.messaging.status_writing import UNSENT
from dialer.store.models.messaging import CarrierEvent, Message
from dialer.store.queries import counters
from dialer.store.queries.carrier_events import (
    DueEvent,
    TextNow,
    claim_due,
    claim_messages,
    find_messages,
    keep_events,
    move_messages,
)
from dialer.store.session import UnitOfWork

KIND: Final = "email_report"
APPLY: Final = "workers.jobs.apply_letter_reports"

_PROVES: Final = {Fate.DELIVERED: "delivered", Fate.COMPLAINT: "delivered"} | dict.fromkeys(
    BOUNCES, "undelivered"
)
"""The state of a letter that each proves: whoever complains of one has got it."""


@dataclass(frozen=True, slots=True)
class ReportTold:
    """One report; `name` is the same however often it comes."""

    name: str
    report: Report = field(repr=False)


def record_reports(ctx: Context, told: Sequence[ReportTold], signed: Signed | None = None) -> int:
    """Keep reports durably, all or none; how many weren't kept before. `BadSignature` where a relay's token
    (`signed`) came with another report before.
    """
    require(ctx.actor, Permission.MAIL_TELL)
    with ctx.unit() as unit:
        if signed is not None:
            use_token(ctx, unit, signed)
        return keep_reports(ctx, unit, told)


def keep_reports(ctx: Context, unit: UnitOfWork, told: Sequence[ReportTold]) -> int:
    """Keep those that are about letters of ours and aren't kept yet, and have them applied."""
    names = ctx.messaging.mail.names
    about = [(each, names.of_text(each.report.about)) for each in told]
    rows = [
        {
            "name": each.name,
            "sid": names.message_id(letter_id),
            "about_id": letter_id,
            "status": each.report.fate.value,
            "error_code": each.report.code or None,
            "payload": {
                "status": each.report.status,
                "diagnostic": each.report.diagnostic,
                "recipients": list(each.report.recipients),
            },
        }
        for each, letter_id in about
        if letter_id is not None
    ]
    new = keep_events(unit, KIND, rows, ctx.now) if rows else 0
    if new:
        unit.after_commit(lambda: ask_to_apply(ctx))
    return new


def ask_to_apply(ctx: Context) -> None:
    """Have a worker apply them."""
    ctx.jobs.enqueue("events", APPLY, str(ctx.organisation_id))


def ask_if_due(ctx: Context) -> None:
    """Have those applied that are due; the queue may have been emptied, or the asking lost."""
    with ctx.unit() as unit:
        due = select(CarrierEvent.id).where(
            CarrierEvent.organisation_id == unit.organisation_id,
            CarrierEvent.kind == KIND,
            CarrierEvent.applied_at.is_(None),
            CarrierEvent.due_at <= ctx.now,
        )
        if unit.session.scalar(due.limit(1)) is not None:
            unit.after_commit(lambda: ask_to_apply(ctx))


@again_after_deadlock
def apply_reports(ctx: Context, limit: int = BATCH) -> int:
    """Apply the reports that are due, at most `limit` of them; how many were looked at."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        events = claim_due(unit, KIND, ctx.now, limit)
        if not events:
            return 0
        found = find_messages(unit, events)
        letters = claim_messages(unit, set(found.values()))
        payloads = _payloads(unit, events)
        told = [
            _Told(letters[found[event.id]], event, payloads[event.id])
            for event in events
            if event.id in found and found[event.id] in letters
        ]
        _write(ctx, unit, told)
        set_applied(unit, [each.event for each in told], ctx.now)
        busy = [event for event in events if event.id in found and found[event.id] not in letters]
        let_wait(unit, busy, ctx.now + BUSY_WAIT)
        let_wait_longer(unit, [event for event in events if event.id not in found], ctx.now)
        return len(events)


@dataclass(frozen=True, slots=True)
class _Told:
    """A report beside the letter that it is about, as that stands."""

    letter: TextNow
    event: DueEvent
    payload: Mapping[str, Any]

    @property
    def fate(self) -> Fate:
        return Fate(self.event.status)

    @property
    def bounce(self) -> Fate:
        """Why the letter came back, of the address that we wrote to: of one that it leads on to, nobody knows
        what it says of that.
        """
        says_of_address = self.fate is Fate.HARD or self.fate in PASSING
        return Fate.OTHER if says_of_address and not self.is_of_its_address else self.fate

    @property
    def is_of_its_address(self) -> bool:
        """Whether it is about the address that we wrote to, and not one that this leads on to."""
        recipients = self.payload.get("recipients") or []
        return not recipients or comparable(self.letter.number or "") in map(comparable, recipients)


def _payloads(unit: UnitOfWork, events: Sequence[DueEvent]) -> dict[uuid.UUID, Mapping[str, Any]]:
    query = select(CarrierEvent.id, CarrierEvent.payload).where(
        CarrierEvent.organisation_id == unit.organisation_id,
        CarrierEvent.id.in_([event.id for event in events]),
    )
    return {row.id: row.payload for row in unit.session.execute(query)}


def _write(ctx: Context, unit: UnitOfWork, told: Sequence[_Told]) -> None:
    """Move the letters on, once each, and do what follows for the addresses."""
    last: dict[uuid.UUID, tuple[_Told, str]] = {}
    for each in sorted(told, key=lambda one: (one.event.received_at, one.event.id)):
        state = _PROVES.get(each.fate)
        stands = last[each.letter.id][1] if each.letter.id in last else each.letter.state
        if state is not None and moves(stands, state):
            last[each.letter.id] = (each, state)
    if last:
        _move(ctx, unit, list(last.values()))
    _count_put_off(unit, told)
    for each in sorted(told, key=lambda one: str(one.letter.number)):
        _follow(ctx, unit, each)
    passing = [one for one in told if one.fate in PASSING and one.is_of_its_address]
    letters = [
        CameBack(one.letter.id, one.letter.blast_id, one.letter.number)
        for one in passing
        if one.letter.number
    ]
    give_up_addresses(ctx, unit, letters)


def _count_put_off(unit: UnitOfWork, told: Sequence[_Told]) -> None:
    """Note once of each email that its server puts off for a while (4.x.x): it goes on trying."""
    late = {each.letter.id: each.event.received_at for each in told if each.fate is Fate.DELAYED}
    if not late:
        return
    noted = (
        update(Message)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.id.in_(late),
            Message.put_off_at.is_(None),
        )
        .values(put_off_at=min(late.values()))
        .returning(Message.blast_id, Message.purpose)
    )
    rows = unit.session.execute(noted).all()
    of_blasts = Counter(row.blast_id for row in rows if row.blast_id is not None and row.purpose == BLAST)
    for blast_id, count in sorted(of_blasts.items()):
        counters.bump(unit, BLAST, blast_id, PUT_OFF, count)


def _move(ctx: Context, unit: UnitOfWork, moved: Sequence[tuple[_Told, str]]) -> None:
    columns: dict[str, list[Any]] = {
        "ids": [each.letter.id for each, _ in moved],
        "befores": [each.letter.state for each, _ in moved],
        "states": [state for _, state in moved],
        "sids": [None for _ in moved],
        "ats": [each.event.received_at for each, _ in moved],
        "error_codes": [each.event.error_code for each, _ in moved],
    }
    written = move_messages(unit, columns, _terms(ctx))
    done = [(each, state) for each, state in moved if each.letter.id in written]
    count_moves(unit, [_moved(each.letter, state) for each, state in done])
    count_tried(unit, [_tried(each.letter.state, state, written[each.letter.id]) for each, state in done])
    charge(
        ctx, unit, [Cost.of_row(written[each.letter.id]) for each, _ in done if each.letter.state in UNSENT]
    )
    failed = [each for each, state in done if state == "undelivered"]
    for each in failed:
        _explain(unit, each)
    count_bounces(unit, ((each.letter.blast_id, each.letter.purpose, each.bounce.value) for each in failed))
    wait_again(unit, [each.letter.number for each in failed if each.letter.purpose == REPLY], ctx.now)
    doubtful = {
        each.letter.blast_id
        for each in failed
        if each.letter.blast_id is not None and each.letter.purpose == BLAST and each.fate not in PASSING
    }
    check_refusals(ctx, unit, sorted(doubtful))


def _tried(before: str, after: str, row: Row[Any]) -> Tried:
    return Tried(row.sender, row.campaign_id, row.tried_at, before, after, row.error_code)


def _moved(letter: TextNow, state: str) -> Move:
    return Move(
        letter.blast_id,
        letter.campaign_id,
        letter.purpose,
        letter.state,
        state,
        reason_before=letter.skip_reason,
    )


def _explain(unit: UnitOfWork, told: _Told) -> None:
    """Keep beside a letter that bounced why, and what its server said."""
    said = " ".join(filter(None, (told.payload.get("status"), told.payload.get("diagnostic"))))
    unit.session.execute(
        update(Message)
        .where(Message.organisation_id == unit.organisation_id, Message.id == told.letter.id)
        .values(error_detail=said or None, bounce=told.bounce.value)
    )


def _follow(ctx: Context, unit: UnitOfWork, told: _Told) -> None:
    """Write no more to an address that nobody has, or whose owner calls our letters unwanted."""
    address = told.letter.number
    if address is None:
        return
    at: dt.datetime = told.event.received_at
    if told.fate is Fate.HARD and told.is_of_its_address and bar_dead_address(unit, address, at):
        ctx.audit(unit, "address.bounced", "message", told.letter.id)
    if told.fate is Fate.COMPLAINT and bar_complained(unit, address, at):
        ctx.audit(unit, "address.complained", "message", told.letter.id)


def _terms(ctx: Context) -> dict[str, Any]:
    policy = ctx.messaging
    return {
        "price": policy.prices.usual,
        "currency": policy.currency,
        "reconcile_after_s": policy.reconcile_after_s,
    }
