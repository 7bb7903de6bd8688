"""What is wrong with what is set for a Messaging Service, and what to do about it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _

from dialer.domain.messaging_service import Flaw
from dialer.web.coordinator.wording import Words

FLAW: Final[Words] = {
    Flaw.UNKNOWN: _(
        "The carrier knows no Messaging Service of this name: nothing can go out from it. Look at its SID"
        " in the carrier’s console, and take it out of your campaigns."
    ),
    Flaw.DROPPED: _(
        "Texts to its numbers are thrown away unseen, a STOP among them: it has no address for them. In "
        "the carrier’s console, under Integration, choose “Defer to sender’s webhook”. Don’t text from it"
        " before."
    ),
    Flaw.ASTRAY: _(
        "Texts to its numbers come here at an address, or in a way, that doesn’t work; they are read from"
        " the carrier’s list a minute late. In the carrier’s console, under Integration, choose “Defer to"
        " sender’s webhook”."
    ),
    Flaw.ELSEWHERE: _(
        "Texts to its numbers go to another system; here they are read from the carrier’s list a minute "
        "late. In the carrier’s console, under Integration, choose “Defer to sender’s webhook”, if that "
        "system isn’t to hear them."
    ),
    Flaw.FALLBACK: _(
        "Where a text to its numbers can’t be delivered here, another system gets it. Take the fallback "
        "address out in the carrier’s console, under Integration."
    ),
    Flaw.NOT_STICKY: _(
        "The same person may hear from several of its numbers, as Sticky Sender is off. Switch it on in "
        "the carrier’s console."
    ),
    Flaw.SHORT_VALIDITY: _(
        "Its texts fail when they have waited a few minutes at the carrier, and aren’t sent again. Set "
        "its validity period to 36,000 seconds in the carrier’s console; a blast with a deadline says its"
        " own."
    ),
    Flaw.UNREGISTERED: _(
        "Its American numbers aren’t registered for texting (A2P 10DLC): networks refuse their texts. "
        "Register them in the carrier’s console."
    ),
}
