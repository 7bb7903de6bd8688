"""How knock-up lists are written on paper and on phones: headings of roads, and what to know at the door."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from flask import render_template
from flask_babel import gettext

from dialer.domain.door import Side
from dialer.domain.languages import HOME, SPOKEN
from dialer.domain.walk import HEADING, LINES
from dialer.services.context import Context
from dialer.services.gotv.knock_up import KnockUpPerson
from dialer.services.gotv.walks import Road, Sheet, Sheets, WalkView, print_walks
from dialer.web.qr import qr_of
from dialer.web.words import time_of_day

_ROOMY: Final = 0.6
"""Sheets up to this share full are written larger."""
_NEWER_AFTER: Final = dt.timedelta(hours=1)


def sheets_page(ctx: Context, campaign_id: uuid.UUID, polling_district: str | None) -> str:
    """A campaign's walks, or those of one polling district, to be printed on A4."""
    printed: Sheets = print_walks(ctx, campaign_id, polling_district)
    return render_template(
        "knock_up_sheets.html",
        printed=printed,
        now=ctx.now,
        newer=ctx.now + _NEWER_AFTER,
        qr_of=qr_of,
        title_of=title_of,
        heading=heading,
        know_first=know_first,
        is_roomy=_is_roomy,
    )


def title_of(walk: WalkView) -> str:
    """Which walk it is."""
    where = walk.polling_district or gettext("No polling district")
    if walk.of == 1:
        return str(where)
    return str(gettext("%(where)s, walk %(number)s of %(of)s", where=where, number=walk.number, of=walk.of))


def heading(road: Road) -> str:
    """The road, and its side where the walk has both."""
    name = road.road or gettext("No road")
    words = {
        Side.ODD: gettext("%(road)s, odd numbers", road=name),
        Side.EVEN: gettext("%(road)s, even numbers", road=name),
        Side.UNNUMBERED: gettext("%(road)s, houses without a number", road=name),
        None: name,
    }[road.side]
    return str(gettext("%(road)s (continued)", road=words) if road.goes_on else words)


def know_first(person: KnockUpPerson, zone: str, home: str = HOME) -> str:
    """What helps at the door: no score, no number, no date of birth."""
    language = person.language or home
    said = [
        gettext("Lift") if person.needs_lift else "",
        gettext("Going at %(time)s", time=time_of_day(person.planned_at, zone)) if person.planned_at else "",
        gettext("Speaks %(language)s", language=SPOKEN[language])
        if language != home and language in SPOKEN
        else "",
    ]
    return " · ".join(filter(None, said))


def _is_roomy(sheet: Sheet) -> bool:
    return sum(HEADING + len(road.people) for road in sheet.roads) <= LINES * _ROOMY
