"""What was spent, in the lines that a return of a campaign's spending asks for."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

UNITS: Final = {
    "sms": "parts",
    "email": "emails",
    "voice": "seconds",
    "look_up": "questions",
    "number_rent": "months",
}
"""What is counted on a channel beside texts, emails, calls, look-ups of numbers and months of our own."""


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """What one campaign (None: what belongs to none) spent on a channel from one number or sender.

    `count` texts, emails, calls, look-ups or months of a number, of so many `units`: parts of texts, seconds
    of calls.
    `reckoned` is by our prices, `cost` what counts: the carrier's own figure where we have it. Days are the
    campaign's.
    """

    campaign_id: uuid.UUID | None
    campaign: str | None
    channel: str
    sender: str | None
    currency: str
    count: int
    units: int
    reckoned: Decimal
    cost: Decimal
    first_day: dt.date
    last_day: dt.date
