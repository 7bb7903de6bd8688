"""Phones that people have shown to be theirs: nothing else of ours is ever sent or put through to one."""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain import phone_code
from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, RateLimited, ValidationFailed
from dialer.domain.message_gate import takes_texts
from dialer.domain.phone import Phone, read_phone
from dialer.services.accounts.account_fields import clean_phone_or_none
from dialer.services.context import Context
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models import new_id
from dialer.store.models.accounts import Account, Organisation
from dialer.store.models.phones import AccountPhone, PhoneCode
from dialer.store.session import UnitOfWork

_NO_TEXTS: Final = (
    "A landline can’t get a text. Give a mobile, or ask a coordinator to enter this number for you."
)
_NO_MATCH: Final = "That isn’t the code, or it is too old. Have another one sent."


@dataclass(frozen=True, slots=True)
class PhoneView:
    """One of somebody's own phones, and whether it is shown to be theirs."""

    phone: str
    confirmed: bool


def add_phone(ctx: Context, phone: str) -> PhoneView:
    """Send a code to a phone, unless it is confirmed already.

    `ValidationFailed` at `/phone` for a landline, which can't get one: a coordinator may vouch for it.
    `RateLimited` after 3 codes to a number, or 10 by one person, within 24 hours.
    """
    require(ctx.actor, Permission.PHONE_CONFIRM)
    account_id = _account(ctx)
    number = _number(ctx, phone)
    with ctx.unit() as unit:
        if is_confirmed(unit, account_id, number):
            return PhoneView(number, confirmed=True)
        _check_takes_texts(ctx, number)
        _check_limits(ctx, unit, account_id, number)
        _send(ctx, unit, account_id, number)
        ctx.audit(unit, "phone.code_sent", "account", account_id)
    return PhoneView(number, confirmed=False)


def confirm_phone(ctx: Context, phone: str, code: str) -> PhoneView:
    """Take the code that was sent to a phone. A wrong or old one: `ValidationFailed` at `/code`.

    Each try is counted, the refused ones too: after five the code opens nothing.
    """
    require(ctx.actor, Permission.PHONE_CONFIRM)
    account_id = _account(ctx)
    number = _number(ctx, phone)
    with ctx.unit() as unit:
        confirmed = is_confirmed(unit, account_id, number) or _opens(ctx, unit, account_id, number, code)
    if not confirmed:  # said only now, so that the try is counted though it is refused
        raise ValidationFailed.at("/code", _NO_MATCH)
    return PhoneView(number, confirmed=True)


def my_phones(ctx: Context) -> list[PhoneView]:
    """The actor's own phones, those that are confirmed first."""
    require(ctx.actor, Permission.PHONE_CONFIRM)
    account_id = _account(ctx)
    with ctx.unit() as unit:
        confirmed = confirmed_numbers(unit, account_id)
        own = unit.session.get_one(Account, (unit.organisation_id, account_id)).phone
    waiting = [PhoneView(own, confirmed=False)] if own and own not in confirmed else []
    return [PhoneView(number, confirmed=True) for number in confirmed] + waiting


def confirmed_numbers(unit: UnitOfWork, account_id: uuid.UUID) -> list[str]:
    """The phones of an account that may be rung: the one in the account first, then the latest."""
    account = unit.session.get_one(Account, (unit.organisation_id, account_id))
    own = [account.phone] if account.phone and account.phone_confirmed_at else []
    shown = unit.session.scalars(
        select(AccountPhone.number)
        .where(
            AccountPhone.organisation_id == unit.organisation_id,
            AccountPhone.account_id == account_id,
        )
        .order_by(AccountPhone.confirmed_at.desc(), AccountPhone.number)
    )
    return list(dict.fromkeys([*own, *shown]))


def is_confirmed(unit: UnitOfWork, account_id: uuid.UUID, number: str) -> bool:
    """Whether somebody has shown that a phone is theirs, or a coordinator vouched for it."""
    return number in confirmed_numbers(unit, account_id)


