"""Taking back all that lets an account in."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import delete, update

from dialer.domain.live_topics import ACCOUNT
from dialer.store import changes
from dialer.store.models.accounts import ApiToken, LoginSession, SignInLink
from dialer.store.models.conversations import Conversation
from dialer.store.session import UnitOfWork


def give_up_conversations(unit: UnitOfWork, account_id: uuid.UUID) -> None:
    """Let nobody in particular answer what an account was to answer: it would wait for ever."""
    theirs = (Conversation.organisation_id == unit.organisation_id, Conversation.assigned_to == account_id)
    unit.session.execute(update(Conversation).where(*theirs).values(assigned_to=None, held_until=None))


def end_access(unit: UnitOfWork, account_id: uuid.UUID, now: dt.datetime) -> None:
    """End every token, signed-in browser and sign-in link of an account, for good."""
    changes.note(unit.session, ACCOUNT, account_id)
    for table in (ApiToken, LoginSession):
        unit.session.execute(
            update(table)
            .where(
                table.organisation_id == unit.organisation_id,
                table.account_id == account_id,
                table.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
    _delete_links(unit, account_id)


def end_own_ways_in(unit: UnitOfWork, account_id: uuid.UUID, now: dt.datetime) -> None:
    """End the sign-in links and browsers of an account that would open whatever role it has now: somebody who
    could make a link for it before, or had one opened, isn't to have that role. Tokens, and the browsers that
    they opened, keep the role that they were made for, and stay.
    """
    _delete_links(unit, account_id)
    changes.note(unit.session, ACCOUNT, account_id)
    unit.session.execute(
        update(LoginSession)
        .where(
            LoginSession.organisation_id == unit.organisation_id,
            LoginSession.account_id == account_id,
            LoginSession.token_id.is_(None),
            LoginSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _delete_links(unit: UnitOfWork, account_id: uuid.UUID) -> None:
    unit.session.execute(
        delete(SignInLink).where(
            SignInLink.organisation_id == unit.organisation_id, SignInLink.account_id == account_id
        )
    )
