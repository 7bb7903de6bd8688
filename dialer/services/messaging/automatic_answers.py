"""The two texts that answer by themselves: help, and the confirmation of an opt-out. Plain GSM-7.

No letter is answered by itself: whoever forged its sender would have us write to somebody else.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from dialer.domain.email_address import channel_of
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models.accounts import Organisation
from dialer.store.models.conversations import Conversation
from dialer.store.session import UnitOfWork

HELP_EVERY: Final = dt.timedelta(days=1)

HELP: Final = (
    "{name}: a person reads what you answer here. For no more texts reply STOP."
    " / Mae rhywun yn darllen eich atebion. I beidio cael rhagor, atebwch STOP."
)
STOPPED: Final = (
    "{name}: you get no more texts from us. Reply START if you change your mind."
    " / Chewch chi ddim rhagor o negeseuon gennym. Atebwch START i newid hynny."
)
"""The one confirmation that an opt-out may be answered with (in the United States within five minutes, 47 CFR
64.1200(a)(12)).
"""


def answer_help(ctx: Context, unit: UnitOfWork, conversation: Conversation) -> bool:
    """Send the help text, once in 24 hours; whether it was its turn."""
    if channel_of(conversation.number) == EMAIL:
        return False
    sent_at = conversation.help_sent_at
    if sent_at is not None and ctx.now - sent_at < HELP_EVERY:
        return False
    conversation.help_sent_at = ctx.now
    _send(ctx, unit, conversation, HELP, "help")
    return True


def confirm_stop(ctx: Context, unit: UnitOfWork, conversation: Conversation) -> None:
    """Confirm an opt-out, where the carrier doesn't (`messaging.stop_reply`)."""
    if ctx.messaging.stop_reply and channel_of(conversation.number) != EMAIL:
        _send(ctx, unit, conversation, STOPPED, "stop_confirmation")


def _send(ctx: Context, unit: UnitOfWork, conversation: Conversation, words: str, purpose: str) -> None:
    name = unit.session.get_one(Organisation, unit.organisation_id).name
    queue_text(
        unit,
        ctx,
        number=conversation.number,
        body=words.format(name=name),
        purpose=purpose,
        contact_id=conversation.contact_id,
        sender=conversation.sender,
    )
