"""What an answer, or the lack of one, says about a send."""

from __future__ import annotations

from dialer.carrier.errors import action_of
from dialer.carrier.exchange import Answered, Failed, NotReached, Payload
from dialer.carrier.port import (
    TOO_BUSY,
    TOO_MANY_REQUESTS,
    Accepted,
    CarrierError,
    NotAccepted,
    Refused,
    Unknown,
)
from dialer.carrier.reading import is_sid, whole
from dialer.domain.carrier_action import Action


def message_outcome(payload: Payload) -> Accepted | Unknown:
    """Of a yes: only one that names the text proves that it was taken."""
    if not is_sid(payload.get("sid"), "SM", "MM"):
        return Unknown("no_sid")
    return Accepted(payload["sid"], str(payload.get("status")), whole(payload.get("num_segments")) or None)


def call_outcome(payload: Payload) -> Accepted | Unknown:
    """As of a text."""
    if not is_sid(payload.get("sid"), "CA"):
        return Unknown("no_sid")
    return Accepted(payload["sid"], str(payload.get("status")))


def outcome_of(error: Failed) -> Refused | NotAccepted | Unknown:
    """Of anything but a yes.

    A 429 is never processed, whoever says it; the sender's own full queue may come as one. Another 4xx is the
    carrier's only with its code in it: one without may come from something in between, after the carrier has
    heard of the text.
    """
    if isinstance(error, NotReached):
        return NotAccepted(error.reason)
    if not isinstance(error, Answered):
        return Unknown(error.reason)
    action = None if error.code is None else action_of(error.code)
    if error.status == 429 and action is not Action.REST_SENDER:
        return NotAccepted(TOO_MANY_REQUESTS, error.retry_after_s)
    if not 400 <= error.status < 500 or error.code is None or action is None:
        return Unknown(error.reason)
    if action is Action.BACK_OFF:
        return NotAccepted(TOO_BUSY, error.retry_after_s)
    return Refused(error.code, error.detail, action)


def carrier_error(error: Failed) -> CarrierError:
    """Of a question that changes nothing. It is permanent when the carrier itself refuses, for a reason that
    doesn't pass by waiting.
    """
    if not isinstance(error, Answered):
        return CarrierError(error.reason, permanent=False)
    refused = isinstance(outcome_of(error), Refused)
    return CarrierError(error.reason, permanent=refused, code=error.code, retry_after_s=error.retry_after_s)
