"""What the person at a telephone can hear, and the record of what they did hear.

The record is the judge of silences: it has everything that was heard since the answer, without a gap, in
seconds of the town.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

BRIEF_S: Final = 0.05
"""Nobody notices a silence that is shorter."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing to hear: `what` is the text that is said, the address that is played, or the calls of the
    people who speak, separated by commas.
    """

    kind: str
    what: str = ""

    @property
    def is_silence(self) -> bool:
        """Whether there is nothing to hear."""
        return self.kind == "silence"


SILENCE: Final = Sound("silence")
RINGING: Final = Sound("ringing")
KEYS: Final = Sound("keys")
WAIT_MUSIC: Final = Sound("music", "wait")
HOLD_MUSIC: Final = Sound("music", "hold")


def said(text: str) -> Sound:
    """The carrier's voice reads a text out."""
    return Sound("say", text)


def played(what: str) -> Sound:
    """A sound file, or touch tones."""
    return Sound("play", what)


def people(sids: Iterable[str]) -> Sound:
    """The people, or machines, at the other ends of these calls."""
    return Sound("people", ",".join(sids))


@dataclass(slots=True)
class Heard:
    """A sound, and from when to when it was heard, in the town's seconds since the answer; while it lasts
    `to_s` is None.
    """

    kind: str
    what: str
    from_s: float
    to_s: float | None = None

    def is_of(self, sound: Sound) -> bool:
        """Whether that was what was heard."""
        return (self.kind, self.what) == (sound.kind, sound.what)

    def record(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return asdict(self)


class Ear:
    """What one person hears, from the answer to the end."""

    def __init__(self, heard: list[Heard]) -> None:
        self._heard = heard
        self._last: Heard | None = None

    def listen(self, sound: Sound, now_s: float) -> None:
        """From now on this is heard, and not what was before."""
        if self._last and self._last.to_s is None and self._last.is_of(sound):
            return
        self.close(now_s)
        if self._last and self._last.is_of(sound) and now_s - (self._last.to_s or 0.0) < BRIEF_S:
            self._last.to_s = None  # it went on
            return
        self._last = Heard(sound.kind, sound.what, round(now_s, 3))
        self._heard.append(self._last)

    def beep(self, now_s: float) -> None:
        """A tone is heard beside whatever else there is: somebody came or went."""
        self._heard.append(Heard("beep", "", round(now_s, 3), round(now_s, 3)))

    def close(self, now_s: float) -> None:
        """Nothing is heard any more; what nobody can have noticed is left out."""
        last = self._last
        if last is None or last.to_s is not None:
            return
        last.to_s = round(now_s, 3)
        if last.kind == "silence" and last.to_s - last.from_s < BRIEF_S:
            self._heard.remove(last)
            self._last = next((each for each in reversed(self._heard) if each.kind != "beep"), None)
