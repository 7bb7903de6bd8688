"""Reading TwiML strictly: what the town doesn't know it refuses, and says so.

The carrier itself passes over an unknown attribute with a warning (12200). The town doesn't:
the product must not speak TwiML that the rehearsal lets pass unread.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from xml.etree import ElementTree as ET

from dialer.town.voice import attributes as at
from dialer.town.voice.verbs import (
    Conference,
    Dial,
    Gather,
    Hangup,
    Number,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Script,
    Verb,
)

NOT_XML: Final = 12100
NOT_ALLOWED: Final = 12200
TOO_LARGE: Final = 11750
MOST_BYTES: Final = 64 * 1024

Element = ET.Element
Prompt = Say | Play | Pause
V = TypeVar("V")


class BadTwimlError(Exception):
    """TwiML that the town refuses; carries the carrier's error code (twilio.com/docs/api/errors)."""

    def __init__(self, code: int, detail: str) -> None:
        self.code = code
        super().__init__(detail)


_METHOD: Final = at.one_of("POST")
_LOOP: Final = at.whole(0, 1000)
_READERS: Final[dict[str, Mapping[str, at.Reader]]] = {
    "Say": {"voice": str, "language": str, "loop": _LOOP},
    "Play": {"digits": at.matching(r"[0-9A-D#*w]+"), "loop": _LOOP},
    "Pause": {"length": at.whole(1, 600)},
    "Gather": {
        "action": at.address,
        "method": _METHOD,
        "timeout": at.whole(1, 600),
        "numDigits": at.whole(1, 32),
        "finishOnKey": at.matching(r"[0-9#*]?"),
        "actionOnEmptyResult": at.truth,
        "input": at.one_of("dtmf"),
    },
    "Dial": {
        "callerId": at.e164,
        "timeout": at.whole(1, 600),
        "answerOnBridge": at.truth,
        "action": at.address,
        "method": _METHOD,
        "hangupOnStar": at.truth,
        "timeLimit": at.whole(1, 14400),
        "record": at.one_of("do-not-record"),
    },
    "Number": {
        "url": at.address,
        "method": _METHOD,
        "statusCallback": at.address,
        "statusCallbackMethod": _METHOD,
        "statusCallbackEvent": at.events_of(at.EVENTS),
        "sendDigits": at.matching(r"[0-9#*w]{1,32}"),
    },
    "Conference": {
        "muted": at.truth,
        "beep": at.one_of(*at.BEEPS),
        "startConferenceOnEnter": at.truth,
        "endConferenceOnExit": at.truth,
        "participantLabel": at.label,
        "jitterBufferSize": at.one_of("off", "small", "medium", "large"),
        "waitUrl": at.address_or_none,
        "waitMethod": at.one_of("POST", "GET"),
        "maxParticipants": at.whole(2, at.MOST_IN_ROOM),
        "record": at.one_of("do-not-record"),
        "region": at.one_of(*at.REGIONS),
        "trim": at.one_of("trim-silence", "do-not-trim"),
        "coach": at.matching(r"CA[0-9a-f]{32}"),
        "statusCallback": at.address,
        "statusCallbackMethod": _METHOD,
        "statusCallbackEvent": at.events_of(at.ROOM_EVENTS),
    },
    "Redirect": {"method": _METHOD},
    "Hangup": {},
    "Reject": {"reason": at.one_of("rejected", "busy")},
}
_CAPITAL: Final = re.compile(r"(?=[A-Z])")


def read(text: str) -> Script:
    """Read a TwiML document; raises BadTwimlError with the carrier's code and what is wrong."""
    if len(text.encode()) > MOST_BYTES:
        raise BadTwimlError(TOO_LARGE, "the document is longer than 64 kB")
    root = _root(text)
    if root.tag != "Response":
        raise _refused(root, "a document starts with Response")
    if root.attrib:
        raise _refused(root, "Response has no attributes")
    return Script(tuple(_verb(element) for element in root), text)


def _root(text: str) -> Element:
    """The outermost element; raises BadTwimlError 12100 when it isn't XML."""
    if "<!" in text:
        raise BadTwimlError(NOT_XML, "TwiML has neither DOCTYPE nor CDATA here")
    try:
        return ET.fromstring(text.strip())  # noqa: S314 -- without DOCTYPE there are no entities
    except ET.ParseError as error:
        raise BadTwimlError(NOT_XML, f"not XML: {error}") from error


