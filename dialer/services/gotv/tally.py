"""Count results as they are recorded, corrected and taken back, in the transaction of the result."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.domain.stats import ATTEMPTS, disposition_name
from dialer.store.queries import counters
from dialer.store.session import UnitOfWork


def tally_result(
    unit: UnitOfWork,
    *,
    campaign_id: uuid.UUID,
    disposition: str,
    primary: bool,
    at: dt.datetime,
    times: int = 1,
) -> None:
    """Count a result for its campaign; `times=-1` uncounts one that is corrected or voided.

    Every result counts under its disposition, late ones and those of the household too; only the
    `primary` one, of the person who was rung, is an attempt. `at` is the result's own time.
    """
    talked = times if disposition == "contacted" else 0
    attempted = times if primary else 0
    counters.bump(unit, "campaign", campaign_id, disposition_name(disposition), times)
    counters.bump(unit, "campaign", campaign_id, ATTEMPTS, attempted)
    counters.bump_minute(unit, campaign_id, at, attempts=attempted, contacted=talked)
