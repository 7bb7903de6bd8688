"""What an attribute of a TwiML element may hold; anything else is refused."""

import re
from collections.abc import Callable

Reader = Callable[[str], object]

EVENTS = ("initiated", "ringing", "answered", "completed")
ROOM_EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
REGIONS = ("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")
BEEPS = ("true", "false", "onEnter", "onExit")
MOST_IN_ROOM = 250
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_CALL = re.compile(r"CA[0-9a-f]{32}")
_TRUTH = {"true": True, "false": False}
_ENGLISH = {"en", "en-GB", "en-US", "en-AU", "en-IN", "en-gb", "en-us"}
_WELSH = "cy-GB"
_WELSH_VOICE = "Polly.Gwyneth"
_VOICE = re.compile(r"man|woman|alice|Polly\.[A-Za-z-]+|Google\.[A-Za-z0-9-]+")


def e164(text: str) -> str:
    """Read a phone number with its plus sign."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError("no number with + and country")
    return text.strip()


def whole(least: int, most: int) -> Reader:
    """Read a whole number between two bounds, both allowed."""

    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else None
        if value is None or not least <= value <= most:
            raise ValueError(f"no whole number from {least} to {most}")
        return value

    return read


def truth(text: str) -> bool:
    """Read true or false."""
    if text not in _TRUTH:
        raise ValueError("neither true nor false")
    return _TRUTH[text]


def one_of(*words: str) -> Reader:
    """Read one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError("none of " + ", ".join(words))
        return text

    return read


def matching(pattern: str) -> Reader:
    """Read what matches a pattern as a whole."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError("of a shape that isn't allowed")
        return text

    return read


def address(text: str) -> str:
    """Read an absolute or relative URL; an empty one names nothing."""
    if not text or text != text.strip() or any(letter in text for letter in " <>\n"):
        raise ValueError("no address")
    return text


def address_or_none(text: str) -> str:
    """Read a URL, or an empty text for none."""
    return address(text) if text else text


def events_of(known: tuple[str, ...]) -> Reader:
    """Read events, separated by spaces, of those that are known."""

    def read(text: str) -> tuple[str, ...]:
        named = tuple(text.split())
        if not named or not set(named) <= set(known):
            raise ValueError("events are " + " ".join(known))
        return named

    return read


def label(text: str) -> str:
    """Read a participant's label: up to 128 characters, no slash, not like a call's SID (error 16023)."""
    if not 0 < len(text) <= 128 or "/" in text or "%2f" in text.lower() or _CALL.fullmatch(text):
        raise ValueError("no label for a participant")
    return text


def speakable(voice: str, language: str) -> None:
    """Check that a voice speaks a language: Welsh is spoken by one voice alone.

    Source: twilio.com/docs/voice/twiml/say/text-speech, available voices.
    """
    if not _VOICE.fullmatch(voice):
        raise ValueError(f"no voice is called {voice}")
    if language != _WELSH and language not in _ENGLISH:
        raise ValueError(f"nobody in this town speaks {language}")
    if (language == _WELSH) != (voice == _WELSH_VOICE):
        raise ValueError(f"the voice {voice} doesn't speak {language}")
