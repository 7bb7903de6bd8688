"""STOP and START as the carrier itself understands them.

Only the whole text counts, whatever its case (Twilio's default keywords for long codes, `REVOKE` and
`OPTOUT` among them since 2025). It then refuses to text that number from that sender or Messaging Service
(21610), confirms by a text of its own, and still sends the webhook.
"""

from __future__ import annotations

from typing import Final, Literal

Keyword = Literal["STOP", "START", "HELP"]

STOPS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
STARTS: Final = frozenset({"START", "YES", "UNSTOP"})
HELPS: Final = frozenset({"HELP", "INFO"})

CONFIRMATIONS: Final[dict[Keyword, str]] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword(body: str) -> Keyword | None:
    """Which of the carrier's keywords the text is, if any."""
    word = body.strip().upper()
    if word in STOPS:
        return "STOP"
    if word in STARTS:
        return "START"
    return "HELP" if word in HELPS else None
