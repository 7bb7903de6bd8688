"""The saved audience that a blast goes to: live while it is a draft, kept as it was from its launch on."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.domain.audience import Audience
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.filters.reading import PUT_IN, read_filter
from dialer.domain.filters.saved import put_in
from dialer.domain.filters.texting import narrowed
from dialer.domain.filters.tree import Filter
from dialer.services.people.audience_rules import Written, audience_of, saved_filters
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork


def saved_rule(unit: UnitOfWork, blast: Blast) -> Filter | None:
    """Whom a blast's saved audience picks: as it was at the launch, or as it is now. None: it names none."""
    if blast.audience_filter is not None:
        return read_filter(blast.audience_filter, bounds=PUT_IN)
    if blast.audience_id is None:
        return None
    return read_filter(_whole(unit, blast.audience_id), bounds=PUT_IN)


def keep_as_it_is(unit: UnitOfWork, blast: Blast) -> None:
    """Keep the saved audience's rule in a blast that is launched, with what the last check can ask of it."""
    blast.audience_filter = blast.gate_audience = None
    if blast.audience_id is None:
        return
    blast.audience_filter = dict(_whole(unit, blast.audience_id))
    rule = read_filter(blast.audience_filter, bounds=PUT_IN)
    blast.gate_audience = narrowed(Audience.of(blast.audience), rule).as_json()


def moment_of(blast: Blast, now: dt.datetime) -> dt.datetime:
    """When its spans of time end: the moment it was to start at, or for a draft now."""
    if blast.launched_at is None:
        return now
    return max(blast.launched_at, blast.send_at or blast.launched_at)


def _whole(unit: UnitOfWork, audience_id: uuid.UUID) -> Written:
    try:
        row = audience_of(unit, audience_id)
    except NotFound:
        detail = "There is no audience with this id."
        raise ValidationFailed.at("/audience_id", detail) from None
    return put_in(row.filter, saved_filters(unit))
