"""Where a call's TwiML comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ask:
    """TwiML to be fetched: where, and what goes with the request."""

    url: str
    extra: Mapping[str, str] = field(default_factory=dict)
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """TwiML that came with the order itself."""

    text: str


Source = Ask | Given
