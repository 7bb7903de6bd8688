"""Senders: what kind an address is, how fast it may send, how several share the load (contract §7)."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final

from dialer.domain.email_address import read_address
from dialer.domain.placeholders import names_in, without_links
from dialer.domain.texting import EMAIL

USUAL_RATES: Final[Mapping[str, float]] = {
    "long_code": 1.0,
    "10dlc": 1.0,
    "toll_free": 3.0,
    "short_code": 100.0,
    "alphanumeric": 10.0,
    "messaging_service": 1.0,
    EMAIL: 10.0,
}
"""Segments a second (contract §1): a text of three parts takes the time of three. What a 10DLC campaign may
do, its owner knows and sets; until then it gets what one long code may. A Messaging Service may do what its
senders may together, and one long code's rate until the carrier has told which they are. Of an address,
letters.
"""

_SERVICE: Final = re.compile(r"MG[0-9a-f]{32}")
_SHORT_CODE: Final = re.compile(r"[0-9]{3,8}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_TOLL_FREE: Final = re.compile(r"\+(?:1(?:800|833|844|855|866|877|888)[0-9]{7}|44(?:800|808)[0-9]{6,7})")
_ALPHANUMERIC: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_NUMBER_IN_TEXT: Final = re.compile(r"(?<![\w£$€])(?:\+[1-9]|0[1-9])(?:[ ()-]{0,2}\d){8,12}(?!\d)")
_SHORT_CODE_IN_TEXT: Final = re.compile(r"\b(?:to|at|on|i|ar)\s+\d{5,6}\b", re.IGNORECASE)


class Rest(StrEnum):
    """Why nothing goes out from a sender for a moment; it goes on by itself."""

    SLOWED = "slowed"
    """The carrier has answered: that was too much at once, or the sender's queue is full."""
    AWAY = "away"
    """The carrier doesn't answer."""


def kind_of(address: str) -> str | None:
    """What kind of sender an address is; None when it can't be one.

    A ten-digit long code of the United States (10DLC) looks like any other: that it is one must be said.
    """
    if "@" in address:
        return EMAIL if read_address(address) == address else None
    if _SERVICE.fullmatch(address):
        return "messaging_service"
    if _TOLL_FREE.fullmatch(address):
        return "toll_free"
    if _E164.fullmatch(address):
        return "long_code"
    if _SHORT_CODE.fullmatch(address):
        return "short_code"
    return "alphanumeric" if _ALPHANUMERIC.fullmatch(address) else None


def may_be(address: str, kind: str) -> bool:
    """Whether an address may be said to be of a kind: its own, or 10DLC where it looks like a long code."""
    own = kind_of(address)
    return kind == own or (kind == "10dlc" and own == "long_code")


def rate_of(kind: str, own: float | None = None, everyones: float = 0.0, pool: Collection[str] = ()) -> float:
    """Segments a second: what is set for this sender, else what the senders of its `pool` may together, else
    what is set for every sender, else what its kind may.
    """
    if own:
        return own
    of_pool = [rate_of(found, None, everyones) for each in pool if (found := kind_of(each)) is not None]
    return sum(of_pool) or everyones or USUAL_RATES[kind]


def fitted(rates: Mapping[str, float], account: float) -> dict[str, float]:
    """These senders' rates where the account may send no more than `account` segments a second in all (0: no
    limit): each gives way in proportion, so that those who share a blast end it together.
    """
    whole = sum(rates.values())
    if not account or whole <= account:
        return dict(rates)
    return {sender: rate * account / whole for sender, rate in rates.items()}


def choose(number: str, rates: Mapping[str, float], known: str | None = None) -> str:
    """The sender for a number: the one its owner knows, where that is among them; else shared by rate.

    The same number and senders always give the same one, each gets its share in proportion to its rate,
    and a sender that joins takes numbers only for itself (weighted rendezvous hashing).
    """
    if known is not None and known in rates:
        return known
    return max(rates, key=lambda sender: (_score(number, sender, rates[sender]), sender))


def takes_s(parts: int, people: int, rates: Mapping[str, float], known_by: Mapping[str, int]) -> float:
    """For how many seconds senders of these rates, in parts a second, are at so many parts to so many people:
    until the last of them has texted those who know it (`known_by`) and its share of all others. Without
    any sender, 0.
    """
    if not (rates and people):
        return 0.0
    whole = sum(rates.values())
    strangers = people - sum(known_by.get(sender, 0) for sender in rates)
    longest = max(known_by.get(sender, 0) / rate for sender, rate in rates.items())
    return parts / people * (longest + strangers / whole)


def lacks_opt_out_route(body: str, senders: Iterable[str]) -> bool:
    """Whether somebody who gets this text could not say no: an alphanumeric sender can't be answered, so
    the text itself must have `{opt_out_url}` or a number.

    The right to refuse at no cost, in each message: regulation 22(3)(c) of the Privacy and Electronic
    Communications (EC Directive) Regulations 2003.
    """
    return any(kind_of(sender) == "alphanumeric" for sender in senders) and not has_opt_out_route(body)


def has_opt_out_route(body: str) -> bool:
    """Whether the text tells a way out that needs no answer: our link, or a number to ring or text."""
    if "opt_out_url" in names_in(body):
        return True
    said = without_links(body)  # figures in an address are no number to ring
    return bool(_NUMBER_IN_TEXT.search(said) or _SHORT_CODE_IN_TEXT.search(said))


def _score(number: str, sender: str, rate: float) -> float:
    digest = hashlib.blake2b(f"{number} {sender}".encode(), digest_size=6).digest()
    draw = (int.from_bytes(digest) + 0.5) / 2**48  # strictly between 0 and 1
    return -rate / math.log(draw)
