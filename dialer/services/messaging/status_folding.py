"""All that was told of one text, folded into where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.message import moves, proven_by
from dialer.store.queries.carrier_events import DueEvent, TextNow


@dataclass(frozen=True, slots=True)
class Folded:
    """Where a text stands after the events, by which SID, since when, and the carrier's code for it.

    `sid` is None where the events were about another try than the one that the text is known by.
    """

    text: TextNow
    state: str
    sid: str | None
    at: dt.datetime
    error_code: int | None = None

    @property
    def is_moved(self) -> bool:
        return self.state != self.text.state


def fold(text: TextNow, events: Sequence[DueEvent]) -> Folded:
    """Let the events move the text on, forward only, in whatever order they came.

    One about another SID than the text's own tells of an earlier try that was given up for absent: the text
    is accounted for by its own.
    """
    state, sid, at, code = text.state, text.carrier_sid, events[0].received_at, None
    for event in sorted(events, key=lambda each: each.received_at):
        proven = proven_by(event.status)
        if proven is None or (sid is not None and event.sid != sid) or not moves(state, proven):
            continue
        state, sid, at, code = proven, event.sid, event.received_at, event.error_code
    return Folded(text, state, sid, at, code)
