"""What a blast would be if it were launched now: who gets it, who doesn't and why, what it takes."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from dialer.domain import placeholders
from dialer.domain.access import Permission
from dialer.domain.message import ENCODINGS
from dialer.domain.message_gate import EXCLUSIONS, Skip
from dialer.domain.quiet_hours import QuietHours, quiet_from
from dialer.domain.segments import UCS2, Measure, forced_by, measure
from dialer.domain.sender import lacks_opt_out_route
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.candidates import Candidate, chunks
from dialer.services.messaging.opt_out_links import sample_url
from dialer.services.messaging.rendering import rendered, values_of
from dialer.services.messaging.senders import rates_of, senders_of
from dialer.services.messaging.views import EstimateView, SampleView, Warned
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork

SAMPLES: Final = 5
LONG: Final = 3
"""A text of more parts than this is worth a warning."""
LONGEST: Final = 1600


@dataclass(slots=True)
class _Tally:
    """What is added up on the way through the lists."""

    numbers: set[str] = field(default_factory=set)
    excluded: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    forced: int = 0
    forced_segments: int = 0
    plain_segments: int = 0
    long: int = 0
    too_long: int = 0
    empty: int = 0
    parts: Counter[int] = field(default_factory=Counter)
    samples: list[SampleView] = field(default_factory=list)


def estimate_blast(ctx: Context, blast_id: uuid.UUID) -> EstimateView:
    """Count a blast's recipients and parts as they would be now. Nothing is written, nothing is sent."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        tally = _Tally()
        for chunk in chunks(ctx, unit, blast, campaign):
            for one in chunk.candidates:
                _add(ctx, tally, blast.body, one)
        return _estimate(ctx, unit, blast, campaign, tally)


def _add(ctx: Context, tally: _Tally, body: str, one: Candidate) -> None:
    if one.excluded is not None or one.number is None:
        tally.excluded[one.excluded or Skip.NO_PHONE] += 1
    elif one.number in tally.numbers:
        tally.excluded[Skip.DUPLICATE_NUMBER] += 1
    else:
        tally.numbers.add(one.number)
        measured = _measure(tally, rendered(body, one.person, sample_url(ctx)))
        if len(tally.samples) < SAMPLES:
            tally.samples.append(_sample(ctx, body, one, one.number, measured.segments))


def _measure(tally: _Tally, text: str) -> Measure:
    measured = measure(text)
    tally.encodings[measured.encoding] += 1
    tally.segments += measured.segments
    tally.parts[measured.segments] += 1
    tally.long += measured.segments > LONG
    tally.too_long += len(text) > LONGEST
    tally.empty += not text.strip()
    if measured.encoding == UCS2 and (forced := forced_by(text)) is not None and forced.avoidable:
        tally.forced += 1
        tally.forced_segments += measured.segments
        tally.plain_segments += forced.plain.segments
    return measured


def _sample(ctx: Context, body: str, one: Candidate, number: str, segments: int) -> SampleView:
    values = values_of(one.person, sample_url(ctx))
    pieces = tuple(piece for piece in placeholders.pieces(body, values) if piece[0])
    return SampleView(one.person.first_name, number, pieces, segments)


def _estimate(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, tally: _Tally
) -> EstimateView:
    senders = senders_of(unit, blast, campaign)
    recipients = len(tally.numbers)
    rate = sum(rates_of(unit, senders, ctx.messaging).values())
    duration_s = recipients / rate if rate else 0.0
    cost = tally.segments * ctx.messaging.price_per_segment
    return EstimateView(
        recipients=recipients,
        excluded={**dict.fromkeys(EXCLUSIONS, 0), **tally.excluded},
        encodings={name: tally.encodings[name] for name in ENCODINGS},
        segments=tally.segments,
        cost=cost,
        currency=ctx.messaging.currency,
        duration_s=round(duration_s, 1),
        warnings=(
            *_warnings_of_text(ctx, blast.body, senders, tally),
            *_warnings_of_plan(ctx, campaign, recipients, cost=cost, duration_s=duration_s),
        ),
        parts=dict(tally.parts),
        samples=tuple(tally.samples),
    )


def _warnings_of_text(ctx: Context, body: str, senders: Sequence[str], tally: _Tally) -> Iterator[Warned]:
    if tally.forced:
        spared = (tally.forced_segments - tally.plain_segments) * ctx.messaging.price_per_segment
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
        yield Warned("no_sender", "There is no number yet that texts can come from.", len(tally.numbers))
    if lacks_opt_out_route(body, senders):
        detail = "Nobody can answer a name: add {opt_out_url} or a number, or it can’t be launched."
        yield Warned("no_opt_out_route", detail, len(tally.numbers))


def _warnings_of_plan(
    ctx: Context, campaign: Campaign, recipients: int, *, cost: Decimal, duration_s: float
) -> Iterator[Warned]:
    if campaign.state != "active":
        yield Warned("campaign_not_active", f"The campaign is {campaign.state}. Start it first.", recipients)
    if campaign.cost_cap is not None and campaign.spent + cost > campaign.cost_cap:
        left = max(Decimal(0), campaign.cost_cap - campaign.spent)
        detail = f"This costs more than the {left:.2f} {campaign.cost_currency} left: it would stop half-way."
        yield Warned("cost_cap", detail, recipients)
    hours = QuietHours(campaign.quiet_start, campaign.quiet_end)
    begins = quiet_from(ctx.now, hours, (campaign.timezone,))
    left_s = None if begins is None else (begins - ctx.now).total_seconds()
    if left_s is not None and left_s < duration_s:
        detail = "Sent now, it isn’t done before quiet hours begin: the rest waits until they end."
        yield Warned("quiet_hours", detail, recipients)
