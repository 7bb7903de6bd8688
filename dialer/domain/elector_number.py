"""Elector numbers: kept as written, matched by their parts (contract §9)."""

import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s\-/.]+")


def _plain(part: str) -> str:
    return (part.lstrip("0") or "0") if part.isdigit() else part


def elector_parts(text: str) -> tuple[str, ...]:
    """Split an elector number into what counts when two are compared.

    Split at space, hyphen, slash and full stop; case aside; leading zeros of a number dropped;
    a last part 0 (no suffix) counts as absent. `KA1-12/1` and `ka1 012/1` have the same parts.
    """
    parts = [_plain(part.casefold()) for part in _SEPARATORS.split(text.strip()) if part]
    if len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return tuple(parts)


def elector_key(text: str, polling_district: str = "") -> str:
    """Return the form in which elector numbers are compared; empty when there is no number.

    A number written without its prefix belongs to the polling district beside it: `12/1` in
    KA1 is `KA1-12/1`.
    """
    parts = elector_parts(text)
    if not parts:
        return ""
    if parts[0].isdigit():
        parts = elector_parts(polling_district) + parts
    return "-".join(parts)


def elector_tail(text: str) -> str:
    """Return the key without its prefix: what a teller who sits in one district writes down."""
    parts = elector_parts(text)
    if len(parts) > 1 and not parts[0].isdigit():
        parts = parts[1:]
    return "-".join(parts)


def join_elector_number(prefix: str, number: str, suffix: str) -> str:
    """Write a register's three columns as one number: PREFIX-NUMBER, with /SUFFIX unless empty or 0."""
    prefix, number, suffix = prefix.strip(), number.strip(), suffix.strip()
    if not number:
        return ""
    whole = f"{prefix}-{number}" if prefix else number
    return whole if suffix.strip("0") == "" else f"{whole}/{suffix}"


def polling_district_of(text: str) -> str:
    """Return the polling district that an elector number begins with, as written; empty when it has none."""
    first = _SEPARATORS.split(text.strip(), maxsplit=1)
    return first[0] if len(first) > 1 and not first[0].isdigit() else ""


def listed_numbers(text: str) -> list[str]:
    """The numbers that somebody typed or pasted one below the other, or with commas or semicolons between."""
    return [number.strip() for number in re.split(r"[\n,;]+", text) if number.strip()]
