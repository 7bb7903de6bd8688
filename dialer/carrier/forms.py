"""What the carrier's API is posted, under its own names."""

from __future__ import annotations

from typing import Any, Final

from dialer.carrier.port import OutboundCall, OutboundMessage

_CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
_SID_LENGTH: Final = 34


def is_pool(sender: str) -> bool:
    """Whether it is a Messaging Service, which picks one of its numbers for each person."""
    return len(sender) == _SID_LENGTH and sender.startswith("MG")


def message_form(message: OutboundMessage) -> dict[str, Any]:
    form = {
        "To": message.to,
        "MessagingServiceSid" if is_pool(message.sender) else "From": message.sender,
        "Body": message.body,
        "StatusCallback": message.status_callback,
    }
    if is_pool(message.sender):
        # a service may replace letters by itself: then the text isn't the one that was composed, and the
        # carrier's list doesn't show it under the words by which a lost answer is settled
        form["SmartEncoded"] = "false"
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
        form["MachineDetection"] = "Enable"
        if call.machine_callback is not None:
            form |= {"AsyncAmd": "true", "AsyncAmdStatusCallback": call.machine_callback}
    return form
