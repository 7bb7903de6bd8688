"""A volunteer's sign-in link, sent to the address that they gave: only whoever reads it there gets in."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import func, select

from dialer.domain.access import Permission, Role, require
from dialer.domain.email_address import read_address
from dialer.domain.letter import harmless
from dialer.domain.sign_in_letter import wording
from dialer.services.accounts.sign_in_links import make_link, sign_in_url
from dialer.services.context import Context
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models.accounts import Account, Organisation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

LINK_LIFE: Final = dt.timedelta(days=1)
SELDOM: Final = dt.timedelta(minutes=10)
"""Another is sent no sooner, whoever asks and however often: a public form fills nobody's mailbox."""


def send_link(ctx: Context, reach: str) -> bool:
    """Send a volunteer a new link where this is their address; whether one was sent, which nobody may tell
    who asked. Nothing is sent to who was sent home, nor to others than volunteers.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    address = read_address(reach)
    if address is None or not ctx.messaging.mail.sender:
        return False
    with ctx.unit() as unit:
        account = unit.session.scalar(
            select(Account)
            .where(
                Account.organisation_id == unit.organisation_id,
                func.lower(Account.email) == address,
                Account.active,
                Account.role == Role.VOLUNTEER,
            )
            .with_for_update()
        )
        if account is None or _was_sent(ctx, unit, address):
            return False
        code = make_link(unit, account.id, ctx.now, expires_at=ctx.now + LINK_LIFE)
        organisation = unit.session.get_one(Organisation, unit.organisation_id).name
        url = sign_in_url(ctx.public_url, code)
        subject, body = wording(harmless(account.name), harmless(organisation), url, account.languages)
        queue_text(unit, ctx, number=address, subject=subject, body=body, purpose="sign_in")
        return True


def _was_sent(ctx: Context, unit: UnitOfWork, address: str) -> bool:
    lately = select(Message.id).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == address,
        Message.purpose == "sign_in",
        Message.created_at > ctx.now - SELDOM,
    )
    return unit.session.scalar(lately.limit(1)) is not None
