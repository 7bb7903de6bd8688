"""What replies to a text to many mean: which of the campaign's own answers it asks for, as ticks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from flask import request

from dialer.services.context import Context
from dialer.services.messaging.answer_settings import answer_words
from dialer.services.messaging.blasts import BlastFields
from dialer.services.messaging.views import BlastView

FIELD: Final = "asks_for"
FIELD_AT: Final = {f"/{FIELD}": FIELD}


def values_of(blast: BlastView | None = None) -> dict[str, list[str]]:
    """What the form shows, of a draft or of a new text."""
    return {FIELD: list(blast.asks_for) if blast is not None else []}


def sent_values() -> dict[str, list[str]]:
    """What the form shows again after a refusal."""
    return {FIELD: request.form.getlist(FIELD)}


def asks_said() -> BlastFields:
    """What was ticked."""
    return BlastFields(asks_for=request.form.getlist(FIELD))


def is_same(blast: BlastView, fields: BlastFields) -> bool:
    """Whether these would leave the draft as it is."""
    return set(fields["asks_for"]) == set(blast.asks_for)


def choices_of(ctx: Context, campaign_id: uuid.UUID) -> Mapping[str, Any]:
    """The campaign's own answers by their names, with the words that people give them with."""
    own = answer_words(ctx, campaign_id).own
    return {"answer_choices": [(rule.label, ", ".join(rule.words)) for rule in own]}
