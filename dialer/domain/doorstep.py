"""What comes of knocking at a door for one person, what follows from it, and how a paper sheet writes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from dialer.domain.errors import FieldError
from dialer.domain.languages import SPOKEN
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.result import NOTES_MAX
from dialer.domain.script import Learned, Script, learned, unknown_answers


class DoorOutcome(StrEnum):
    """What came of knocking for a person."""

    CONTACTED = "contacted"
    NOT_IN = "not_in"
    LEFT_LEAFLET = "left_leaflet"
    REFUSED = "refused"
    LANGUAGE_BARRIER = "language_barrier"
    WRONG_PERSON = "wrong_person"
    MOVED = "moved"
    DECEASED = "deceased"
    ALREADY_VOTED = "already_voted"
    DO_NOT_KNOCK = "do_not_knock"


class DoorEffect(StrEnum):
    """What an outcome changes on the person, beside what they told us."""

    MARKS_TURNOUT = "marks_turnout"
    SETS_MOVED = "sets_moved"
    SETS_DECEASED = "sets_deceased"
    OPTS_OUT_OF_DOOR = "opts_out_of_door"


DOOR_OUTCOMES: Final = tuple(outcome.value for outcome in DoorOutcome)
EFFECTS: Final[Mapping[str, DoorEffect]] = MappingProxyType(
    {
        DoorOutcome.ALREADY_VOTED: DoorEffect.MARKS_TURNOUT,
        DoorOutcome.MOVED: DoorEffect.SETS_MOVED,
        DoorOutcome.DECEASED: DoorEffect.SETS_DECEASED,
        DoorOutcome.DO_NOT_KNOCK: DoorEffect.OPTS_OUT_OF_DOOR,
    }
)
STATED: Final = ("support", "voting_method", "needs_lift", "id_ready")
"""What may be told of a person outright, whatever the script asks."""
NOBODY_SPOKEN_TO: Final = frozenset({DoorOutcome.NOT_IN, DoorOutcome.LEFT_LEAFLET})
"""Outcomes after which the door is knocked at again, and at which nobody can have told us anything."""
DONE_WITH: Final = tuple(one.value for one in DoorOutcome if one not in NOBODY_SPOKEN_TO)
"""Outcomes after which a campaign has canvassed the person."""


@dataclass(frozen=True, slots=True)
class DoorReport:
    """What is reported of one person behind a door."""

    outcome: str
    answers: Mapping[str, str] = field(default_factory=dict)
    support: int | None = None
    voting_method: str | None = None
    note: str | None = None
    language: str | None = None
    """Which language they spoke, where that was the barrier."""
    needs_lift: bool | None = None
    id_ready: bool | None = None
    """They have the ID that polling stations ask for."""
    at: dt.datetime | None = None
    """When it was, where that isn't now: a phone without network tells it later."""

    def learned(self, script: Script | None) -> Learned:
        """What it tells of the person: what is stated outright wins over what the answers tell."""
        told = learned(script, self.answers) if script else Learned()
        stated = {name: getattr(self, name) for name in STATED if getattr(self, name) is not None}
        return replace(told, **stated)

    def fingerprint(self) -> bytes:
        """The same for the same report: tells one that is sent again from another one."""
        said = asdict(self) | {"at": self.at.astimezone(dt.UTC).isoformat() if self.at else None}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).digest()


def faults(report: DoorReport, script: Script | None) -> list[FieldError]:
    """Everything that keeps a report from being taken, each with its place."""
    return list(_faults(report, script))


def _faults(report: DoorReport, script: Script | None) -> Iterator[FieldError]:
    if report.outcome not in DOOR_OUTCOMES:
        yield FieldError("/outcome", f"Choose one of {', '.join(DOOR_OUTCOMES)}.")
    elif report.outcome in NOBODY_SPOKEN_TO and _tells(report):
        yield FieldError("/outcome", "Nobody was spoken to, so nobody can have told us anything.")
    if report.support is not None and report.support not in range(1, 6):
        yield FieldError("/support", "Support goes from 1 to 5.")
    if report.voting_method is not None and report.voting_method not in VOTING_METHODS:
        yield FieldError("/voting_method", f"Choose one of {', '.join(VOTING_METHODS)}.")
    if report.note is not None and len(report.note) > NOTES_MAX:
        yield FieldError("/note", f"A note has {NOTES_MAX:,} characters at most.")
    if report.language is not None:
        yield from _language_faults(report)
    for node_id in unknown_answers(script, report.answers) if script else report.answers:
        step = node_id.replace("~", "~0").replace("/", "~1")
        yield FieldError(f"/answers/{step}", "The script has no such step or answer.")


def _tells(report: DoorReport) -> bool:
    return bool(report.answers) or any(getattr(report, name) is not None for name in STATED)


def _language_faults(report: DoorReport) -> Iterator[FieldError]:
    if report.outcome != DoorOutcome.LANGUAGE_BARRIER:
        yield FieldError("/language", "A language belongs to the outcome language_barrier.")
    elif report.language not in SPOKEN:
        yield FieldError("/language", f"Choose one of {', '.join(SPOKEN)}.")


# --- on paper ---------------------------------------------------------------------------------------

LETTERS: Final[Mapping[str, DoorOutcome]] = MappingProxyType(
    {
        "T": DoorOutcome.CONTACTED,
        "N": DoorOutcome.NOT_IN,
        "L": DoorOutcome.LEFT_LEAFLET,
        "R": DoorOutcome.REFUSED,
        "F": DoorOutcome.LANGUAGE_BARRIER,
        "W": DoorOutcome.WRONG_PERSON,
        "M": DoorOutcome.MOVED,
        "D": DoorOutcome.DECEASED,
        "V": DoorOutcome.ALREADY_VOTED,
        "X": DoorOutcome.DO_NOT_KNOCK,
    }
)
"""The letter that a sheet has for each outcome; support is written as its figure instead of T."""
_BY_POST: Final = "P"


def read_code(written: str) -> DoorReport | None:
    """Read what a sheet says of a person: a letter of `LETTERS`, or the figure of their support, with a P
    behind it if they vote by post. None where it is neither.
    """
    code = "".join(written.split()).upper()
    if code in LETTERS:
        return DoorReport(LETTERS[code])
    figure, by_post = code[:1], code[1:]
    if figure not in {"1", "2", "3", "4", "5"} or by_post not in {"", _BY_POST}:
        return None
    return DoorReport(DoorOutcome.CONTACTED, support=int(figure), voting_method="postal" if by_post else None)


def code_of(outcome: str, support: int | None, voting_method: str | None) -> str:
    """How a sheet writes a result: what `read_code` reads."""
    if outcome == DoorOutcome.CONTACTED and support is not None:
        return f"{support}{_BY_POST if voting_method == 'postal' else ''}"
    return next(letter for letter, meant in LETTERS.items() if meant == outcome)
