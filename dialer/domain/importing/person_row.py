"""A row of a list as the person whom it names."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.importing.register_change import Change
from dialer.domain.person import Identity, fold
from dialer.domain.phone import Phone

TEXTS: Final = frozenset(
    {
        "external_id",
        "elector_number",
        "elector_markers",
        "first_name",
        "last_name",
        "email",
        "address",
        "postcode",
        "constituency",
        "ward",
        "polling_district",
        "polling_station",
        "language",
        "notes",
    }
)
"""The fields that are a text, and that an export of ours gives as it stands."""


@dataclass(slots=True)
class Evidence:
    """What a row says about how somebody votes. `weak` support only fills what is empty."""

    support: int | None = None
    support_at: dt.datetime | None = None
    support_source: str = "import"
    support_weak: bool = True
    voting_method: str | None = None
    voted: bool = False
    voted_at: dt.datetime | None = None


@dataclass(slots=True)
class PersonRow:
    """A row that names or reaches a person, ready to be merged. Empty is None; `phones` are in order.

    `own_id` is the id that we gave the person, in a list that we exported.
    """

    row: int
    line: int
    phones: tuple[Phone, ...] = ()
    external_id: str | None = None
    elector_number: str | None = None
    elector_key: str | None = None
    elector_markers: str | None = None
    date_of_birth: dt.date | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    address: str | None = None
    postcode: str | None = None
    constituency: str | None = None
    ward: str | None = None
    polling_district: str | None = None
    polling_station: str | None = None
    language: str | None = None
    notes: str | None = None
    tags: list[str] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)
    needs_lift: bool | None = None
    deceased: bool = False
    change: Change | None = None
    refused: tuple[str, ...] = ()
    consented: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    own_id: uuid.UUID | None = None

    def identity(self, register: str, id_source: str) -> Identity:
        """What tells this person from another."""
        return Identity(
            fold(self.first_name or ""),
            fold(self.last_name or ""),
            tuple([phone.number for phone in self.phones]),
            (self.email or "").lower(),
            self.external_id or "",
            id_source,
            self.elector_key or "",
            register,
        )
