"""What `dialer doctor` finds of the numbers that people see: whether somebody answers a call back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialer.cli.doctor_finding import Finding
from dialer.domain.own_numbers import ANSWERED, RingBack
from dialer.services.context import Context
from dialer.services.messaging.own_numbers import own_numbers

NAME = "caller ids"


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
