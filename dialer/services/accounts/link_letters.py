"""A sign-in link, sent to the address that we know of somebody: only whoever reads it there gets in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, Role, require
from dialer.domain.email_address import read_address
from dialer.domain.letter import harmless
from dialer.domain.sign_in_letter import wording
from dialer.services.accounts.account_fields import Reach
from dialer.services.accounts.sign_in_links import make_link, sign_in_url
from dialer.services.context import Context
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models.accounts import Account, Organisation, SignInRequest
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

LINK_LIFE: Final = dt.timedelta(days=1)
SHORT_LIFE: Final = dt.timedelta(hours=1)
"""For everybody above volunteers: their link opens more than one person at a time."""
SELDOM: Final = dt.timedelta(minutes=10)
"""Another is sent no sooner, whoever asks and however often: a public form fills nobody's mailbox."""


def send_link(ctx: Context, reach: str) -> bool:
    """Send somebody a new link where this is their address; whether one was sent, which nobody may tell who
    asked. Nothing is sent to who was sent home.
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
            )
            .with_for_update()
        )
        if account is None or _was_sent(ctx, unit, address):
            return False
        soon = account.role != Role.VOLUNTEER
        code = make_link(unit, account.id, ctx.now, expires_at=ctx.now + (SHORT_LIFE if soon else LINK_LIFE))
        organisation = unit.session.get_one(Organisation, unit.organisation_id).name
        url = sign_in_url(ctx.public_url, code)
        names = (harmless(account.name), harmless(organisation))
        subject, body = wording(*names, url, account.languages, soon=soon)
        queue_text(unit, ctx, number=address, subject=subject, body=body, purpose="sign_in")
        return True


def ask_for_link(ctx: Context, reach: Reach) -> None:
    """Somebody asks at the door to be let in again: a letter where one can be sent, else a request that
    coordinators see. Who asks twice had no use of the letter, so that a request is kept, one a person.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    if reach.email is not None and send_link(ctx, reach.email):
        return
    reached = Account.phone == reach.phone if reach.phone else func.lower(Account.email) == reach.email
    with ctx.unit() as unit:
        account_id = unit.session.scalar(
            select(Account.id).where(Account.organisation_id == unit.organisation_id, reached, Account.active)
        )
        if account_id is not None:
            keep_request(unit, account_id, ctx.now)


def keep_request(unit: UnitOfWork, account_id: uuid.UUID, now: dt.datetime) -> None:
    """Keep one open request a person, for a coordinator to answer with a sign-in link."""
    unit.session.execute(
        insert(SignInRequest)
        .values(organisation_id=unit.organisation_id, account_id=account_id, requested_at=now)
        .on_conflict_do_nothing()
    )


def _was_sent(ctx: Context, unit: UnitOfWork, address: str) -> bool:
    lately = select(Message.id).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == address,
        Message.purpose == "sign_in",
        Message.created_at > ctx.now - SELDOM,
    )
    return unit.session.scalar(lately.limit(1)) is not None
