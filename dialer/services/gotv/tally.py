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
    attempted: bool,
    at: dt.datetime,
    times: int = 1,
) -> None:
    """Count a result for its campaign; `times=-1` uncounts one that is corrected or voided.

    Every result counts under its disposition, late ones and those of the household too; only
    that of the person who was rung is an attempt (`attempted`), unless the ringing itself was counted as
    one. `at` is the result's own time.
    """
    talked = times if disposition == "contacted" else 0
    attempts = times if attempted else 0
    counters.bump(unit, "campaign", campaign_id, disposition_name(disposition), times)
    counters.bump(unit, "campaign", campaign_id, ATTEMPTS, attempts)
    counters.bump_minute(unit, campaign_id, at, attempts=attempts, contacted=talked)
