"""Browsers that are remembered: greeted by name, and let in by one press, for as long as nobody signs out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, select, update

from dialer.domain.access import Role
from dialer.domain.errors import Unauthenticated
from dialer.services.accounts.credentials import secret_hash
from dialer.services.accounts.logins import REMEMBERED_FOR, open_login, signed_in
from dialer.services.accounts.views import SignedIn
from dialer.store.models.accounts import Account, LoginSession
from dialer.store.session import UnitFactory, UnitOfWork

NOT_REMEMBERED: Final = (
    "This device isn’t remembered any more. Open the link you were sent, or ask for a new one."
)


def account_of_device(
    unit: UnitOfWork, device: str | None, now: dt.datetime, organisation_id: uuid.UUID | None = None
) -> Account | None:
    """The volunteer who is remembered here and didn't sign out; in one organisation, or in any."""
    if not device:
        return None
    query = (
        select(Account)
        .join(
            LoginSession,
            and_(
                LoginSession.organisation_id == Account.organisation_id,
                LoginSession.account_id == Account.id,
            ),
        )
        .where(_is_remembered([device], now), Account.active, Account.role == Role.VOLUNTEER)
    )
    if organisation_id is not None:
        query = query.where(LoginSession.organisation_id == organisation_id)
    return unit.session.scalar(query)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Whom to greet in a browser, and whether the session that ended there was another person's."""

    name: str
    after_another: bool = False


def who_is_remembered(
    units: UnitFactory, device: str | None, now: dt.datetime, ended: bytes | None = None
) -> Remembered | None:
    """Whom to greet in this browser; None where nobody is remembered.

    `ended` is the hash of the secret of the session that ended here last, if one did.
    """
    with units.read() as unit:
        account = account_of_device(unit, device, now)
        if account is None:
            return None
        others = select(LoginSession.id).where(
            LoginSession.secret_hash == ended, LoginSession.account_id != account.id
        )
        after_another = ended is not None and unit.session.scalar(others) is not None
        return Remembered(account.name, after_another)


def come_back_on_device(units: UnitFactory, device: str | None, now: dt.datetime) -> SignedIn:
    """Sign in whoever is remembered in this browser, which stays so by the same secret: a press that comes
    twice or whose answer is lost locks nobody out, and one sign-out ends it all. Raises Unauthenticated.
    """
    with units.read() as unit:
        account = account_of_device(unit, device, now)
        if account is None or device is None:
            raise Unauthenticated(NOT_REMEMBERED)
        stay_remembered(unit, device, now)
        secret = open_login(unit, account.organisation_id, account.id, now)
    return signed_in(units, secret, now)


def stay_remembered(unit: UnitOfWork, device: str, now: dt.datetime) -> None:
    """Count the days for which this browser is remembered from now."""
    unit.session.execute(update(LoginSession).where(_is_remembered([device], now)).values(last_seen_at=now))


def forget_devices(units: UnitFactory, devices: Collection[str], now: dt.datetime) -> None:
    """Greet nobody any more by these secrets of one browser."""
    if not devices:
        return
    with units.read() as unit:
        gone = update(LoginSession).where(_is_remembered(devices, now)).values(revoked_at=now)
        unit.session.execute(gone)


def _is_remembered(devices: Collection[str], now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        LoginSession.secret_hash.in_([secret_hash(device) for device in devices]),
        LoginSession.remembered,
        LoginSession.revoked_at.is_(None),
        LoginSession.last_seen_at > now - REMEMBERED_FOR,
    )
