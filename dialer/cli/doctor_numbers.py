"""What `dialer doctor` finds of our numbers: whether somebody answers a call back to those that people see,
and whether Messaging Services are set as we need them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialer.cli.doctor_finding import Finding
from dialer.domain.messaging_service import GRAVE
from dialer.domain.own_numbers import ANSWERED, RingBack
from dialer.services.context import Context
from dialer.services.messaging.own_numbers import own_numbers
from dialer.services.messaging.sender_settings import list_services

NAME = "caller ids"
SERVICES = "messaging services"


def unanswered_numbers(organisations: Iterable[Context], public_url: str) -> Iterator[Finding]:
    """One finding for each that nobody answers, and one for the rest."""
    shown = [one for ctx in organisations for one in own_numbers(ctx).shown]
    unread = [one for one in shown if one.ring_back is RingBack.UNKNOWN]
    silent = [one for one in shown if one.ring_back not in {*ANSWERED, RingBack.UNKNOWN}]
    remedy = f"put it right, or say who answers it, under {public_url.rstrip('/')}/numbers"
    for one in silent:
        why = one.ring_back.replace("_", " ")
        detail = f"nobody answers a call back to {one.number} ({', '.join(one.campaigns)}): {why}"
        yield Finding(NAME, ok=False, detail=detail, remedy=remedy)
    if unread:
        detail = f"{len(unread)} are shown; the carrier's list hasn't been read yet"
        yield Finding(NAME, ok=True, detail=detail)
    elif not silent:
        detail = f"{len(shown)} are shown, and a call back to each is answered" if shown else "none is shown"
        yield Finding(NAME, ok=True, detail=detail)


def services_set_wrongly(organisations: Iterable[Context], public_url: str) -> Iterator[Finding]:
    """One finding for each Messaging Service that is set otherwise than we need, and one for the rest."""
    found = [one for ctx in organisations for one in list_services(ctx)]
    wrong = [(one, one.service.flaws) for one in found if one.service is not None and one.service.flaws]
    for one, flaws in wrong:
        detail = f"{one.address} is set otherwise than we need: {', '.join(flaws).replace('_', ' ')}"
        remedy = f"see what to change under {public_url.rstrip('/')}/senders/{one.id}"
        yield Finding(SERVICES, ok=not GRAVE.intersection(flaws), detail=detail, remedy=remedy)
    unread = sum(one.service is None for one in found)
    if unread:
        yield Finding(SERVICES, ok=True, detail=f"{unread} haven't been read yet")
    elif not wrong:
        detail = f"{len(found)} are set as we need them" if found else "none is used"
        yield Finding(SERVICES, ok=True, detail=detail)
