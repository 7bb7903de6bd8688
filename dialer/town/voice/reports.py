"""What the carrier posts about a call: the parameters of its requests.

Source: twilio.com/docs/voice/twiml#request-parameters and voice/api/call-resource#statuscallback.
"""

from datetime import datetime
from email.utils import format_datetime

from dialer.town.voice.leg import COMPLETED, Leg

API_VERSION = "2010-04-01"
_PLACES = ("City", "State", "Zip", "Country")


def about(leg: Leg, account_sid: str) -> dict[str, str]:
    """The parameters that every request about a call carries; places are blank, as they are
    for most numbers, and are signed all the same."""
    told = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": leg.sid,
        "CallStatus": leg.status,
        "Direction": leg.direction,
        "From": leg.caller,
        "To": leg.to,
        "Caller": leg.caller,
        "Called": leg.to,
    }
    for side in ("From", "To", "Caller", "Called"):
        told |= {side + place: "" for place in _PLACES}
    if leg.parent_sid:
        told["ParentCallSid"] = leg.parent_sid
    if leg.answered_by:
        told["AnsweredBy"] = leg.answered_by
    return told


def progress(leg: Leg, account_sid: str, at: datetime) -> dict[str, str]:
    """A status callback: the state, its place in the row of callbacks and the instant."""
    told = about(leg, account_sid) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(leg.sequence),
        "Timestamp": format_datetime(at, usegmt=False),
    }
    if leg.is_over:
        told["CallDuration"] = str(leg.duration_s or 0)
    if leg.status == COMPLETED:
        told["Duration"] = str(-(-(leg.duration_s or 0) // 60))
    return told


def detected(leg: Leg, account_sid: str, after_s: float) -> dict[str, str]:
    """The callback of detection that runs beside the call."""
    return {
        "AccountSid": account_sid,
        "CallSid": leg.sid,
        "AnsweredBy": leg.answered_by or "unknown",
        "MachineDetectionDuration": str(round(after_s * 1000)),
    }


def dialled(child: Leg | None, *, bridged: bool) -> dict[str, str]:
    """How a Dial went, for its action; None when no number could be rung at all."""
    if child is None:
        return {"DialCallStatus": "failed"}
    told = {"DialCallStatus": child.status, "DialCallSid": child.sid}
    if bridged:
        told |= {"DialCallDuration": str(child.duration_s or 0), "DialBridged": "true"}
    return told
