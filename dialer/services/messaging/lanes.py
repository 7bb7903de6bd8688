"""From which senders texts go out at this moment, how fast, and for which blasts."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.email_address import channel_of
from dialer.domain.first_texts import BY_HAND
from dialer.domain.limit import Limit
from dialer.domain.sender import fitted
from dialer.domain.texting import SMS
from dialer.services.context import Context
from dialer.services.messaging.blasts import open_blasts
from dialer.services.messaging.carrier_queues import standing_senders
from dialer.services.messaging.first_waves import in_first_wave
from dialer.services.messaging.senders import rate, sender_rows
from dialer.services.messaging.waiting import campaign_is_quiet, is_resting
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import inbound_readings
from dialer.store.queries.message_claims import blast_has_due, lines_with_pressed, senders_with_singles
from dialer.store.session import UnitOfWork

ACCOUNT: Final = "account:messages"
"""The bucket of everything that the account sends, whichever organisation it is for."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A sender with something to send: its rate in segments a second, all limits that it keeps to, and the
    blasts that share it. Single texts go before, then what somebody has pressed for of the blasts `by_hand`.
    Of those `in_wave` only their first wave goes.
    """

    sender: str
    rate: float
    limits: tuple[Limit, ...]
    blast_ids: tuple[uuid.UUID, ...]
    by_hand: tuple[uuid.UUID, ...] = ()
    in_wave: frozenset[uuid.UUID] = frozenset()


def open_lanes(ctx: Context, channel: str = SMS) -> list[Lane]:
    """The senders of a channel that don't rest and have something to send; which of it may go, the gate
    decides. Blasts wait for a sender whose texts stand in the carrier's queue.
    """
    with ctx.unit() as unit:
        wanted: defaultdict[str, list[uuid.UUID]] = defaultdict(list)
        for sender in _with_singles(ctx, unit, channel):
            wanted[sender] = []
        blasts = sendable_blasts(ctx, unit, channel)
        full = standing_senders(ctx, unit, blasts) if channel == SMS else set()
        for blast in blasts:
            if blast.mode != BY_HAND:
                for sender in set(blast.senders) - full:
                    wanted[sender].append(blast.id)
        waves = in_first_wave(unit, [blast.id for blast in blasts])
        pressed = _pressed(ctx, unit, blasts, full)
        for sender in pressed:
            wanted.setdefault(sender, [])
        awake = [row for row in sender_rows(unit, wanted).values() if not is_resting(row, ctx.now)]
        own = {row.address: rate(row, ctx.messaging) for row in awake}
        rates = fitted(own, ctx.messaging.rate_per_account) if channel == SMS else own
        return [
            Lane(
                address,
                pace,
                limits_of(ctx, address, pace),
                tuple(wanted[address]),
                pressed.get(address, ()),
                waves.intersection(wanted[address]),
            )
            for address, pace in rates.items()
        ]


def _pressed(
    ctx: Context, unit: UnitOfWork, blasts: Sequence[Blast], full: Collection[str]
) -> dict[str, tuple[uuid.UUID, ...]]:
    """The senders from which something pressed may go, each with its blasts: those alone, since what nobody
    presses for takes nothing of what the account may send.
    """
    by_hand = {blast.id for blast in blasts if blast.mode == BY_HAND}
    if not by_hand:
        return {}
    lines = lines_with_pressed(unit, ctx.now)
    found = {sender: tuple(sorted(ids & by_hand)) for sender, ids in lines.items() if sender not in full}
    return {sender: ids for sender, ids in found.items() if ids}


def limits_of(ctx: Context, sender: str, rate: float) -> tuple[Limit, ...]:
    """What a sender keeps to: its own rate, and that of the whole account where one is set."""
    own = Limit(f"sender:{ctx.organisation_id}:{sender}", rate)
    everyones = ctx.messaging.rate_per_account if channel_of(sender) == SMS else 0.0
    return (own, Limit(ACCOUNT, everyones)) if everyones else (own,)


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """The senders from which a text waits that is no blast's, and those from which one waits for which
    somebody has pressed.
    """

    single: frozenset[str]
    pressed: frozenset[str]


def waited_for(ctx: Context, channel: str = SMS) -> WaitedFor:
    """What people wait for just now."""
    with ctx.unit() as unit:
        single = frozenset(_with_singles(ctx, unit, channel))
        return WaitedFor(single, frozenset(lines_with_pressed(unit, ctx.now) if channel == SMS else ()))


def _with_singles(ctx: Context, unit: UnitOfWork, channel: str) -> list[str]:
    return [sender for sender in senders_with_singles(unit, ctx.now) if channel_of(sender) == channel]


def sendable_blasts(ctx: Context, unit: UnitOfWork, channel: str = SMS) -> list[Blast]:
    """The blasts of a channel that could send now: running, in a campaign that is active and not in its quiet
    hours. No texts before those to us have been read that an outage may have kept from us.
    """
    if unit.session.get_one(Organisation, unit.organisation_id).paused_at is not None:
        return []
    if channel == SMS and inbound_readings.standing(unit).unread:
        return []
    running = [blast for blast in open_blasts(unit, "running") if blast.channel == channel]
    return [blast for blast in running if _campaign_sends(ctx, unit, blast)]


def has_work(ctx: Context, channel: str = SMS) -> bool:
    """Whether a text, or a letter, could be claimed now."""
    lanes = open_lanes(ctx, channel)
    if any(lane.by_hand for lane in lanes):
        return True
    with ctx.unit() as unit:
        if _with_singles(ctx, unit, channel):
            return True
        blasts = {blast_id: blast_id in lane.in_wave for lane in lanes for blast_id in lane.blast_ids}
        senders = [lane.sender for lane in lanes]
        return any(
            blast_has_due(unit, blast_id, senders, ctx.now, of_wave=in_wave)
            for blast_id, in_wave in sorted(blasts.items())
        )


def _campaign_sends(ctx: Context, unit: UnitOfWork, blast: Blast) -> bool:
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))
    return campaign.state == "active" and not campaign_is_quiet(campaign, ctx.now, blast.channel)
