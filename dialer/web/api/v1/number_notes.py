"""`/numbers/notes`: what a country's rules ask of who calls or texts there, and where that was read."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.number_notes import KINDS, Note, notes_for
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Text
from dialer.web.guard import allow

number_notes = Resource("number-notes", "What the rules of a country ask of numbers and senders")


class NumberNotesQuery(Schema):
    """Of which country (ISO 3166, such as `GB`), and about what."""

    country = Text(required=True, validate=validate.Regexp("[A-Za-z]{2}\\Z"))
    kind = Choice(*KINDS)


class NumberNoteSchema(Schema):
    """One rule: what it is about, in words, where they were read, and when that was last looked at."""

    name = Text(required=True)
    kinds = fields.List(Choice(*KINDS), required=True)
    words = Text(required=True)
    source = Text(required=True)
    checked_on = Day(required=True)


class NumberNotesSchema(Schema):
    """Those of one country. Of one that isn't known, those that hold nearly everywhere."""

    country = Text(required=True)
    notes = fields.List(fields.Nested(NumberNoteSchema), required=True)


@number_notes.route("/numbers/notes")
class NotesView(MethodView):
    """What is known of a country."""

    @allow(Permission.SENDER_READ)
    @number_notes.arguments(NumberNotesQuery, location="query")
    @number_notes.response(200, NumberNotesSchema)
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The rules of a country for numbers, senders and caller ids. No legal advice."""
        found = notes_for(query["country"], query.get("kind"))
        return {"country": query["country"].upper(), "notes": [_shown(note) for note in found]}


def _shown(note: Note) -> dict[str, object]:
    return {
        "name": note.name,
        "kinds": [kind for kind in KINDS if kind in note.kinds],
        "words": note.words,
        "source": note.source,
        "checked_on": note.checked,
    }
