"""What the carrier's API is posted, under its own names."""

from __future__ import annotations

from typing import Any, Final

from dialer.carrier.port import OutboundCall, OutboundMessage, ParticipantChange, Rerouting

_CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
_SID_LENGTH: Final = 34


def is_pool(sender: str) -> bool:
    """Whether it is a Messaging Service, which picks one of its numbers for each person."""
    return len(sender) == _SID_LENGTH and sender.startswith("MG")


def message_form(message: OutboundMessage) -> dict[str, Any]:
    form: dict[str, Any] = {
        "To": message.to,
        "MessagingServiceSid" if is_pool(message.sender) else "From": message.sender,
        "Body": message.body,
        "StatusCallback": message.status_callback,
    }
    if is_pool(message.sender):
        # a service may replace letters by itself: then the text isn't the one that was composed, and the
        # carrier's list doesn't show it under the words by which a lost answer is settled
        form["SmartEncoded"] = "false"
    if message.picture_url is not None:
        form["MediaUrl"] = [message.picture_url]
    if message.validity_s is not None:
        form["ValidityPeriod"] = str(message.validity_s)
    return form


def call_form(call: OutboundCall) -> dict[str, Any]:
    form: dict[str, Any] = {
        "To": call.to,
        "From": call.caller_id,
        "Url": call.answer_url,
        "StatusCallback": call.status_callback,
        "StatusCallbackEvent": list(_CALL_EVENTS),
        "Timeout": str(call.ring_s),
    }
    if call.detect_machine:
        form["MachineDetection"] = "DetectMessageEnd" if call.detect_message_end else "Enable"
        if call.machine_callback is not None:
            form |= {"AsyncAmd": "true", "AsyncAmdStatusCallback": call.machine_callback}
    return form


def rerouting_form(where: Rerouting) -> dict[str, str]:
    if bool(where.url) == bool(where.twiml):
        raise ValueError("a call goes on either at an address or with words")
    return {"Url": where.url} if where.url else {"Twiml": where.twiml}


def participant_form(change: ParticipantChange) -> dict[str, str]:
    form = {
        "Muted": _truth(change.muted),
        "Hold": _truth(change.on_hold),
        "HoldUrl": change.hold_url,
        "EndConferenceOnExit": _truth(change.ends_conference),
    }
    if change.hold_url:
        form["HoldMethod"] = "POST"  # the carrier would GET it, unlike everything else of ours
    if change.coaches is not None:
        form["Coaching"] = _truth(bool(change.coaches))
        form["CallSidToCoach"] = change.coaches or None
    return {name: value for name, value in form.items() if value is not None}


def _truth(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()
