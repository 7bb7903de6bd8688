"""What the deeds of pledges and turnout show: plain values, no rows of the database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.domain.telling import Outcome


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A row of the pledge and turnout table. `source`, `at` and `by` are where the support was learned,
    or where none is known the plan; `by` is an account.
    """

    contact_id: uuid.UUID
    election_id: uuid.UUID
    elector_number: str | None
    first_name: str | None
    last_name: str | None
    polling_district: str | None
    postcode: str | None
    campaign_id: uuid.UUID | None
    support: int | None
    voting_method: str | None
    planned_at: dt.datetime | None
    needs_lift: bool | None
    id_ready: bool | None
    source: str | None
    at: dt.datetime | None
    by: uuid.UUID | None
    by_name: str | None
    voted_at: dt.datetime | None
    voted_source: str | None


@dataclass(frozen=True, slots=True)
class PledgeTotals:
    """Figures of the rows a filter finds. `pledges` are support 1 and 2."""

    people: int
    support: Mapping[int, int]
    pledges: int
    voting_methods: Mapping[str, int]
    voted: int
    pledged_voted: int


@dataclass(frozen=True, slots=True)
class NewMark:
    """That an elector has voted, as somebody noted it."""

    elector_number: str
    at: dt.datetime | None = None
    source: str | None = None
    polling_district: str | None = None
    client_id: uuid.UUID | None = None
    """The id that a phone gave it, so that it is taken once however often it comes."""


@dataclass(frozen=True, slots=True)
class ToldMark:
    """What became of one mark that named itself; of somebody who has voted, since when that is known."""

    client_id: uuid.UUID
    outcome: Outcome
    voted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MarkedTurnout:
    """What became of marks: counted now, counted before, waiting for an elector, out of one's reach."""

    accepted: int
    duplicates: int
    unknown: tuple[str, ...]
    held: tuple[str, ...]
    each: tuple[ToldMark, ...] = field(default=(), compare=False)
    """One by one, the marks that named themselves."""


@dataclass(frozen=True, slots=True)
class UndoneTurnout:
    """How many people's marks were taken back, and the numbers that nobody has."""

    undone: int
    unknown: tuple[str, ...]
