"""By whose clocks texts go that pass the gate together."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from dialer.domain.email_address import channel_of
from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import USUAL, USUAL_ZONE, QuietHours, quiet_from, quiet_until, zones_of_number
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.store.queries.blast_terms import Terms
from dialer.store.queries.campaign_hours import campaign_hours
from dialer.store.queries.message_claims import Claimed
from dialer.store.queries.message_gate import Judged
from dialer.store.queries.postcodes import postcodes_of_texts
from dialer.store.session import UnitOfWork

CAMPAIGNING: Final = frozenset({"blast", "single", "reply"})
KEEPING_HOURS: Final = CAMPAIGNING | {"event"}
"""What waits while it is quiet; all else somebody has just asked for."""
Place = tuple[QuietHours, tuple[str, ...]]
"""Quiet hours, and the zones by whose clocks they go."""


class Clocks:
    """Quiet hours of texts that pass together: most are of few campaigns and lie in few zones, so each such
    pair is looked at once. The `terms` of their blasts, where they are known, needn't be read again.
    """

    def __init__(
        self,
        ctx: Context,
        unit: UnitOfWork,
        texts: Sequence[Claimed] | Sequence[Judged],
        terms: Iterable[Terms] = (),
    ) -> None:
        self._now = ctx.now
        self._hours: dict[uuid.UUID | None, tuple[QuietHours, str, bool]] = {
            one.campaign_id: (one.hours, one.zone, one.quiet_letters) for one in terms
        }
        campaigns = {one.campaign_id for one in texts if one.campaign_id is not None}
        self._hours |= campaign_hours(unit, campaigns - self._hours.keys())
        self._postcodes = postcodes_of_texts(unit, [one.id for one in texts if one.purpose in CAMPAIGNING])
        self._until: dict[Place, dt.datetime | None] = {}
        self._from: dict[Place, dt.datetime | None] = {}

    def quiet_until(self, one: Claimed | Judged) -> dt.datetime | None:
        """Until when it is quiet for a text; None where it isn't, or where that doesn't matter."""
        place = self._place(one)
        if place is None:
            return None
        if place not in self._until:
            self._until[place] = quiet_until(self._now, *place)
        return self._until[place]

    def quiet_from(self, one: Judged) -> dt.datetime | None:
        """When quiet hours begin for a text; None where there are none."""
        place = self._place(one)
        if place is None:
            return None
        if place not in self._from:
            self._from[place] = quiet_from(self._now, *place)
        return self._from[place]

    def _place(self, one: Claimed | Judged) -> Place | None:
        """A text that belongs to no campaign goes by what they begin with; a letter goes at any hour, unless
        its campaign says otherwise.
        """
        if one.purpose not in KEEPING_HOURS:
            return None
        hours, zone, quiet_letters = self._hours.get(one.campaign_id, (USUAL, USUAL_ZONE, False))
        home = zones_of_postcode(self._postcodes.get(one.id), one.number, zone)
        if channel_of(one.number) == EMAIL:
            return (hours, (zone, *home)) if quiet_letters else None
        return hours, (zone, *zones_of_number(one.number), *home)
