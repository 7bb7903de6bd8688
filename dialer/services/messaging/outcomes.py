"""What became of texts on the wire, recorded in bulk, with all that follows from the carrier's words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.engine import Row

from dialer.carrier.mail_port import DEFERRED, POLICY_CODE
from dialer.carrier.port import NOT_BEGUN, Accepted, NotAccepted, Refused, SendOutcome, Unknown
from dialer.domain.blast import Pause
from dialer.domain.carrier_action import Action
from dialer.domain.email_address import channel_of
from dialer.domain.mail_report import PASSING, Fate, fate_of_reply, is_about_us
from dialer.domain.message import (
    BREAKER_WINDOW,
    LETTER_TRIES,
    back_off,
    letter_back_off,
    too_many_refused,
)
from dialer.domain.sender import Rest
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.charging import Cost, charge
from dialer.services.messaging.consequences import Said, follow
from dialer.services.messaging.dead_addresses import CameBack, bar_dead_address, give_up_addresses
from dialer.services.messaging.figures import Move, count_bounces, count_moves
from dialer.services.messaging.launching import pause_with_reason
from dialer.services.messaging.needing_answers import REPLY, wait_again
from dialer.services.messaging.picture_texts import led
from dialer.services.messaging.sender_figures import Tried, count_tried
from dialer.services.messaging.senders import known_senders, rest_senders, without_pictures
from dialer.store.models.messaging import Blast, Message
from dialer.store.queries import message_outcomes, message_pictures
from dialer.store.queries.message_gate import Judged
from dialer.store.queries.message_outcomes import Attempt, Failure, PutBack
from dialer.store.queries.message_pictures import Led
from dialer.store.session import UnitOfWork

FIRST_LOOK: Final = dt.timedelta(seconds=5)
"""How soon a text of unknown outcome is first looked for, where it settles later than that."""
QUEUE_FULL_REST: Final = dt.timedelta(minutes=1)
MISCONFIGURED_REST: Final = dt.timedelta(minutes=5)
SOME: Final = 3
MOSTLY: Final = 0.5
"""When so many and more than this share of a sender's texts aren't accepted, the sender itself rests."""
_NOT_OF_SENDER: Final = frozenset({NOT_BEGUN, DEFERRED})
GIVEN_UP_CODE: Final = 450
"""What a letter failed of that was put off for more than a day."""

EXPLAINED: Final = frozenset(
    {21211, 21214, 21602, 21604, 21610, 21612, 21614, 21617, 30003, 30005, 30006, 30008, 30036}
    | {GIVEN_UP_CODE, 452, 550, 551, 552, 553, 556}
)
"""Refusals that tell about one number or one text (30036: the time that we ourselves gave it was over), or
about one address of email. Of all others many together mean that something is wrong with us (contract §7)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A text that was on the wire, and what became of it."""

    text: Judged
    outcome: SendOutcome


@dataclass(slots=True)
class _Sorted:
    """A batch by what is to be written."""

    accepted: dict[uuid.UUID, str] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    put_back: list[PutBack] = field(default_factory=list)
    led: list[Led] = field(default_factory=list)
    """Of those, the ones that lead to their picture from now on."""
    lost: list[Attempt] = field(default_factory=list)


@again_after_deadlock
def record_outcomes(ctx: Context, batch: Sequence[Sent], luck: Callable[[], float]) -> None:
    """Write down what became of a batch. What a callback or a look has settled meanwhile stays as it is."""
    with ctx.unit(by_keys=True) as unit:
        written = _sort(ctx, unit, batch, luck)
        accept_texts(ctx, unit, written.accepted)
        failed = message_outcomes.fail(unit, written.failed) if written.failed else ()
        count_rows(unit, failed)
        count_tried(unit, map(_tried, failed))
        _follow_bounces(ctx, unit, failed)
        count_rows(unit, message_outcomes.put_back(unit, written.put_back) if written.put_back else ())
        message_pictures.lead(unit, written.led)
        look_at = ctx.now + min(FIRST_LOOK, dt.timedelta(seconds=ctx.messaging.settle_s))
        lost = message_outcomes.lose(unit, written.lost, now=ctx.now, look_at=look_at) if written.lost else ()
        count_rows(unit, lost)
        unit.session.flush()
        follow(unit, _said(ctx, batch), ctx.now)
        wait_again(unit, _unanswered(batch, {row.id for row in failed}), ctx.now)
        without_pictures(unit, {one.text.sender for one in batch if _carries_none(one.outcome)})
        _rest_senders(ctx, unit, batch, luck)
        _pause_blasts(ctx, unit, batch, written.failed)


def _follow_bounces(ctx: Context, unit: UnitOfWork, failed: Sequence[Row[Any]]) -> None:
    """Count emails that weren't taken by why, and bar addresses that nobody has, or where what passes comes
    again and again.
    """
    count_bounces(unit, ((row.blast_id, row.purpose, row.bounce) for row in failed))
    for row in sorted((row for row in failed if row.bounce == Fate.HARD), key=lambda one: str(one.number)):
        if bar_dead_address(unit, row.number, ctx.now):
            ctx.audit(unit, "address.bounced", "message", row.id)
    came_back = (row for row in failed if row.bounce in PASSING)
    give_up_addresses(ctx, unit, [CameBack(row.id, row.blast_id, row.number) for row in came_back])


def accept_texts(
    ctx: Context, unit: UnitOfWork, sids: Mapping[uuid.UUID, str], at: dt.datetime | None = None
) -> frozenset[uuid.UUID]:
    """Make texts `sent` that the carrier is proven to have, by their ids and its names for them.

    The proof may be its answer, a status callback that names the text, or its list. What was proven before
    stays as it was; a text that waits to be sent again is not sent again. Returns those that moved.
    """
    if not sids:
        return frozenset()
    rows = message_outcomes.accept(
        unit,
        dict(sids),
        price=ctx.messaging.prices.usual,
        currency=ctx.messaging.currency,
        now=at or ctx.now,
        reconcile_at=ctx.now + dt.timedelta(seconds=ctx.messaging.reconcile_after_s),
    )
    count_moves(
        unit,
        (
            Move(row.blast_id, row.campaign_id, row.purpose, row.before, row.after, texts=row.texts)
            for row in rows
        ),
    )
    count_tried(unit, (_tried(row, texts=row.texts) for row in rows))
    charge(ctx, unit, (Cost.of_row(row, texts=row.texts) for row in rows))
    return frozenset(id_ for row in rows for id_ in row.ids)


def _tried(row: Row[Any], texts: int = 1) -> Tried:
    code = row.error_code if row.after == "failed" else None
    return Tried(row.sender, row.campaign_id, row.tried_at, row.before, row.after, code, texts)


def count_rows(unit: UnitOfWork, rows: Iterable[Row[Any]]) -> None:
    """Let the figures follow rows that tell where a text was before and is after."""
    count_moves(
        unit, (Move(row.blast_id, row.campaign_id, row.purpose, row.before, row.after) for row in rows)
    )


def _sort(ctx: Context, unit: UnitOfWork, batch: Sequence[Sent], luck: Callable[[], float]) -> _Sorted:
    found = _Sorted()
    tries = _tries(unit, batch)
    for one in batch:
        attempt = Attempt(one.text.id, one.text.attempt)
        match one.outcome:
            case Accepted(sid=sid):
                found.accepted[one.text.id] = sid
            case Unknown():
                found.lost.append(attempt)
            case NotAccepted(reason=reason, detail=said) if reason == DEFERRED:
                _sort_deferral(ctx, found, one.text, tries.get(one.text.id, 0), luck=luck(), said=said)
            case NotAccepted(retry_after_s=named):
                rest = back_off(tries.get(one.text.id, 0), luck(), named)
                found.put_back.append(PutBack(attempt, ctx.now + rest))
            case Refused() as refusal:
                _sort_refusal(ctx, unit, found, one.text, refusal=refusal, luck=luck())
    return found


def _sort_deferral(ctx: Context, found: _Sorted, text: Judged, tries: int, *, luck: float, said: str) -> None:
    """Its address takes no letter just now: later, and not for ever."""
    attempt = Attempt(text.id, text.attempt)
    if tries >= LETTER_TRIES:
        detail = f"Its server put it off again and again. {said}".rstrip()
        code = POLICY_CODE if is_about_us(said) else GIVEN_UP_CODE
        found.failed.append(Failure(attempt, code, detail, fate_of_reply(said).value))
    else:
        found.put_back.append(PutBack(attempt, ctx.now + letter_back_off(tries, luck)))


def _unanswered(batch: Sequence[Sent], failed: Collection[uuid.UUID]) -> list[str]:
    """The numbers to which an answer was refused."""
    return [one.text.number for one in batch if one.text.id in failed and one.text.purpose == REPLY]


def _tries(unit: UnitOfWork, batch: Sequence[Sent]) -> dict[uuid.UUID, int]:
    """How often those that were not accepted were put back before."""
    ids = [one.text.id for one in batch if isinstance(one.outcome, NotAccepted | Refused)]
    query = select(Message.id, Message.put_back).where(
        Message.organisation_id == unit.organisation_id, Message.id.in_(ids)
    )
    return {row.id: row.put_back for row in unit.session.execute(query)} if ids else {}


def _sort_refusal(
    ctx: Context, unit: UnitOfWork, found: _Sorted, text: Judged, *, refusal: Refused, luck: float
) -> None:
    attempt = Attempt(text.id, text.attempt)
    match refusal.action:
        case Action.BACK_OFF:
            found.put_back.append(PutBack(attempt, ctx.now + back_off(0, luck)))
        case Action.REST_SENDER:
            found.put_back.append(PutBack(attempt, ctx.now + QUEUE_FULL_REST * (1 + luck / 4)))
        case Action.STOP_ALL | Action.CONFIGURATION:
            rest = dt.timedelta(0) if text.purpose == "blast" else MISCONFIGURED_REST
            found.put_back.append(PutBack(attempt, ctx.now + rest))
        case Action.NO_PICTURE | Action.OTHER_SENDER_ONCE if text.picture is not None:
            found.put_back.append(PutBack(attempt, ctx.now))
            found.led.append(led(ctx, text.id, text.body, text.picture))
        case Action.OTHER_SENDER_ONCE if (other := _other_sender(unit, text, refusal.code)) is not None:
            found.put_back.append(PutBack(attempt, ctx.now, sender=other, code=refusal.code))
        case _:
            found.failed.append(Failure(attempt, refusal.code, refusal.detail, _bounce(text, refusal)))


def _bounce(text: Judged, refusal: Refused) -> str | None:
    """Why an email wasn't taken; of a text nothing."""
    if channel_of(text.number) != EMAIL:
        return None
    is_dead = refusal.action is Action.RETIRE_NUMBER
    return (Fate.HARD if is_dead else fate_of_reply(refusal.detail)).value


