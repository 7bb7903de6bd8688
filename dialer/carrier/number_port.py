"""What deeds may ask of a carrier about our own numbers there. Part of `port.py`, which they know it by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """One of ours: its name there, what it can do, and where the carrier asks what to do with a text or call.

    `texts_to` and `calls_to` are web addresses, behind `GET ` where they aren't posted to; the carrier's name
    of what decides instead (an application, a trunk, `fax`); or empty where nothing is set. `told_too` are
    the addresses that hear of a text or call when that one fails, and of each call's end.
    """

    sid: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    sms: bool
    mms: bool
    voice: bool
    texts_to: str = field(repr=False)
    calls_to: str = field(repr=False)
    told_too: tuple[str, ...] = field(default=(), repr=False)
    bought_at: dt.datetime | None = None
    """Since when it is the account's, where the carrier says."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where the carrier is to ask, and nowhere else."""

    sms_url: str
    voice_url: str


@dataclass(frozen=True, slots=True)
class NumbersWanted:
    """What to look for: a country (ISO 3166), a kind of the carrier's (`local`, `mobile`, `toll_free`),
    figures that it contains and the area code that it begins with (North America), if any, and what it must
    be able to do.
    """

    country: str
    kind: str
    contains: str = ""
    area_code: str = ""
    sms: bool = False
    voice: bool = False


@dataclass(frozen=True, slots=True)
class NumberOffer:
    """A number that can be had. `address` is the carrier's word for the address it wants to know: `none`,
    `any`, `local` or `foreign`.
    """

    number: str = field(repr=False)
    place: str
    sms: bool
    mms: bool
    voice: bool
    address: str


@dataclass(frozen=True, slots=True)
class NumberPrice:
    """What a number costs a month."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """A number to buy, where the carrier is to ask about it, and the carrier's names of the address and the
    regulatory bundle that its country wants, if any.
    """

    number: str = field(repr=False)
    webhooks: Webhooks
    address_sid: str = ""
    bundle_sid: str = ""


@dataclass(frozen=True, slots=True)
class CarrierService:
    """What is set for a Messaging Service at the carrier.

    `texts_to` is where it tells of texts to its numbers, behind `GET ` where that isn't posted to; empty:
    nowhere, and they are listed nowhere either. Where it `defers`, each number's own address holds instead.
    `fallback_to` hears of a text that `texts_to` took badly, `status_to` what became of texts that name no
    address of their own. `validity_s` is how long a text waits there that doesn't say so itself. `registered`
    is whether its use is registered in the United States (A2P 10DLC). Where the carrier doesn't say: None.
    """

    sid: str
    name: str = field(repr=False)
    texts_to: str = field(repr=False)
    defers: bool
    fallback_to: str = field(repr=False)
    status_to: str = field(repr=False)
    sticky: bool | None
    validity_s: int | None
    registered: bool | None


class Numbers(Protocol):
    """Our numbers, as `Carrier`: synchronous, from any thread, never in a transaction. All raise
    CarrierError; where it isn't `permanent`, a change may have been made all the same: look first.
    """

    def ours(self, number: str | None = None) -> Sequence[CarrierNumber]:
        """All of the account, or the one of that name."""

    def put_right(self, sid: str, webhooks: Webhooks) -> CarrierNumber | None:
        """Have the carrier ask there; as often as one likes. None where it isn't ours (any more)."""

    def offers(self, wanted: NumbersWanted) -> Sequence[NumberOffer]:
        """Some numbers that can be had now; none where there are none of that kind."""

    def price(self, wanted: NumbersWanted) -> NumberPrice | None:
        """What one of that kind costs a month; None where the carrier doesn't say."""

    def buy(self, purchase: Purchase) -> CarrierNumber:
        """Buy exactly this one. Nobody can buy a number that is somebody's, so a second time is refused."""

    def release(self, sid: str) -> None:
        """Give it back; one that is gone is fine."""

    def service(self, sid: str) -> CarrierService | None:
        """What is set for a Messaging Service; None where the carrier knows none of that name."""
