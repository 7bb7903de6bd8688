"""What `dialer doctor` says where too many addresses look abandoned at once to be given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from dialer.cli.doctor_finding import Finding
from dialer.domain.bounces import MOST_AN_HOUR

KEPT_WITHIN: Final = dt.timedelta(days=7)


def found_kept(count: int) -> Iterator[Finding]:
    """Nothing where none was kept in the last days."""
    if not count:
        return
    detail = (
        f"{count:,} addresses look abandoned in the last {KEPT_WITHIN.days} days, above the {MOST_AN_HOUR} an"
        " hour that are given up: they still get email"
    )
    remedy = "look at the reasons of the last blasts' bounces: rather your server or theirs was away"
    yield Finding("bounces", ok=False, detail=detail, remedy=remedy)
