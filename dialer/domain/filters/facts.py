"""What is known of one person, as far as filters ask."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.domain.phone import LineType


@dataclass(frozen=True, slots=True)
class Number:
    """A number that somebody can be reached on."""

    number: str
    kind: LineType


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person. Support, way of voting and turnout are those of one election, the current one.

    `needs_lift` is what they said of that election, or else their own field. `fields` holds texts by name,
    those of the list itself as `custom.NAME`; what isn't known isn't there.
    The times are the last ones: of a call we placed or a result that stands, of a text we sent, of one we
    got. `opted_out` holds the channels of the person's own noes and of those that lie on their numbers or
    their address (opt-outs and complaints).
    """

    id: uuid.UUID
    fields: Mapping[str, str] = field(default_factory=dict)
    status: str = "active"
    needs_lift: bool | None = None
    id_ready: bool | None = None
    tags: frozenset[str] = frozenset()
    list_ids: frozenset[uuid.UUID] = frozenset()
    support: int | None = None
    voting_method: str | None = None
    voted: bool = False
    numbers: tuple[Number, ...] = ()
    opted_out: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    called_at: dt.datetime | None = None
    texted_at: dt.datetime | None = None
    replied_at: dt.datetime | None = None
    last_result: str | None = None
    got: frozenset[uuid.UUID] = frozenset()
    """The texts to many that they were sent."""
    clicked: Mapping[uuid.UUID | None, dt.datetime] = field(default_factory=dict)
    """When they last opened a link, by the text to many that it was in; None: in one to them alone."""
