"""For how long what people sent, pictures that are offered no more, and what tellers leave are kept; and why
one is gone.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

WITHDRAWN: Final = "withdrawn"
"""Somebody took it away: nobody sees it from then on."""
RETENTION: Final = "retention"
"""Its time was over."""
PICTURE_WHYS: Final = (WITHDRAWN, RETENTION)
USUAL_DAYS: Final = 365
DAYS_MOST: Final = 36_500
TELLING_DAYS: Final = 28
"""For so many days after it ended the photograph of a teller's sheet is kept, and for so many after it came
the receipt of a mark. An election of the United Kingdom can be questioned for 21 days after its return
(Representation of the People Act 1983, sections 122 and 129).
"""
SAME_OPENING: Final = dt.timedelta(minutes=5)
"""What somebody is sent again within this time they opened once: browsers ask anew as they please."""


def kept_since(now: dt.datetime, days: int) -> dt.datetime | None:
    """What is older than this has had its time; None where there is no end to it (0 days)."""
    return now - dt.timedelta(days=days) if days else None
