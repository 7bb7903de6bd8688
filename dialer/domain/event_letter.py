"""The words by which people are told of an event they signed up for, as a text and as an email, in their
language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.letter import harmless
from dialer.domain.reminders import Notice

_DAYS: Final[Mapping[str, Sequence[str]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "cy": ("Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn", "Sul"),
}
_MONTHS: Final[Mapping[str, Sequence[str]]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "cy": ("Ion", "Chwe", "Maw", "Ebr", "Mai", "Meh", "Gor", "Awst", "Medi", "Hyd", "Tach", "Rhag"),
}
_HALVES: Final[Mapping[str, tuple[str, str]]] = {"en": ("am", "pm"), "cy": ("yb", "yh")}
_NOON: Final = 12

WAITING: Final = "waiting"
"""As `Notice.SIGNED_UP`, to whoever waits for a place."""

_SUBJECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        Notice.SIGNED_UP: "You're coming: {title}, {when}",
        WAITING: "You're on the waiting list: {title}, {when}",
        Notice.MOVED_UP: "There's a place for you: {title}, {when}",
        Notice.DAY_BEFORE: "Tomorrow: {title}, {when}",
        Notice.MORNING: "Today: {title}, {when}",
        Notice.CANCELLED: "Called off: {title}, {when}",
    },
    "cy": {
        Notice.SIGNED_UP: "Rydych chi'n dod: {title}, {when}",
        WAITING: "Rydych chi ar y rhestr aros: {title}, {when}",
        Notice.MOVED_UP: "Mae lle i chi: {title}, {when}",
        Notice.DAY_BEFORE: "Yfory: {title}, {when}",
        Notice.MORNING: "Heddiw: {title}, {when}",
        Notice.CANCELLED: "Wedi'i ganslo: {title}, {when}",
    },
}
_LINK: Final[Mapping[str, str]] = {
    "en": "Calendar, or if you can't come",
    "cy": "Calendr, neu os na allwch ddod",
}
_ELSEWHERE: Final[Mapping[str, str]] = {"en": "New place: {place}", "cy": "Lleoliad newydd: {place}"}
_CONFIRM: Final[Mapping[str, str]] = {
    "en": "Open this so that we may remind you",
    "cy": "Agorwch hwn i ni gael eich atgoffa",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice is about; `asks` where whoever reads it is first to show that the phone is theirs;
    `moved` where it was to be somewhere else when they signed up.
    """

    title: str
    place: str
    starts_at: dt.datetime
    zone: str
    url: str
    organisation: str
    waits: bool = False
    asks: bool = False
    moved: bool = False
    reason: str | None = None
    """Why it was called off."""


def in_text(kind: Notice, told: Told, languages: Sequence[str]) -> str:
    """One text: what, when, where, the link, and who writes; of one that was called off, why."""
    language = language_of(languages)
    head = _head(kind, told, told.title, language)
    if kind is Notice.CANCELLED:
        return f"{head}.{f' {_sentence(told.reason)}' if told.reason else ''} {told.organisation}"
    where = f"{'.' if told.moved else ','} {_place(told, told.place, language)}"
    return f"{head}{where}. {_link(told, language)}: {told.url} {told.organisation}"


def in_letter(kind: Notice, told: Told, languages: Sequence[str]) -> tuple[str, str]:
    """Subject and body. What people typed is given as words that make no marks (`letter.harmless`)."""
    language = language_of(languages)
    head = _head(kind, told, harmless(told.title), language)
    if kind is Notice.CANCELLED:
        said = [_sentence(harmless(told.reason))] if told.reason else []
    else:
        said = [_place(told, harmless(told.place), language), f"[{_link(told, language)}]({told.url})"]
    return head, "\n\n".join((f"{head}.", *said, harmless(told.organisation)))


def language_of(languages: Sequence[str]) -> str:
    """The first of somebody's languages that these words are written in."""
    return next((one for one in languages if one in _SUBJECTS), "en")


def when(starts_at: dt.datetime, zone: str, language: str) -> str:
    """“Mon 30 Nov, 6 pm” on the clocks of `zone`, in Welsh “Llun 30 Tach, 6 yh”."""
    wall = starts_at.astimezone(ZoneInfo(zone))
    half = _HALVES[language][wall.hour >= _NOON]
    hour = f"{(wall.hour + 11) % _NOON + 1}"
    clock = f"{hour}:{wall.minute:02}" if wall.minute else hour
    day = f"{_DAYS[language][wall.weekday()]} {wall.day} {_MONTHS[language][wall.month - 1]}"
    return f"{day}, {clock} {half}"


def _head(kind: Notice, told: Told, title: str, language: str) -> str:
    which = WAITING if kind is Notice.SIGNED_UP and told.waits else kind
    said = _SUBJECTS[language][which]
    return said.format_map({"title": title, "when": when(told.starts_at, told.zone, language)})


def _sentence(words: str) -> str:
    return words if words.endswith(("!", "?", "…")) else f"{words}."


def _place(told: Told, place: str, language: str) -> str:
    return _ELSEWHERE[language].format_map({"place": place}) if told.moved else place


def _link(told: Told, language: str) -> str:
    return _CONFIRM[language] if told.asks else _LINK[language]
