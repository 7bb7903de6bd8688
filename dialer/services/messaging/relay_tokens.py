"""Tokens with which a relay signed a report: each counts for that report alone, however often it comes."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.errors import BadSignature
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.letters import RelayToken
from dialer.store.session import UnitOfWork

REMEMBERED: Final = dt.timedelta(days=2)
"""A signature is taken for a day on either side of its moment."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A token, and the body that it came with."""

    token: str = field(repr=False)
    body: bytes = field(repr=False)


def use_token(ctx: Context, unit: UnitOfWork, signed: Signed) -> None:
    """Remember a token with what it signed. `BadSignature` where it came with something else before.

    It counts once for all organisations, so the oldest keeps it: which of them a report is about stands in
    its body, and that isn't signed.
    """
    keeper = unit.session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
    token, body = (hashlib.sha256(one).hexdigest() for one in (signed.token.encode(), signed.body))
    kept = insert(RelayToken).values(organisation_id=keeper, token=token, body=body, seen_at=ctx.now)
    unit.session.execute(kept.on_conflict_do_nothing())
    query = select(RelayToken.body).where(RelayToken.organisation_id == keeper, RelayToken.token == token)
    if unit.session.scalar(query) != body:
        raise BadSignature("This signature was used for another report.")


def forget_tokens(ctx: Context, unit: UnitOfWork) -> None:
    """Let go of those whose signatures nobody takes any more."""
    unit.session.execute(
        delete(RelayToken).where(
            RelayToken.organisation_id == unit.organisation_id, RelayToken.seen_at < ctx.now - REMEMBERED
        )
    )
