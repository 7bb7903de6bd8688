"""The live board: four questions, answered afresh as figures change."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.blast import Pause
from dialer.domain.phone import written
from dialer.services.calling.callable_people import last_counted
from dialer.services.calling.campaigns import get_campaign, list_campaigns
from dialer.services.calling.live_board import Spell, live_board
from dialer.services.calling.rung import NotTaken, refused_lately, rung_calls
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.gotv.stats import campaign_stats
from dialer.services.messaging.conversation_handover import handed_over
from dialer.services.messaging.paused_blasts import PausedBlast, paused_blasts
from dialer.services.messaging.replies import campaign_messages, campaign_replies
from dialer.services.people.registers import unfit_for_campaign
from dialer.web.coordinator.blast_reasons import paused_reason
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.campaign_page import rung_shown, silent_numbers
from dialer.web.coordinator.drawing import day_of, way_of
from dialer.web.coordinator.forms import asked, everything, id_of
from dialer.web.coordinator.pacing import is_well, pacing_for_board, still_words
from dialer.web.coordinator.verdicts import need_words, verdicts
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.house import town_address
from dialer.web.streams.opening import open_stream
from dialer.web.words import time_of_day

_WAITING: Final = ("queued", "sending")
_UNDER_WAY: Final = ("queued", "ringing", "in_progress")
_NOT_OUR_NUMBER: Final = frozenset({21210, 21212, 21606, 21659, 21660, 21661})
"""The carrier's codes for a caller id that the account can't ring from (twilio.com/docs/api/errors)."""
_OUT: Final = ("unknown", "sent", "delivered", "failed", "undelivered")


@coordinator.get("/live")
@allow(Permission.VOLUNTEER_READ)
def live() -> str:
    """The board of the campaign that is named, else of the one that was started last."""
    ctx = context()
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    wanted = asked("campaign_id")
    campaign = get_campaign(ctx, id_of(wanted)) if wanted else _running(campaigns)
    others = [one for one in campaigns if one.state in ("active", "paused")]
    if campaign is None:
        return render_template("coordinator/live.html", campaign=None, campaigns=others)
    return render_template(
        "coordinator/live.html",
        campaign=campaign,
        campaigns=others,
        **_board(ctx, campaign),
        **rung_shown(last_counted(ctx, campaign.id)),
    )


@coordinator.get("/live/<uuid:campaign_id>/board")
@allow(Permission.VOLUNTEER_READ)
def live_figures(campaign_id: uuid.UUID) -> str:
    """The inside of the board, for the page that asks again: as figures change, or every ten seconds."""
    ctx = context()
    campaign = get_campaign(ctx, campaign_id)
    return render_template("coordinator/_board.html", campaign=campaign, **_board(ctx, campaign))


@coordinator.get("/live/stream")
@allow(Permission.STATS_READ)
def live_stream() -> Response:
    """The stream of `GET /api/v1/stream`, for pages, which have a cookie in place of a token."""
    return open_stream(asked("topics") or "")


def _running(campaigns: Sequence[CampaignView]) -> CampaignView | None:
    for state in ("active", "paused", "draft"):
        if found := [campaign for campaign in campaigns if campaign.state == state]:
            return found[-1]
    return None


def _board(ctx: Context, campaign: CampaignView) -> dict[str, Any]:
    board = live_board(ctx, campaign.id)
    stats = campaign_stats(ctx, campaign.id)
    unfit = unfit_for_campaign(ctx, campaign.id)
    sent = campaign_messages(ctx, campaign.id)
    return {
        "board": board,
        "zone": campaign.timezone,
        "stats": stats,
        "stopped": stats.dispositions.get("do_not_call", 0),
        "texts": texts_of(sent.texts),
        "letters": texts_of(sent.letters),
        "replies": campaign_replies(ctx, campaign.id),
        "handed": handed_over(ctx, campaign.id),
        "paused": paused_of(ctx, campaign),
        "rung": rung_of(rung_calls(ctx, campaign.id)),
        "put_through": put_through_of(stats.transfers),
        "not_taken": not_taken_words(refused_lately(ctx, campaign.id)),
        "town": town_address(),
        "pacing": pacing_for_board(ctx, campaign),
        "still_words": still_words,
        "is_well": is_well,
        "unfit": unfit,
        "answers": verdicts(
            board, stats.attempts, registers_fit=not unfit, silent=silent_numbers(ctx, campaign)
        ),
        "need_words": need_words,
        "day": day_of(board.hours, board.at),
        "way": way_of(board, stats.attempts),
        "top": max(1, *(spell.talks for spell in board.spells)),
        "spell_labels": _labels(board.spells, campaign.timezone),
    }


@dataclass(frozen=True, slots=True)
class PausedText:
    """A text or email to many that waits for a person: why, in words, and how bad that is."""

    id: uuid.UUID
    name: str
    words: str
    tone: str


def paused_of(ctx: Context, campaign: CampaignView) -> list[PausedText]:
    """Those of the campaign, as far as one may see them."""
    if not ctx.actor.may(Permission.BLAST_READ):
        return []
    return [_paused_text(one, campaign, ctx.now) for one in paused_blasts(ctx, campaign.id)]


def _paused_text(blast: PausedBlast, campaign: CampaignView, now: dt.datetime) -> PausedText:
    if blast.pause_reason == Pause.FIRST_WAVE:
        words, tone = gettext("The first wave has gone, and it waits for you"), "warn"
        return PausedText(blast.id, blast.name, f"{words}.", tone)
    reason = paused_reason(blast.pause_reason, campaign, now, is_letters=blast.is_letters)
    if reason is None:
        return PausedText(blast.id, blast.name, gettext("Somebody paused it."), "warn")
    return PausedText(blast.id, blast.name, reason.words, "bad" if reason.tone == "bad" else "warn")


def texts_of(messages: Mapping[str, int]) -> dict[str, int] | None:
    """Texts, or emails, of a campaign as the board counts them; None before the first."""
    if not any(messages.get(state) for state in (*_WAITING, *_OUT)):
        return None
    return {
        "queued": sum(messages.get(state, 0) for state in _WAITING),
        "sent": messages.get("sent", 0),
        "delivered": messages.get("delivered", 0),
        "failed": messages.get("failed", 0) + messages.get("undelivered", 0),
        "unknown": messages.get("unknown", 0),
    }


def not_taken_words(refused: NotTaken | None) -> str | None:
    """What is wrong where the carrier takes no calls, and what to do; None where it does."""
    if refused is None:
        return None
    number, code = written(refused.caller_id), refused.code
    if code in _NOT_OUR_NUMBER:
        words = gettext(
            "The carrier doesn’t let us ring from %(number)s: it isn’t a number of your account. "
            "Choose another one for rung calls.",
            number=number,
        )
    else:
        words = gettext("The carrier refused the last call that we were to put through.")
    meanwhile = gettext("Until then volunteers ring from their own phones.")
    told = gettext("The carrier’s code for it is %(code)s.", code=code) if code else ""
    return f"{words} {meanwhile} {told}".strip()


def rung_of(calls: Mapping[str, int]) -> dict[str, int] | None:
    """Calls that we put through, as the board counts them; None before the first."""
    if not calls:
        return None
    return {
        "under_way": sum(calls.get(state, 0) for state in _UNDER_WAY),
        "completed": calls.get("completed", 0),
        "not_reached": calls.get("no_answer", 0) + calls.get("busy", 0),
        "failed": calls.get("failed", 0) + calls.get("canceled", 0),
    }


def put_through_of(transfers: Mapping[str, int]) -> dict[str, int] | None:
    """People who were to be put through to somebody else, as the board counts them; None before the first."""
    if not transfers:
        return None
    return {
        "now": transfers.get("ringing", 0) + transfers.get("talking", 0),
        "completed": transfers.get("completed", 0),
        "failed": transfers.get("failed", 0) + transfers.get("cancelled", 0),
    }


def _labels(spells: Sequence[Spell], zone: str) -> list[str]:
    """The first, the middle and the last spell by their times."""
    return [time_of_day(spells[place].at, zone) for place in (0, len(spells) // 2, -1)]