def _account(ctx: Context) -> uuid.UUID:
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own has a phone.")
    return ctx.actor.account_id


def _number(ctx: Context, phone: str) -> str:
    """The number in E.164, in a country that may be rung. Raises `ValidationFailed` at `/phone`."""
    number = clean_phone_or_none(phone, ctx.phones)
    if number is None:
        raise ValidationFailed.at("/phone", "Give the number of your phone.")
    if not ctx.phones.allows(number):
        raise ValidationFailed.at("/phone", "Phones in this country can’t be rung from here.")
    return number


def _check_takes_texts(ctx: Context, number: str) -> None:
    found = read_phone(number, ctx.phones)
    if isinstance(found, Phone) and not takes_texts(number, found.type):
        raise ValidationFailed.at("/phone", _NO_TEXTS)


def _check_limits(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, number: str) -> None:
    """Count under a lock on the number and on the account: two requests at once are counted one after
    the other.
    """
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"phone code {unit.organisation_id}{number}", 0))
    unit.session.execute(select(lock))
    unit.session.get_one(Account, (unit.organisation_id, account_id), with_for_update={"key_share": True})
    to_number = _sent_lately(ctx, unit, PhoneCode.number == number)
    by_account = _sent_lately(ctx, unit, PhoneCode.account_id == account_id)
    if to_number >= phone_code.CODES_A_NUMBER or by_account >= phone_code.CODES_AN_ACCOUNT:
        raise RateLimited(
            "Three codes a day is the most for one phone. Try again tomorrow, or ask a coordinator.",
            retry_after_s=int(phone_code.DAY.total_seconds()),
        )


def _sent_lately(ctx: Context, unit: UnitOfWork, which: ColumnElement[bool]) -> int:
    counted = (
        select(func.count())
        .select_from(PhoneCode)
        .where(
            PhoneCode.organisation_id == unit.organisation_id,
            PhoneCode.sent_at > ctx.now - phone_code.DAY,
            which,
        )
    )
    return unit.session.scalar(counted) or 0


def _send(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, number: str) -> None:
    code = f"{secrets.randbelow(10**phone_code.DIGITS):0{phone_code.DIGITS}d}"
    code_id = new_id()
    unit.session.add(
        PhoneCode(
            organisation_id=unit.organisation_id,
            id=code_id,
            account_id=account_id,
            number=number,
            code_hash=phone_code.code_hash(code_id, code),
            sent_at=ctx.now,
            expires_at=ctx.now + phone_code.HOLDS_FOR,
        )
    )
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    body = phone_code.wording(code, organisation.name)
    queue_text(unit, ctx, number=number, body=body, purpose="code")


def _opens(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, number: str, code: str) -> bool:
    """Whether the latest code is this one; the try is counted, and the phone confirmed if so."""
    latest = unit.session.scalar(
        select(PhoneCode)
        .where(
            PhoneCode.organisation_id == unit.organisation_id,
            PhoneCode.account_id == account_id,
            PhoneCode.number == number,
            PhoneCode.used_at.is_(None),
        )
        .order_by(PhoneCode.sent_at.desc(), PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if latest is None or not phone_code.may_try(latest.tries, latest.expires_at, ctx.now):
        return False
    latest.tries += 1
    if not hmac.compare_digest(latest.code_hash, phone_code.code_hash(latest.id, code.strip())):
        return False
    latest.used_at = ctx.now
    keep_confirmed(ctx, unit, account_id, number)
    return True


def keep_confirmed(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, number: str) -> None:
    """Keep that somebody has shown a phone to be theirs."""
    unit.session.execute(
        insert(AccountPhone)
        .values(
            organisation_id=unit.organisation_id,
            account_id=account_id,
            number=number,
            confirmed_at=ctx.now,
        )
        .on_conflict_do_nothing()
    )
    account = unit.session.get_one(Account, (unit.organisation_id, account_id))
    if account.phone == number:
        account.phone_confirmed_at = ctx.now
    ctx.audit(unit, "phone.confirmed", "account", account_id)
