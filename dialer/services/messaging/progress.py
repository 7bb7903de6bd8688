"""How far a blast is, told by counters (contract §7): nothing is counted to answer, but for those
that wait for a decision of ours, who are few."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.blast import eta_s
from dialer.domain.first_texts import BY_HAND
from dialer.domain.mail_report import BOUNCE_KINDS, PASSING
from dialer.domain.message import OUTBOUND_STATES
from dialer.domain.message_gate import EXCLUSIONS, LETTER_EXCLUSIONS, Skip
from dialer.domain.money import IN_ONE
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.dead_addresses import kept_of_blast
from dialer.services.messaging.figures import BOUNCED
from dialer.services.messaging.saved_audience import moment_of
from dialer.services.messaging.senders import rates_of, senders_of
from dialer.services.messaging.views import ProgressView
from dialer.services.messaging.waiting import waiting_reason
from dialer.services.messaging.wave_figures import wave_progress
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters
from dialer.store.queries.conversations import count_held_by_review
from dialer.store.queries.first_texts import count_unpressed
from dialer.store.queries.message_doubt import held_of_blast
from dialer.store.queries.message_unheard import hung
from dialer.store.session import UnitOfWork

_SPENT: Final = re.compile(r"spent_([A-Z]{3})_e5")
ACCEPTED: Final = "accepted"
"""How many texts the carrier took, whatever became of them: what it refused outright is none."""
EXPIRED: Final = "expired"
"""How many the carrier dropped because they hadn't left it in time (30036); they are `failed` as well."""
PUT_OFF: Final = "put_off"
"""Of how many emails a server said that it comes later, or so far not (a soft bounce), whatever came then."""
HANGS_AFTER: Final = dt.timedelta(seconds=20)
"""A letter that is on the wire for longer is told of: mail servers mostly answer within seconds."""
PACE: Final = "blast_pace"
SLOT_S: Final = 5
SLOTS: Final = 3
"""The rate is that of the present slot of seconds and the ones just before it."""


