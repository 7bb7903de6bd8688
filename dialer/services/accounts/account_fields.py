"""What may stand in an account's fields, however it came there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialer.domain.errors import ValidationFailed
from dialer.domain.importing.values import read_email
from dialer.domain.phone import PhoneFault, PhonePolicy, read_phone

LONGEST_EMAIL: Final = 254
"""RFC 5321 §4.5.3.1.3, without the brackets."""


@dataclass(frozen=True, slots=True)
class Reach:
    """By what somebody can be reached: one of the two."""

    phone: str | None = None
    email: str | None = None


def clean_name(text: str) -> str:
    """A name with single spaces. Raises ValidationFailed at `/name` when nothing is left."""
    if not (name := " ".join(text.split())):
        raise ValidationFailed.at("/name", "Give a name that others will recognise.")
    return name


def clean_email_or_none(text: str) -> str | None:
    """An address in lower case; None for a blank. Raises ValidationFailed at `/email`."""
    if not text.strip():
        return None
    if (address := _read_email(text)) is None:
        raise ValidationFailed.at("/email", "This can’t be an email address. Correct it or leave it out.")
    return address


def clean_phone_or_none(text: str, policy: PhonePolicy) -> str | None:
    """A number in E.164; None for a blank. Raises ValidationFailed at `/phone`."""
    if not text.strip():
        return None
    phone = read_phone(text, policy)
    if isinstance(phone, PhoneFault):
        raise ValidationFailed.at("/phone", "This can’t be a phone number. Correct it or leave it out.")
    return phone.number


def read_reach(text: str, policy: PhonePolicy) -> Reach:
    """A phone or an email out of the one field that takes either. Raises ValidationFailed at `/reach`."""
    if "@" in text:
        if (address := _read_email(text)) is not None:
            return Reach(email=address)
    elif text.strip():
        phone = read_phone(text, policy)
        if not isinstance(phone, PhoneFault):
            return Reach(phone=phone.number)
    raise ValidationFailed.at("/reach", "Give a phone number or an email, to send your link again.")


def _read_email(text: str) -> str | None:
    address = read_email(text)
    return address.lower() if address and len(address) <= LONGEST_EMAIL else None
