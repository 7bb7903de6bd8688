"""What a filter is made of, once it has been read: conditions, put together by all, any and not."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

TEXT_FIELDS: Final = (
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
    "external_id",
    "elector_number",
    "elector_markers",
)
"""A contact's own fields that hold text; `custom.NAME` is one of its list's."""

CUSTOM: Final = "custom."

Comparing: TypeAlias = Literal["is", "starts", "contains"]
Choosing: TypeAlias = Literal["status", "support", "voting_methods", "last_result"]
Flag: TypeAlias = Literal["voted", "pledged", "needs_lift", "id_ready"]
Touch: TypeAlias = Literal["called", "texted", "contacted", "replied"]
Reach: TypeAlias = Literal["phone", "mobile", "email"]


@dataclass(frozen=True, slots=True)
class All:
    """Each part holds; without any part: everybody."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part doesn't hold."""

    part: Filter


@dataclass(frozen=True, slots=True)
class InAudience:
    """The rule of another audience holds."""

    audience_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OnLists:
    """They are on at least one of these lists."""

    list_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """They have at least one of these tags."""

    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldLike:
    """A field is, starts with or contains at least one of these texts, as `keys` compares them."""

    name: str
    how: Comparing
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldFilled:
    """There is something in a field, or nothing."""

    name: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Postcodes:
    """Their postcode lies in at least one of these areas, districts or sectors (`keys.postcode_pattern`)."""

    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is known of them is one of these; None stands for “nothing is known”."""

    fact: Choosing
    values: tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Flagged:
    """It is so, or it isn't, as far as we know. `pledged` is support 1 or 2."""

    fact: Flag
    so: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """We called or texted them, or they texted us: within so many seconds, since a moment, or ever."""

    touch: Touch
    within_s: int | None = None
    since: dt.datetime | None = None

    def start(self, now: dt.datetime) -> dt.datetime | None:
        """The first moment that counts; None where any does."""
        return self.since if self.within_s is None else now - dt.timedelta(seconds=self.within_s)


@dataclass(frozen=True, slots=True)
class Got:
    """They were sent at least one of these texts to many."""

    blast_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Clicked:
    """They opened a link in one of these texts to many (of ours at all, without any), robots left out: within
    so many seconds, since a moment, or ever.
    """

    blast_ids: tuple[uuid.UUID, ...] = ()
    within_s: int | None = None
    since: dt.datetime | None = None

    def start(self, now: dt.datetime) -> dt.datetime | None:
        """The first moment that counts; None where any does."""
        return self.since if self.within_s is None else now - dt.timedelta(seconds=self.within_s)


@dataclass(frozen=True, slots=True)
class Has:
    """They can be reached that way. `mobile` is a number that takes texts, as blasts judge it."""

    reach: Reach


@dataclass(frozen=True, slots=True)
class OptedOut:
    """They said no to at least one of these channels, themselves or by their number or address."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consented:
    """They said yes to at least one of these channels, and haven't taken it back."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RandomShare:
    """They are in the share, 0 to 1, that the seed draws: the same people each time, 10 % within 20 %."""

    share: float
    seed: str


Filter: TypeAlias = (
    All
    | AnyOf
    | Not
    | InAudience
    | OnLists
    | Tagged
    | FieldLike
    | FieldFilled
    | Postcodes
    | Chosen
    | Flagged
    | Touched
    | Got
    | Clicked
    | Has
    | OptedOut
    | Consented
    | RandomShare
)


def conditions(rule: Filter) -> Iterator[Filter]:
    """Every condition in a filter, however it is put together."""
    match rule:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)
        case _:
            yield rule
