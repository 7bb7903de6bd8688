"""Why nothing goes out just now, in plain words, with what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from flask import url_for
from flask_babel import gettext

from dialer.domain.blast import Pause, Waiting
from dialer.domain.quiet_hours import QuietHours, quiet_until
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import ProgressView
from dialer.web.coordinator.blast_letter_reasons import code_words, said_of_letters
from dialer.web.coordinator.blast_reason import Reason
from dialer.web.words import moment


def reason_of(
    progress: ProgressView, campaign: CampaignView, now: dt.datetime, *, is_letters: bool = False
) -> Reason | None:
    """Why a text waits or was paused; None while it runs, and where a coordinator paused it."""
    if progress.state == "paused" and progress.pause_reason:
        return paused_reason(progress.pause_reason, campaign, now, is_letters=is_letters)
    kind = progress.waiting_reason or ""
    wait = _WAITING.get(kind)
    found = wait(campaign, now) if wait and progress.state == "running" else None
    return said_of_letters(found, kind) if found is not None and is_letters else found


def paused_reason(
    pause_reason: str, campaign: CampaignView, now: dt.datetime, *, is_letters: bool
) -> Reason | None:
    """The reason of a pause, with the carrier's own code where one stands behind it (`…_21212`); None where
    a coordinator paused it, or it waits after its first wave.
    """
    kind = next((kind for kind in _PAUSED if pause_reason.startswith(kind)), None)
    if kind is None:
        return Reason(gettext("We paused it."), gettext("Look it over, then carry on."))
    found, code = _PAUSED[kind](campaign, now), pause_reason.removeprefix(kind).strip("_")
    if found is not None and is_letters:
        found = said_of_letters(found, kind)
    if found is None or not code:
        return found
    words = code_words(code) if is_letters else gettext("The carrier’s code for it is %(code)s.", code=code)
    return replace(found, remedy=f"{found.remedy} {words}")


def _quiet(campaign: CampaignView, now: dt.datetime) -> Reason:
    hours = QuietHours(campaign.quiet_start, campaign.quiet_end)
    until = quiet_until(now, hours, (campaign.timezone,))
    remedy = gettext("It goes on by itself.")
    if until:
        remedy = gettext("It goes on by itself: %(when)s.", when=moment(until, campaign.timezone))
    return Reason(gettext("Quiet hours."), remedy)


def _in_review(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("What is left waits for an answer from you."),
        gettext("Somebody wrote what may mean stop, and gets nothing until you say."),
        href=url_for("coordinator.inbox", state="review"),
        deed=gettext("Open the inbox"),
    )


def _campaign_paused(campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The campaign is paused."),
        gettext("Texts go on when it does."),
        href=url_for("coordinator.campaign", campaign_id=campaign.id),
        deed=gettext("To the campaign"),
    )


def _all_paused(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(gettext("Everything is paused."), gettext("Press “Carry on” at the top to go on."))


def _all_spent(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("All campaigns together have spent what they may, so everything is paused."),
        gettext("Ask whoever runs this server to raise the limit, then press “Carry on” at the top."),
        "bad",
    )


def _rate(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The carrier asks us to go slower."),
        gettext("Nothing is lost. It goes on by itself, usually within a minute."),
    )


def _carrier_away(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("We can’t reach the carrier."),
        gettext("Nothing is lost and nothing is sent twice. It goes on by itself."),
    )


def _unread(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("We were away, so we first read what people texted meanwhile."),
        gettext("Somebody may have said stop. It goes on by itself."),
    )


def _unreadable(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The carrier won’t show us what people texted while we were away."),
        gettext(
            "Somebody may have said stop, so nothing goes out. We keep asking, and it goes on by itself. "
            "If it lasts, ask whoever runs this server to look at the carrier’s account and its key."
        ),
        "bad",
    )


def _cost_cap(campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The budget is used up."),
        gettext("Raise it and start the campaign again, then carry on."),
        href=url_for("coordinator.edit_campaign", campaign_id=campaign.id) + "#cost_cap",
        deed=gettext("Change the budget"),
    )


def _account(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The carrier doesn’t let us in."),
        gettext("Ask whoever runs this server to look at the carrier’s account and its key, then carry on."),
        "bad",
    )


def _configuration(campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("The carrier won’t take texts from this number to these people."),
        gettext("Check the number the texts come from and the countries it may text, then carry on."),
        "bad",
        url_for("coordinator.edit_campaign", campaign_id=campaign.id) + "#senders",
        gettext("Check the number"),
    )


def _too_many_refused(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("We paused it: more than 5 in 100 were refused by the networks."),
        gettext("Look at the words and links in it, and at where the list is from, before you carry on."),
        "bad",
    )


def _texts_blocked(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("We paused it: networks block more than 5 in 100 of this campaign’s texts."),
        gettext("Going on makes it worse. Look at the words and links, and at where the list is from."),
        "bad",
    )


def _picture_withdrawn(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("Its picture was taken away."),
        gettext("What is left would lead to nothing, so it can’t go on. Call it off, and write another."),
        "bad",
    )


def _senders_stopped(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("What these texts come from is stopped."),
        gettext("Its texts wait. See why, let it send again, or give them to other numbers."),
        "bad",
        url_for("coordinator.senders"),
        gettext("To the senders"),
    )


def _press(_campaign: CampaignView, _now: dt.datetime) -> Reason:
    return Reason(
        gettext("It waits for somebody to press."),
        gettext("Volunteers of its campaign send it by hand: under “Send first texts”."),
        "",
    )


Say = Callable[[CampaignView, dt.datetime], "Reason | None"]

_WAITING: Final[Mapping[str, Say]] = {
    Waiting.QUIET_HOURS: _quiet,
    Waiting.REVIEW: _in_review,
    Waiting.RATE: _rate,
    Waiting.CAMPAIGN_PAUSED: _campaign_paused,
    Waiting.ORGANISATION_PAUSED: _all_paused,
    Waiting.BUDGET: _all_spent,
    Waiting.UNREAD: _unread,
    Waiting.UNREADABLE: _unreadable,
    Waiting.CARRIER: _carrier_away,
    Waiting.SENDERS: _senders_stopped,
    Waiting.PRESS: _press,
}
_PAUSED: Final[Mapping[str, Say]] = {
    Pause.BY_HAND: lambda _campaign, _now: None,
    Pause.FIRST_WAVE: lambda _campaign, _now: None,
    Pause.COST_CAP: _cost_cap,
    Pause.ACCOUNT: _account,
    Pause.CONFIGURATION: _configuration,
    Pause.REFUSALS: _too_many_refused,
    Pause.BLOCKED: _texts_blocked,
    Pause.PICTURE: _picture_withdrawn,
}
