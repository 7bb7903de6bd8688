"""What an attribute of a TwiML element may hold; anything else is refused."""

import re
from collections.abc import Callable

Reader = Callable[[str], object]

EVENTS = ("initiated", "ringing", "answered", "completed")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
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


def events(text: str) -> tuple[str, ...]:
    """Read call progress events, separated by spaces."""
    named = tuple(text.split())
    if not named or not set(named) <= set(EVENTS):
        raise ValueError("call progress events are " + " ".join(EVENTS))
    return named


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
