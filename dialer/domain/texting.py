"""Words about texts to and from one number: senders and conversations (contract §5, §7)."""

from __future__ import annotations

from typing import Final

SENDER_KINDS: Final = (
    "long_code",
    "10dlc",
    "toll_free",
    "short_code",
    "alphanumeric",
    "messaging_service",
)
"""What texts come from."""
EMAIL: Final = "email"
"""The channel, and the kind of a sender that letters come from."""
SMS: Final = "sms"
CHANNELS: Final = (SMS, EMAIL)
CONVERSATION_STATES: Final = ("open", "closed", "review")
INBOUND_CLASSES: Final = ("opt_out", "review", "opt_in", "other")
EVENT_KINDS: Final = ("message_status", "call_status", "machine_detection", "email_report")
ANSWER_STATES: Final = ("taken", "doubtful", "dropped")
