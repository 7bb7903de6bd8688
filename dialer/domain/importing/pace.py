"""How fast an import goes, and how long it may take yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

_TOO_EARLY_S: Final = 1.0
_TOO_LITTLE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a second since the start, and seconds left at the same pace; None where it is too early to say."""

    rows_per_s: float | None
    left_s: float | None


def pace_of(rows: int, progress: float, started_at: dt.datetime | None, now: dt.datetime) -> Pace:
    """Tell the pace of an import that has brought in `rows` and the share `progress` (0 to 1) of its file.

    Nothing is said of its first second, nor of what is left before two hundredths are done: a guess that
    jumps about helps nobody. Where it stood still in between, that counts as time that it took.
    """
    spent = (now - started_at).total_seconds() if started_at else 0.0
    if spent < _TOO_EARLY_S:
        return Pace(None, None)
    rate = rows / spent if rows else None
    if not _TOO_LITTLE <= progress <= 1.0:
        return Pace(rate, None)
    return Pace(rate, spent * (1.0 - progress) / progress)
