"""The words of texts, blasts and conversations, as a coordinator's page says them."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _

from dialer.web.coordinator.wording import Words
from dialer.web.text_wording import HANDOVER, INBOUND_CLASS, INBOUND_TONE, LEFT_OUT, MESSAGE_STATE

__all__ = [
    "BLAST_STATE",
    "BLAST_TONE",
    "CONVERSATION_STATE",
    "CONVERSATION_TONE",
    "HANDOVER",
    "INBOUND_CLASS",
    "INBOUND_TONE",
    "INBOX_PART",
    "LEFT_OUT",
    "MESSAGE_STATE",
    "SAY_TEXTS",
    "SHORTENER_IN_EMAIL",
    "WARNING",
]

BLAST_STATE: Final[Words] = {
    "draft": _("Draft"),
    "scheduled": _("Set for later"),
    "running": _("Sending"),
    "paused": _("Paused"),
    "completed": _("Done"),
    "cancelled": _("Stopped"),
}
BLAST_TONE: Final[Words] = {
    "draft": "",
    "scheduled": "accent",
    "running": "good",
    "paused": "warn",
    "completed": "",
    "cancelled": "",
}
WARNING: Final[Words] = {
    "long_text": _("Some of these texts have more than three parts."),
    "too_long": _("Some of these texts are too long for the carrier and would be refused."),
    "empty_text": _("For some people nothing is left to read: say what stands in for a name, after a bar."),
    "no_opt_out_route": _("Nobody can answer a name. Say how to stop: add {opt_out_url} or a number."),
    "no_word_to_stop": _("It doesn’t say how to stop these texts. Add “Stop: STOP”, or {opt_out_url}."),
    "public_shortener": _("Networks block public short links. Write {link:…} with the page’s own address."),
    "cost_cap": _("This costs more than is left of the budget, so it would stop half-way."),
    "capacity": _(
        "Its numbers can’t send to so many in one day without looking like a machine. The rest goes on the"
        " next days; more numbers would be quicker."
    ),
    "answer_not_asked": _(
        "It names a word that the campaign takes for “%(answer)s”. If it asks for that, tick it under “What"
        " replies mean”; otherwise somebody reads each reply."
    ),
    "answer_not_named": _("It asks for “%(answer)s”, and names none of the words that people answer with."),
    "deadline_near": _("It would be done only just before the deadline."),
    "quiet_hours": _("Sent now, it isn’t done before quiet hours. The rest waits until they end."),
}
SHORTENER_IN_EMAIL: Final = _(
    "Mail filters distrust public short links. Write {link:…} with the page’s own address."
)
CONVERSATION_STATE: Final[Words] = {
    "open": _("Open"),
    "review": _("Needs your answer"),
    "closed": _("Closed"),
}
INBOX_PART: Final[Words] = {
    "coordinator": _("Handed to you"),
    "review": _("Needs your answer"),
    "answer": _("Wait for an answer"),
    "answered": _("Answered"),
    "open": _("Open"),
    "closed": _("Closed"),
    "blocked": _("Blocked"),
}
CONVERSATION_TONE: Final[Words] = {"open": "", "review": "warn", "closed": ""}

SAY_TEXTS: Final = {
    "handover": HANDOVER,
    "blast_state": BLAST_STATE,
    "blast_tone": BLAST_TONE,
    "left_out": LEFT_OUT,
    "message_state": MESSAGE_STATE,
    "conversation_state": CONVERSATION_STATE,
    "conversation_tone": CONVERSATION_TONE,
    "inbound_class": INBOUND_CLASS,
    "inbound_tone": INBOUND_TONE,
}
"""Joined to the tables of `wording.SAY`."""
