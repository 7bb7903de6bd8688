"""Conferences and those in them as the carrier's API shows them (OpenAPI description, version 2.6.7)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any, Final

from dialer.town.voice.leg import QUEUED, RINGING
from dialer.town.voice.reports import API_VERSION
from dialer.town.voice.room import Expected, Member, Room

_ON_THE_WAY: Final = {QUEUED: "queued", RINGING: "ringing"}


def shown_room(room: Room, account_sid: str) -> dict[str, Any]:
    """The conference resource."""
    place = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "friendly_name": room.name,
        "region": room.region,
        "status": room.status,
        "date_created": format_datetime(room.created_at),
        "date_updated": format_datetime(room.updated_at),
        "reason_conference_ended": room.reason,
        "call_sid_ending_conference": room.ended_by,
        "uri": f"{place}.json",
        "subresource_uris": {
            "participants": f"{place}/Participants.json",
            "recordings": f"{place}/Recordings.json",
        },
    }


def shown_member(member: Member, account_sid: str) -> dict[str, Any]:
    """The participant resource."""
    place = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{member.room.sid}"
    return {
        "account_sid": account_sid,
        "call_sid": member.sid,
        "conference_sid": member.room.sid,
        "label": member.label or None,
        "call_sid_to_coach": member.coach or None,
        "coaching": bool(member.coach),
        "date_created": format_datetime(member.created_at),
        "date_updated": format_datetime(member.updated_at),
        "end_conference_on_exit": member.ends,
        "muted": member.muted,
        "hold": member.held,
        "start_conference_on_enter": member.terms.start_conference_on_enter,
        "status": "connected",
        "queue_time": None,
        "uri": f"{place}/Participants/{member.sid}.json",
    }


def shown_expected(room: Room, expected: Expected, account_sid: str) -> dict[str, Any]:
    """The participant resource of somebody who is still rung."""
    leg, terms = expected.leg, expected.terms
    place = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{room.sid}"
    return {
        "account_sid": account_sid,
        "call_sid": leg.sid,
        "conference_sid": room.sid,
        "label": terms.participant_label or None,
        "call_sid_to_coach": terms.coach or None,
        "coaching": bool(terms.coach),
        "date_created": format_datetime(expected.created_at),
        "date_updated": format_datetime(expected.created_at),
        "end_conference_on_exit": terms.end_conference_on_exit,
        "muted": terms.muted,
        "hold": False,
        "start_conference_on_enter": terms.start_conference_on_enter,
        "status": _ON_THE_WAY.get(leg.status, "connecting"),
        "queue_time": str(leg.queue_ms),
        "uri": f"{place}/Participants/{leg.sid}.json",
    }


def room_record(room: Room) -> dict[str, Any]:
    """A conference as the ledger shows it, with everybody's time in it."""
    stays = [
        {name: getattr(stay, name) for name in stay.__slots__ if name != "conference_sid"}
        for stay in room.stays
    ]
    return room.record() | {"stays": stays}
