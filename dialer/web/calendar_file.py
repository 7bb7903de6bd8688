"""An event as a file for people's calendars (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt

import icalendar
from werkzeug.wrappers import Response

from dialer.services.organising.views import EventView


def calendar_file(event: EventView, now: dt.datetime, url: str) -> Response:
    """The file, to be opened or kept. Its times are in UTC, so every calendar shows them on its own clocks;
    the same `UID` again, as when it is somewhere else or was called off, changes the entry that is there: its
    `SEQUENCE` says that it is newer.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//dialer//events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}@dialer")
    entry.add("dtstamp", now)
    entry.add("dtstart", event.starts_at.astimezone(dt.UTC))
    entry.add("dtend", event.ends_at.astimezone(dt.UTC))
    entry.add("summary", event.title)
    entry.add("location", ", ".join(filter(None, (event.place, event.postcode))))
    entry.add("url", url)
    is_off = event.state == "cancelled"
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    entry.add("sequence", event.changes + is_off)
    calendar.add_component(entry)
    return Response(
        calendar.to_ical(),
        mimetype="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="session.ics"'},
    )
