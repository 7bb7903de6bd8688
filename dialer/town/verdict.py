"""What the town makes of a day of calls: whether anybody sat in silence, and who was joined with whom.

It judges by what the people heard and by the rooms that they were in, and knows nothing of what was meant.
Those who work for the campaign are named to it; everybody else is somebody to be spoken to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from dialer.town.voice.leg import Leg
from dialer.town.voice.room import Room, Stay

VOICES: Final = frozenset({"say", "play", "people", "music"})
MOST_NAMED: Final = 100
PEOPLE: Final = frozenset({"answers", "hangs_up", "screens"})


class Verdict:
    """Judges the calls to and from everybody but the `staff`: numbers, or how they begin."""

    def __init__(self, legs: Iterable[Leg], rooms: Iterable[Room], staff: Sequence[str]) -> None:
        self._staff = tuple(staff)
        self._legs = [leg for leg in legs if not self._is_staff(leg.person)]
        self._rooms = list(rooms)

    def said(self) -> dict[str, Any]:
        """All of it, in JSON."""
        answered = [leg for leg in self._legs if leg.answered_at]
        by_people = [leg for leg in answered if leg.answer in PEOPLE]
        return {
            "calls": len(self._legs),
            "by_status": Counter(leg.status for leg in self._legs),
            "answered": Counter(leg.answer for leg in answered),
            "unended": [leg.sid for leg in self._legs if not leg.is_over][:MOST_NAMED],
            "joined": Counter(leg.answer for leg in answered if _heard(leg, "people")),
            "people_never_joined": sum(not _heard(leg, "people") for leg in by_people),
            "joined_to_two": list(self._doubled())[:MOST_NAMED],
            "first_voice_s": _spread(first_voice_s(leg) for leg in by_people),
            "never_heard_a_voice": sum(first_voice_s(leg) is None for leg in by_people),
            "longest_silence_s": _spread(longest_silence_s(leg) for leg in by_people),
            "said_to": dict(Counter(_sayings(answered)).most_common(MOST_NAMED)),
        }

    def _is_staff(self, person: str) -> bool:
        return person.startswith(self._staff) if self._staff else False

    def _doubled(self) -> Iterator[dict[str, str]]:
        """Whoever was in a room with somebody else who isn't staff, at the same time."""
        for room in self._rooms:
            there: Stay | None = None
            for stay in sorted(room.stays, key=lambda stay: stay.joined_at):
                if self._is_staff(stay.person):
                    continue
                if there and there.call_sid != stay.call_sid and _outlasts(there, stay.joined_at):
                    yield {"conference": room.sid, "one": there.call_sid, "other": stay.call_sid}
                if there is None or _outlasts(stay, there.left_at):
                    there = stay


def first_voice_s(leg: Leg) -> float | None:
    """How long after the answer something was heard first; None if nothing ever was."""
    return next((heard.from_s for heard in leg.sounds if heard.kind in VOICES), None)


def longest_silence_s(leg: Leg) -> float:
    """The longest time for which nothing was heard."""
    lasted = [(heard.to_s or 0.0) - heard.from_s for heard in leg.sounds if heard.kind == "silence"]
    return round(max(lasted, default=0.0), 3)


def _heard(leg: Leg, kind: str) -> bool:
    return any(heard.kind == kind for heard in leg.sounds)


def _sayings(legs: Iterable[Leg]) -> Iterator[str]:
    """What the carrier's voice said, once for each call in which it did."""
    for leg in legs:
        yield from {heard.what for heard in leg.sounds if heard.kind == "say"}


def _outlasts(stay: Stay, at: str | None) -> bool:
    """Whether they were there after that instant; ISO instants of one zone compare as text."""
    return at is not None and (stay.left_at is None or stay.left_at > at)


def _spread(values: Iterable[float | None]) -> dict[str, float]:
    """The middle, the worst of a hundred, and the worst; nothing of nothing."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {}
    last = len(known) - 1
    return {"p50": known[last // 2], "p99": known[round(last * 0.99)], "most": known[-1]}