def blast_progress(ctx: Context, blast_id: uuid.UUID) -> ProgressView:
    """How far a blast is, how fast it goes, and how long it will still take at that rate."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        figures = counters.read(unit, "blast", [blast.id])
        rate = _rate(ctx, unit, blast)
        spent, currency = _spent(ctx, figures)
        hung, hung_since = _hung(ctx, unit, blast, figures)
        wave = wave_progress(ctx, unit, blast, campaign, figures.get("queued", 0))
        return ProgressView(
            blast_id=blast.id,
            state=blast.state,
            waiting_reason=waiting_reason(ctx, unit, blast, campaign),
            pause_reason=blast.pause_reason,
            total=blast.total,
            counts={state: figures.get(state, 0) for state in OUTBOUND_STATES},
            accepted=figures.get(ACCEPTED, 0),
            expired=figures.get(EXPIRED, 0),
            put_off=figures.get(PUT_OFF, 0),
            bounced={kind: figures.get(f"{BOUNCED}{kind}", 0) for kind in BOUNCE_KINDS},
            not_given_up=_not_given_up(unit, blast, figures),
            in_review=count_held_by_review(unit, blast.id) if figures.get("queued") else 0,
            skipped_by=_skipped_by(figures, blast),
            spent=spent,
            currency=currency,
            in_doubt=_in_doubt(ctx, unit, blast, figures),
            rate_per_s=rate,
            mode=blast.mode,
            unpressed=_unpressed(unit, blast, figures),
            hung=hung,
            hung_since=hung_since,
            eta_s=None
            if wave is not None and not wave.has_passed
            else _eta(ctx, unit, blast, campaign, figures=figures, rate=rate),
            first_wave=wave,
        )


def _not_given_up(unit: UnitOfWork, blast: Blast, figures: Mapping[str, int]) -> int:
    """Asked only where something came back for a reason that passes."""
    came_back = any(figures.get(f"{BOUNCED}{kind.value}") for kind in PASSING)
    return kept_of_blast(unit, blast.id) if came_back else 0


def _unpressed(unit: UnitOfWork, blast: Blast, figures: Mapping[str, int]) -> int:
    """How many wait for somebody to press; those that are in review wait for a decision instead."""
    if blast.mode != BY_HAND:
        return 0
    return count_unpressed(unit, blast.id, figures.get("queued", 0))


def _in_doubt(ctx: Context, unit: UnitOfWork, blast: Blast, figures: Mapping[str, int]) -> Decimal:
    """What its emails may have cost of which nobody knows whether they went."""
    if blast.channel != EMAIL or not figures.get("unknown"):
        return Decimal(0)
    return held_of_blast(unit.session, ctx.organisation_id, blast.id)


def _hung(
    ctx: Context, unit: UnitOfWork, blast: Blast, figures: Mapping[str, int]
) -> tuple[int, dt.datetime | None]:
    """How many letters hang on the wire, and since when: whoever sends them, or the server, may be gone."""
    if blast.channel != EMAIL or not figures.get("sending"):
        return 0, None
    return hung(unit, blast.id, ctx.now - HANGS_AFTER)


def spent_in(currency: str) -> str:
    """The figure of what a blast has cost in a currency, in hundred-thousandths: figures are whole."""
    return f"spent_{currency}_e5"


def _spent(ctx: Context, figures: Mapping[str, int]) -> tuple[Decimal, str]:
    """What a blast has cost, in the present currency or else, where it is from before that was changed, in
    the one that most of it was charged in.
    """
    found = {match[1]: count for name, count in figures.items() if (match := _SPENT.fullmatch(name))}
    ours = ctx.messaging.currency
    currency = ours if ours in found or not found else max(found, key=lambda one: found[one])
    return Decimal(found.get(currency, 0)) / IN_ONE, currency


def bump_pace(unit: UnitOfWork, blast_id: uuid.UUID, at: dt.datetime, accepted: int) -> None:
    """Count texts that the carrier accepted at this moment, for the rate that is shown."""
    counters.bump(unit, PACE, blast_id, str(_slot(at)), accepted)


def forget_pace(ctx: Context, unit: UnitOfWork) -> None:
    """Let go of the figures that no rate needs any more."""
    counters.forget_before(unit, PACE, str(_slot(ctx.now) - SLOTS))


def _slot(at: dt.datetime) -> int:
    return int(at.timestamp()) // SLOT_S


def _rate(ctx: Context, unit: UnitOfWork, blast: Blast) -> float:
    if blast.state != "running" or blast.launched_at is None:
        return 0.0
    now = _slot(ctx.now)
    by_slot = counters.read(unit, PACE, [blast.id])
    accepted = sum(by_slot.get(str(slot), 0) for slot in range(now - SLOTS + 1, now + 1))
    seconds = ctx.now.timestamp() - (now - SLOTS + 1) * SLOT_S
    seconds = min(seconds, (ctx.now - moment_of(blast, ctx.now)).total_seconds())
    return round(accepted / max(1.0, seconds), 2)


def _eta(
    ctx: Context,
    unit: UnitOfWork,
    blast: Blast,
    campaign: Campaign,
    *,
    figures: Mapping[str, int],
    rate: float,
) -> float | None:
    """Seconds until all is handed over. Before the first is, the rate of the senders is taken."""
    if blast.state != "running":
        return None
    left = figures.get("queued", 0) + figures.get("sending", 0)
    if rate == 0 and blast.planned_at is None and blast.mode != BY_HAND:
        rate = sum(rates_of(unit, senders_of(unit, blast, campaign), ctx.messaging).values())
    found = eta_s(left, rate)
    return None if found is None else round(found, 1)


def _skipped_by(figures: Mapping[str, int], blast: Blast) -> dict[str, int]:
    prefix = "skipped_"
    found = {name.removeprefix(prefix): n for name, n in figures.items() if name.startswith(prefix)}
    always = LETTER_EXCLUSIONS if blast.channel == EMAIL else EXCLUSIONS
    if blast.deadline_at is not None:
        always = (*always, Skip.DEADLINE.value)
    return {**dict.fromkeys(always, 0), **found}
