"""All texts in the town, in the order in which they came, and who may no longer be texted by whom."""

from __future__ import annotations

import bisect
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

Direction = Literal["outbound-api", "outbound-reply", "inbound"]
FINAL: Final = frozenset({"delivered", "undelivered", "failed", "received"})
BILLED: Final = frozenset({"sent", "delivered", "undelivered", "received"})


@dataclass(slots=True)
class Text:
    """One text, either way. Times are seconds since 1970; `nth` counts the texts to that number from 0,
    `waits_s` is how long it stands in its sender's queue, `untold` the statuses whose webhook isn't over,
    `taken_at` when our webhook answered 2xx to one that came in.
    """

    sid: str
    to: str
    sender: str | None
    body: str
    direction: Direction
    status: str
    created_at: float
    updated_at: float
    segments: int
    service: str | None = None
    callback: str = ""
    sent_at: float | None = None
    error_code: int | None = None
    nth: int = 0
    waits_s: float = 0.0
    validity_s: int = 36_000
    answers: str = ""
    untold: list[str] = field(default_factory=list)
    answered: bool = False
    taken_at: float | None = None
    media: list[str] = field(default_factory=list)
    """The kinds of what came, or went, with it."""
    media_urls: list[str] = field(default_factory=list)
    """Where that lies which is to go with it, and the names in the gallery of what was fetched from there."""
    pictures: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """What the ledger keeps of it when it is entered."""
        return {name: getattr(self, name) for name in _ENTERED}

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


_ENTERED: Final = tuple(each.name for each in fields(Text) if each.name not in {"answered", "taken_at"})


class Book:
    """Texts by their SID, by whom they are to and from, and by time."""

    def __init__(self) -> None:
        self.by_sid: dict[str, Text] = {}
        self.texts: list[Text] = []
        self.to: dict[str, list[Text]] = defaultdict(list)
        self.sent_by: dict[str, list[Text]] = defaultdict(list)
        self.outbound_to: dict[str, int] = defaultdict(int)
        self.people: OrderedDict[str, None] = OrderedDict()
        """Everybody who was texted or wrote, whoever did so last at the end."""
        self.blocked: set[tuple[str, str]] = set()
        """Pairs of a sender or Messaging Service, and the number that said STOP to it."""

    def enter(self, text: Text) -> None:
        """Take a text in."""
        self.by_sid[text.sid] = text
        self.texts.append(text)
        self.to[text.to].append(text)
        if text.sender is not None:
            self.sent_by[text.sender].append(text)
        if text.direction == "outbound-api":
            self.outbound_to[text.to] += 1
        person = text.sender if text.direction == "inbound" else text.to
        if person is not None:
            self.people[person] = None
            self.people.move_to_end(person)
        if text.answers in self.by_sid:
            self.by_sid[text.answers].answered = True

    def assign(self, text: Text, sender: str) -> None:
        """A Messaging Service picked a sender for its text."""
        text.sender = sender
        bisect.insort(self.sent_by[sender], text, key=lambda each: each.created_at)

    def conversation(self, number: str) -> list[Text]:
        """All texts to and from a person, oldest first."""
        texts = [*self.to.get(number, ()), *self.sent_by.get(number, ())]
        return sorted(texts, key=lambda text: text.created_at)

    def last_to(self, number: str, sender: str) -> Text | None:
        """The last text of ours to the number from that sender: what a text back is about."""
        return next(
            (text for text in self.newest_first(number, sender) if text.direction == "outbound-api"), None
        )

    def newest_first(self, to: str | None, sender: str | None) -> Iterator[Text]:
        """Those to and from these, all where neither is given."""
        candidates: Sequence[Text] = self.texts
        if to is not None:
            candidates = self.to.get(to, ())
            if sender is not None:
                candidates = [text for text in candidates if text.sender == sender]
        elif sender is not None:
            candidates = self.sent_by.get(sender, ())
        return reversed(candidates)
