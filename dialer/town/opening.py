"""Links in texts, as townspeople open them: first their phone, for a preview, then, if they like, they do.

Only what lies under the installation's own address is asked for, and no way on is followed: the town opens
nothing of anybody else's. What was still to be opened when the town was killed stays closed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from dialer.town.book import Text
from dialer.town.people import Person
from dialer.town.town import Town

PREVIEW_AFTER_S: Final = 0.4
_AGENT: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
)
PHONE: Final[Mapping[str, str]] = {
    "User-Agent": f"{_AGENT} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
PREVIEW: Final[Mapping[str, str]] = {
    "User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko)"
    " Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Accept": "*/*",
    "Accept-Language": "en-GB,en;q=0.9",
}
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def addresses_in(body: str) -> list[str]:
    """The addresses that a phone makes links of."""
    return _ADDRESS.findall(body)


def pieces_of(body: str) -> list[tuple[str, bool]]:
    """A text in pieces; True for those that are links."""
    pieces, end = list[tuple[str, bool]](), 0
    for found in _ADDRESS.finditer(body):
        pieces += [(body[end : found.start()], False), (found[0], True)]
        end = found.end()
    return [*pieces, (body[end:], False)]


class Opening:
    """What phones and people do with the links in texts that arrived."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def arrived(self, text: Text, person: Person) -> None:
        """Have the first link of a text looked at and opened, by whoever does."""
        base = f"{self._town.terms.public_url}/"
        ours = [one for one in addresses_in(text.body) if len(base) > 1 and one.startswith(base)]
        if not ours:
            return
        if person.previews():
            self._later(PREVIEW_AFTER_S, ours[0], PREVIEW)
        if (after_s := person.opens_after_s(text.nth)) is not None:
            self._later(after_s, ours[0], PHONE)

    def _later(self, after_s: float, url: str, headers: Mapping[str, str]) -> None:
        self._town.clock.after(after_s, functools.partial(self._town.webhooks.look, url, headers))
