"""Postal votes: who of our supporters has one out, what to ask them, and whom to remind."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Response as FlaskResponse
from flask import render_template, stream_with_context, url_for
from flask_babel import lazy_gettext

from dialer.domain.access import Permission
from dialer.domain.knock_up import Channel
from dialer.domain.postal_votes import PostalPhase
from dialer.domain.timetable import Milestone
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.gotv.knock_up import KnockUpSearch
from dialer.services.gotv.postal_votes import list_postal_votes, postal_votes, postal_votes_csv
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import asked, choices, everything, id_of, next_address, page_asked
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.timetable_words import sentence

_ = lazy_gettext

_ROWS: Final = 25
_CHANNELS: Final = {
    Channel.DOORSTEP: _("At the door"),
    Channel.VOICE: _("By phone"),
    Channel.SMS: _("By text"),
}
_ASK: Final = {
    PostalPhase.UNKNOWN: _("Nobody has said yet when postal ballots go out. Enter the day in the timetable."),
    PostalPhase.BEFORE: _("Ballots haven’t landed yet. Ask nobody for one that can’t have come."),
    PostalPhase.BY_POST: _("Ask: has your postal vote come? Have you sent it back?"),
    PostalPhase.BY_HAND: _(
        "It is too late for the post. Ask: have you still got your postal vote? Hand it in yourself before"
        " polls close."
    ),
    PostalPhase.OVER: _("Polls are closed. The list is shut."),
}
_COMES_NEXT: Final = {
    PostalPhase.UNKNOWN: Milestone.POSTAL_DESPATCH,
    PostalPhase.BEFORE: Milestone.POSTAL_DESPATCH,
    PostalPhase.BY_POST: Milestone.POSTAL_LAST_POST,
    PostalPhase.BY_HAND: Milestone.POLLING,
    PostalPhase.OVER: Milestone.POLLING,
}


@coordinator.get("/postal-votes")
@allow(Permission.KNOCK_UP_READ)
def postal_votes_page() -> str:
    """Where postal voting stands, and whom to remind, of one campaign."""
    ctx = context()
    campaigns = [one for one in everything(lambda page: list_campaigns(ctx, page)) if one.state != "ended"]
    chosen = id_of(asked("campaign_id")) if asked("campaign_id") else campaigns[0].id if campaigns else None
    if chosen is None:
        return render_template("coordinator/postal_votes.html", found=None)
    return _page(ctx, chosen, choices(campaigns))


@coordinator.get("/campaigns/<uuid:campaign_id>/postal-votes.csv")
@allow(Permission.KNOCK_UP_READ)
def postal_votes_file(campaign_id: uuid.UUID) -> FlaskResponse:
    """All whom a channel reaches, as a file."""
    lines = stream_with_context(postal_votes_csv(context(), campaign_id, KnockUpSearch(_channel())))
    headers = {"Content-Disposition": 'attachment; filename="postal-votes.csv"'}
    return FlaskResponse(lines, mimetype="text/csv", headers=headers)


def _page(ctx: Context, campaign_id: uuid.UUID, campaign_choices: list[tuple[str, str]]) -> str:
    found, channel = postal_votes(ctx, campaign_id), _channel()
    listed = list_postal_votes(ctx, campaign_id, KnockUpSearch(channel), page_asked(_ROWS))
    here = {"campaign_id": str(campaign_id), "channel": channel.value}
    milestone = _COMES_NEXT[found.phase]
    return render_template(
        "coordinator/postal_votes.html",
        found=found,
        election=found.timetable.election,
        ask=_ASK[found.phase],
        comes_next=sentence(found.timetable.line(milestone), found.timetable.election.timezone),
        milestone=milestone,
        campaign_id=str(campaign_id),
        campaign_choices=campaign_choices,
        channel=channel.value,
        channel_choices=[(one.value, words) for one, words in _CHANNELS.items()],
        rows=listed.items,
        more=next_address(listed, "coordinator.postal_votes_page", **here),
        csv_href=url_for("coordinator.postal_votes_file", campaign_id=campaign_id, channel=channel.value),
    )


def _channel() -> Channel:
    named = asked("channel")
    return Channel(named) if named in tuple(Channel) else Channel.VOICE
