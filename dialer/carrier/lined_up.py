"""What stands in line for a place on the wire."""

from __future__ import annotations

from typing import NamedTuple

from dialer.carrier.port import NOT_BEGUN, CallTold, NotAccepted, OutboundCall, OutboundMessage, Told


class Text(NamedTuple):
    """A text in line, with the moment (of `time.monotonic()`) after which it isn't posted any more."""

    message: OutboundMessage
    latest: float
    told: Told


class Call(NamedTuple):
    """A call in line, as `Text`."""

    call: OutboundCall
    latest: float
    told: CallTold


def give_up_call(one: Call) -> None:
    """Of a call that was never begun."""
    one.told(one.call, NotAccepted(NOT_BEGUN))


def give_up(text: Text) -> None:
    """Of one that was never begun."""
    text.told(text.message, NotAccepted(NOT_BEGUN))
