"""An election's timetable as a file for people's calendars (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
from typing import Final

import icalendar
from flask import Response, request

from dialer.services.context import Context
from dialer.services.gotv.timetable import TimetableLine, TimetableView
from dialer.web.timetable_words import LAW, WHAT

MIME: Final = "text/calendar"


def wants_calendar() -> bool:
    """Whether the client would rather have a calendar than JSON."""
    return request.accept_mimetypes.best_match(["application/json", MIME]) == MIME


def timetable_response(ctx: Context, found: TimetableView) -> Response:
    """The calendar, to be opened or kept."""
    url = f"{ctx.public_url.rstrip('/')}/elections/{found.election.id}/timetable"
    return Response(
        timetable_calendar(found, ctx.now, url),
        mimetype=MIME,
        headers={"Content-Disposition": 'attachment; filename="timetable.ics"'},
    )


def timetable_calendar(found: TimetableView, now: dt.datetime, url: str) -> bytes:
    """The calendar: a line without a time is a whole day, one with a time the half hour before it, so that a
    calendar's own alarm comes in time. The same `UID` again changes the entry that is there.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//dialer//elections//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", found.election.name)
    for line in found.lines:
        if line.due is not None:
            calendar.add_component(_entry(found, line, now, url))
    written: bytes = calendar.to_ical()
    return written


def _entry(found: TimetableView, line: TimetableLine, now: dt.datetime, url: str) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", f"{found.election.id}-{line.milestone}@dialer")
    entry.add("dtstamp", now)
    entry.add("sequence", int(now.timestamp()))
    if line.due is not None and line.due.time is None:
        entry.add("dtstart", line.due.on)
        entry.add("dtend", line.due.on + dt.timedelta(days=1))
    elif line.due_at is not None:
        entry.add("dtstart", line.due_at - dt.timedelta(minutes=30))
        entry.add("dtend", line.due_at)
    entry.add("summary", f"{WHAT[line.milestone]} · {found.election.name}")
    entry.add("description", str(LAW[line.milestone]))
    entry.add("url", url)
    entry.add("transp", "TRANSPARENT")
    return entry
