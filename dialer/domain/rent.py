"""What our numbers cost every month, and when a month is charged.

Source: the carrier's own word on it (support.twilio.com, "How and when are phone numbers billed?" and "How
much does a phone number cost?"): a whole month on the day on which a number is bought, then one on the same
day of each month; where a month has no such day on its last, and from then on on that one. Nothing is given
back.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from dialer.domain.fictional import fictional_kind
from dialer.domain.phone import LineType, country_of

_KINDS: Final = {
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.UAN: None,
    PhoneNumberType.SHARED_COST: None,
    PhoneNumberType.PREMIUM_RATE: None,
    PhoneNumberType.PERSONAL_NUMBER: None,
}
"""The carrier's kinds with a price, by the kind of number; everything else is one of a place."""


def next_month(at: dt.datetime) -> dt.datetime:
    """When the month after that which was charged at this moment is."""
    year, month = divmod(at.year * 12 + at.month, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def first_after(bought_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When a number that was bought then is charged next."""
    due = bought_at
    while due <= now:
        due = next_month(due)
    return due


def priced_as(number: str) -> tuple[str, str] | None:
    """The country and kind (`own_numbers.KINDS`) that the carrier's price list has a number under; None where
    it is none of these kinds.
    """
    country = country_of(number)
    try:
        line = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    is_made_up_mobile = fictional_kind(number) == LineType.MOBILE
    kind = "mobile" if is_made_up_mobile else _KINDS.get(line, "local")
    return (country, kind) if country is not None and kind is not None else None
