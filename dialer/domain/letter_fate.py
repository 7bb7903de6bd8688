"""Words for letters that come to us: the ways they come, and what they turn out to be."""

from __future__ import annotations

from typing import Final

MAILBOX: Final = "mailbox"
WEBHOOK: Final = "webhook"
LETTER_WAYS: Final = (MAILBOX, WEBHOOK)

ANSWER: Final = "answer"
"""Somebody wrote to us: it is in the inbox."""
REPORT: Final = "report"
"""It tells what became of a letter of ours."""
UNSUBSCRIBE: Final = "unsubscribe"
"""It was sent to the address that says no."""
AUTOMATIC: Final = "automatic"
"""A machine answered a bounce address by itself, as for somebody on holiday: nobody reads it."""
UNKNOWN: Final = "unknown"
"""It reports something of no letter of ours, or has no sender: kept, and counted by `dialer doctor`."""
LETTER_OUTCOMES: Final = (ANSWER, REPORT, UNSUBSCRIBE, AUTOMATIC, UNKNOWN)
