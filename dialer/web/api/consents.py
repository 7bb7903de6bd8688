"""What it takes to lift a no: a reason, and where the person made it, their newer consent."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from dialer.domain.errors import ValidationFailed
from dialer.domain.opt_out import NewConsent
from dialer.web.api.fields import Instant, Text


class LiftQuery(Schema):
    """Why, and by which consent."""

    reason = Text(required=True, blank=False, max_length=500)
    consent_source = Text(blank=False, max_length=200)
    consent_at = Instant()


def consent_of(query: dict[str, Any]) -> NewConsent | None:
    """The consent that was given; both of its parts or none."""
    source, at = query.get("consent_source"), query.get("consent_at")
    if (source is None) != (at is None):
        raise ValidationFailed.at("/consent_at", "Give consent_source and consent_at together.")
    return None if source is None or at is None else NewConsent(source, at)
