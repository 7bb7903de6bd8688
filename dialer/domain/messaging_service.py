"""What is set for a Messaging Service at the carrier, and where that isn't what we need.

A service's settings go before those of its numbers. Source: the Service resource of the carrier's Messaging
v1 (twilio.com/docs/messaging/api/service-resource). That it answers opt-outs itself (Advanced Opt-Out) is set
in the carrier's console and shown by no API: it is known by the webhooks that say so (`OptOutType`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dialer.domain.own_numbers import Aim, Home, aim_of, other_systems
from dialer.domain.sender import kind_of

LEAST_VALIDITY_S: Final = 600
"""A shorter one loses texts: what waits longer with the carrier fails, and is never sent again (30036)."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """As `carrier.number_port.CarrierService`, which says what each means."""

    name: str
    texts_to: str = field(repr=False)
    defers: bool
    fallback_to: str = field(repr=False)
    status_to: str = field(repr=False)
    sticky: bool | None
    validity_s: int | None
    registered: bool | None


class Flaw(StrEnum):
    """What is set otherwise than we need."""

    UNKNOWN = "unknown_service"
    """The carrier knows none of that name: nothing can go out from it."""
    DROPPED = "texts_dropped"
    """It has no address for texts: they are told nobody, and listed nowhere. No STOP is heard."""
    ASTRAY = "texts_astray"
    """They are told us at an address, or in a way, that doesn't work."""
    ELSEWHERE = "texts_elsewhere"
    """Another system hears of them. We read them from the carrier's list, a minute late."""
    FALLBACK = "fallback_elsewhere"
    """Another system hears of those that we were told and didn't take."""
    NOT_STICKY = "not_sticky"
    """The same person may hear from several of its numbers."""
    SHORT_VALIDITY = "short_validity"
    UNREGISTERED = "not_registered_us"
    """American numbers of it aren't registered for texting: networks refuse their texts (30034)."""


GRAVE: Final = frozenset({Flaw.UNKNOWN, Flaw.DROPPED, Flaw.ASTRAY, Flaw.ELSEWHERE, Flaw.UNREGISTERED})
"""With these texts, or answers, are lost or late."""


def texts_aim(service: ServiceSettings, home: Home) -> Aim | None:
    """Where it has texts to its numbers told; None where that is left to each number."""
    return None if service.defers else aim_of(service.texts_to, home, home.sms)


def flaws_of(service: ServiceSettings | None, home: Home, pool: Iterable[str]) -> tuple[Flaw, ...]:
    """What is set otherwise than we need for a service that has these numbers; None: there is none."""
    if service is None:
        return (Flaw.UNKNOWN,)
    told = {Aim.NOBODY: Flaw.DROPPED, Aim.ASTRAY: Flaw.ASTRAY, Aim.OTHER: Flaw.ELSEWHERE}
    if not service.defers and service.texts_to:
        told[Aim.NOBODY] = Flaw.ELSEWHERE  # the carrier's own greeting: listed all the same
    aim = texts_aim(service, home)
    found = [told[aim]] if aim in told else []
    if not service.defers and other_systems([service.fallback_to], home):
        found.append(Flaw.FALLBACK)
    if service.sticky is False:
        found.append(Flaw.NOT_STICKY)
    if service.validity_s is not None and service.validity_s < LEAST_VALIDITY_S:
        found.append(Flaw.SHORT_VALIDITY)
    if service.registered is False and any(_needs_registering(number) for number in pool):
        found.append(Flaw.UNREGISTERED)
    return tuple(found)


def _needs_registering(number: str) -> bool:
    return number.startswith("+1") and kind_of(number) == "long_code"