def _refused(element: Element, why: str) -> BadTwimlError:
    """The refusal of an element."""
    return BadTwimlError(NOT_ALLOWED, f"<{element.tag}>: {why}")


def _verb(element: Element) -> Verb:
    """Read one verb."""
    reader = _VERBS.get(element.tag)
    if reader is None:
        raise _refused(element, "this town doesn't know the verb")
    return reader(element)


def _given(element: Element) -> dict[str, object]:
    """An element's attributes under our names, each read by its rule."""
    readers = _READERS[element.tag]
    given: dict[str, object] = {}
    for name, value in element.attrib.items():
        if name not in readers:
            raise _refused(element, f"this town doesn't know the attribute {name}")
        try:
            given[_CAPITAL.sub("_", name).lower()] = readers[name](value)
        except ValueError as error:
            raise _refused(element, f"{name}={value!r}: {error}") from error
    return given


def _words(element: Element) -> str:
    """The text of an element that holds nothing but text."""
    if len(element):
        raise _refused(element, "holds text only")
    return (element.text or "").strip()


def _filled(element: Element) -> str:
    """The text of an element, which must not be empty."""
    words = _words(element)
    if not words:
        raise _refused(element, "is empty")
    return words


def _empty(element: Element) -> None:
    """Check that an element holds nothing."""
    if _words(element):
        raise _refused(element, "holds nothing")


def _made(element: Element, kind: Callable[..., V], **fields: object) -> V:
    """Build a verb of its attributes and of what it holds."""
    return kind(**fields, **_given(element))


def _say(element: Element) -> Say:
    """Read Say; voice and language have to fit."""
    said = _made(element, Say, text=_filled(element))
    try:
        at.speakable(said.voice, said.language)
    except ValueError as error:
        raise _refused(element, str(error)) from error
    return said


def _play(element: Element) -> Play:
    """Read Play: an address or digits."""
    played = _made(element, Play, url=_words(element))
    if bool(played.url) == bool(played.digits):
        raise _refused(element, "plays either an address or digits")
    return played


def _pause(element: Element) -> Pause:
    """Read Pause."""
    _empty(element)
    return _made(element, Pause)


def _gather(element: Element) -> Gather:
    """Read Gather with the prompts in it."""
    for child in element:
        if child.tag not in _PROMPTS:
            raise _refused(element, f"can't hold {child.tag}")
    return _made(element, Gather, prompts=tuple(_PROMPTS[child.tag](child) for child in element))


def _dial(element: Element) -> Dial:
    """Read Dial: Number elements, one number as its text, or one Conference."""
    plain = (element.text or "").strip()
    if [child.tag for child in element] == ["Conference"] and not plain:
        return _made(element, Dial, conference=_conference(element[0]))
    if any(child.tag != "Number" for child in element):
        raise _refused(element, "dials Number, or one Conference, only in this town")
    if bool(plain) == bool(len(element)):
        raise _refused(element, "dials one number as text, or Number elements")
    numbers = (Number(plain),) if plain else tuple(_number(child) for child in element)
    return _made(element, Dial, numbers=numbers)


def _number(element: Element) -> Number:
    """Read Number; whether it can be rung is found out when it is."""
    return _made(element, Number, number=_filled(element))


def _conference(element: Element) -> Conference:
    """Read Conference; events without an address for them would go nowhere."""
    room = _made(element, Conference, name=_filled(element))
    if bool(room.status_callback) != bool(room.status_callback_event):
        raise _refused(element, "statusCallback and statusCallbackEvent belong together")
    return room


def _redirect(element: Element) -> Redirect:
    """Read Redirect."""
    return _made(element, Redirect, url=_filled(element))


def _hangup(element: Element) -> Hangup:
    """Read Hangup."""
    _empty(element)
    return _made(element, Hangup)


def _reject(element: Element) -> Reject:
    """Read Reject."""
    _empty(element)
    return _made(element, Reject)


_PROMPTS: Final[dict[str, Callable[[Element], Prompt]]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
}
_VERBS: Final[dict[str, Callable[[Element], Verb]]] = {
    **_PROMPTS,
    "Gather": _gather,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
}
