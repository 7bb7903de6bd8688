"""Where a picture goes with its text (MMS), and where the text leads to it by a link.

By the carrier's own help (support.twilio.com/hc/en-us/articles/ 223179808 “Sending and receiving MMS
messages”, 4411046744987 “Toll-Free SMS and MMS messaging throughput”, 223181248 “Why are my MMS messages
being sent as SMS text messages”), as it stood in November 2026:

- to the United States and Canada from their long codes and toll-free numbers;
- to the United States from a short code, once the carrier has enabled it for that one, at a fee;
- within Australia from its long codes;
- nowhere else: there the carrier would turn it into a text with a link of its own, or refuse it (21612,
  30011), so our own link goes, which is shorter, ours, and counts for nobody else.

Of a Messaging Service all numbers must be able to, since the carrier picks one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.phone import country_of
from dialer.domain.sender import kind_of

AS_PICTURE: Final = "picture"
AS_LINK: Final = "link"
PICTURE_WAYS: Final = (AS_PICTURE, AS_LINK)
"""What may be chosen of a text that has a picture: that it goes with the text where that can be, or that the
text leads to it everywhere.
"""

_NORTH: Final = frozenset({"US", "CA"})
_TEN_DIGITS: Final = frozenset({"long_code", "10dlc"})


@dataclass(frozen=True, slots=True)
class _Way:
    """To numbers of these countries, from senders of these kinds and countries. What the carrier enables only
    on request goes where somebody said that it has (`asked_for`).
    """

    to: frozenset[str]
    kinds: frozenset[str]
    whence: frozenset[str]
    asked_for: bool = False


_ANYWHERE: Final = frozenset[str]()
WAYS: Final = (
    _Way(_NORTH, _TEN_DIGITS | {"toll_free"}, _NORTH),
    _Way(frozenset({"US"}), frozenset({"short_code"}), _ANYWHERE, asked_for=True),
    _Way(frozenset({"AU"}), frozenset({"long_code"}), frozenset({"AU"})),
)
COUNTRIES: Final = frozenset[str]().union(*(way.to for way in WAYS))
"""Where anybody gets a picture with a text."""


@dataclass(frozen=True, slots=True)
class PictureSender:
    """A sender as it matters here. `said` is what a person, or the carrier, said of it: whether it can; None
    where nobody did, and the table holds. `pool` are the numbers of a Messaging Service.
    """

    address: str
    kind: str | None
    said: bool | None = None
    pool: Sequence[str] = ()

    def reaches(self, country: str | None) -> bool:
        """Whether a picture goes with its texts to a country (ISO 3166)."""
        if self.said is False or country not in COUNTRIES:
            return False
        if self.kind == "messaging_service":
            each = [PictureSender(one, kind_of(one), self.said) for one in self.pool]
            return bool(each) and all(one.reaches(country) for one in each)
        return any(
            country in way.to
            and self.kind in way.kinds
            and (not way.whence or country_of(self.address) in way.whence)
            and (not way.asked_for or self.said is True)
            for way in WAYS
        )


def share_with_picture(
    country: str | None, senders: Sequence[PictureSender], rates: Mapping[str, float]
) -> float:
    """Which share of the people of a country get the picture itself where these senders share the work by
    their rates, 0 to 1. All of it or nothing is exact; in between it holds for many.
    """
    whole = sum(rates.get(one.address, 0.0) for one in senders)
    able = sum(rates.get(one.address, 0.0) for one in senders if one.reaches(country))
    return able / whole if whole else 0.0
