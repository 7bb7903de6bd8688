"""The outcomes of an attempt."""

from typing import Final

FINAL: Final = (
    "contacted",
    "refused",
    "wrong_number",
    "disconnected",
    "moved",
    "deceased",
    "already_voted",
    "do_not_call",
)
RETRIED: Final = ("no_answer", "busy", "answering_machine", "left_message", "language_barrier")
CALLBACK: Final = "callback"
DISPOSITIONS: Final = (*FINAL, *RETRIED, CALLBACK)
