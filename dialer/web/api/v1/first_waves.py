"""What `/blasts` takes and gives of a first wave: a few people who get it before all others."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load

from dialer.domain.first_wave import GOES_ON_LEAST_S, GOES_ON_MOST_S, MOST, USUAL, Wanted, WaveState
from dialer.web.api.fields import Choice, Instant, Text, Whole


class WaveErrorSchema(Schema):
    """How many failed with one of the carrier’s codes; null where it gave none."""

    code = Whole(required=True, allow_none=True)
    count = Whole(required=True)


class FirstWaveSchema(Schema):
    """The first wave of a blast, and where it stands."""

    size = Whole(required=True)
    goes_on_after_s = Whole(required=True, allow_none=True)
    state = Choice(
        *(one.value for one in WaveState),
        required=True,
        metadata={"description": "held: all of it went, and the rest waits; passed: the rest may go"},
    )
    held_at = Instant(required=True, allow_none=True)
    passed_at = Instant(required=True, allow_none=True)


class WaveProgressSchema(FirstWaveSchema):
    """How a first wave fares."""

    counts = fields.Dict(keys=Text(), values=Whole(), required=True)
    errors = fields.List(fields.Nested(WaveErrorSchema), required=True)
    replies = fields.Dict(
        keys=Text(), values=Whole(), required=True, metadata={"description": "texts that came back, by class"}
    )
    opt_outs = Whole(required=True, metadata={"description": "how many of it have said no since"})
    left = Whole(required=True, metadata={"description": "how many wait behind it"})
    goes_on_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "when the rest follows by itself; null: only when it is resumed"},
    )
    awaits_delivery = fields.Boolean(
        required=True,
        metadata={
            "description": "whether it doesn’t go on by itself even then, before at least half of the wave’s"
            " texts are known to have arrived"
        },
    )
    last_safe_start_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "resumed later, the rest may not be done before its deadline or the night"},
    )


class WantedWaveSchema(Schema):
    """So many people, drawn by lot, get it first; then it is `paused` with the reason `first_wave` until
    it is resumed.
    """

    size = Whole(least=1, most=MOST, load_default=USUAL)
    goes_on_after_s = Whole(
        least=GOES_ON_LEAST_S,
        most=GOES_ON_MOST_S,
        allow_none=True,
        load_default=None,
        metadata={
            "description": "so long after the wave has gone the rest follows by itself, unless more than one"
            " in ten failed, is in doubt or answered with a no, and once at least half of its texts are known"
            " to have arrived; null: only when it is resumed"
        },
    )

    @post_load
    def as_wanted(self, data: dict[str, Any], **_: object) -> Wanted:
        """The value that the deed takes."""
        return Wanted(**data)
