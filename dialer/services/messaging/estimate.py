"""What a blast would be if it were launched now: who gets it, who doesn't and why, what it takes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.access import Permission
from dialer.domain.bodies import USUAL, Bodies
from dialer.domain.first_texts import BY_HAND
from dialer.domain.message import ENCODINGS
from dialer.domain.message_gate import EXCLUSIONS, LETTER_EXCLUSIONS
from dialer.domain.money import PriceList
from dialer.domain.quiet_hours import NEVER_QUIET, QuietHours, quiet_from
from dialer.domain.safe_start import Plan, count_late, last_safe_start
from dialer.domain.segments import measure
from dialer.domain.sender import choose, lacks_opt_out_route, takes_s
from dialer.domain.short_link import shorteners_in
from dialer.domain.texting import EMAIL
from dialer.services.budget import left_to_campaign
from dialer.services.context import Context
from dialer.services.messaging.audience_count import count_held_out
from dialer.services.messaging.blast_answers import warnings_of_answers
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.caller_names import sample_caller
from dialer.services.messaging.picture_texts import Wordings
from dialer.services.messaging.rendering import Links, all_words_of, bodies_of, sample_links, values_of
from dialer.services.messaging.sender_capacity import capacity_of
from dialer.services.messaging.senders import kinds_of, rates_of, senders_of
from dialer.services.messaging.tallying import LONG, LONGEST, Spoken, Tally, tally_of
from dialer.services.messaging.text_warnings import (
    Gaps,
    Readers,
    warnings_of_capacity,
    warnings_of_gaps,
    warnings_of_imprint,
    warnings_of_sender,
)
from dialer.services.messaging.views import EstimateView, PictureView, SampleView, SpokenView, Warned
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_audience import known_senders, people
from dialer.store.session import UnitOfWork

MADE_UP: Final = {"first_name": "Siân", "last_name": "Prydderch", "postcode": "MV3 4QT"}
"""Somebody who doesn't exist, of whom what a text may say is known."""


