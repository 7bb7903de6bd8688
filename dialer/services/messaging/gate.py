"""Texts on their way to the wire: claimed by a lease, judged in one statement, made `sending`.

Each step commits by itself and may be the last: a claim comes back when its lease ends, and a text that is
`sending` when nothing more is heard of it becomes `unknown` (design §4, laws 2 and 5).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dialer.carrier.mail_port import Letter
from dialer.carrier.port import OutboundMessage
from dialer.domain.blast import Pause, Waiting
from dialer.domain.deadline import validity_s
from dialer.domain.email_address import channel_of
from dialer.domain.message_gate import PERSONAL, Skip
from dialer.domain.texting import EMAIL, SMS
from dialer.services.budget import left_to_spend, stop_at_budget
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.callbacks import message_status_url
from dialer.services.messaging.clocks import KEEPING_HOURS, Clocks
from dialer.services.messaging.figures import BLAST, Move, count_moves
from dialer.services.messaging.launching import pause_with_reason
from dialer.services.messaging.letters import letters
from dialer.services.messaging.needing_answers import REPLY, wait_again
from dialer.services.messaging.picture_texts import lead_where_unfit, price_of
from dialer.services.messaging.pictures import picture_address
from dialer.services.messaging.pictures_gone import leave_out_where_gone
from dialer.services.messaging.resting import rests_since
from dialer.services.messaging.senders import kinds_of
from dialer.store.models.calling import Campaign
from dialer.store.queries import message_claims, message_gate
from dialer.store.queries.blast_terms import terms_of
from dialer.store.queries.message_claims import Claimed, Lease
from dialer.store.queries.message_doubt import held_of_campaigns
from dialer.store.queries.message_gate import Asked, Judged
from dialer.store.queries.message_rows import promote
from dialer.store.session import UnitOfWork

LEASE: Final = dt.timedelta(seconds=10)
"""How long claimed texts are kept for whoever claimed them."""

VALID_AT_LEAST_S: Final = 60
VALID_AT_MOST_S: Final = 36_000
"""How long the carrier may keep a text waiting: never into the night, nor longer than it keeps any. A
deadline bounds it as well, to less than a minute where need be.
"""

PERSONAL_REASONS: Final = frozenset({*PERSONAL, Skip.OPTED_OUT, Skip.NO_PHONE, Skip.NO_EMAIL})
"""After these the next person on the number is asked; where it was the number's, they are skipped too."""


def new_lease(ctx: Context, holder: uuid.UUID) -> Lease:
    """A lease from this moment on."""
    return Lease(holder, ctx.now + LEASE)


def claim_texts(
    ctx: Context,
    sender: str,
    blast_id: uuid.UUID | None,
    lease: Lease,
    limit: int,
    *,
    of_wave: bool = False,
) -> list[Claimed]:
    """Take the next texts of a blast (None: single ones) that are due from one sender; of its first wave
    alone where it is in that (`of_wave`).
    """
    with ctx.unit() as unit:
        return message_claims.claim(unit, sender, blast_id, lease, limit=limit, now=ctx.now, of_wave=of_wave)


def claim_pressed(
    ctx: Context, sender: str, blast_ids: Sequence[uuid.UUID], lease: Lease, limit: int
) -> list[Claimed]:
    """Take the texts of blasts sent by hand for which somebody has pressed, the first pressed first."""
    with ctx.unit() as unit:
        return message_claims.claim_pressed(unit, sender, blast_ids, lease, limit=limit, now=ctx.now)


def give_back(ctx: Context, holder: uuid.UUID, texts: Sequence[Claimed]) -> None:
    """Let go of what was claimed and not sent."""
    if texts:
        with ctx.unit() as unit:
            message_claims.give_back(unit, holder, [one.id for one in texts])


@dataclass(frozen=True, slots=True)
class Passed:
    """What passed the gate together, and what the carrier or the mail server is handed for each, in the same
    order: all of them texts, or all letters.
    """

    texts: list[Judged]
    messages: list[OutboundMessage]
    letters: Sequence[Letter] = ()


def pass_gate(ctx: Context, holder: uuid.UUID, texts: Sequence[Claimed]) -> list[Judged]:
    """As `to_the_wire`, for who looks at the texts alone."""
    return to_the_wire(ctx, holder, texts).texts


@again_after_deadlock
def to_the_wire(
    ctx: Context, holder: uuid.UUID, texts: Sequence[Claimed], begin_before: float | None = None
) -> Passed:
    """Ask the gate about claimed texts, at most a second before the wire; those that passed are `sending`.

    What something stands against for good is skipped, and the next person on a shared number takes the
    place where the reason was the person's own. What must wait goes back into the line. The last text
    that a campaign's budget allows pauses the campaign and its blast; one over that of all campaigns pauses
    everything. See `OutboundMessage` for
    `begin_before`.
    """
    channel = channel_of(texts[0].number) if texts else SMS
    with ctx.unit(by_keys=True) as unit:
        texts = leave_out_where_gone(ctx, unit, holder, texts)
        texts = lead_where_unfit(ctx, unit, holder, texts)
        terms = terms_of(unit, {one.blast_id for one in texts if one.blast_id and one.purpose == BLAST})
        clocks = Clocks(ctx, unit, texts, terms)
        asked = _asked(ctx, unit, texts, clocks, rests_since(ctx, terms))
        judged = message_gate.judge(
            unit,
            holder,
            asked,
            left=left_to_spend(ctx, unit),
            held=_held(ctx, unit, texts),
            now=ctx.now,
            currency=ctx.messaging.currency,
            channel=channel,
        )
        count_moves(unit, _moves(judged))
        _hand_on(ctx, unit, judged)
        wait_again(unit, [one.number for one in judged if one.purpose == REPLY and one.skip], ctx.now)
        _stop_at_cap(ctx, unit, judged)
        passed = [one for one in judged if one.passed]
        if channel == EMAIL:
            return Passed(passed, [], letters(ctx, unit, passed, begin_before))
        return Passed(passed, outbound(ctx, passed, clocks, begin_before))


