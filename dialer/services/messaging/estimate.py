"""What a blast would be if it were launched now: who gets it, who doesn't and why, what it takes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.access import Permission
from dialer.domain.message import ENCODINGS
from dialer.domain.message_gate import EXCLUSIONS, Skip
from dialer.domain.quiet_hours import QuietHours, quiet_from
from dialer.domain.safe_start import Plan, count_late, last_safe_start
from dialer.domain.segments import UCS2, forced_by, measure
from dialer.domain.sender import lacks_opt_out_route, takes_s
from dialer.services.budget import left_to_spend
from dialer.services.context import Context
from dialer.services.messaging.audience_count import asked_of, count_held_out
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.rendering import Links, said_in, sample_links, values_of, values_said
from dialer.services.messaging.senders import kinds_of, rates_of, senders_of
from dialer.services.messaging.text_warnings import Gaps, Readers, warnings_of_gaps, warnings_of_sender
from dialer.services.messaging.views import EstimateView, SampleView, Warned
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_audience import people
from dialer.store.queries.blast_estimate import judged
from dialer.store.session import UnitOfWork

SAMPLES: Final = 5
LONG: Final = 3
"""A text of more parts than this is worth a warning."""
LONGEST: Final = 1600


@dataclass(slots=True)
class _Tally:
    """What is added up of all that the database found."""

    recipients: int = 0
    fitting: int = 0
    """Whom nothing stands against, however many of them share a number."""
    excluded: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    forced: int = 0
    forced_segments: int = 0
    plain_segments: int = 0
    by_country: Counter[str | None] = field(default_factory=Counter)
    spared: Counter[str | None] = field(default_factory=Counter)
    """Parts, and those that plain writing would spare, by country; None is at home."""
    long: int = 0
    too_long: int = 0
    empty: int = 0
    parts: Counter[int] = field(default_factory=Counter)
    first: dict[uuid.UUID, str] = field(default_factory=dict)
    first_time: int = 0
    known_by: Counter[str] = field(default_factory=Counter)
    """How many of those who get it know a sender."""
    lacking: Counter[str] = field(default_factory=Counter)
    """How many would read nothing where a placeholder stands, by its name."""
    of_whom: set[uuid.UUID] = field(default_factory=set)
    """Some of them, the first."""


def estimate_blast(ctx: Context, blast_id: uuid.UUID) -> EstimateView:
    """Count a blast's recipients and parts as they would be now. Nothing is written, nothing is sent."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        tally = _tally(ctx, unit, blast, campaign)
        return _estimate(ctx, unit, blast, campaign, tally)