def estimate_blast(ctx: Context, blast_id: uuid.UUID) -> EstimateView:
    """Count a blast's recipients and parts as they would be now. Nothing is written, nothing is sent."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        tally = tally_of(ctx, unit, blast, campaign)
        return _estimate(ctx, unit, blast, campaign, tally)


def _samples(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, first: Mapping[uuid.UUID, str]
) -> tuple[SampleView, ...]:
    rates = rates_of(unit, senders_of(unit, blast, campaign), ctx.messaging)
    wordings = Wordings(unit, blast, campaign, rates)
    known_by = known_senders(unit, sorted(set(first.values()))) if wordings.pictured else {}
    linked = all_words_of(blast, campaign)
    links = {**sample_links(ctx, campaign, linked), **sample_caller(blast)}
    found = []
    for person in people(unit, campaign.election_id, list(first)):
        number = first[person.id]
        sender = choose(number, rates, known_by.get(number)) if rates else ""
        has_picture = wordings.has_picture(number, sender)
        bodies = wordings.pictured if has_picture and wordings.pictured else linked
        is_letter = blast.channel == EMAIL
        found.append(_sample(bodies, person, number, links, has_picture=has_picture, is_letter=is_letter))
    return tuple(found)


def _sample(
    bodies: Bodies, person: Row[Any], number: str, links: Links, *, has_picture: bool, is_letter: bool
) -> SampleView:
    language = bodies.language_of(person.language)
    values = values_of(person, links, is_letter=is_letter)
    read = _reading(bodies, language, values, person.first_name, number)
    if is_letter:
        return replace(read, segments=0)
    return replace(read, segments=1, has_picture=True) if has_picture else read


def _reading(
    bodies: Bodies, language: str, values: Mapping[str, str | None], first_name: str | None, number: str
) -> SampleView:
    body = bodies.of(language)
    pieces = tuple(piece for piece in placeholders.pieces(body, values) if piece[0])
    segments = measure(placeholders.fill(body, values)).segments
    return SampleView(first_name, number, pieces, segments, language or None)


def _made_up(
    ctx: Context, blast: Blast, campaign: Campaign, shown: Sequence[SampleView]
) -> dict[str, SampleView]:
    """How a text in several languages reads in those in which nobody is shown it, by an invented person."""
    bodies = all_words_of(blast, campaign)
    if not bodies.others:
        return {}
    seen = {one.language or USUAL for one in shown}
    values = {**sample_links(ctx, campaign, bodies), **sample_caller(blast), **MADE_UP}
    found = {
        language: _reading(bodies, language, values, MADE_UP["first_name"], "")
        for language, _ in bodies.each()
        if language not in seen
    }
    if blast.channel == EMAIL:
        return {language: replace(read, segments=0) for language, read in found.items()}
    return found


def _estimate(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, tally: Tally) -> EstimateView:
    senders = senders_of(unit, blast, campaign)
    recipients = tally.recipients
    rates = rates_of(unit, senders, ctx.messaging)
    parts = recipients if blast.channel == EMAIL else tally.segments
    duration_s = takes_s(parts, recipients, rates, tally.known_by)
    weights = _weights(unit, rates)
    picture = _picture(ctx, blast, tally, weights)
    cost = _cost(ctx, tally.by_country, weights) + (picture.with_text_cost if picture else 0)
    if blast.channel == EMAIL:
        cost = recipients * ctx.messaging.mail.price
    always = LETTER_EXCLUSIONS if blast.channel == EMAIL else EXCLUSIONS
    plan = plan_of(blast, campaign, duration_s, ctx.now)
    samples = _samples(ctx, unit, blast, campaign, tally.first)
    made_up = _made_up(ctx, blast, campaign, samples)
    spoken = tuple(
        _spoken(language, found, made_up.get(language)) for language, found in tally.by_language.items()
    )
    pool = capacity_of(ctx, unit, senders, recipients) if blast.mode == BY_HAND else None
    return EstimateView(
        recipients=recipients,
        excluded={**dict.fromkeys(always, 0), **tally.excluded},
        encodings={name: sum(one.encodings[name] for one in spoken) for name in ENCODINGS},
        segments=tally.segments,
        cost=cost,
        currency=ctx.messaging.currency,
        duration_s=round(duration_s, 1),
        warnings=(
            *_warnings_of_text(ctx, senders, tally, _cost(ctx, tally.spared, weights)),
            *_warnings_of_words(ctx, unit, blast, campaign, tally),
            *warnings_of_answers(blast, campaign, bodies_of(blast, campaign), recipients),
            *_warnings_of_money(campaign, recipients, cost, left_to_campaign(ctx, unit, campaign)),
            *(
                _warnings_of_time(plan, recipients, ctx.now)
                if pool is None
                else warnings_of_capacity(pool, plan.start, plan.deadline_at)
            ),
        ),
        capacity=pool,
        last_safe_start_at=last_safe_start(plan) if rates and pool is None else None,
        must_end_at=plan.deadline_at or plan.ends_at,
        parts=dict(tally.parts),
        first_time=sum(one.first_time for one in tally.by_language.values()),
        held_out=count_held_out(ctx, unit, blast, campaign),
        samples=samples,
        spoken=spoken,
        picture=picture,
    )


def _spoken(language: str, found: Spoken, made_up: SampleView | None) -> SpokenView:
    encodings = {name: found.encodings[name] for name in ENCODINGS}
    return SpokenView(language or None, found.recipients, encodings, found.segments, made_up)


def _warnings_of_words(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, tally: Tally
) -> Iterator[Warned]:
    """What each language's own words lack."""
    bodies, senders = all_words_of(blast, campaign), senders_of(unit, blast, campaign)
    for language, body in bodies.each():
        found = tally.by_language[language]
        readers = Readers(senders, found.recipients, found.first_time)
        gaps = Gaps(bodies, language, found.lacking, tally.of_whom, tally.first)
        for one in (
            *_warnings_of_route(body, readers),
            *_warnings_of_addresses(body, readers, blast.channel),
            *(
                warnings_of_imprint(ctx, body, campaign, readers)
                if blast.channel == EMAIL
                else warnings_of_sender(ctx, unit, body, campaign, readers)
            ),
            *warnings_of_gaps(ctx, unit, campaign, gaps),
        ):
            yield replace(one, language=language or None)