def _held(ctx: Context, unit: UnitOfWork, texts: Sequence[Claimed]) -> Mapping[uuid.UUID, Decimal]:
    """What is held of their campaigns for emails of which nobody knows whether they went."""
    if not ctx.messaging.mail.price:
        return {}
    campaigns = {one.campaign_id for one in texts if one.campaign_id is not None}
    return held_of_campaigns(unit.session, unit.organisation_id, campaigns)


def outbound(
    ctx: Context, passed: Sequence[Judged], clocks: Clocks, begin_before: float | None = None
) -> list[OutboundMessage]:
    """What the carrier is handed for texts that passed the gate; see `OutboundMessage` for `begin_before`."""
    return [
        OutboundMessage(
            id=one.id,
            to=one.number,
            sender=one.sender,
            body=one.body,
            status_callback=message_status_url(ctx, one.id),
            validity_s=_validity_s(ctx, one, clocks),
            begin_before=begin_before,
            urgent=one.purpose != BLAST or one.pressed,
            picture_url=picture_address(ctx, one.picture) if one.picture else None,
        )
        for one in passed
    ]


def _asked(
    ctx: Context,
    unit: UnitOfWork,
    texts: Sequence[Claimed],
    clocks: Clocks,
    rests: Mapping[uuid.UUID | None, dt.datetime],
) -> list[Asked]:
    differ = ctx.messaging.prices.listed or ctx.messaging.picture_prices.listed
    kinds = kinds_of(unit, {one.sender for one in texts}) if differ else {}
    return [
        Asked(
            text=one,
            foreign=not is_letter(one) and not ctx.phones.allows(one.number),
            quiet_until=clocks.quiet_until(one),
            rests_since=rests.get(one.blast_id) if one.purpose == BLAST else None,
            price=ctx.messaging.mail.price
            if is_letter(one)
            else price_of(
                ctx.messaging, one.number, kinds.get(one.sender), one.segments, has_picture=one.has_picture
            ),
        )
        for one in texts
    ]


def is_letter(one: Claimed) -> bool:
    """Whether it goes to an address, and not to a number."""
    return channel_of(one.number) == EMAIL


def _validity_s(ctx: Context, one: Judged, clocks: Clocks) -> int | None:
    if one.purpose not in KEEPING_HOURS:
        return None
    begins = clocks.quiet_from(one)
    bounds = [] if begins is None else [max(int((begins - ctx.now).total_seconds()), VALID_AT_LEAST_S)]
    if one.deadline_at is not None:
        bounds.append(validity_s(ctx.now, one.deadline_at))
    return min(*bounds, VALID_AT_MOST_S) if bounds else None


def _moves(judged: Sequence[Judged]) -> Iterator[Move]:
    """Most went the same way: they are counted together."""
    alike = Counter(
        (one.blast_id, one.campaign_id, one.purpose, one.skip) for one in judged if one.skip or one.passed
    )
    for (blast_id, campaign_id, purpose, skip), texts in alike.items():
        after = "skipped" if skip else "sending"
        yield Move(blast_id, campaign_id, purpose, "queued", after, reason_after=skip, texts=texts)


def _hand_on(ctx: Context, unit: UnitOfWork, judged: Sequence[Judged]) -> None:
    """Let the next person on each number take the place of one who was skipped for a reason of their own."""
    freed: dict[uuid.UUID, list[str]] = {}
    for one in judged:
        if one.blast_id is not None and one.purpose == "blast" and one.skip in PERSONAL_REASONS:
            freed.setdefault(one.blast_id, []).append(one.number)
    campaigns = {one.blast_id: one.campaign_id for one in judged}
    for blast_id, numbers in sorted(freed.items()):
        taken = promote(unit, blast_id, sorted(numbers), ctx.now)
        count_promoted(unit, blast_id, campaigns[blast_id], taken)


def count_promoted(unit: UnitOfWork, blast_id: uuid.UUID, campaign_id: uuid.UUID | None, count: int) -> None:
    """Let the figures follow people who took a place on a shared number."""
    move = Move(blast_id, campaign_id, "blast", "skipped", "queued", reason_before=Skip.DUPLICATE_NUMBER)
    count_moves(unit, [move] * count)


def _stop_at_cap(ctx: Context, unit: UnitOfWork, judged: Sequence[Judged]) -> None:
    """Pause what has no money left: a coordinator raises the cap and lets it go on."""
    broke = [one for one in judged if one.wait == Pause.COST_CAP]
    for blast_id in sorted({one.blast_id for one in broke if one.blast_id is not None}):
        pause_with_reason(ctx, unit, blast_id, Pause.COST_CAP)
    for campaign_id in sorted({one.campaign_id for one in broke if one.campaign_id is not None}):
        key = (unit.organisation_id, campaign_id)
        campaign = unit.session.get_one(Campaign, key, with_for_update={"key_share": True})
        if campaign.state == "active":
            campaign.state, campaign.pause_reason = "paused", Pause.COST_CAP
            ctx.audit(unit, "campaign.paused", "campaign", campaign.id, {"pause_reason": Pause.COST_CAP})
    if any(one.wait == Waiting.BUDGET for one in judged):
        stop_at_budget(ctx, unit)
