"""The coordinator's pages: one blueprint, and what all its templates are given."""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel import dates
from flask import Blueprint, g

from dialer.web.coordinator.wording import SAY
from dialer.web.look import current_locale

coordinator = Blueprint("coordinator", __name__)


@coordinator.context_processor
def everywhere() -> dict[str, Any]:
    """The tables of words as `say`, the moment of the request, and no fault unless a page names one."""
    return {"say": SAY, "now": g.now, "errors": {}}


@coordinator.app_template_filter("clock")
def clock(wall: dt.time) -> str:
    """A wall time as “9 am” or “9:30 pm”."""
    pattern = "h a" if wall.minute == 0 else "h:mm a"
    return dates.format_time(wall, pattern, locale=current_locale())
