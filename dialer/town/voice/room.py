"""One conference room: who is in it, and who hears whom.

Source of the rules: twilio.com/docs/voice/twiml/conference and voice/api/conference-participant-resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from dialer.town.voice.leg import Leg
from dialer.town.voice.line import Line
from dialer.town.voice.sounds import HOLD_MUSIC, SILENCE, Sound, people
from dialer.town.voice.verbs import Conference

INIT: Final = "init"


@dataclass(slots=True)
class Stay:
    """One call's time in one room, as the ledger keeps it; instants are ISO text."""

    conference_sid: str
    call_sid: str
    person: str
    label: str
    joined_at: str
    left_at: str | None = None
    reason: str | None = None
    joined_s: float = 0.0
    left_s: float | None = None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Stay:
        """Read one back from the ledger."""
        return cls(**{each.name: record[each.name] for each in fields(cls)})


@dataclass(slots=True)
class Member:
    """Somebody who is in a room, and how they take part."""

    line: Line
    room: Room
    terms: Conference
    stay: Stay
    created_at: datetime
    updated_at: datetime
    muted: bool = False
    held: bool = False
    hold_url: str = ""
    coach: str = ""
    ends: bool = False
    beeps_on_exit: bool = True
    released: str = ""
    hearing: tuple[str, str] | None = None
    """What they hear at this moment (`Room.hears`)."""

    @property
    def sid(self) -> str:
        """The SID of their call."""
        return self.line.leg.sid

    @property
    def label(self) -> str:
        """What they are called, or nothing."""
        return self.terms.participant_label

    def speaks_to(self, other: Member) -> bool:
        """Whether the other one hears them: a coach is heard by whom they coach, and by nobody else."""
        silent = self.muted or self.held or not self.line.speaks_for_s
        return not silent and self.coach in {"", other.sid}


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who is rung for a room and isn't there yet."""

    leg: Leg
    terms: Conference
    created_at: datetime


@dataclass(slots=True)
class Room:
    """One conference. `callback` and `events` are those that the first who came in asked for; `expected` are
    rung for it.
    """

    sid: str
    name: str
    created_at: datetime
    updated_at: datetime
    callback: str = ""
    events: tuple[str, ...] = ()
    status: str = INIT
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    ended_by: str | None = None
    region: str = "us1"
    sequence: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    expected: dict[str, Expected] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)

    def heard_by(self, member: Member) -> Sound | None:
        """What somebody in it hears; None where it is what they are played until it begins. What is played on
        hold from an address of the customer's isn't asked for here.
        """
        if member.held:
            return HOLD_MUSIC
        if self.status == INIT:
            return None
        speak = [
            other.sid for other in self.members.values() if other is not member and other.speaks_to(member)
        ]
        return people(speak) if speak else SILENCE

    def hears(self, member: Member) -> tuple[str, str]:
        """The same, to be told apart by: what is played on hold from an address, or until it begins, goes on
        while nothing changes for whoever hears it.
        """
        if member.held and member.hold_url:
            return "hold", member.hold_url
        sound = self.heard_by(member)
        return ("wait", "") if sound is None else (sound.kind, sound.what)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in it, and nobody on the way."""
        return not self.members and not self.expected

    def has_begun(self) -> bool:
        """Whether there are enough in it, one of whom begins it."""
        present = self.members.values()
        return len(present) > 1 and any(each.terms.start_conference_on_enter for each in present)

    def stir(self, but: Member | None = None) -> None:
        """Have everybody listen again who hears something else by now, but for one who doesn't listen yet."""
        for member in self.members.values():
            if member is not but and member.hearing != self.hears(member):
                member.line.stir()

    def record(self) -> dict[str, Any]:
        """As the ledger keeps it, without those who were in it."""
        kept = {name: getattr(self, name) for name in _KEPT}
        return kept | {name: kept[name].isoformat() if kept[name] else None for name in _INSTANTS}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Room:
        """Read one back from the ledger."""
        kept = {name: record[name] for name in _KEPT} | {"events": tuple(record["events"])}
        for name in _INSTANTS:
            kept[name] = datetime.fromisoformat(kept[name]) if kept[name] else None
        return cls(**kept)


_KEPT: Final = tuple(each.name for each in fields(Room) if each.name not in {"members", "expected", "stays"})
_INSTANTS: Final = ("created_at", "updated_at", "started_at", "ended_at")
