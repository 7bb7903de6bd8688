"""The town's own ledger, read from its file: whatever is killed, it can be read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OURS = "outbound-api"


@dataclass(slots=True)
class Entry:
    """A text that the carrier accepted, or that somebody wrote; times are seconds since 1970.

    `taken_at` is when our webhook answered 2xx to one that came in.
    """

    sid: str
    number: str
    sender: str
    body: str
    direction: str
    status: str
    at: float
    error_code: int | None = None
    taken_at: float | None = None

    @property
    def first_word(self) -> str:
        return self.body.partition(" ")[0]


@dataclass(slots=True)
class Ledger:
    """What has been written so far; each `read` goes on where the last one ended."""

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    accepted: int = 0
    _read_to: int = 0

    def read(self) -> int:
        """Take in what is new; how many of our texts the carrier has accepted."""
        for kind, record in self._new():
            if kind == "text":
                self._enter(record)
            elif kind in {"status", "told"}:
                self._change(kind, record)
        return self.accepted

    def ours(self) -> list[Entry]:
        """The texts of ours that the carrier accepted, in their order."""
        return [entry for entry in self.entries.values() if entry.direction == OURS]

    def inbound(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.direction == "inbound"]

    def texted(self, first_word: str) -> Counter[str]:
        """How many texts that begin with this word each number was sent."""
        return Counter(entry.number for entry in self.ours() if entry.first_word == first_word)

    def _new(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Whole lines: where a kill tore one the town takes what is left of it off, and writes another."""
        with self.path.open("rb") as lines:
            lines.seek(self._read_to)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                self._read_to += len(line)
                kind, record = json.loads(line)
                yield kind, record

    def _enter(self, record: dict[str, Any]) -> None:
        inbound = record["direction"] == "inbound"
        self.accepted += record["direction"] == OURS
        self.entries[record["sid"]] = Entry(
            sid=record["sid"],
            number=record["sender"] if inbound else record["to"],
            sender=record["to"] if inbound else record["sender"],
            body=record["body"],
            direction=record["direction"],
            status=record["status"],
            at=record["created_at"],
        )

    def _change(self, kind: str, record: dict[str, Any]) -> None:
        entry = self.entries[record["sid"]]
        if kind == "told":
            entry.taken_at = entry.taken_at or record.get("taken_at")
        else:
            entry.status, entry.error_code = record["status"], record.get("error_code")