def _warnings_of_route(body: str, readers: Readers) -> Iterator[Warned]:
    if lacks_opt_out_route(body, readers.senders):
        detail = "Nobody can answer a name: add {opt_out_url} or a number, or it can’t be launched."
        yield Warned("no_opt_out_route", detail, readers.count)


def _weights(unit: UnitOfWork, rates: Mapping[str, float]) -> dict[str | None, float]:
    """How much of the work senders of each kind do."""
    weights: defaultdict[str | None, float] = defaultdict(float)
    for address, kind in kinds_of(unit, rates.keys()).items():
        weights[kind] += rates[address]
    return dict(weights)


def _cost(
    ctx: Context,
    parts: Mapping[str | None, int],
    weights: Mapping[str | None, float],
    prices: PriceList | None = None,
) -> Decimal:
    """What so many parts by country (None: at home) cost, where senders share them as they do a blast."""
    prices, home = prices or ctx.messaging.prices, ctx.phones.home
    return sum((count * prices.shared(place or home, weights) for place, count in parts.items()), Decimal(0))


def _picture(
    ctx: Context, blast: Blast, tally: Tally, weights: Mapping[str | None, float]
) -> PictureView | None:
    if blast.picture_code is None:
        return None
    with_text = sum(tally.pictures.values())
    return PictureView(
        with_text=with_text,
        with_text_cost=_cost(ctx, tally.pictures, weights, ctx.messaging.picture_prices),
        by_link=tally.recipients - with_text,
        by_link_cost=_cost(ctx, tally.by_country, weights),
        is_about=tally.is_about,
    )


def _warnings_of_addresses(body: str, readers: Readers, channel: str) -> Iterator[Warned]:
    if hosts := shorteners_in(body):
        who = "Mail filters distrust letters" if channel == EMAIL else "Networks block texts"
        detail = f"{who} with public short links ({', '.join(hosts)}). Write {{link:ADDRESS}}."
        yield Warned("public_shortener", detail, readers.count)


def _warnings_of_text(
    ctx: Context, senders: Sequence[str], tally: Tally, spared: Decimal
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


def _warnings_of_money(
    campaign: Campaign, recipients: int, cost: Decimal, left: Decimal | None
) -> Iterator[Warned]:
    if campaign.state != "active":
        yield Warned("campaign_not_active", f"The campaign is {campaign.state}. Start it first.", recipients)
    if left is not None and cost > left:
        still = f"{max(Decimal(0), left):.2f} {campaign.cost_currency}"
        detail = f"This costs more than the {still} left: it would stop half-way."
        yield Warned("cost_cap", detail, recipients)


def _warnings_of_time(plan: Plan, recipients: int, now: dt.datetime) -> Iterator[Warned]:
    """What goes by itself takes as long as its senders do."""
    begins = quiet_from(plan.start, plan.hours, (plan.zone,))
    left_s = None if begins is None else (begins - plan.start).total_seconds()
    if left_s is not None and left_s < plan.duration_s:
        detail = f"{_sent(plan, now)}, it isn’t done before quiet hours begin: the rest waits until they end."
        yield Warned("quiet_hours", detail, recipients)
    yield from _warnings_of_deadline(plan, recipients, now)


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
    always = blast.channel == EMAIL and not campaign.quiet_hours_email
    return Plan(
        start=max(now, blast.send_at or now),
        duration_s=duration_s,
        hours=NEVER_QUIET if always else QuietHours(campaign.quiet_start, campaign.quiet_end),
        zone=campaign.timezone,
        deadline_at=blast.deadline_at,
    )
