"""How figures, times and people are written on pages, in the reader's language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import Flask, g
from flask_babel import gettext, ngettext

from dialer.domain import phone
from dialer.web.look import current_locale

DEFAULT_ZONE = "Europe/London"
_MINUTE, _HOUR = 60, 3600
_KEPT = 4096
"""How many days, and how many minutes of a day, are kept as they are written: Babel takes a fifth of a long
page to write its times, and they are mostly the same ones.
"""
_PENNY = Decimal("0.01")


def figure(value: object) -> str:
    """A number with its thousands marked (1,800); words stay as they are."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return numbers.format_decimal(value, locale=current_locale())
    return str(value)


def lowered(words: str) -> str:
    """Words of a table, to stand within a sentence."""
    return words[:1].lower() + words[1:]


def percent(share: float, digits: int = 0) -> str:
    """A share from 0 to 1 as “31 %” or, with a digit, “0.4 %”."""
    written = numbers.format_decimal(round(share * 100, digits), locale=current_locale())
    return f"{written}\N{NO-BREAK SPACE}%"


def money(amount: Decimal, currency: str) -> str:
    """An amount as “£759.80”; one below a penny with as many digits as it has, “£0.008”."""
    if amount and abs(amount) < _PENNY:
        digits = len(format(amount.normalize(), "f").partition(".")[2])
        return numbers.format_currency(
            amount, currency, f"¤0.{'0' * digits}", locale=current_locale(), currency_digits=False
        )
    return numbers.format_currency(amount, currency, locale=current_locale())


def amount(said: str, currency: str) -> str:
    """An amount that is kept as words, as a page writes it."""
    return money(Decimal(said), currency)


def _local(at: dt.datetime, zone: str) -> dt.datetime:
    return at.astimezone(ZoneInfo(zone))


def clock(wall: dt.time) -> str:
    """A wall time as “9 am” or “9:30 pm”, in Welsh “9 yb” and “9:30 yh”."""
    return _clock(wall.replace(second=0, microsecond=0), current_locale())


@lru_cache(maxsize=_KEPT)
def _clock(wall: dt.time, locale: Locale) -> str:
    pattern = "h a" if wall.minute == 0 else "h:mm a"
    written = dates.format_time(wall, pattern, locale=locale).replace("\u202f", " ")
    return written.replace("AM", "yb").replace("PM", "yh")


def time_of_day(at: dt.datetime, zone: str = DEFAULT_ZONE) -> str:
    """An instant as “4:20 pm” on the clocks of `zone`; a full hour as “6 pm”."""
    return clock(_local(at, zone).time())


def day(at: dt.date | dt.datetime, zone: str = DEFAULT_ZONE) -> str:
    """A day as “Thu 7 May”, of another year than this “Thu 2 May 2024”."""
    return _dated(at, "EEE d MMM", zone)


def long_day(at: dt.date | dt.datetime, zone: str = DEFAULT_ZONE) -> str:
    """A day as “Thursday 30 April”, of another year than this “Thursday 2 May 2024”."""
    return _dated(at, "EEEE d MMMM", zone)


def _dated(at: dt.date | dt.datetime, pattern: str, zone: str) -> str:
    on = _local(at, zone).date() if isinstance(at, dt.datetime) else at
    return _date(on, pattern if on.year == _this_year(zone, on.year) else f"{pattern} y", current_locale())


def _this_year(zone: str, otherwise: int) -> int:
    """The year of this request in a zone, found once; where there is none, as given."""
    if "now" not in g:
        return otherwise
    years: dict[str, int] = g.setdefault("years", {})
    if zone not in years:
        years[zone] = _local(g.now, zone).year
    return years[zone]


@lru_cache(maxsize=_KEPT)
def _date(on: dt.date, pattern: str, locale: Locale) -> str:
    return dates.format_date(on, pattern, locale=locale)


def moment(at: dt.datetime, zone: str = DEFAULT_ZONE) -> str:
    """An instant as “Thu 7 May, 4:20 pm”."""
    there = _local(at, zone)
    return f"{day(there.date(), zone)}, {clock(there.time())}"


def marked(at: dt.datetime, zone: str = DEFAULT_ZONE, today: dt.date | None = None) -> str:
    """When something is said to have been: “Thu 7 May, 4:20 pm”, on `today` “4:20 pm” alone.

    Midnight sharp is how evidence with a date and no time is kept: of that only the day is told.
    """
    local = _local(at, zone)
    if local.time() == dt.time():
        return day(at, zone)
    return time_of_day(at, zone) if local.date() == today else moment(at, zone)


def duration(seconds: float) -> str:
    """A span in the two largest units that matter: “20 seconds”, “4 minutes”, “5 h 40 min”."""
    whole = int(seconds)
    if whole < _MINUTE:
        return str(ngettext("%(num)s second", "%(num)s seconds", whole))
    if whole < _HOUR:
        return str(ngettext("%(num)s minute", "%(num)s minutes", whole // _MINUTE))
    hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
    if not minutes:
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))


def ago(at: dt.datetime, now: dt.datetime) -> str:
    """How long since: “2 seconds ago”."""
    return str(gettext("%(span)s ago", span=duration(max(0.0, (now - at).total_seconds()))))


def outcode(postcode: str | None) -> str:
    """The first half of a postcode: enough to talk about, not enough to find a door."""
    return (postcode or "").split(" ", 1)[0]


def ring_points(count: int) -> Sequence[tuple[str, str]]:
    """The centres of `count` dots on a circle in a 200 × 200 box, from twelve o'clock on."""
    turns = (2 * math.pi * place / max(count, 1) - math.pi / 2 for place in range(count))
    return [(f"{100 + 90 * math.cos(turn):.1f}", f"{100 + 90 * math.sin(turn):.1f}") for turn in turns]


def install_words(app: Flask) -> None:
    """Make the writers above filters of every template."""
    for writer in (
        figure,
        percent,
        money,
        amount,
        clock,
        time_of_day,
        day,
        long_day,
        marked,
        moment,
        duration,
        ago,
        phone.written,
        outcode,
        ring_points,
    ):
        app.add_template_filter(writer)
