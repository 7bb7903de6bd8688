"""Do the kept figures say what the facts say? And if not, make them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.store.queries import campaign_figures, counters


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
    return [
        CounterFault(*key, kept=kept[key], counted=counted[key])
        for key in sorted({**kept, **counted})
        if kept[key] != counted[key]
    ]


def mend_counters(ctx: Context) -> Sequence[CounterFault]:
    """Put right what the check finds, by the difference, so that what moves meanwhile isn't lost."""
    faults = check_counters(ctx)
    with ctx.unit() as unit:
        for fault in faults:
            delta = fault.counted - fault.kept
            counters.bump(unit, fault.scope, fault.scope_id, fault.name, delta)
        if faults:
            ctx.audit(unit, "figures.mended", "organisation", unit.organisation_id, {"count": len(faults)})
    return faults
