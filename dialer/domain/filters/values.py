"""The values within a filter, each read at its place: texts, ids, words of a list, spans of time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

from dialer.domain.errors import ValidationFailed

Value = TypeVar("Value")

VALUES_MOST: Final = 500
TEXT_MOST: Final = 200
SPAN_MOST_S: Final = 10 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands, as a JSON pointer (RFC 6901)."""

    at: str
    value: Any

    def inner(self, name: str, value: Any) -> Place:
        """The place of that name within this one."""
        escaped = name.replace("~", "~0").replace("/", "~1")
        return Place(f"{self.at}/{escaped}", value)


def refuse(place: Place, detail: str) -> NoReturn:
    """Say what is wrong with what stands here."""
    raise ValidationFailed.at(place.at, detail)


def read_flag(place: Place) -> bool:
    """True or false."""
    if not isinstance(place.value, bool):
        refuse(place, "Send true or false.")
    return place.value


def read_text(place: Place) -> str:
    """A text with something in it."""
    value = place.value
    if not isinstance(value, str) or not value.strip():
        refuse(place, "Write something here.")
    if len(value) > TEXT_MOST:
        refuse(place, f"This is too long. Write at most {TEXT_MOST} characters.")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        refuse(place, "This holds a character that is no text. Leave it out.")
    return value


def read_word(words: Collection[str]) -> Callable[[Place], str]:
    """A reader of one of these words."""

    def read(place: Place) -> str:
        if not isinstance(place.value, str) or place.value not in words:
            refuse(place, f"Choose from {', '.join(words)}.")
        return place.value

    return read


def read_id(place: Place) -> uuid.UUID:
    """An id as we give them out."""
    try:
        return uuid.UUID(place.value if isinstance(place.value, str) else "")
    except ValueError:
        refuse(place, "This isn’t an id. Send it as you got it.")


def read_some(place: Place, reader: Callable[[Place], Value]) -> tuple[Value, ...]:
    """A list of one or more, each once."""
    values = place.value
    if not isinstance(values, list) or not values:
        refuse(place, "Send a list with something in it.")
    if len(values) > VALUES_MOST:
        refuse(place, f"Name at most {VALUES_MOST}.")
    read = (reader(place.inner(str(index), value)) for index, value in enumerate(values))
    return tuple(dict.fromkeys(read))


def or_unknown(reader: Callable[[Place], Value]) -> Callable[[Place], Value | None]:
    """A reader that takes null too, which stands for “nothing is known”."""
    return lambda place: None if place.value is None else reader(place)


def read_object(place: Place, known: Collection[str]) -> dict[str, Place]:
    """An object with no other names than these."""
    if not isinstance(place.value, dict):
        refuse(place, f"Send an object here, with {', '.join(known)}.")
    for name, value in place.value.items():
        if name not in known:
            refuse(place.inner(name, value), "There is no such name here. Look at its spelling.")
    return {name: place.inner(name, value) for name, value in place.value.items()}


def read_span(place: Place) -> int:
    """A number of seconds, a whole one."""
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= SPAN_MOST_S:
        refuse(place, "Give a whole number of seconds, from 1 to ten years.")
    return value


def read_moment(place: Place) -> dt.datetime:
    """An instant in RFC 3339, with its zone."""
    try:
        moment = dt.datetime.fromisoformat(place.value if isinstance(place.value, str) else "")
        return moment.astimezone(dt.UTC) if moment.tzinfo else _no_moment(place)
    except (ValueError, OverflowError):
        _no_moment(place)


def read_share(place: Place) -> float:
    """A share, 0 to 1."""
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        refuse(place, "Give a share from 0 to 1, such as 0.1 for one in ten.")
    return float(value)


def _no_moment(place: Place) -> NoReturn:
    refuse(place, "Send a time such as 2026-05-07T06:00:00Z.")