def _other_sender(unit: UnitOfWork, text: Judged, code: int) -> str | None:
    """Another sender of the blast, where none was tried before: the code that stands on the row tells. One
    that is stopped comes last.
    """
    if text.blast_id is None:
        return None
    message = unit.session.get_one(Message, (unit.organisation_id, text.id))
    blast = unit.session.get_one(Blast, (unit.organisation_id, text.blast_id))
    if message.error_code == code:
        return None
    others = [sender for sender in blast.senders if sender != text.sender]
    rows = known_senders(unit, others)
    return min(others, key=lambda one: one in rows and rows[one].pause_reason is not None, default=None)


def _said(ctx: Context, batch: Sequence[Sent]) -> list[Said]:
    """What the carrier said of numbers."""
    return [
        Said(one.text.number, one.outcome.action, ctx.now, one.text.contact_id)
        for one in batch
        if isinstance(one.outcome, Refused)
    ]


def _rest_senders(ctx: Context, unit: UnitOfWork, batch: Sequence[Sent], luck: Callable[[], float]) -> None:
    """Let a sender rest whose queue is full, or most of whose texts were not accepted."""
    for sender in sorted({one.text.sender for one in batch}):
        outcomes = [one.outcome for one in batch if one.text.sender == sender]
        rest = _rest(outcomes, luck)
        if rest is not None:
            rest_senders(unit, {sender}, ctx.now + rest, _why_rest(outcomes))


