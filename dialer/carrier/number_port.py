"""What deeds may ask of a carrier about our own numbers there. Part of `port.py`, which they know it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """One of ours: its name there, what it can do, and where the carrier asks what to do with a text or call.

    `texts_to` and `calls_to` are web addresses, behind `GET ` where they aren't posted to; the carrier's name
    of what decides instead (an application, a trunk); or empty where nothing is set.
    """

    sid: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    sms: bool
    mms: bool
    voice: bool
    texts_to: str = field(repr=False)
    calls_to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where the carrier is to ask."""

    sms_url: str
    voice_url: str


class Numbers(Protocol):
    """Our numbers, as `Carrier`: synchronous, from any thread, never in a transaction. All raise
    CarrierError; where it isn't `permanent`, a change may have been made all the same: look first.
    """

    def ours(self, number: str | None = None) -> Sequence[CarrierNumber]:
        """All of the account, or the one of that name."""

    def put_right(self, sid: str, webhooks: Webhooks) -> CarrierNumber | None:
        """Have the carrier ask there; as often as one likes. None where it isn't ours (any more)."""
