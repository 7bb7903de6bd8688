"""Texts that the carrier's word moves on, with the figures and what else follows, in one transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.carrier.port import Carrier
from dialer.domain.blast import Pause
from dialer.domain.carrier_action import Action
from dialer.domain.message import sources_of
from dialer.domain.sender import Rest
from dialer.services.context import Context
from dialer.services.messaging.breakers import stop_blocked
from dialer.services.messaging.charging import Cost, charge
from dialer.services.messaging.consequences import Said, follow
from dialer.services.messaging.figures import BLAST, Move, count_moves
from dialer.services.messaging.launching import pause_with_reason
from dialer.services.messaging.needing_answers import REPLY, wait_again
from dialer.services.messaging.outcomes import EXPLAINED, QUEUE_FULL_REST, check_refusals
from dialer.services.messaging.progress import EXPIRED
from dialer.services.messaging.sender_figures import Tried, count_tried
from dialer.services.messaging.sender_watch import is_block
from dialer.services.messaging.senders import rest_senders
from dialer.services.messaging.status_folding import Folded
from dialer.store.queries import counters
from dialer.store.queries.carrier_events import message_ids_by_sid, move_messages
from dialer.store.session import UnitOfWork

EXPIRED_CODE: Final = 30036
"""The validity period that we gave it was over before the text left the carrier."""
UNSENT = sources_of("sent")
"""What becomes `sent`, or more, is accepted now, and costs from now on."""

_PAUSES: Final = {Action.STOP_ALL: Pause.ACCOUNT, Action.CONFIGURATION: Pause.CONFIGURATION}


def write(ctx: Context, unit: UnitOfWork, carrier: Carrier, folded: Sequence[Folded]) -> None:
    """Write down the texts that moved."""
    moved = [each for each in folded if each.is_moved]
    if not moved:
        return
    written = move_messages(unit, _columns(unit, moved), _terms(ctx))
    done = [each for each in moved if each.text.id in written]
    count_moves(unit, [_move(each) for each in done])
    _count_expired(unit, done)
    count_tried(unit, [_tried(each, written[each.text.id]) for each in done])
    charge(ctx, unit, [Cost.of_row(written[each.text.id]) for each in done if each.text.state in UNSENT])
    follow(unit, [said for each in done if (said := _verdict(carrier, each)) is not None], ctx.now)
    wait_again(unit, [each.text.number for each in done if _is_lost_answer(each)], ctx.now)
    _hold_back(ctx, unit, carrier, done)


def _tried(folded: Folded, row: Row[Any]) -> Tried:
    before = folded.text.state
    return Tried(row.sender, row.campaign_id, row.tried_at, before, folded.state, row.error_code)


def _count_expired(unit: UnitOfWork, done: Sequence[Folded]) -> None:
    """Count what the carrier dropped at the end of its validity period."""
    late = [each.text for each in done if each.error_code == EXPIRED_CODE]
    ours = Counter(text.blast_id for text in late if text.blast_id is not None and text.purpose == BLAST)
    for blast_id, count in ours.items():
        counters.bump(unit, "blast", blast_id, EXPIRED, count)


def _is_lost_answer(folded: Folded) -> bool:
    """Whether somebody was answered and it never reached them."""
    return folded.text.purpose == REPLY and folded.state in {"failed", "undelivered"}


def _columns(unit: UnitOfWork, moved: Sequence[Folded]) -> dict[str, list[Any]]:
    """A SID that another text is known by stays with that one."""
    holders: dict[str | None, uuid.UUID] = {each.sid: each.text.id for each in reversed(moved)}
    fresh = {each.sid for each in moved if each.sid is not None and each.text.carrier_sid is None}
    holders.update({each.sid: each.text.id for each in moved if each.text.carrier_sid is not None})
    holders.update(message_ids_by_sid(unit, fresh))
    return {
        "ids": [each.text.id for each in moved],
        "befores": [each.text.state for each in moved],
        "states": [each.state for each in moved],
        "sids": [each.sid if holders[each.sid] == each.text.id else None for each in moved],
        "ats": [each.at for each in moved],
        "error_codes": [each.error_code for each in moved],
    }


def _terms(ctx: Context) -> dict[str, Any]:
    policy = ctx.messaging
    return {
        "price": policy.prices.usual,
        "currency": policy.currency,
        "reconcile_after_s": policy.reconcile_after_s,
    }


def _move(folded: Folded) -> Move:
    text = folded.text
    return Move(
        text.blast_id,
        text.campaign_id,
        text.purpose,
        text.state,
        folded.state,
        reason_before=text.skip_reason,
    )


def _verdict(carrier: Carrier, folded: Folded) -> Said | None:
    """What the carrier's code says of the number."""
    text = folded.text
    if folded.error_code is None or text.number is None:
        return None
    return Said(text.number, carrier.action_of(folded.error_code), folded.at, text.contact_id)


def _hold_back(ctx: Context, unit: UnitOfWork, carrier: Carrier, done: Sequence[Folded]) -> None:
    """Rest senders and pause blasts where the carrier says so only afterwards, as it may for a pool.

    Codes about us pause at once; others only when many come together that nothing about the numbers explains.
    """
    coded = [(each.text, each.error_code) for each in done if each.error_code is not None]
    full = {text.sender for text, code in coded if carrier.action_of(code) is Action.REST_SENDER}
    until = ctx.now + QUEUE_FULL_REST
    rest_senders(unit, {sender for sender in full if sender is not None}, until, Rest.SLOWED)
    reasons: dict[uuid.UUID, str] = {}
    doubtful: set[uuid.UUID] = set()
    for text, code in coded:
        if text.blast_id is not None and text.purpose == BLAST:
            if (pause := _PAUSES.get(carrier.action_of(code))) is not None:
                reasons[text.blast_id] = f"{pause}_{code}"
            elif code not in EXPLAINED:
                doubtful.add(text.blast_id)
    for blast_id in sorted(reasons):
        pause_with_reason(ctx, unit, blast_id, reasons[blast_id])
    blocked = [(text, code) for text, code in coded if is_block(carrier, code)]
    stop_blocked(
        ctx,
        unit,
        carrier,
        campaign_ids={text.campaign_id for text, _ in blocked if text.campaign_id is not None},
        senders={text.sender for text, _ in blocked if text.sender is not None},
    )
    check_refusals(ctx, unit, sorted(doubtful - reasons.keys()))