def _rest(outcomes: Sequence[SendOutcome], luck: Callable[[], float]) -> dt.timedelta | None:
    if any(isinstance(one, Refused) and one.action is Action.REST_SENDER for one in outcomes):
        return QUEUE_FULL_REST
    slowed = [one for one in outcomes if isinstance(one, NotAccepted) and one.reason not in _NOT_OF_SENDER]
    if len(slowed) < SOME or len(slowed) <= MOSTLY * len(outcomes):
        return None
    return back_off(1, luck(), max(one.retry_after_s or 0 for one in slowed))


def _why_rest(outcomes: Sequence[SendOutcome]) -> Rest:
    """Who can't reach the carrier has no answer of it: one that asks for patience tells that it is there."""
    is_answered = any(isinstance(one, Refused) or _asks_to_slow(one) for one in outcomes)
    return Rest.SLOWED if is_answered else Rest.AWAY


def _asks_to_slow(outcome: SendOutcome) -> bool:
    return isinstance(outcome, NotAccepted) and outcome.asks_to_slow


def _carries_none(outcome: SendOutcome) -> bool:
    return isinstance(outcome, Refused) and outcome.action is Action.NO_PICTURE


def _pause_blasts(ctx: Context, unit: UnitOfWork, batch: Sequence[Sent], failed: Sequence[Failure]) -> None:
    reasons: dict[uuid.UUID, str] = {}
    of_us = {one.attempt.id for one in failed if one.code == POLICY_CODE}  # those given up among them
    doubtful = {
        one.text.blast_id
        for one in batch
        if one.text.id in of_us and one.text.blast_id is not None and one.text.purpose == "blast"
    }
    for one in batch:
        if one.text.blast_id is None or one.text.purpose != "blast" or not isinstance(one.outcome, Refused):
            continue
        if one.outcome.action is Action.STOP_ALL:
            reasons[one.text.blast_id] = f"{Pause.ACCOUNT}_{one.outcome.code}"
        elif one.outcome.action is Action.CONFIGURATION:
            reasons.setdefault(one.text.blast_id, f"{Pause.CONFIGURATION}_{one.outcome.code}")
        elif one.outcome.code not in EXPLAINED and one.outcome.action in {Action.FINAL, Action.NEVER_AGAIN}:
            doubtful.add(one.text.blast_id)
    for blast_id in sorted(reasons):
        pause_with_reason(ctx, unit, blast_id, reasons[blast_id])
    check_refusals(ctx, unit, sorted(doubtful - reasons.keys()))


def check_refusals(ctx: Context, unit: UnitOfWork, blast_ids: Sequence[uuid.UUID]) -> None:
    """Pause each of these blasts of whose last 100 outcomes more than 5 % are refusals nothing explains."""
    for blast_id in blast_ids:
        last = message_outcomes.last_refused(unit, blast_id, EXPLAINED, window=BREAKER_WINDOW)
        if too_many_refused(last):
            pause_with_reason(ctx, unit, blast_id, Pause.REFUSALS)