def _tally(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> _Tally:
    """Add up what everybody would read: each different text is measured once, however many read it."""
    tally, said, links = _Tally(), said_in(blast.body), sample_links(ctx, campaign)
    for row in judged(unit, asked_of(ctx, unit, blast, campaign), said, SAMPLES):
        if row.what == "said":
            values = values_said(said, row.said, links)
            _measure(tally, placeholders.fill(blast.body, values), row.heads, row.country)
            for name in placeholders.lacking(blast.body, values):
                tally.lacking[name] += row.heads
        else:
            _count(tally, row)
    if tally.fitting > tally.recipients:
        tally.excluded[Skip.DUPLICATE_NUMBER] = tally.fitting - tally.recipients
    return tally


def _count(tally: _Tally, row: Row[Any]) -> None:
    """Take what the database says of people, whatever they would read."""
    match row.what:
        case "sample":
            tally.first[row.contact_id] = row.number
        case "first_time":
            tally.first_time = row.heads
        case "known_by":
            tally.known_by[row.number] = row.heads
        case "lacks":
            tally.of_whom.add(row.contact_id)
        case "left_out" if row.excluded is not None:
            tally.excluded[row.excluded] = row.heads
        case "left_out":
            tally.fitting = row.heads


def _measure(tally: _Tally, text: str, readers: int, country: str | None) -> None:
    measured = measure(text)
    tally.recipients += readers
    tally.encodings[measured.encoding] += readers
    tally.segments += readers * measured.segments
    tally.by_country[country] += readers * measured.segments
    tally.parts[measured.segments] += readers
    tally.long += readers * (measured.segments > LONG)
    tally.too_long += readers * (len(text) > LONGEST)
    tally.empty += readers * (not text.strip())
    if measured.encoding == UCS2 and (forced := forced_by(text)) is not None and forced.avoidable:
        tally.forced += readers
        tally.forced_segments += readers * measured.segments
        tally.plain_segments += readers * forced.plain.segments
        tally.spared[country] += readers * (measured.segments - forced.plain.segments)


def _samples(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, first: Mapping[uuid.UUID, str]
) -> tuple[SampleView, ...]:
    known, links = people(unit, campaign.election_id, list(first)), sample_links(ctx, campaign)
    return tuple(_sample(blast.body, person, first[person.id], links) for person in known)


def _sample(body: str, person: Row[Any], number: str, links: Links) -> SampleView:
    values = values_of(person, links)
    pieces = tuple(piece for piece in placeholders.pieces(body, values) if piece[0])
    return SampleView(person.first_name, number, pieces, measure(placeholders.fill(body, values)).segments)


def _estimate(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, tally: _Tally
) -> EstimateView:
    senders = senders_of(unit, blast, campaign)
    recipients = tally.recipients
    rates = rates_of(unit, senders, ctx.messaging)
    duration_s = takes_s(tally.segments, recipients, rates, tally.known_by)
    weights = _weights(unit, rates)
    cost = _cost(ctx, tally.by_country, weights)
    plan = plan_of(blast, campaign, duration_s, ctx.now)
    readers = Readers(senders, recipients, tally.first_time)
    gaps = Gaps(tally.lacking, tally.of_whom, tally.first)
    return EstimateView(
        recipients=recipients,
        excluded={**dict.fromkeys(EXCLUSIONS, 0), **tally.excluded},
        encodings={name: tally.encodings[name] for name in ENCODINGS},
        segments=tally.segments,
        cost=cost,
        currency=ctx.messaging.currency,
        duration_s=round(duration_s, 1),
        warnings=(
            *_warnings_of_text(ctx, blast.body, senders, tally, _cost(ctx, tally.spared, weights)),
            *warnings_of_sender(ctx, unit, blast.body, campaign, readers),
            *warnings_of_gaps(ctx, unit, blast.body, campaign, gaps),
            *_warnings_of_plan(
                ctx, campaign, recipients, cost=cost, left=_left(ctx, unit, campaign), plan=plan
            ),
            *_warnings_of_deadline(plan, recipients, ctx.now),
        ),
        last_safe_start_at=last_safe_start(plan) if rates else None,
        must_end_at=plan.deadline_at or plan.ends_at,
        parts=dict(tally.parts),
        first_time=tally.first_time,
        held_out=count_held_out(ctx, unit, blast, campaign),
        samples=_samples(ctx, unit, blast, campaign, tally.first),
    )


def _weights(unit: UnitOfWork, rates: Mapping[str, float]) -> dict[str | None, float]:
    """How much of the work senders of each kind do."""
    weights: defaultdict[str | None, float] = defaultdict(float)
    for address, kind in kinds_of(unit, rates.keys()).items():
        weights[kind] += rates[address]
    return dict(weights)


def _cost(ctx: Context, parts: Mapping[str | None, int], weights: Mapping[str | None, float]) -> Decimal:
    """What so many parts by country (None: at home) cost, where senders share them as they do a blast."""
    prices, home = ctx.messaging.prices, ctx.phones.home
    return sum((count * prices.shared(place or home, weights) for place, count in parts.items()), Decimal(0))


def _warnings_of_text(
    ctx: Context, body: str, senders: Sequence[str], tally: _Tally, spared: Decimal
) -> Iterator[Warned]:
    if tally.forced:
        detail = (
            "Curly quotes, dashes or the like make these texts travel in a wider alphabet, in"
            f" {tally.forced_segments:,} parts. Written plainly they would be {tally.plain_segments:,} parts"
            f" and cost {spared:.2f} {ctx.messaging.currency} less."
        )
        yield Warned("ucs2_forced", detail, tally.forced)
    if tally.long:
        yield Warned("long_text", f"These texts have more than {LONG} parts each.", tally.long)
    if tally.too_long:
        detail = f"These texts have more than {LONGEST:,} characters. The carrier will refuse them."
        yield Warned("too_long", detail, tally.too_long)
    if tally.empty:
        yield Warned(
            "empty_text", "With what is known of these people, nothing is left to read.", tally.empty
        )
    if not senders:
        yield Warned("no_sender", "There is no number yet that texts can come from.", tally.recipients)
    if lacks_opt_out_route(body, senders):
        detail = "Nobody can answer a name: add {opt_out_url} or a number, or it can’t be launched."
        yield Warned("no_opt_out_route", detail, tally.recipients)


def _left(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> Decimal | None:
    """What may still be spent: by the campaign, and by all together."""
    of_campaign = None if campaign.cost_cap is None else campaign.cost_cap - campaign.spent
    if of_campaign is not None and campaign.cost_currency != ctx.messaging.currency:
        of_campaign = Decimal(0)
    return min((left for left in (of_campaign, left_to_spend(ctx, unit)) if left is not None), default=None)


def _warnings_of_plan(
    ctx: Context, campaign: Campaign, recipients: int, *, cost: Decimal, left: Decimal | None, plan: Plan
) -> Iterator[Warned]:
    if campaign.state != "active":
        yield Warned("campaign_not_active", f"The campaign is {campaign.state}. Start it first.", recipients)
    if left is not None and cost > left:
        still = f"{max(Decimal(0), left):.2f} {campaign.cost_currency}"
        detail = f"This costs more than the {still} left: it would stop half-way."
        yield Warned("cost_cap", detail, recipients)
    begins = quiet_from(plan.start, plan.hours, (plan.zone,))
    left_s = None if begins is None else (begins - plan.start).total_seconds()
    if left_s is not None and left_s < plan.duration_s:
        detail = (
            f"{_sent(plan, ctx.now)}, it isn’t done before quiet hours begin: the rest waits until they end."
        )
        yield Warned("quiet_hours", detail, recipients)


def _warnings_of_deadline(plan: Plan, recipients: int, now: dt.datetime) -> Iterator[Warned]:
    safe = last_safe_start(plan)
    if plan.deadline_at is None or safe is None or plan.start <= safe:
        return
    if late := count_late(plan, recipients):
        detail = f"{_sent(plan, now)}, these would be too late for its deadline, and get nothing."
        yield Warned("deadline", detail, late)
    else:
        detail = f"{_sent(plan, now)}, it would be done only just before its deadline."
        yield Warned("deadline_near", detail, recipients)


def _sent(plan: Plan, now: dt.datetime) -> str:
    return "Sent now" if plan.start <= now else "Sent at its time"


def plan_of(blast: Blast, campaign: Campaign, duration_s: float, now: dt.datetime) -> Plan:
    """When a blast that takes so long would start, and what bounds it."""
    return Plan(
        start=max(now, blast.send_at or now),
        duration_s=duration_s,
        hours=QuietHours(campaign.quiet_start, campaign.quiet_end),
        zone=campaign.timezone,
        deadline_at=blast.deadline_at,
    )
