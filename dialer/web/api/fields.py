"""Fields that take a value of their own JSON type and nothing else: nothing is coerced (contract §2)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from dialer.domain.errors import NotFound

MAX_TEXT = 10_000
_DIGITS = 100
_NOT_BLANK = re.compile(r"[\s\S]*[^\s\x1c-\x1f]")
_END = r"(?![\s\S])"  # the very end in every dialect: Python’s $ lets a line break follow, others lack \Z
_LOCAL_TIME = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


def _listed(validators: Any) -> list[Any]:
    if validators is None:
        return []
    return list(validators) if isinstance(validators, list | tuple) else [validators]


class Text(fields.String):
    """A string without NUL or lone surrogates; unless `blank`, with something in it."""

    def __init__(self, *, max_length: int = MAX_TEXT, blank: bool = True, **kwargs: Any) -> None:
        limits: list[Any] = [validate.Length(min=None if blank else 1, max=max_length)]
        if not blank:
            limits.append(validate.Regexp(_NOT_BLANK, error="This can’t be empty."))
        super().__init__(validate=[*limits, *_listed(kwargs.pop("validate", None))], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Send this as text.")
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValidationError("This holds a character that is no text. Leave it out.")
        return value


class Choice(Text):
    """One of the given words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(words, error="Choose one of {choices}."), **kwargs)


class Whole(fields.Integer):
    """A whole JSON number, in the query its digits."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs: Any) -> None:
        limits = validate.Range(min=least, max=most)
        super().__init__(strict=True, validate=limits, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and self.metadata.get("query"):
            whole = value.isascii() and value.removeprefix("-").isdecimal() and len(value) < _DIGITS
        else:
            whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        if not whole:
            raise ValidationError("Send this as a whole number.")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Number(fields.Float):
    """A JSON number."""

    def __init__(self, *, least: float | None = None, most: float | None = None, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Send this as a number.")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """`true` or `false`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if self.metadata.get("query") and value in {"true", "false"}:
            return bool(value == "true")
        if not isinstance(value, bool):
            raise ValidationError("Send this as true or false.")
        return value


class Id(fields.String):
    """An opaque id: what is no id of ours simply isn't there."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("Send this as text.")
        return parse_id(value) or _refuse("There is nothing with this id.")


def parse_id(text: str) -> uuid.UUID | None:
    """The id that a text is, in the one spelling that we give out; else None."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def path_number(written: str) -> int:
    """A number in the address; what can't be one, or is more than we count to, isn't there."""
    if not (written.isascii() and written.isdecimal() and len(written) < _DIGITS):
        raise NotFound
    return int(written)


def path_id(text: str) -> uuid.UUID:
    """The id in an address; what is no id of ours is nothing that is here."""
    found = parse_id(text)
    if found is None:
        raise NotFound
    return found


def _refuse(detail: str) -> Any:
    raise ValidationError(detail)


class Instant(fields.AwareDateTime):
    """RFC 3339 with a zone; given in UTC with `Z`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _serialize(self, value: dt.datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        if not isinstance(value, str):
            raise ValidationError("Send this as text, such as 2026-05-07T09:00:00Z.")
        try:
            moment = super()._deserialize(value, attr, data, **kwargs)
            return moment.astimezone(dt.UTC)
        except (OverflowError, ValueError) as error:
            raise ValidationError("This is no time, such as 2026-05-07T09:00:00Z.") from error


class Day(fields.Date):
    """A date, `YYYY-MM-DD`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) != 10:
            raise ValidationError("Send this as a date, such as 2026-05-07.")
        return super()._deserialize(value, attr, data, **kwargs)


class LocalTime(fields.Field[dt.time]):
    """Local wall time, `HH:MM`."""

    def _serialize(self, value: dt.time | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.strftime("%H:%M")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.time:
        if isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
            return dt.time(int(value[:2]), int(value[3:]))
        raise ValidationError("Send this as HH:MM, such as 21:00.")


class MoneySchema(Schema):
    """An amount as a decimal string, and its currency."""

    amount = Text(required=True, validate=validate.Regexp(r"^[0-9]{1,9}(\.[0-9]{1,4})?" + _END))
    currency = Text(required=True, validate=validate.Regexp(r"^[A-Z]{3}" + _END))


class Money(fields.Nested):
    """`{"amount":"12.3400","currency":"GBP"}`; loaded as a dict of the same shape."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MoneySchema, **kwargs)


def money(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """An amount as the API shows it."""
    return None if amount is None else {"amount": f"{amount:.4f}", "currency": currency}
