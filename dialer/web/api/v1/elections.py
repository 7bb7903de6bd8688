"""`/elections`: what support, pledges and turnout belong to."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.timetable import KINDS, NATIONS
from dialer.services.gotv import elections as deeds
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Flag, Id, LocalTime, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

elections = Resource("elections", "What support, pledges and turnout belong to")


class ElectionFieldsSchema(Schema):
    """What may be said of an election."""

    name = Text(blank=False, max_length=200)
    polling_on = Day(allow_none=True)
    opens_at = LocalTime()
    closes_at = LocalTime()
    timezone = Text(max_length=100)
    current = Flag()
    kind = Choice(
        *KINDS,
        allow_none=True,
        metadata={"description": "of the United Kingdom’s elections: its timetable follows; null elsewhere"},
    )
    nation = Choice(
        *NATIONS,
        allow_none=True,
        metadata={"description": "where it is held; may be left out where the kind has one nation only"},
    )


class NewElectionSchema(ElectionFieldsSchema):
    """An election to be made."""

    name = Text(blank=False, max_length=200, required=True)


class ElectionSchema(ElectionFieldsSchema):
    """An election. `phase` is undated, before, open or closed, by the clocks of its own zone."""

    id = Id(required=True)
    phase = Text(required=True)


@elections.route("/elections")
class Elections(MethodView):
    """All elections."""

    @allow(Permission.ELECTION_READ)
    @elections.arguments(PageQuery, location="query")
    @elections.response(200, paged(ElectionSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Every election, oldest first."""
        return show_page(deeds.list_elections(context(), page_of(query)))

    @allow(Permission.ELECTION_MANAGE)
    @elections.arguments(NewElectionSchema)
    @elections.response(201, ElectionSchema)
    def post(self, fields: deeds.ElectionFields) -> tuple[deeds.ElectionView, int, dict[str, str]]:
        """Make an election."""
        made = deeds.create_election(context(), fields)
        return made, 201, {"Location": url_for("elections.Election", election_id=made.id)}


@elections.route("/elections/<election_id>")
class Election(MethodView):
    """One election."""

    @allow(Permission.ELECTION_READ)
    @elections.response(200, ElectionSchema)
    def get(self, election_id: str) -> deeds.ElectionView:
        """One election."""
        return deeds.get_election(context(), path_id(election_id))

    @allow(Permission.ELECTION_MANAGE)
    @elections.arguments(ElectionFieldsSchema)
    @elections.response(200, ElectionSchema)
    def patch(self, fields: deeds.ElectionFields, election_id: str) -> deeds.ElectionView:
        """Change the fields given."""
        return deeds.change_election(context(), path_id(election_id), fields)
