"""`/pledges` and `/contacts/{id}/pledge`: how people mean to vote."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.party_scale import PARTY_MAX
from dialer.domain.pledge import FACTS, PLEDGE_SOURCES, VOTING_METHODS
from dialer.domain.turnout import TURNOUT_SOURCES
from dialer.services.gotv import pledges as deeds
from dialer.services.gotv.standing import VOTED, Standing, mark_voted, standing_of, take_back
from dialer.services.gotv.views import PledgeView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv
from dialer.web.guard import allow

pledges = Resource("pledges", "How people mean to vote")


class NewPledgeSchema(Schema):
    """What somebody told us, one fact at least: what is left out or null stays as it is. Support is 1 strong
    for us, 3 undecided, 5 against; 1 and 2 are pledges.
    """

    campaign_id = Id(required=True)
    support = Whole(least=1, most=5, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, allow_none=True)
    planned_at = Instant(allow_none=True)
    needs_lift = Flag(allow_none=True)
    party = Text(
        blank=False,
        max_length=PARTY_MAX,
        allow_none=True,
        metadata={
            "description": "whom they will vote for, in place of support: the party scale says what it means"
        },
    )
    id_ready = Flag(allow_none=True, metadata={"description": "has photo ID that polling stations accept"})
    source = Choice(*PLEDGE_SOURCES)


class PledgeSchema(Schema):
    """The present value for one contact in one election, and where it was learned."""

    contact_id = Id(required=True)
    election_id = Id(required=True)
    campaign_id = Id(required=True, allow_none=True)
    support = Whole(least=1, most=5, required=True, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, required=True, allow_none=True)
    planned_at = Instant(allow_none=True)
    needs_lift = Flag(allow_none=True)
    id_ready = Flag(allow_none=True)
    source = Choice(*PLEDGE_SOURCES, required=True, allow_none=True)
    at = Instant(required=True, allow_none=True)
    by = Id(required=True, allow_none=True)
    elector_number = Text(allow_none=True)
    first_name = Text(allow_none=True)
    last_name = Text(allow_none=True)
    polling_district = Text(allow_none=True)
    voted_at = Instant(allow_none=True)


class PledgeQuery(PageQuery):
    """Which pledges; without election and campaign those of the current election."""

    election_id = Id()
    campaign_id = Id()
    support = Whole(least=1, most=5, metadata={"query": True})
    voting_method = Choice(*VOTING_METHODS)
    polling_district = Text(max_length=100)
    voted = Flag(metadata={"query": True})
    q = Text(max_length=200)


@pledges.route("/pledges")
class Pledges(MethodView):
    """Everybody whose support or plan is known."""

    @allow(Permission.PLEDGE_READ)
    @pledges.arguments(PledgeQuery, location="query")
    @pledges.response(200, paged(PledgeSchema))
    @pledges.alt_response(200, content_type="text/csv", description="With `Accept: text/csv`, all of them")
    def get(self, query: dict[str, Any]) -> Response | dict[str, object]:
        """Every contact with a known support or plan in an election, by page or whole as CSV."""
        page = page_of(query)
        support = query.pop("support", None)
        search = deeds.PledgeSearch(**query, supports=() if support is None else (support,))
        if wants_csv():
            return csv_response(deeds.pledge_csv(context(), search), "pledges.csv")
        return show_page(deeds.list_pledges(context(), search, page))


class PieceSchema(Schema):
    """One piece of evidence: what was told (`pledge`), or that they voted (`turnout`). `stands_for` names
    what is known because of it; `may_take_back`: by itself, and not with the call, file, text or link it came
    from.
    """

    id = Id(required=True)
    kind = Choice("pledge", "turnout", required=True)
    at = Instant(required=True)
    dated = Flag(required=True)
    source = Choice(*dict.fromkeys((*PLEDGE_SOURCES, *TURNOUT_SOURCES)), required=True)
    by = Id(required=True, allow_none=True)
    campaign_id = Id(required=True, allow_none=True)
    support = Whole(least=1, most=5, required=True, allow_none=True)
    party = Text(required=True, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, required=True, allow_none=True)
    planned_at = Instant(required=True, allow_none=True)
    needs_lift = Flag(required=True, allow_none=True)
    id_ready = Flag(required=True, allow_none=True)
    voted = Flag(required=True)
    stands_for = fields.List(Choice(*FACTS, VOTED), required=True)
    may_take_back = Flag(required=True)
    undone_at = Instant(required=True, allow_none=True)
    undone_reason = Text(required=True, allow_none=True)


class StandingSchema(Schema):
    """What is known of a person's vote in an election, and all evidence of it, the latest first."""

    contact_id = Id(required=True)
    election_id = Id(required=True)
    support = Whole(least=1, most=5, required=True, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, required=True, allow_none=True)
    planned_at = Instant(required=True, allow_none=True)
    needs_lift = Flag(required=True, allow_none=True)
    id_ready = Flag(required=True, allow_none=True)
    voted_at = Instant(required=True, allow_none=True)
    evidence = fields.List(fields.Nested(PieceSchema), required=True)


class StandingQuery(Schema):
    """The election; without it the current one."""

    election_id = Id()


class VoteSeenSchema(Schema):
    """That a person has voted; without `at` just now, without `election_id` in the current election."""

    election_id = Id()
    at = Instant(allow_none=True)
    source = Choice(*TURNOUT_SOURCES)


class TakenBackSchema(Schema):
    """Why evidence is taken back."""

    reason = Text(max_length=500, allow_none=True)


@pledges.route("/contacts/<contact_id>/turnout")
class ContactTurnout(MethodView):
    """That one person has voted."""

    @allow(Permission.TURNOUT_RECORD)
    @pledges.arguments(VoteSeenSchema)
    @pledges.response(200, StandingSchema)
    def post(self, body: dict[str, Any], contact_id: str) -> Standing:
        """Keep that they have voted, also of somebody without an elector number."""
        return mark_voted(context(), path_id(contact_id), **body)


@pledges.route("/contacts/<contact_id>/evidence/<evidence_id>/undo")
class Evidence(MethodView):
    """One piece of what we were told."""

    @allow(Permission.PLEDGE_RECORD)
    @pledges.arguments(TakenBackSchema)
    @pledges.response(200, StandingSchema)
    def post(self, body: dict[str, Any], contact_id: str, evidence_id: str) -> Standing:
        """Take it back, as if it had never been: whoever runs only campaigns what they entered themselves.
        409 where it goes with a call, a file, a text or a link.
        """
        return take_back(context(), path_id(contact_id), path_id(evidence_id), reason=body.get("reason"))


@pledges.route("/contacts/<contact_id>/pledge")
class ContactPledge(MethodView):
    """One person's pledge."""

    @allow(Permission.PLEDGE_READ)
    @pledges.arguments(StandingQuery, location="query")
    @pledges.response(200, StandingSchema)
    def get(self, query: dict[str, Any], contact_id: str) -> Standing:
        """What is known of their vote, and why: every piece of evidence, that taken back too."""
        return standing_of(context(), path_id(contact_id), query.get("election_id"))

    @allow(Permission.PLEDGE_RECORD)
    @pledges.arguments(NewPledgeSchema)
    @pledges.response(200, PledgeSchema)
    def put(self, body: dict[str, Any], contact_id: str) -> PledgeView:
        """Record a person's support and plan in the campaign's election, as told now."""
        return deeds.put_pledge(context(), path_id(contact_id), deeds.NewPledge(**body))
