"""What the carrier refuses when somebody is to be rung for a conference, and the TwiML that takes them there.

Twilio passes over parameters that it doesn't know; the town refuses them, so that nothing unread goes to it.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from dialer.town.api import RefusedError
from dialer.town.config import Terms
from dialer.town.numbers import written_plainly
from dialer.town.voice import twiml
from dialer.town.voice.detection import DEFAULT_TIMEOUT_S, ENABLE, MESSAGE_END, Detection
from dialer.town.voice.orders import (
    BAD_CALLBACK,
    BAD_VALUE,
    DEFAULT_RING_S,
    LONGEST_RING_S,
    NO_FROM,
    NO_TO,
    CallForm,
    Order,
    callback_of,
    check_numbers,
    refusal,
)
from dialer.town.voice.sources import Given
from dialer.town.voice.verbs import Conference, Dial

LEAST_RING_S: Final = 5
BAD_LABEL: Final = 16024

_ATTRIBUTES: Final = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "MaxParticipants": "maxParticipants",
    "Region": "region",
    "JitterBufferSize": "jitterBufferSize",
    "CallSidToCoach": "coach",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
}
_CALL: Final = frozenset(
    {
        "From",
        "To",
        "StatusCallback",
        "StatusCallbackMethod",
        "StatusCallbackEvent",
        "Timeout",
        "TimeLimit",
        "EarlyMedia",
        "Coaching",
        "ConferenceStatusCallbackEvent",
        "MachineDetection",
        "MachineDetectionTimeout",
        "AmdStatusCallback",
        "AmdStatusCallbackMethod",
    }
)


def read_joining(form: CallForm, name: str, terms: Terms) -> tuple[Order, Conference]:
    """Whom to ring, and how they take part in the room. Raises RefusedError for what the carrier won't do."""
    if unknown := sorted(form.names() - _CALL - _ATTRIBUTES.keys()):
        raise refusal(BAD_VALUE, f"The town doesn't know {', '.join(unknown)}")
    to, caller = written_plainly(form.one("To")), written_plainly(form.one("From"))
    if not to:
        raise refusal(NO_TO)
    if not caller:
        raise refusal(NO_FROM)
    check_numbers(to, caller, terms)
    if form.one("Coaching") == "true" and not form.one("CallSidToCoach"):
        raise refusal(BAD_VALUE, "CallSidToCoach is required when Coaching is true")
    text, room = _way_in(form, name)
    return Order(
        to,
        caller,
        Given(text),
        callback=callback_of(form),
        timeout_s=form.whole("Timeout", DEFAULT_RING_S, LEAST_RING_S, LONGEST_RING_S),
        detection=_detection(form),
    ), room


def _way_in(form: CallForm, name: str) -> tuple[str, Conference]:
    """The TwiML that takes them into the room, and how it reads. Raises RefusedError where it reads wrong."""
    response = ET.Element("Response")
    limit = form.one("TimeLimit")
    dial = ET.SubElement(response, "Dial", {"timeLimit": limit} if limit else {})
    given = {theirs: form.one(ours) for ours, theirs in _ATTRIBUTES.items() if ours in form.names()}
    if given.get("statusCallback"):
        given["statusCallbackEvent"] = " ".join(form.all("ConferenceStatusCallbackEvent") or ("start end",))
    ET.SubElement(dial, "Conference", given).text = name
    text = ET.tostring(response, encoding="unicode")
    try:
        verb = twiml.read(text).verbs[0]
    except twiml.BadTwimlError as error:
        raise refusal(BAD_LABEL if "label" in str(error) else BAD_VALUE, str(error)) from None
    if not isinstance(verb, Dial) or verb.conference is None:
        raise RefusedError(BAD_VALUE)
    return text, verb.conference


def _detection(form: CallForm) -> Detection | None:
    """Detection of machines, which never holds up somebody who goes into a room."""
    form.only_post("AmdStatusCallbackMethod")
    if not form.one("MachineDetection"):
        return None
    return Detection(
        form.choice("MachineDetection", (ENABLE, MESSAGE_END)),
        beside=True,
        timeout_s=form.whole("MachineDetectionTimeout", DEFAULT_TIMEOUT_S, 3, 59),
        callback_url=form.address("AmdStatusCallback", BAD_CALLBACK),
    )
