"""What will happen once a campaign starts, in words: said before anybody presses."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from dialer.domain.dialling import DIALLED_MODES
from dialer.services.calling.views import CampaignView
from dialer.web.words import clock, duration, money, percent


def what_happens(campaign: CampaignView) -> Iterator[str]:
    """Who rings whom, when, how often, and at what cost at most; a sentence or two each."""
    yield _who_rings(campaign)
    yield _when(campaign)
    yield _how_often(campaign)
    if campaign.senders or campaign.caller_ids:
        yield _at_what_cost(campaign)
    yield gettext("Nobody is rung who asked us not to, or whose number must not be called.")
    yield gettext("You can pause it at any moment: calls under way finish, and nothing new starts.")


def _who_rings(campaign: CampaignView) -> str:
    if campaign.dialing_mode not in DIALLED_MODES:
        return str(gettext("Volunteers are given one person at a time, and ring them when they are ready."))
    words = gettext(
        "We ring people, and join whoever answers with the volunteer who has waited longest. At most "
        "%(share)s hear that nobody is free.",
        share=percent(campaign.abandoned_rate_max, 1),
    )
    return str(words)


def _when(campaign: CampaignView) -> str:
    if campaign.quiet_start == campaign.quiet_end:
        return str(gettext("At any hour of the day and night: there are no quiet hours."))
    words = gettext(
        "From %(start)s to %(end)s on the clocks of %(zone)s, and never in the night of where people live.",
        start=clock(campaign.quiet_end),
        end=clock(campaign.quiet_start),
        zone=campaign.timezone,
    )
    return str(words)


def _how_often(campaign: CampaignView) -> str:
    tries = ngettext(
        "Each person is tried once at most.",
        "Each person is tried %(num)s times at most, %(rest)s apart or more.",
        campaign.max_attempts,
        rest=duration(campaign.retry_after_s),
    )
    return f"{tries} {gettext('People who share a number are rung once, together.')}"


def _at_what_cost(campaign: CampaignView) -> str:
    if campaign.cost_cap is None:
        return str(gettext("Nothing limits what its texts and calls may cost. You can set a limit."))
    limit = money(campaign.cost_cap, campaign.currency)
    return str(gettext("Its texts and calls stop at %(limit)s.", limit=limit))
