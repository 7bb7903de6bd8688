"""Whether a text would land too late: said with the hour, and stopped on the page before it is sent."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext

from dialer.domain.quiet_hours import NEVER_QUIET, QuietHours
from dialer.domain.safe_start import Plan, too_late
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import BlastView
from dialer.web.coordinator.blast_minding import TOO_LATE, Minding
from dialer.web.words import moment, time_of_day


def late_minding(
    blast: BlastView, campaign: CampaignView, duration_s: float, now: dt.datetime
) -> Minding | None:
    """What stands in the way of sending it now, where its last text would land too late. Nobody knows how
    fast people press.
    """
    if blast.is_by_hand:
        return None
    zone = campaign.timezone
    always = blast.is_letters and not campaign.quiet_hours_email
    hours = NEVER_QUIET if always else QuietHours(campaign.quiet_start, campaign.quiet_end)
    found = too_late(Plan(max(now, blast.send_at or now), duration_s, hours, zone, blast.deadline_at))
    if found is None:
        return None
    at = time_of_day(found.lands_at, zone)
    if found.again_at is None:
        at = moment(found.lands_at, zone)
        words = gettext("The last text would land %(when)s. Send fewer, or move its deadline.", when=at)
    else:
        again = moment(found.again_at, zone)
        words = gettext(
            "The last text would land at %(when)s. Send fewer, or from %(then)s on.", when=at, then=again
        )
    return Minding(TOO_LATE, str(words))


def seconds_said(written: str) -> float:
    """How long the page said that it takes; 0 where it says nothing that can be read."""
    try:
        said = float(written)
    except ValueError:
        return 0.0
    return said if 0 <= said < 1e9 else 0.0
