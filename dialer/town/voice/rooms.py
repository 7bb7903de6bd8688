"""Conference rooms: who comes into them and goes, when they begin and end.

Source of the rules: twilio.com/docs/voice/twiml/conference and voice/api/conference-participant-resource. A
room is known by its name while somebody is in it; entered again when it was empty, it is another conference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from dialer.town.voice import room_reports
from dialer.town.voice.leg import COMPLETED, IN_PROGRESS, Leg
from dialer.town.voice.line import Line
from dialer.town.voice.lines import Surroundings
from dialer.town.voice.room import INIT, Expected, Member, Room, Stay
from dialer.town.voice.verbs import Conference

HUNG_UP: Final = "participant_hung_up"
VIA_API: Final = "participant_updated_via_api"
ENDED_VIA_API: Final = "conference_ended_via_api"
MODERATOR_ENDED: Final = "moderator_ended_conference"
ADD_FAILED: Final = "participant_add_failed"

ROOM_FULL: Final = 16020
LABEL_TAKEN: Final = 16025
NOBODY_TO_COACH: Final = 13240


class NotAdmittedError(Exception):
    """Somebody can't go into a room; carries the carrier's error code."""

    def __init__(self, code: int, detail: str) -> None:
        self.code = code
        super().__init__(detail)


class Rooms:
    """All conferences of the town."""

    def __init__(self, town: Surroundings) -> None:
        self._town = town
        self.by_sid: dict[str, Room] = {}
        self._open: dict[str, Room] = {}

    # --- coming in ---

    def enter(self, line: Line, terms: Conference) -> Member:
        """Take somebody into the room of that name, made anew when it is empty. Raises NotAdmittedError."""
        room = self._open.get(terms.name)
        _check(room, terms)
        if room is None:
            room = self._made(terms)
        room.expected.pop(line.leg.sid, None)
        member = self._seated(room, line, terms)
        self._tell(room, "participant-join", member)
        if terms.beep in {"true", "onEnter"}:
            self._beep(room)
        if room.status == INIT and room.has_begun():
            self._start(room)
        room.stir(but=member)
        return member

    def check(self, terms: Conference) -> None:
        """Raises NotAdmittedError for somebody who couldn't go into the room now."""
        _check(self._open.get(terms.name), terms)

    def expect(self, leg: Leg, terms: Conference) -> tuple[Room, Expected]:
        """Somebody is rung for a room, which is made when there is none."""
        room = self._open.get(terms.name) or self._made(terms)
        expected = room.expected[leg.sid] = Expected(leg, terms, self._town.now())
        return room, expected

    def give_up(self, leg: Leg) -> None:
        """A call is over: if it was for a room that it never reached, its events say so."""
        room = next((each for each in self._open.values() if leg.sid in each.expected), None)
        if room is None:
            return
        expected = room.expected.pop(leg.sid)
        told = {"CallSid": leg.sid, "ParticipantCallStatus": leg.status, "ReasonParticipantLeft": ADD_FAILED}
        if expected.terms.participant_label:
            told["ParticipantLabel"] = expected.terms.participant_label
        self._tell(room, "participant-leave", more=told)
        if room.is_empty:
            self._end(room, "last-participant-left", None, MODERATOR_ENDED)

    def _made(self, terms: Conference) -> Room:
        """A new conference; whoever comes first says who is told of it."""
        now = self._town.now()
        room = Room(
            self._town.new_sid("CF"),
            terms.name,
            now,
            now,
            callback=terms.status_callback,
            events=terms.status_callback_event,
            region=terms.region or "us1",
        )
        self.by_sid[room.sid] = self._open[room.name] = room
        self._keep(room)
        return room

    def _seated(self, room: Room, line: Line, terms: Conference) -> Member:
        """Somebody is in the room from now on."""
        now = self._town.now()
        stay = Stay(
            room.sid,
            line.leg.sid,
            line.leg.person,
            terms.participant_label,
            now.isoformat(),
            joined_s=round(line.lasted_s, 3),
        )
        member = Member(line, room, terms, stay, now, now, muted=terms.muted, coach=terms.coach)
        member.ends = terms.end_conference_on_exit
        member.beeps_on_exit = terms.beep in {"true", "onExit"}
        room.members[member.sid] = member
        room.stays.append(stay)
        line.is_in_room = True
        self._town.note("stay", asdict(stay))
        return member

    def _start(self, room: Room) -> None:
        """Enough are there: they hear each other from now on."""
        room.status, room.started_at = IN_PROGRESS, self._town.now()
        self._keep(room)
        self._tell(room, "conference-start")

    # --- going ---

    def leave(self, member: Member, why: str, call_status: str, *, kicked: bool = False) -> None:
        """Somebody goes; the room ends with its last, or with whoever ends it by leaving."""
        room = member.room
        if member.released:
            return
        self._release(member, why, call_status)
        how = "kicked" if kicked else "left"
        if member.ends:
            self._end(room, f"participant-with-end-conference-on-exit-{how}", member, MODERATOR_ENDED)
        elif room.is_empty:
            self._end(room, f"last-participant-{how}", member, MODERATOR_ENDED)
        else:
            if member.beeps_on_exit:
                self._beep(room)
            room.stir()

    def kick(self, member: Member) -> None:
        """Take somebody out; their call goes on with whatever follows."""
        self.leave(member, VIA_API, IN_PROGRESS, kicked=True)
        member.line.stir()

    def end(self, room: Room) -> None:
        """End a conference through the API."""
        if room.status != COMPLETED:
            self._end(room, "conference-ended-via-api", None, ENDED_VIA_API)

    def _end(self, room: Room, reason: str, by: Member | None, why: str) -> None:
        """It is over, and everybody's call goes on with whatever follows."""
        room.status, room.reason, room.ended_at = COMPLETED, reason, self._town.now()
        room.ended_by = by.sid if by else None
        if self._open.get(room.name) is room:
            del self._open[room.name]
        for other in tuple(room.members.values()):
            self._release(other, why, IN_PROGRESS)
            other.line.stir()
        self._keep(room)
        told = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by:
            told["CallSidEndingConference"] = by.sid
            told |= {"ParticipantLabelEndingConference": by.label} if by.label else {}
        self._tell(room, "conference-end", more=told)

    def _release(self, member: Member, why: str, call_status: str) -> None:
        """Somebody is in the room no longer."""
        room, stay = member.room, member.stay
        member.released = why
        del room.members[member.sid]
        stay.left_at, stay.reason = self._town.now().isoformat(), why
        stay.left_s = round(member.line.lasted_s, 3)
        self._town.note("stay", asdict(stay))
        told = {"ParticipantCallStatus": call_status, "ReasonParticipantLeft": why}
        self._tell(room, "participant-leave", member, told)

    # --- while they are there ---

    def changed(self, member: Member, *events: str) -> None:
        """Something about somebody has changed: tell of it and have everybody listen again."""
        member.updated_at = self._town.now()
        for event in events:
            self._tell(member.room, event, member)
        member.room.stir()

    def find(self, room: Room, name: str) -> Member | None:
        """Who is in a room by the SID of their call or by their label."""
        labelled = (each for each in room.members.values() if each.label == name)
        return room.members.get(name) or next(labelled, None)

    def newest_first(self) -> Iterator[Room]:
        """All of them."""
        return reversed(list(self.by_sid.values()))

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once noted; False when it is about something else."""
        match kind:
            case "conference":
                stays = self.by_sid[record["sid"]].stays if record["sid"] in self.by_sid else []
                room = self.by_sid[record["sid"]] = Room.from_record(record)
                room.stays = stays
            case "stay":
                stay = Stay.from_record(record)
                stays = self.by_sid[stay.conference_sid].stays
                same = (n for n, each in enumerate(stays) if each.left_at is None and _same(each, stay))
                at = next(same, len(stays))
                stays[at : at + 1] = [stay]
            case _:
                return False
        return True

    def resume(self) -> None:
        """End what was open when the town ended: nobody is on the line any more."""
        for room in self.by_sid.values():
            if room.status == COMPLETED:
                continue
            for stay in room.stays:
                if stay.left_at is None:
                    stay.left_at, stay.reason = self._town.now().isoformat(), HUNG_UP
                    self._town.note("stay", asdict(stay))
            self._end(room, "last-participant-left", None, HUNG_UP)

    def _beep(self, room: Room) -> None:
        """A tone for everybody in it."""
        for member in room.members.values():
            member.line.ear.beep(member.line.lasted_s)

    def _keep(self, room: Room) -> None:
        """Write a room down as it is now."""
        room.updated_at = self._town.now()
        self._town.note("conference", room.record())

    def _tell(
        self, room: Room, event: str, member: Member | None = None, more: dict[str, str] | None = None
    ) -> None:
        """Post an event of a room where the first who came in asked for it."""
        if not room.callback or room_reports.kind_of(event) not in room.events:
            return
        room.sequence += 1
        about = room_reports.about_member(member) if member else {}
        told = room_reports.event(room, self._town.account_sid, event, self._town.now())
        self._town.tell(room.callback, told | about | (more or {}))


def _check(room: Room | None, terms: Conference) -> None:
    """Raises NotAdmittedError for somebody who can't go into a room as they want to."""
    present = room.members if room else {}
    if len(present) >= terms.max_participants:
        raise NotAdmittedError(ROOM_FULL, "Dial: Conference is full")
    if terms.participant_label and any(each.label == terms.participant_label for each in present.values()):
        raise NotAdmittedError(LABEL_TAKEN, "Dial->Conference: Participant label is in use")
    if terms.coach and (room is None or room.status != IN_PROGRESS or terms.coach not in present):
        raise NotAdmittedError(NOBODY_TO_COACH, "Dial->Conference: nobody in the conference to coach")


def _same(one: Stay, other: Stay) -> bool:
    """Whether two records are about the same time in a room."""
    return (one.call_sid, one.joined_at) == (other.call_sid, other.joined_at)
