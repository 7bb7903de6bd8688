"""Who is beside a volunteer, as sessions show it."""

from __future__ import annotations

from marshmallow import Schema

from dialer.web.api.fields import Id, Instant, Text


class HelpSchema(Schema):
    """Help that a volunteer asked for; `taken_by` is the name of the coordinator who has seen it."""

    reason = Text(allow_none=True, required=True)
    asked_at = Instant(required=True)
    taken_at = Instant(allow_none=True, required=True)
    taken_by = Text(allow_none=True, required=True)


class SupervisedSchema(Schema):
    """The coordinator who listens, whispers or has taken over; `joined_at` is null until they are there."""

    supervisor_id = Id(required=True)
    name = Text(required=True)
    mode = Text(required=True)
    volunteer = Text(required=True)
    since = Instant(required=True)
    joined_at = Instant(allow_none=True, required=True)
