"""How an installation uses its carrier: rates, patience and prices (contract §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dialer.domain.conversing import AT_ONCE, HOLD_FOR_S
from dialer.domain.letter_names import LetterNames
from dialer.domain.look_up import Price
from dialer.domain.money import USUAL_PICTURE, PriceList
from dialer.domain.own_numbers import MOST_A_DAY as NUMBERS_A_DAY
from dialer.domain.retention import USUAL_DAYS


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """Letters: the address that they are from where nothing else is said ("": no letters), the name beside it
    ("": the organisation's), how many a second go out from one, and the names they are known again by.
    """

    sender: str = ""
    sender_name: str = ""
    rate: float = 100.0
    names: LetterNames = field(default_factory=lambda: LetterNames("", "example.org"))
    price: Decimal = Decimal(0)
    """What one letter costs."""
    named_answers: bool = False
    """Whether answers are to go to a name of each letter's own: only where mail to a domain for that comes to
    us, since else nobody would get them.
    """


@dataclass(frozen=True, slots=True)
class MessagingPolicy:
    """`rate_per_sender` is segments a second, 0 the usual rate of the sender's kind; `rate_per_account` those
    of all senders together, 0 for no limit. `*_s` are seconds.

    `prices` tell what one part of a text costs, for estimates, caps and what was spent; `picture_prices` what
    a text with its picture costs (MMS), however long.
    `recontact_after_s` is for how long blasts leave people alone who heard from us, by whichever campaign,
    where their campaign doesn't say otherwise; 0 is no such rest.
    `hold_s` is for how long a conversation stays with whoever took it to answer, of which they may have
    `conversations_at_once` that wait.
    `link_base` is the address before short links in texts; "" is the installation's own.
    `first_texts_a_day` is how many first texts a sender of a kind may send by hand in 24 hours, where that
    isn't what is usual (`domain.first_texts.SAFE_A_DAY`).
    What came with texts is kept for `attachment_days`, and pictures that are offered no more for
    `picture_days`; 0 is for ever.
    `cost_cap` is what texts and calls of all campaigns may cost together; None is no limit.
    `look_ups` is what it costs to ask for the kind of a line; `numbers_a_day` is how many numbers an
    organisation may buy in 24 hours.
    """

    rate_per_sender: float = 100.0
    rate_per_account: float = 0.0
    settle_s: int = 10
    reconcile_after_s: int = 300
    stop_reply: bool = False
    recontact_after_s: int = 0
    hold_s: int = HOLD_FOR_S
    conversations_at_once: int = AT_ONCE
    prices: PriceList = field(default_factory=PriceList)
    picture_prices: PriceList = field(default_factory=lambda: PriceList(usual=USUAL_PICTURE))
    first_texts_a_day: Mapping[str, int] = field(default_factory=dict)
    attachment_days: int = USUAL_DAYS
    picture_days: int = USUAL_DAYS
    cost_cap: Decimal | None = None
    currency: str = "GBP"
    link_base: str = ""
    mail: MailPolicy = field(default_factory=MailPolicy)
    numbers_a_day: int = NUMBERS_A_DAY
    look_ups: Price = field(default_factory=Price)


@dataclass(frozen=True, slots=True)
class VoicePolicy:
    """`calls_per_second` and `max_concurrent_calls` are of the account, all campaigns together; transfers are
    how often a volunteer may have somebody rung to put people through.
    """

    calls_per_second: float = 100.0
    max_concurrent_calls: int = 1000
    reconcile_after_s: int = 300
    settle_s: int = 10
    transfers_per_call: int = 3
    transfers_per_shift: int = 20
    price_per_minute: Decimal = Decimal("0.03")
    currency: str = "GBP"
