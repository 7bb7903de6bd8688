"""How a sender fares: delivered by day, by which codes not, what came back, and why it rests."""

from __future__ import annotations

import uuid
from typing import Final

from flask import render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from dialer.domain.access import Permission
from dialer.domain.blast import Pause
from dialer.domain.texting import EMAIL
from dialer.services.messaging.sender_health import DAYS, DAYS_MOST, sender_health
from dialer.services.messaging.sender_watch import LOST
from dialer.services.messaging.views import SenderView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import asked
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import moment

CODES: Final[Words] = {
    "0": _("The network gave no reason"),
    "21211": _("No such number"),
    "21610": _("They opted out at the carrier"),
    "21612": _("This sender doesn’t reach that network"),
    "21614": _("Not a mobile"),
    "30001": _("The carrier’s queue was full"),
    "30003": _("Phone off or out of reach"),
    "30004": _("Blocked by the network"),
    "30005": _("Nobody has that number any more"),
    "30006": _("A landline, or a network that takes no texts"),
    "30007": _("Filtered by the network as unwanted"),
    "30008": _("The network gave no reason"),
    "30017": _("The network was full"),
    "30034": _("The number isn’t registered for texting in the United States (A2P 10DLC)"),
    "30036": _("Not delivered in time"),
}
SMTP_CODES: Final[Words] = {
    "450": _("Its server put it off until we gave up"),
    "550": _("No such address, or its server doesn’t want it"),
    "551": _("No such address"),
    "552": _("The mailbox is full, or it is too large"),
    "553": _("Its server can’t read the address"),
    "554": _("Its server doesn’t want it"),
    "571": _("Refused by its server’s rules, such as a filter"),
}
"""What mail servers' codes say (RFC 5321; 571 stands for every refusal for policy)."""
"""What the carrier’s codes say, in plain words (its own titles: twilio.com/docs/api/errors)."""


@coordinator.get("/senders/<uuid:sender_id>/health")
@allow(Permission.SENDER_READ)
def sender_fares(sender_id: uuid.UUID) -> str:
    """A sender's last two weeks, or as many days as are asked for."""
    days = asked("days")
    wanted = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else DAYS
    found = sender_health(context(), sender_id, min(max(wanted, 1), DAYS_MOST))
    return render_template(
        "coordinator/sender_health.html",
        health=found,
        sender=found.sender,
        codes=[
            (code, code_words(code, is_letters=found.sender.kind == EMAIL), count)
            for code, count in found.codes
        ],
        why=why_stopped(found.sender),
    )


def code_words(code: int, *, is_letters: bool) -> str:
    """What a carrier's code, or a mail server's, says; 0 is none."""
    words = {**CODES, **SMTP_CODES} if is_letters else CODES
    if is_letters and not code:
        return str(gettext("Its server gave no reason"))
    return str(words.get(str(code), gettext("Another reason")))


def why_stopped(sender: SenderView) -> str:
    """Why a sender is stopped, and until when; or that it tries again slowly. Empty where neither."""
    words = []
    if (reason := sender.pause_reason) is not None:
        word, _sign, code = reason.rpartition("_")
        by_email = sender.kind == EMAIL
        if word == Pause.BLOCKED and by_email:
            words.append(gettext("Filters stop its emails (the mail server’s code %(code)s).", code=code))
        elif word == LOST and by_email:
            lost = gettext(
                "More of its emails come back than of others (the mail server’s code %(code)s).", code=code
            )
            words.append(lost)
        elif word == Pause.BLOCKED:
            words.append(gettext("Networks block its texts (the carrier’s code %(code)s).", code=code))
        elif word == LOST:
            lost = gettext(
                "More of its texts get lost than of others (the carrier’s code %(code)s).", code=code
            )
            words.append(lost)
        else:
            words.append(gettext("Somebody stopped it."))
    if sender.tries_again_at is not None:
        words.append(gettext("It tries again %(at)s.", at=moment(sender.tries_again_at)))
    if sender.handed_over_at is not None:
        words.append(gettext("Its texts go out from other numbers."))
    if sender.trial_since is not None:
        since = moment(sender.trial_since)
        words.append(gettext("It was filtered, and tries again slowly since %(at)s.", at=since))
    return " ".join(map(str, words))
