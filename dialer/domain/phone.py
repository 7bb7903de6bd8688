"""Phone numbers: which ones may be rung or texted, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhonePolicy:
    """Which numbers count as usable: by country (ISO 3166 codes) and, in a demo, those kept for fiction."""

    default_region: str = "GB"
    allowed_countries: frozenset[str] = frozenset({"GB"})
    allow_fictional: bool = False
