"""A campaign's dialling in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from dialer.domain.dialling import DIALLED_MODES, Still
from dialer.services.calling.pacing_view import PacingView, pacing_of
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.web.rule_words import N_

_STILL: Final[Mapping[Still, str]] = {
    Still.NO_PACER: N_("Nobody is rung: the dialler’s process doesn’t run. Tell who looks after the server."),
    Still.ALL_PAUSED: N_("Nobody is rung: all calling is stopped. Calls under way finish."),
    Still.CAMPAIGN_PAUSED: N_("Nobody is rung: the campaign is paused. Calls under way finish."),
    Still.COST_CAP: N_("Nobody is rung: the campaign has spent what it may."),
    Still.QUIET_HOURS: N_("Nobody is rung: it is too early or too late to call."),
    Still.NO_CALLER_ID: N_("Nobody is rung: the campaign has no number to ring from."),
    Still.NO_SPEAKER: N_("Nobody is rung: whoever is due waits for a volunteer who speaks their language."),
    Still.NOBODY_ON_LINE: N_("Nobody is rung: no volunteer is on the line."),
    Still.CARRIER_REFUSES: N_("Nobody is rung for a moment: the carrier refuses the campaign’s calls."),
    Still.CARRIER_BUSY: N_("Nobody is rung for a moment: the carrier asked us to slow down."),
    Still.TOO_MANY_CALLS: N_("As many calls are under way as your account allows."),
    Still.NOBODY_DUE: N_(
        "Nobody is due just now: everybody is done with, may not be rung, or rests until later."
    ),
    Still.PASSED_OVER: N_(
        "Nobody is rung for a moment: the numbers that come next may not be rung, and are passed over."
    ),
    Still.ENOUGH: N_("As many phones ring as the volunteers can take."),
}
_WELL: Final = frozenset({Still.ENOUGH})


def pacing_for_board(ctx: Context, campaign: CampaignView) -> PacingView | None:
    """What the board shows of it; None of a campaign that isn't dialled."""
    return pacing_of(ctx, campaign.id) if campaign.dialing_mode in DIALLED_MODES else None


def still_words(still: Still | None) -> str:
    """Why nobody is rung."""
    return str(gettext("People are being rung.") if still is None else gettext(_STILL[still]))


def is_well(still: Still | None) -> bool:
    """Whether that is as it should be."""
    return still is None or still in _WELL
