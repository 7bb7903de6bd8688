"""`/campaigns/{id}/crosstab`: a campaign's people split two ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.crosstab import Dimension, Group, Side, read_side, share
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.pledge import VOTING_METHODS
from dialer.services.gotv.crosstab import CrosstabView, Wanted, crosstab
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Number, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv
from dialer.web.guard import allow

crosstabs = Resource("crosstab", "A campaign’s people, counted by two things at once")

_SIDES: Final = ", ".join(each for each in Dimension if each is not Dimension.ANSWER)
_SIDE: Final = {
    "description": f"One of {_SIDES}; or answer:STEP, a question of the campaign’s script by its step’s id; "
    "or answer:SCRIPT:STEP, one of a script that the campaign has or had before, by that script’s id."
}


class CrosstabQuery(Schema):
    """By what, and of whom: all that is given must hold. `known`: only who stands in a group of both."""

    rows = Text(required=True, blank=False, max_length=250, metadata=_SIDE)
    columns = Text(required=True, blank=False, max_length=250, metadata=_SIDE)
    support = Whole(least=1, most=5, metadata={"query": True})
    polling_district = Text(max_length=100)
    voting_method = Choice(*VOTING_METHODS)
    voted = Flag(metadata={"query": True})
    known = Flag(load_default=False, metadata={"query": True})


class GroupSchema(Schema):
    """A row or column. `key` is null for those of whom it isn’t known, and with `others` for all smaller
    groups together; `name` is what an id or an answer is called. `share` is that of all people.
    """

    key = Text(required=True, allow_none=True)
    name = Text(required=True, allow_none=True)
    others = Flag(required=True)
    people = Whole(required=True)
    share = Number(required=True, allow_none=True)


class CellSchema(Schema):
    """How many people stand in a row and a column: null where so few do that it isn’t told."""

    people = Whole(required=True, allow_none=True)
    row_share = Number(required=True, allow_none=True)
    column_share = Number(required=True, allow_none=True)


class CrosstabSchema(Schema):
    """The people of a campaign’s lists, counted `at`. `cells` go by row, then by column. The 100 largest rows
    and 30 largest columns stand alone. By tag, list and team somebody may stand in several groups: then
    smaller ones are left out, and counts may add up to more than `people`. `minimum`: for those who see
    figures only, no smaller count is told, and all are rounded to multiples of it; else null.
    """

    campaign_id = Id(required=True)
    rows = Text(required=True)
    columns = Text(required=True)
    people = Whole(required=True, allow_none=True)
    row_groups = fields.List(fields.Nested(GroupSchema), required=True)
    column_groups = fields.List(fields.Nested(GroupSchema), required=True)
    cells = fields.List(fields.List(fields.Nested(CellSchema)), required=True)
    rows_left_out = Whole(required=True)
    columns_left_out = Whole(required=True)
    minimum = Whole(required=True, allow_none=True)
    at = Instant(required=True)


@crosstabs.route("/campaigns/<campaign_id>/crosstab")
class CampaignCrosstab(MethodView):
    """One campaign."""

    @allow(Permission.STATS_READ)
    @crosstabs.arguments(CrosstabQuery, location="query")
    @crosstabs.response(200, CrosstabSchema)
    @crosstabs.alt_response(200, content_type="text/csv", description="With `Accept: text/csv`, the table")
    def get(self, query: dict[str, Any], campaign_id: str) -> Response | dict[str, object]:
        """Its people by two things at once, with the share of each row and column; 503 where they are too
        many to be counted within ten seconds, or another table is being counted.
        """
        wanted = _wanted(query)
        if wants_csv():
            found = crosstab(context(), path_id(campaign_id), wanted, taken_as="csv")
            return csv_response(_lines(found), "crosstab.csv")
        found = crosstab(context(), path_id(campaign_id), wanted)
        return {"campaign_id": campaign_id} | _shown(found)


def _wanted(query: dict[str, Any]) -> Wanted:
    support = query.pop("support", None)
    sides = {name: read_side(query.pop(name)) for name in ("rows", "columns")}
    faults = [
        FieldError(f"/{name}", f"Choose one of {_SIDES}, or answer: and the id of a question.")
        for name, side in sides.items()
        if side is None
    ]
    if sides["rows"] is None or sides["columns"] is None:
        raise ValidationFailed(errors=faults)
    return Wanted(sides["rows"], sides["columns"], supports=() if support is None else (support,), **query)


def _shown(found: CrosstabView) -> dict[str, object]:
    table, wanted = found.table, found.wanted
    return {
        "rows": str(wanted.rows),
        "columns": str(wanted.columns),
        "people": table.people,
        "row_groups": [_group(one, found.row_names, table.people) for one in table.rows],
        "column_groups": [_group(one, found.column_names, table.people) for one in table.columns],
        "cells": [
            [
                {
                    "people": count,
                    "row_share": table.row_share(row, column),
                    "column_share": table.column_share(row, column),
                }
                for column, count in enumerate(counts)
            ]
            for row, counts in enumerate(table.cells)
        ],
        "rows_left_out": table.rows_left_out,
        "columns_left_out": table.columns_left_out,
        "minimum": found.minimum,
        "at": found.at,
    }


def _group(group: Group, names: Mapping[str, str], people: int | None) -> dict[str, object]:
    return {
        "key": group.key or None,
        "name": names.get(group.key) if group.key else None,
        "others": group.key is None,
        "people": group.people,
        "share": share(group.people, people),
    }


def _lines(found: CrosstabView) -> Iterator[str]:
    """The table with its totals; a cell that isn’t told is empty."""
    table, wanted = found.table, found.wanted
    heads = [_called(group, found.column_names) for group in table.columns]
    yield csv_line([_head(wanted.rows, wanted.columns), *heads, "all"])
    for group, counts in zip(table.rows, table.cells, strict=True):
        yield csv_line([_called(group, found.row_names), *counts, group.people])
    totals: Sequence[int | None] = [group.people for group in table.columns]
    yield csv_line(["all", *totals, table.people])


def _head(rows: Side, columns: Side) -> str:
    return f"{rows} by {columns}"


def _called(group: Group, names: Mapping[str, str]) -> str:
    if group.key is None:
        return "others"
    return names.get(group.key, group.key) or "not known"
