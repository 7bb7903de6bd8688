"""Our numbers at the carrier: where texts and calls to one go, and what becomes of a call back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, urlsplit

KINDS: Final = ("local", "mobile", "toll_free")
TASKS: Final = ("read", "search", "buy", "put_right", "release")
LAST_FIGURES: Final = 4
MOST_A_DAY: Final = 5
TASK_STATES: Final = ("queued", "running", "done", "failed")

SMS_PATH: Final = "/webhooks/twilio/messages/inbound"
VOICE_PATH: Final = "/webhooks/twilio/voice/inbound"
"""Where the carrier tells of texts and calls to us (contract §8)."""

_CARRIERS_OWN: Final = "demo.twilio.com"
"""Where a number asks that was bought in the carrier's console and never set: a greeting of the carrier's."""


class Fault(StrEnum):
    """Why the carrier didn't do what it was asked."""

    REFUSED = "refused"
    """By the carrier, with its code."""
    UNREACHABLE = "unreachable"
    NOT_OURS = "not_ours"
    """It isn't on the account's list (any more)."""
    ELSEWHERE = "another_system"
    """Texts or calls to it go to another system, or to another than was shown when somebody said so."""
    IN_USE = "in_use"


def describes(typed: str, number: str) -> bool:
    """Whether somebody typed a number's last four figures: nobody buys one, or gives one back, by a slip."""
    return len(typed) == LAST_FIGURES and number.endswith(typed)


class Aim(StrEnum):
    """Where the carrier asks about texts, or calls, to a number."""

    HERE = "here"
    NOBODY = "nobody"
    """Nothing is set, or the carrier's own greeting."""
    ASTRAY = "astray"
    """This installation, at an address or in a way that doesn't work."""
    OTHER = "another_system"
    SERVICE = "messaging_service"
    """Where the Messaging Service says that has the number: its own address goes before the number's, unless
    it defers to the sender's, and without one texts are dropped unseen (Messaging v1's Service resource:
    InboundRequestUrl and UseInboundWebhookOnNumber).
    """


@dataclass(frozen=True, slots=True)
class Going:
    """Where texts, or calls, to a number go: `to` names another system that hears of them, or may where a
    Messaging Service decides, else is empty.
    """

    aim: Aim
    to: str


@dataclass(frozen=True, slots=True)
class Home:
    """This organisation's own addresses: `base` is the installation's, `sms` and `voice` are those that are
    right, the first of each the one that is set.
    """

    base: str
    sms: tuple[str, ...]
    voice: tuple[str, ...]


def aim_of(where: str, home: Home, right: Collection[str]) -> Aim:
    """What an address set at the carrier is to us. `where` is a web address (behind `GET ` where it is asked
    that way, which we don't answer), or the carrier's name of what decides instead.
    """
    if where in right:
        return Aim.HERE
    address = where.removeprefix("GET ")
    if not address or _host(address) == _CARRIERS_OWN:
        return Aim.NOBODY
    return Aim.ASTRAY if _is_under(address, home.base) else Aim.OTHER


def going_of(where: str, home: Home, right: Collection[str]) -> Going:
    """Where something goes that has this address."""
    aim = aim_of(where, home, right)
    return Going(aim, shown_aim(where) if aim is Aim.OTHER else "")


def other_systems(places: Iterable[str], home: Home) -> tuple[str, ...]:
    """Those of these addresses that are another system's."""
    return tuple(where for where in places if aim_of(where, home, ()) is Aim.OTHER)


def named_by(where: str, base: str) -> str | None:
    """The organisation of this installation that an address names, if it is one of ours."""
    address = where.removeprefix("GET ")
    if not _is_under(address, base):
        return None
    return next(iter(parse_qs(urlsplit(address).query).get("o", ())), None)


def names_nobody(where: str, base: str) -> bool:
    """Whether it is an address of this installation without an organisation's name: the oldest one's."""
    return _is_under(where.removeprefix("GET "), base) and named_by(where, base) is None


def shown_aim(where: str) -> str:
    """Whose address it is, short: its host, or the carrier's name of what decides instead. A path may hold a
    secret of another system.
    """
    return _host(where.removeprefix("GET ")) or where


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_under(address: str, base: str) -> bool:
    return address == base or address.startswith((f"{base}/", f"{base}?"))


class RingBack(StrEnum):
    """What becomes of a call to a number that people saw."""

    HERE = "answered_here"
    """Ours, and the carrier asks us: who called, and how to be left alone."""
    ELSEWHERE = "answered_elsewhere"
    """Somebody has said that it is answered elsewhere, as an office's own telephone is."""
    OTHER_ADDRESS = "another_address"
    """Ours, and the carrier asks somebody else, or nobody."""
    NO_VOICE = "no_voice"
    NOT_OURS = "not_ours"
    UNKNOWN = "not_looked"
    """The carrier's list has not been read yet."""


ANSWERED: Final = frozenset({RingBack.HERE, RingBack.ELSEWHERE})


@dataclass(frozen=True, slots=True)
class Standing:
    """A number as the carrier's list has it."""

    voice: bool
    calls_to: str = field(repr=False)


def rings_back(found: Standing | None, home: Home, *, elsewhere: bool, looked: bool) -> RingBack:
    """What becomes of a call to a number: a caller id must be answerable (Ofcom's General Condition C6: it
    identifies the caller and can be rung back; in the United States 47 CFR 64.1601(e)).
    """
    if found is not None and found.voice and found.calls_to in home.voice:
        return RingBack.HERE
    if elsewhere:
        return RingBack.ELSEWHERE
    if found is None:
        return RingBack.NOT_OURS if looked else RingBack.UNKNOWN
    return RingBack.OTHER_ADDRESS if found.voice else RingBack.NO_VOICE
