"""How often the dialler showed each of a campaign's numbers lately, an hour's calls not counted each second.

What it claims is added to what was counted; that is counted anew every so often. What has passed out of the
hour, or was given back, counts on until then: a number rests too early rather than too late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from dialer.domain.caller_id import Usage
from dialer.services.calling.caller_ids import rests_of, usage_of
from dialer.store.models.calling import Campaign
from dialer.store.models.pacing import PacerLease
from dialer.store.session import UnitOfWork

COUNTED_EVERY: Final = dt.timedelta(minutes=1)
_KEPT: Final = "caller_ids"


def usage_under(unit: UnitOfWork, campaign: Campaign, lease: PacerLease, now: dt.datetime) -> Usage:
    """As `usage_of`, by what stands with the lease (locked) where that is young enough."""
    kept = _young(lease, now)
    if kept is None:
        return usage_of(unit, campaign, now)
    return replace(rests_of(unit, campaign, now), calls=kept["calls"])


def keep_usage(lease: PacerLease, usage: Usage, now: dt.datetime) -> None:
    """Keep what it has come to with the claims just made."""
    kept = _young(lease, now)
    counted_at = kept["counted_at"] if kept else now.timestamp()
    lease.figures = lease.figures | {_KEPT: {"counted_at": counted_at, "calls": dict(usage.calls)}}


def _young(lease: PacerLease, now: dt.datetime) -> Mapping[str, Any] | None:
    """What stands there, unless it is to be counted anew."""
    kept = lease.figures.get(_KEPT)
    return kept if kept and kept["counted_at"] > (now - COUNTED_EVERY).timestamp() else None
