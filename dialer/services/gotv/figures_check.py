"""Do the kept figures say what the facts say? And if not, make them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.money import IN_ONE
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.queries import campaign_figures, counters, sender_hours, text_spending
from dialer.store.queries.text_spending import Apart

SPENDING: Final = "text_spending"
"""The scope of faults in what texts have cost; their id is the campaign's, all zeros for none."""
SPENDING_DAYS: Final = "text_spending_day"
"""The same of whole days, which are compared with their quarters of an hour."""
SENDERS: Final = "sender_hour"
"""The scope of faults in what became of senders' texts, likewise."""


@dataclass(frozen=True, slots=True)
class CounterFault:
    """A figure that isn't what the facts say."""

    scope: str
    scope_id: uuid.UUID
    name: str
    kept: int
    counted: int


def check_counters(ctx: Context) -> Sequence[CounterFault]:
    """Compare every kept figure with the facts behind it, at one moment; empty when all agree."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        # Facts and figures are committed together, so one snapshot of both agrees even while things move.
        unit.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        kept = campaign_figures.kept_figures(unit.session, unit.organisation_id)
        counted = campaign_figures.counted_figures(unit.session, unit.organisation_id)
        spending = text_spending.apart(unit.session, unit.organisation_id)
        days = text_spending.days_apart(unit.session, unit.organisation_id)
        senders = sender_hours.apart(unit.session, unit.organisation_id, ctx.now)
    figures = [
        CounterFault(*key, kept=kept[key], counted=counted[key])
        for key in sorted({**kept, **counted})
        if kept[key] != counted[key]
    ]
    of_senders = [_sender_fault(one) for one in senders]
    of_spending = [
        *(fault for one in spending for fault in _spending_faults(SPENDING, one)),
        *(fault for one in days for fault in _spending_faults(SPENDING_DAYS, one)),
    ]
    return [*figures, *of_spending, *of_senders]


def _sender_fault(one: sender_hours.Apart) -> CounterFault:
    place = one.place
    name = f"{place.what}_{place.code} {place.sender} {place.hour:%Y-%m-%dT%H:%MZ}"
    return CounterFault(SENDERS, place.campaign_id, name, one.kept, one.counted)


def _spending_faults(scope: str, one: Apart) -> Iterator[CounterFault]:
    """What differs of one place; amounts in hundred-thousandths."""
    where = f"{one.place.currency} {one.place.sender} {one.place.quarter:%Y-%m-%dT%H:%MZ}"
    pairs = {
        "texts": (one.kept.texts, one.counted.texts),
        "segments": (one.kept.segments, one.counted.segments),
        "reckoned_e5": (int(one.kept.reckoned * IN_ONE), int(one.counted.reckoned * IN_ONE)),
        "cost_e5": (int(one.kept.cost * IN_ONE), int(one.counted.cost * IN_ONE)),
    }
    for name, (kept, counted) in pairs.items():
        if kept != counted:
            yield CounterFault(scope, one.place.campaign_id, f"{name} {where}", kept, counted)


def mend_counters(ctx: Context) -> Sequence[CounterFault]:
    """Put right what the check finds, by the difference, so that what moves meanwhile isn't lost."""
    faults = check_counters(ctx)
    _mend(ctx, faults)
    _mend_days(ctx)
    return faults


@again_after_deadlock
def _mend(ctx: Context, faults: Sequence[CounterFault]) -> None:
    with ctx.unit() as unit:
        apart = text_spending.apart(unit.session, unit.organisation_id)
        counters.bump_spending(unit, ((one.place, one.counted - one.kept) for one in apart))
        hours = sender_hours.apart(unit.session, unit.organisation_id, ctx.now)
        counters.bump_senders(unit, ((one.place, one.counted - one.kept) for one in hours))
        for fault in (one for one in faults if one.scope not in {SPENDING, SPENDING_DAYS, SENDERS}):
            delta = fault.counted - fault.kept
            counters.bump(unit, fault.scope, fault.scope_id, fault.name, delta)
        if faults:
            ctx.audit(unit, "figures.mended", "organisation", unit.organisation_id, {"count": len(faults)})


@again_after_deadlock
def _mend_days(ctx: Context) -> None:
    """Days are locked at once, and figures at the commit: together they would be locked the other way round
    than everybody else locks them.
    """
    with ctx.unit() as unit:
        text_spending.mend_days(unit.session, unit.organisation_id, counters.STRIPES)
