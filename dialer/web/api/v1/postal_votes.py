"""`/campaigns/{id}/postal-votes`: whom to remind of their postal vote, apart from the list of polling day."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from dialer.domain.access import Permission
from dialer.domain.knock_up import Channel, Order
from dialer.domain.postal_votes import PostalPhase
from dialer.domain.timetable import Milestone
from dialer.services.gotv.knock_up import KnockUpSearch
from dialer.services.gotv.postal_votes import PostalVotes, list_postal_votes, postal_votes, postal_votes_csv
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Id, Whole, path_id
from dialer.web.api.paging import page_of, paged, show_page
from dialer.web.api.v1.knock_up import KnockUpPersonSchema, KnockUpQuery, KnockUpSummarySchema
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv
from dialer.web.guard import allow

postal = Resource("postal-votes", "Supporters who vote by post and aren’t known to have")


class PostalVoterSchema(KnockUpPersonSchema):
    """A supporter who votes by post, as on the knock-up list."""


class PostalVotesSchema(KnockUpSummarySchema):
    """Where postal voting stands: `unknown` (no date is known), `before` ballots land, `by_post`, `by_hand`
    once the post can’t be relied on, `over`. Of `postal_voters`, `returned` are marked as having voted;
    `people` are left to remind.
    """

    election_id = Id(required=True)
    phase = Choice(*PostalPhase, required=True)
    despatch_on = Day(required=True, allow_none=True)
    last_post_on = Day(required=True, allow_none=True)
    postal_voters = Whole(required=True)
    returned = Whole(required=True)


@postal.route("/campaigns/<campaign_id>/postal-votes")
class PostalVoters(MethodView):
    """A campaign's postal voters."""

    @allow(Permission.KNOCK_UP_READ)
    @postal.arguments(KnockUpQuery, location="query")
    @postal.response(200, paged(PostalVoterSchema))
    @postal.alt_response(200, content_type="text/csv", description="With `Accept: text/csv`, all of them")
    def get(self, query: dict[str, Any], campaign_id: str) -> Response | dict[str, object]:
        """Supporters of its lists who vote by post, aren’t marked as having voted, and can be reached."""
        page = page_of(query)
        channel, order = Channel(query["channel"]), Order(query["order"])
        search = KnockUpSearch(channel, query.get("polling_district"), order)
        if wants_csv():
            lines = postal_votes_csv(context(), path_id(campaign_id), search)
            return csv_response(lines, "postal-votes.csv")
        return show_page(list_postal_votes(context(), path_id(campaign_id), search, page))


@postal.route("/campaigns/<campaign_id>/postal-votes/summary")
class PostalVotesSummary(MethodView):
    """The list in figures."""

    @allow(Permission.KNOCK_UP_READ)
    @postal.response(200, PostalVotesSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """Where postal voting stands, who has voted, and how many are left to remind."""
        return _shown(postal_votes(context(), path_id(campaign_id)))


def _shown(found: PostalVotes) -> dict[str, object]:
    despatch = found.timetable.line(Milestone.POSTAL_DESPATCH).due
    last_post = found.timetable.line(Milestone.POSTAL_LAST_POST).due
    return {
        "election_id": found.timetable.election.id,
        "phase": found.phase,
        "despatch_on": despatch and despatch.on,
        "last_post_on": last_post and last_post.on,
        "postal_voters": found.people,
        "returned": found.returned,
        "people": found.left.people,
        "by_channel": found.left.by_channel,
        "by_polling_district": found.left.by_polling_district,
    }
