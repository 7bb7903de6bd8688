"""What PostgreSQL and Valkey print, turned into lines of our log."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from dialer.logs import get_logger

log = get_logger(__name__)

_STAMP = re.compile(
    rb"^\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] "  # PostgreSQL
    rb"|^\d+:(?:[A-Z] \d\d \w+ \d{4} [\d:.]+|signal-handler \(\d+\)) "  # Valkey
)
"""The time and process number that each begins its lines with; ours have their own."""


@dataclass(slots=True)
class LogPipe:
    """A pipe whose writing end is handed to a process and whose lines are logged under its name."""

    name: str
    reader: int = field(init=False)
    writer: int = field(init=False)
    _rest: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def drain(self) -> None:
        """Log every whole line that is there."""
        try:
            while chunk := os.read(self.reader, 65_536):
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                for line in lines:
                    self._log(line)
        except BlockingIOError:
            return

    def close(self) -> None:
        self.drain()
        os.close(self.reader)
        os.close(self.writer)

    def _log(self, line: bytes) -> None:
        said = _STAMP.sub(b"", line).decode(errors="replace").strip()
        if said:
            log.info("said", child=self.name, line=said)
