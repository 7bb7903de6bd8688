"""The rule that picks whom a blast goes to: all that it names must hold (contract §7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.pledge import SUPPORTS, VOTING_METHODS

NOT_CONTACTED_MOST_S: Final = 365 * 86_400
NAMES_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant. None, or nothing in it, means that it doesn't matter.

    `support` and `voting_methods` leave out people of whom nothing is known. `not_contacted_for_s` leaves
    out whoever was texted or rung by anybody here within so many seconds.
    """

    support: frozenset[int] | None = None
    voted: bool | None = None
    tags_any: frozenset[str] | None = None
    tags_none: frozenset[str] = frozenset()
    polling_districts: frozenset[str] | None = None
    voting_methods: frozenset[str] | None = None
    not_contacted_for_s: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any], campaign_kind: str = "") -> Audience:
        """The audience as it was written down. `ValidationFailed` names each thing that can't be taken.

        In campaigns that get out the vote whoever has voted is left out unless it says otherwise.
        """
        if errors := faults(given):
            raise ValidationFailed(errors=errors)
        return cls(
            support=_some(given.get("support")),
            voted=given.get("voted", False if campaign_kind == "gotv" else None),
            tags_any=_some(given.get("tags_any")),
            tags_none=frozenset(given.get("tags_none") or ()),
            polling_districts=_some(map(district_key, given.get("polling_districts") or ())),
            voting_methods=_some(given.get("voting_methods")),
            not_contacted_for_s=given.get("not_contacted_for_s"),
        )

    def as_json(self) -> dict[str, object]:
        """What is kept and shown; `of` reads it again."""
        written = {
            "support": _listed(self.support),
            "tags_any": _listed(self.tags_any),
            "tags_none": _listed(self.tags_none),
            "polling_districts": _listed(self.polling_districts),
            "voting_methods": _listed(self.voting_methods),
            "not_contacted_for_s": self.not_contacted_for_s,
        }
        # `voted` is kept without a value too: it then says that the campaign's own default doesn't hold
        return {"voted": self.voted, **{name: value for name, value in written.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody in the campaign's election, as far as audiences ask."""

    support: int | None = None
    voted: bool = False
    tags: frozenset[str] = frozenset()
    polling_district: str | None = None
    voting_method: str | None = None
    last_contacted_at: dt.datetime | None = None
    """When anybody here last texted them or rang them, in whichever campaign, whether it reached them or
    not. Codes, help, confirmations and texts that try a blast don't count.
    """


def district_key(district: str) -> str:
    """A polling district as it is compared: case and outer spaces aside."""
    return district.strip().upper()


def is_meant(audience: Audience, known: Known) -> bool:
    """Whether the person is one of those meant, turnout and recent contact aside."""
    return (
        (audience.support is None or known.support in audience.support)
        and not (audience.voted is True and not known.voted)
        and (audience.tags_any is None or bool(audience.tags_any & known.tags))
        and not audience.tags_none & known.tags
        and (
            audience.polling_districts is None
            or district_key(known.polling_district or "") in audience.polling_districts
        )
        and (audience.voting_methods is None or known.voting_method in audience.voting_methods)
    )


def has_voted(audience: Audience, known: Known) -> bool:
    """Whether the person is out because they have voted."""
    return audience.voted is False and known.voted


def longest_rest_s(asked_s: int | None, recontact_after_s: int) -> int:
    """For how many seconds nobody who heard from us hears again: what the blast asks for (its audience's
    `not_contacted_for_s`), or what its campaign says where that is longer.
    """
    return max(asked_s or 0, recontact_after_s)


def is_resting(last_at: dt.datetime | None, rest_s: int, now: dt.datetime) -> bool:
    """Whether somebody here was in touch too lately."""
    return last_at is not None and now - last_at < dt.timedelta(seconds=rest_s)


def faults(given: Mapping[str, Any]) -> list[FieldError]:
    """What can't be taken in an audience, each with its place."""
    unknown = [
        FieldError(f"/audience/{name}", "There is no such rule. Look at its spelling.")
        for name in given
        if name not in Audience.__dataclass_fields__
    ]
    return [
        *unknown,
        *_outside(given, "support", SUPPORTS),
        *_outside(given, "voting_methods", VOTING_METHODS),
        *_not_text(given, "tags_any"),
        *_not_text(given, "tags_none"),
        *_not_text(given, "polling_districts"),
        *_bad_gap(given.get("not_contacted_for_s")),
        *_bad_voted(given.get("voted")),
    ]


def _some(values: Any) -> frozenset[Any] | None:
    return frozenset(values or ()) or None


def _listed(values: frozenset[Any] | None) -> list[Any] | None:
    return sorted(values) if values else None


def _outside(given: Mapping[str, Any], name: str, words: tuple[Any, ...]) -> list[FieldError]:
    return [
        FieldError(f"/audience/{name}/{index}", f"Choose from {', '.join(map(str, words))}.")
        for index, value in enumerate(given.get(name) or ())
        if isinstance(value, bool) or value not in words
    ]


def _not_text(given: Mapping[str, Any], name: str) -> list[FieldError]:
    values = given.get(name) or ()
    if len(values) > NAMES_MOST:
        return [FieldError(f"/audience/{name}", f"Name at most {NAMES_MOST}.")]
    return [
        FieldError(f"/audience/{name}/{index}", "Write a name here.")
        for index, value in enumerate(values)
        if not isinstance(value, str) or not value.strip()
    ]


def _bad_gap(value: Any) -> list[FieldError]:
    wanted = "Choose between 0 seconds and a year."
    fits = value is None or (
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= NOT_CONTACTED_MOST_S
    )
    return [] if fits else [FieldError("/audience/not_contacted_for_s", wanted)]


def _bad_voted(value: Any) -> list[FieldError]:
    fits = value is None or isinstance(value, bool)
    return [] if fits else [FieldError("/audience/voted", "Choose true or false, or leave it out.")]
