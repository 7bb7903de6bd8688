"""How an installation uses its carrier: rates, patience and prices (contract §1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from dialer.domain.money import PriceList


@dataclass(frozen=True, slots=True)
class MessagingPolicy:
    """`rate_per_sender` is segments a second, 0 the usual rate of the sender's kind; `rate_per_account` those
    of all senders together, 0 for no limit. `*_s` are seconds.

    `prices` tell what one part of a text costs, for estimates, caps and what was spent.
    `recontact_after_s` is for how long blasts leave people alone who heard from us, by whichever campaign,
    where their campaign doesn't say otherwise; 0 is no such rest.
    `cost_cap` is what texts and calls of all campaigns may cost together; None is no limit.
    """

    rate_per_sender: float = 100.0
    rate_per_account: float = 0.0
    settle_s: int = 10
    reconcile_after_s: int = 300
    stop_reply: bool = False
    recontact_after_s: int = 0
    prices: PriceList = field(default_factory=PriceList)
    cost_cap: Decimal | None = None
    currency: str = "GBP"


@dataclass(frozen=True, slots=True)
class VoicePolicy:
    """`calls_per_second` and `max_concurrent_calls` are of the account, all campaigns together."""

    calls_per_second: float = 100.0
    max_concurrent_calls: int = 1000
    reconcile_after_s: int = 300
    settle_s: int = 10
    price_per_minute: Decimal = Decimal("0.03")
    currency: str = "GBP"
