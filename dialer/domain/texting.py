"""Words about texts to and from one number: senders and conversations (contract §5, §7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

SENDER_KINDS: Final = (
    "long_code",
    "10dlc",
    "toll_free",
    "short_code",
    "alphanumeric",
    "messaging_service",
)
CONVERSATION_STATES: Final = ("open", "closed", "review")
INBOUND_CLASSES: Final = ("opt_out", "review", "opt_in", "other")
EVENT_KINDS: Final = ("message_status", "call_status", "machine_detection")


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text to us, by webhook or from the carrier's list: the same text comes with the same `sid`.

    `number` wrote it, to `our_number`, at `at`. `opt_out_type` is what the carrier itself made of it (`STOP`,
    `START` or `HELP`), None where it says nothing, which is always so in its list.
    """

    sid: str
    number: str = field(repr=False)
    our_number: str = field(repr=False)
    body: str = field(repr=False)
    at: dt.datetime
    opt_out_type: str | None = None
