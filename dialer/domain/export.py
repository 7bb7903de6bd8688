"""What can be taken away, how it is written, who may, and how long it lies there."""

from __future__ import annotations

import datetime as dt
from typing import Final

from dialer.domain.access import Permission

EXPORT_KINDS: Final = ("contacts", "pledges", "turnout", "results", "door_results", "messages", "calls")
EXPORT_FORMATS: Final = ("csv", "xlsx", "jsonl")
EXPORT_STATES: Final = ("queued", "running", "completed", "failed", "expired")

KEPT_FOR: Final = dt.timedelta(hours=24)
"""So long a finished file lies there; then it goes, and the row says that there was one."""

READS: Final[dict[str, Permission]] = {
    "contacts": Permission.CONTACT_READ,
    "pledges": Permission.PLEDGE_READ,
    "turnout": Permission.TURNOUT_READ,
    "results": Permission.PLEDGE_READ,
    "door_results": Permission.PLEDGE_READ,
    "messages": Permission.MESSAGE_READ,
    "calls": Permission.CALL_READ,
}
"""Whoever takes a kind away must be allowed to read it, beside `export.run`."""

MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}


def file_name(kind: str, of: str, made_at: dt.datetime) -> str:
    """Name the file that somebody gets: letters, figures and hyphens only, nothing that anybody typed in."""
    return f"{kind}-{made_at:%Y-%m-%d-%H%M}.{of}"
