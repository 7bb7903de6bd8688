"""An audience's rule as a sentence in the reader's language."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from flask_babel import gettext, ngettext

from dialer.domain.filters import describing
from dialer.domain.filters.tree import Filter
from dialer.web.words import moment, percent

Names = Mapping[uuid.UUID, str]
"""What lists and audiences are called."""

_SPANS = (86_400, 3_600, 60)


def sentence(rule: Filter, names: Names) -> str:
    """Whom the rule picks, in plain words."""
    return _said(describing.describe(rule), names)


def _said(piece: describing.Piece, names: Names) -> str:
    match piece:
        case describing.Phrase(words, gaps):
            filled = {name: _said(inner, names) for name, inner in gaps.items()}
            return str(gettext(words, **filled) if filled else gettext(words))
        case describing.Either(pieces):
            return _listed([_said(one, names) for one in pieces], gettext("or"))
        case describing.Both(pieces):
            return _listed([_said(one, names) for one in pieces], gettext("and"))
        case describing.Named(audience_or_list):
            name = names.get(audience_or_list)
            return str(gettext("that is gone")) if name is None else _quoted(name)
        case _:
            return _value(piece)


def _value(piece: describing.Quoted | describing.Span | describing.Share | dt.datetime) -> str:
    match piece:
        case describing.Quoted(words):
            return _quoted(words)
        case describing.Span(seconds):
            return span(seconds)
        case describing.Share(share):
            return percent(share, 1)
        case dt.datetime():
            return moment(piece)


def _quoted(words: str) -> str:
    return f"“{words}”"


def _listed(words: list[str], last: str) -> str:
    """`a, b or c`."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def span(seconds: int) -> str:
    """A length of time in the largest unit that fits it whole."""
    unit = next((size for size in _SPANS if seconds % size == 0), 1)
    number = seconds // unit
    if unit == 86_400:
        return str(ngettext("%(num)s day", "%(num)s days", number))
    if unit == 3_600:
        return str(ngettext("%(num)s hour", "%(num)s hours", number))
    if unit == 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", number))
    return str(ngettext("%(num)s second", "%(num)s seconds", number))
