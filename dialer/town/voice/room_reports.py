"""What the carrier posts about a conference.

Source: twilio.com/docs/voice/twiml/conference, request parameters of its status callback.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Final

from dialer.town.voice.room import Member, Room

_KINDS: Final = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
}


def kind_of(event: str) -> str:
    """The kind under which an event is asked for."""
    return _KINDS[event]


def event(room: Room, account_sid: str, event: str, at: datetime) -> dict[str, str]:
    """What every event says; they are numbered by room."""
    return {
        "AccountSid": account_sid,
        "ConferenceSid": room.sid,
        "FriendlyName": room.name,
        "SequenceNumber": str(room.sequence),
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(at, usegmt=False),
    }


def about_member(member: Member) -> dict[str, str]:
    """Whom an event is about, and how they take part."""
    told = {
        "CallSid": member.sid,
        "Muted": _written(member.muted),
        "Hold": _written(member.held),
        "Coaching": _written(bool(member.coach)),
        "EndConferenceOnExit": _written(member.ends),
        "StartConferenceOnEnter": _written(member.terms.start_conference_on_enter),
    }
    if member.coach:
        told["CallSidToCoach"] = member.coach
    if member.label:
        told["ParticipantLabel"] = member.label
    return told


def _written(truth: bool) -> str:
    return "true" if truth else "false"
