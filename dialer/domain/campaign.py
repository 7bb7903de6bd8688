"""What a campaign is, the states it goes through (draft → active ⇄ paused → ended), what may be set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from dialer.domain.audience import NOT_CONTACTED_MOST_S
from dialer.domain.errors import FieldError
from dialer.domain.imprint import ADDED, IMPRINT_LONGEST, NAME_LONGEST, NAMES_MOST, URL, URL_LONGEST
from dialer.domain.quiet_hours import is_zone

CAMPAIGN_KINDS: Final = ("phone_bank", "text_blast", "gotv", "share")
CAMPAIGN_STATES: Final = ("draft", "active", "paused", "ended")
DIALING_MODES: Final = ("preview", "progressive", "predictive")
ABANDONED_RATE_CEILING: Final = 0.03
"""The most that can be set: above it the UK regulator's statement leaves no defence (design §8)."""
TIMEOUT_LEAST_S: Final = 5
TIMEOUT_MOST_S: Final = 86_400
RETRY_MOST_S: Final = 90 * 86_400
ATTEMPTS_MOST: Final = 100
TALKS_GOAL_MOST: Final = 1_000_000

FROM: Final = {
    "active": frozenset({"draft", "paused"}),
    "paused": frozenset({"active"}),
    "ended": frozenset({"active", "paused"}),
}
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER: Final = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def may_become(state: str, wanted: str) -> bool:
    """Whether a campaign in `state` may be made `wanted`. One that already is may (nothing then changes)."""
    return state == wanted or state in FROM[wanted]


def faults(settings: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the settings given; those left out aren't looked at."""
    return [fault for name, check in _CHECKS.items() if name in settings for fault in check(settings[name])]


def _one_of(pointer: str, words: tuple[str, ...]) -> Callable[[Any], Iterator[FieldError]]:
    def check(value: Any) -> Iterator[FieldError]:
        if value not in words:
            yield FieldError(pointer, f"Choose one of {', '.join(words)}.")

    return check


def _between(pointer: str, least: float, most: float) -> Callable[[Any], Iterator[FieldError]]:
    def check(value: Any) -> Iterator[FieldError]:
        if not least <= value <= most:
            yield FieldError(pointer, f"Choose between {least:,} and {most:,}.")

    return check


def _each(pointer: str, pattern: re.Pattern[str], wanted: str) -> Callable[[Any], Iterator[FieldError]]:
    def check(values: Any) -> Iterator[FieldError]:
        for index, value in enumerate(values):
            if not pattern.fullmatch(value):
                yield FieldError(f"{pointer}/{index}", wanted)

    return check


def _unless_none(check: Callable[[Any], Iterator[FieldError]]) -> Callable[[Any], Iterator[FieldError]]:
    return lambda value: iter(()) if value is None else check(value)


def _name(value: Any) -> Iterator[FieldError]:
    if not value.strip():
        yield FieldError("/name", "A campaign needs a name.")


def _zone(value: Any) -> Iterator[FieldError]:
    if not is_zone(value):
        yield FieldError("/timezone", "This isn’t a time zone of the IANA list, such as Europe/London.")


def _names(value: Any) -> Iterator[FieldError]:
    if len(value) > NAMES_MOST:
        yield FieldError("/sender_names", f"Give at most {NAMES_MOST} names.")
    for index, name in enumerate(value):
        if not name.strip() or len(name) > NAME_LONGEST:
            yield FieldError(f"/sender_names/{index}", f"Give a name of up to {NAME_LONGEST} characters.")


def _imprint(value: Any) -> Iterator[FieldError]:
    if len(value) > IMPRINT_LONGEST:
        yield FieldError("/imprint", f"An imprint has at most {IMPRINT_LONGEST} characters.")


def _link(value: Any) -> Iterator[FieldError]:
    if len(value) > URL_LONGEST or not URL.fullmatch(value):
        yield FieldError("/imprint_url", "Give a web address, such as https://example.org/imprint.")


_CHECKS: Final[Mapping[str, Callable[[Any], Iterator[FieldError]]]] = {
    "name": _name,
    "kind": _one_of("/kind", CAMPAIGN_KINDS),
    "dialing_mode": _one_of("/dialing_mode", DIALING_MODES),
    "timezone": _zone,
    "max_attempts": _between("/max_attempts", 1, ATTEMPTS_MOST),
    "retry_after_s": _between("/retry_after_s", 0, RETRY_MOST_S),
    "recontact_after_s": _unless_none(_between("/recontact_after_s", 0, NOT_CONTACTED_MOST_S)),
    "assignment_timeout_s": _between("/assignment_timeout_s", TIMEOUT_LEAST_S, TIMEOUT_MOST_S),
    "abandoned_rate_max": _between("/abandoned_rate_max", 0, ABANDONED_RATE_CEILING),
    "knock_up_support_max": _between("/knock_up_support_max", 1, 5),
    "talks_goal": _unless_none(_between("/talks_goal", 1, TALKS_GOAL_MOST)),
    "sender_names": _names,
    "imprint": _unless_none(_imprint),
    "imprint_url": _unless_none(_link),
    "imprint_added": _unless_none(_one_of("/imprint_added", ADDED)),
    "caller_ids": _each("/caller_ids", _E164, "Give a number in E.164, such as +441632960001."),
    "senders": _each(
        "/senders", _SENDER, "Give a number in E.164, a Messaging Service SID (MG…) or up to 11 characters."
    ),
}
