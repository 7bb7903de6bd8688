"""Lists as PostgreSQL reads them. Most statements are given some: as many as thirty for one result.

psycopg looks each list through for its types, makes a dumper for each statement anew and asks it for each
element, which took a tenth of web’s processor time. Lists of ids, words, moments or yes and no, which are
nearly all, are written in one go here; any other is left to psycopg.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
from psycopg import DataError
from psycopg.abc import AdaptContext, DumperKey
from psycopg.adapt import PyFormat
from psycopg.types.array import BaseListDumper, ListDumper

Write = Callable[[Any], str]

_UNKNOWN: Final = 0
"""The server goes by what the list is taken for, as psycopg leaves it to do with words."""
_NONE: Final = type(None)


def _word(word: str) -> str:
    if "\x00" in word:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(moment: dt.datetime) -> str:
    return f'"{moment.isoformat(" ")}"'


def _truth(is_so: bool) -> str:
    return "t" if is_so else "f"


_PLAIN: Final[Mapping[type, tuple[int, Write]]] = {
    uuid.UUID: (psycopg.adapters.types["uuid"].array_oid, str),
    str: (_UNKNOWN, _word),
    bool: (psycopg.adapters.types["bool"].array_oid, _truth),
    dt.datetime: (psycopg.adapters.types["timestamptz"].array_oid, _moment),
}


_AS_WORDS: Final[Mapping[type, Write]] = {
    uuid.UUID: str,
    str: _word,
    bool: _truth,
    int: str,
    dt.datetime: _moment,
}


def written(values: list[Any]) -> str | list[Any]:
    """A list of one plain type as a word, which the server takes for what it is cast to or compared with; any
    other as it is.
    """
    if not values:
        return "{}"
    kinds = set(map(type, values))
    kinds.discard(_NONE)
    write = _AS_WORDS.get(next(iter(kinds), int)) if len(kinds) < 2 else None
    if write is None or (write is _moment and _is_naive(values)):
        return values
    return f"{{{','.join(['NULL' if one is None else write(one) for one in values])}}}"


class PlainListDumper(ListDumper):
    """Writes lists of one plain type, with or without nothings among it; knows the others by `ListDumper`."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002 -- psycopg's signature
        """The one type of what is in the list, where it is plain."""
        kind = _kind(obj)
        return super().get_key(obj, format) if kind is None else (self.cls, kind)

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:  # noqa: A002 -- psycopg's signature
        """Whoever writes lists of that type."""
        kind = _kind(obj)
        if kind is None:
            return ListDumper(self.cls, self._tx).upgrade(obj, format)
        return _Plain(self.cls, self._tx, *_PLAIN[kind])


class _Plain(ListDumper):
    def __init__(self, cls: type, context: AdaptContext | None, oid: int, write: Write) -> None:
        super().__init__(cls, context)
        self.oid = oid
        self._write = write

    def dump(self, obj: list[Any]) -> bytes:
        write = self._write
        written = ",".join(["NULL" if one is None else write(one) for one in obj])
        return f"{{{written}}}".encode()


def _is_naive(moments: list[Any]) -> bool:
    """Whether any of these says no zone."""
    return any(one is not None and one.tzinfo is None for one in moments)


def _kind(values: list[Any]) -> type | None:
    """The one plain type of all these, nothings apart; else None, for an empty list too."""
    kinds = set(map(type, values))
    kinds.discard(_NONE)
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind is dt.datetime and _is_naive(values):
        return None
    return kind if kind in _PLAIN else None


def write_lists_plainly() -> None:
    """Have every connection that is opened from now on do so."""
    psycopg.adapters.register_dumper(list, PlainListDumper)
