"""`/contacts/{id}/history`: all that happened with a person, in one order by time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.timeline import Kind
from dialer.services.people.timeline import Happening, view_timeline
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

histories = Resource("history", "All that happened with a person")


class HistoryQuery(PageQuery):
    """Only one kind, or all."""

    kind = Choice(*Kind)


class HappeningSchema(Schema):
    """One thing that happened. `by` is the name of who did it, null where it was the person or the system;
    `note` what was said or written down: the text, the note of a call, the words that made an opt-out or the
    reason that it was lifted, the name of an imported file, the page that a link leads to. `facts` depend on
    the kind; what isn’t known isn’t there. An opt-out and its lifting share an `id`.
    """

    kind = Choice(*Kind, required=True)
    what = Text(required=True)
    at = Instant(required=True)
    id = Id(required=True)
    by = Text(required=True, allow_none=True)
    campaign_id = Id(required=True, allow_none=True)
    campaign = Text(required=True, allow_none=True)
    note = Text(required=True, allow_none=True)
    facts = fields.Dict(keys=Text(), required=True)


HappeningPage: Final = paged(HappeningSchema)


@histories.route("/contacts/<contact_id>/history")
class ContactHistory(MethodView):
    """One person."""

    @allow(Permission.CONTACT_READ)
    @histories.arguments(HistoryQuery, location="query")
    @histories.response(200, HappeningPage)
    def get(self, query: dict[str, Any], contact_id: str) -> dict[str, object]:
        """What happened with a person, the latest first: calls and doors with what came of them, texts and
        emails, pledges, turnout, opt-outs, consents, links opened, what was decided of their conversations,
        notes, imports and changes. That somebody looked is audited.
        """
        page = page_of(query)
        kinds = [Kind(query["kind"])] if "kind" in query else []
        return show_page(view_timeline(context(), path_id(contact_id), page, kinds).map(_shown))


def _shown(happening: Happening) -> dict[str, object]:
    plain = {each.name: getattr(happening, each.name) for each in dataclasses.fields(happening)}
    return plain | {"facts": _facts(happening.facts)}


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Times as the API gives all others."""
    return {name: _utc(value) if name.endswith("_at") else value for name, value in facts.items()}


def _utc(value: object) -> object:
    return value.replace("+00:00", "Z") if isinstance(value, str) else value
