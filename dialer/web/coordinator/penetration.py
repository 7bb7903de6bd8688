"""How far a campaign has come through its list, on a page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import render_template
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.languages import SPOKEN
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.penetration import NOBODY_LEFT, penetration
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.wording import DISPOSITION
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.rule_words import N_

_LINE: Final[Mapping[str, str]] = {
    "callbacks": N_("Asked to be called back"),
    "given_back": N_("Given back without a result"),
    "retries": N_("To be tried again"),
    "fresh": N_("Never tried"),
}
_OUT: Final[Mapping[str, str]] = {
    "suppressed": N_("Must not be called"),
    "opted_out": N_("Don’t want to be called"),
    "deceased": N_("Has died"),
    "moved": N_("Moved away"),
    "dead_number": N_("Number doesn’t work"),
    "country": N_("In a country we can’t ring"),
    "voted": N_("Already voted"),
    "other_number": N_("Called on another number"),
    "tried_enough": N_("Tried as often as the campaign tries a number"),
}


@coordinator.get("/campaigns/<uuid:campaign_id>/progress")
@allow(Permission.STATS_READ)
def campaign_progress(campaign_id: uuid.UUID) -> str:
    """Every number in its place, and the passes."""
    ctx = context()
    found = penetration(ctx, campaign_id)
    rows = [
        *((gettext(_LINE[name]), count) for name, count in found.waiting.items()),
        (gettext("In somebody’s hands now"), found.in_hand),
        *((_finished(name), count) for name, count in found.finished.items()),
        *((gettext("Out: %(why)s", why=_why(name)), count) for name, count in found.out.items()),
    ]
    return render_template(
        "coordinator/penetration.html",
        campaign=get_campaign(ctx, campaign_id),
        found=found,
        places=sorted(((words, count) for words, count in rows if count), key=lambda row: -row[1]),
        left=left_words(found.fresh_minutes_left),
        wanted=wanted_words(found.speakers_wanted),
    )


def left_words(minutes: int | None) -> str | None:
    """How long fresh numbers last, as a sentence; None when nobody can tell."""
    if minutes is None:
        return None
    if not minutes:
        return str(gettext("No fresh numbers are left."))
    if minutes > 10 * 60:
        return str(gettext("Fresh numbers last for more than ten hours of calling at the present rate."))
    return str(
        ngettext(
            "About one minute of fresh numbers is left at the present rate.",
            "About %(num)s minutes of fresh numbers are left at the present rate.",
            minutes,
        )
    )


def wanted_words(wanted: Mapping[str, int]) -> list[str]:
    """What waits for volunteers who speak a language."""
    return [
        str(
            ngettext(
                "One number waits for somebody who speaks %(language)s: nobody on a shift does.",
                "%(num)s numbers wait for somebody who speaks %(language)s: nobody on a shift does.",
                count,
                language=SPOKEN[language],
            )
        )
        for language, count in wanted.items()
    ]


def _finished(name: str) -> str:
    if name == NOBODY_LEFT:
        return str(gettext("Done: nobody left to call on this number"))
    return str(gettext("Done: %(outcome)s", outcome=gettext(DISPOSITION[name])))


def _why(name: str) -> str:
    return str(gettext(_OUT[name])) if name in _OUT else name
