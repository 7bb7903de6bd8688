"""In which browsers a volunteer is signed in or greeted by name, and out of all of them at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from dialer.domain.access import Permission, require
from dialer.domain.live_topics import ACCOUNT
from dialer.services.accounts.authentication import IDLE_LIMIT
from dialer.services.accounts.logins import REMEMBERED_FOR
from dialer.services.accounts.volunteer_reach import find_managed_volunteer
from dialer.services.accounts.volunteers import get_volunteer
from dialer.services.context import Context
from dialer.store import changes
from dialer.store.models.accounts import LoginSession, SignInLink


@dataclass(frozen=True, slots=True)
class Browser:
    """One that is signed in, or `remembered`: it is let in by one press."""

    since: dt.datetime
    last_seen_at: dt.datetime
    remembered: bool


def browsers_of(ctx: Context, volunteer_id: uuid.UUID) -> Sequence[Browser]:
    """Those that let a volunteer in now, the last seen first."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    get_volunteer(ctx, volunteer_id)
    query = select(LoginSession).where(*_theirs(ctx, volunteer_id), _lets_in(ctx.now))
    with ctx.unit() as unit:
        rows = unit.session.scalars(query.order_by(LoginSession.last_seen_at.desc(), LoginSession.id))
        return [Browser(row.created_at, row.last_seen_at, row.remembered) for row in rows]


def sign_out_everywhere(ctx: Context, volunteer_id: uuid.UUID) -> None:
    """Let none of them in any more, nor by a sign-in link that was made already: a phone was lost. Tokens and
    shifts stay. Twice is as good as once.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        find_managed_volunteer(ctx, unit, volunteer_id)
        ended = update(LoginSession).where(*_theirs(ctx, volunteer_id)).values(revoked_at=ctx.now)
        count = len(unit.session.execute(ended.returning(LoginSession.id)).all())
        unit.session.execute(
            delete(SignInLink).where(
                SignInLink.organisation_id == ctx.organisation_id, SignInLink.account_id == volunteer_id
            )
        )
        changes.note(unit.session, ACCOUNT, volunteer_id)
        ctx.audit(unit, "volunteer.signed_out", "account", volunteer_id, {"browsers": count})


def _theirs(ctx: Context, volunteer_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        LoginSession.organisation_id == ctx.organisation_id,
        LoginSession.account_id == volunteer_id,
        LoginSession.revoked_at.is_(None),
    )


def _lets_in(now: dt.datetime) -> ColumnElement[bool]:
    is_in = and_(LoginSession.expires_at > now, LoginSession.last_seen_at > now - IDLE_LIMIT)
    is_greeted = and_(LoginSession.remembered, LoginSession.last_seen_at > now - REMEMBERED_FOR)
    return or_(is_in, is_greeted)
