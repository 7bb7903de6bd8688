"""A filter in plain words: sentences with gaps, for an edge to translate and fill.

Each phrase goes on from “people who …”. The words here are the keys of the catalogue.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from dialer.domain.filters import tree
from dialer.domain.filters.terms import CHANNELS, FIELDS, N_, RESULTS, STATUSES, SUPPORTS, WAYS


@dataclass(frozen=True, slots=True)
class Quoted:
    """Something that a coordinator wrote, as it stands."""

    words: str


@dataclass(frozen=True, slots=True)
class Named:
    """A list, an audience or a text to many, to be called by its name."""

    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share of all, 0 to 1."""

    share: float


@dataclass(frozen=True, slots=True)
class Either:
    """One of several things: a, b or c."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Several phrases that all hold."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the catalogue, with something in each of their gaps."""

    words: str
    gaps: Mapping[str, Piece] = field(default_factory=dict)


Piece: TypeAlias = Quoted | Named | Span | Share | Either | Both | Phrase | dt.datetime

EVERYBODY: Final = N_("Everybody.")
_PEOPLE_WHO: Final = N_("People who %(rule)s.")
_WITHIN: Final = N_("(%(rule)s)")
_NOT_AMONG: Final = N_("aren’t among those who %(rule)s")

_LIKE: Final = {
    "is": N_("have the %(field)s %(values)s"),
    "starts": N_("have %(values)s at the start of their %(field)s"),
    "contains": N_("have %(values)s in their %(field)s"),
}
_FILLED: Final = {
    True: N_("have their %(field)s on record"),
    False: N_("don’t have their %(field)s on record"),
}
_CHOSEN: Final = {
    "status": (N_("are %(values)s"), STATUSES),
    "support": (N_("have support %(values)s"), SUPPORTS),
    "voting_methods": (N_("mean to vote %(values)s"), WAYS),
    "last_result": (N_("have %(values)s as their last result"), RESULTS),
}
_FLAGGED: Final = {
    ("voted", True): N_("have voted"),
    ("voted", False): N_("haven’t voted, as far as we know"),
    ("pledged", True): N_("have pledged us their vote"),
    ("pledged", False): N_("haven’t pledged us their vote"),
    ("needs_lift", True): N_("need a lift to vote"),
    ("needs_lift", False): N_("need no lift to vote"),
    ("id_ready", True): N_("have their photo ID ready"),
    ("id_ready", False): N_("haven’t told us that their photo ID is ready"),
}
_TOUCHED: Final = {
    ("called", True): N_("have been called %(when)s"),
    ("called", False): N_("haven’t been called %(when)s"),
    ("texted", True): N_("have been texted %(when)s"),
    ("texted", False): N_("haven’t been texted %(when)s"),
    ("contacted", True): N_("have been called or texted %(when)s"),
    ("contacted", False): N_("haven’t been called or texted %(when)s"),
    ("replied", True): N_("have texted us %(when)s"),
    ("replied", False): N_("haven’t texted us %(when)s"),
}
_OPENED: Final = {
    (True, True): N_("have opened a link in the text %(texts)s %(when)s"),
    (False, True): N_("haven’t opened a link in the text %(texts)s %(when)s"),
    (True, False): N_("have opened a link in a text of ours %(when)s"),
    (False, False): N_("haven’t opened a link in a text of ours %(when)s"),
}
_HAS: Final = {
    "phone": N_("have a phone number"),
    "mobile": N_("have a number that takes texts"),
    "email": N_("have an email address"),
}
_HAS_NO: Final = {
    "phone": N_("have no phone number"),
    "mobile": N_("have no number that takes texts"),
    "email": N_("have no email address"),
}


def describe(rule: tree.Filter) -> Phrase:
    """The whole filter as a sentence."""
    if rule == tree.All(()):
        return Phrase(EVERYBODY)
    return Phrase(_PEOPLE_WHO, {"rule": _phrase(rule)})


def _phrase(rule: tree.Filter) -> Piece:
    match rule:
        case tree.All(()):
            return Phrase(N_("are in our records"))
        case tree.All(parts):
            return Both(tuple(map(_inner, parts)))
        case tree.AnyOf(parts):
            return Either(tuple(map(_inner, parts)))
        case tree.Not(tree.Touched() as touched):
            return _touched(touched, so=False)
        case tree.Not(part):
            return _negated(part) or Phrase(_NOT_AMONG, {"rule": _inner(part)})
        case _:
            return _condition(rule)


def _negated(rule: tree.Filter) -> Piece | None:
    """A condition that mustn't hold, where its own no is plainer than "aren't among those who"."""
    match rule:
        case tree.InAudience(audience_id):
            return Phrase(N_("aren’t in the audience %(audience)s"), {"audience": Named(audience_id)})
        case tree.OnLists(list_ids):
            return Phrase(N_("aren’t on the list %(lists)s"), {"lists": Either(tuple(map(Named, list_ids)))})
        case tree.Tagged(tags):
            return Phrase(N_("aren’t tagged %(tags)s"), {"tags": _quoted(tags)})
        case tree.RandomShare(share, seed):
            words = N_("aren’t among a random %(share)s (draw %(seed)s)")
            return Phrase(words, {"share": Share(share), "seed": Quoted(seed)})
        case tree.Has(reach):
            return Phrase(_HAS_NO[reach])
    return _of_texts(rule, so=False) if isinstance(rule, tree.Got | tree.Clicked) else None


def _inner(rule: tree.Filter) -> Piece:
    """A part of a greater phrase; several of its own stand in brackets."""
    several = isinstance(rule, tree.All | tree.AnyOf) and len(rule.parts) > 1
    return Phrase(_WITHIN, {"rule": _phrase(rule)}) if several else _phrase(rule)


def _condition(rule: tree.Filter) -> Piece:
    match rule:
        case tree.InAudience(audience_id):
            return Phrase(N_("are in the audience %(audience)s"), {"audience": Named(audience_id)})
        case tree.OnLists(list_ids):
            return Phrase(N_("are on the list %(lists)s"), {"lists": Either(tuple(map(Named, list_ids)))})
        case tree.Tagged(tags):
            return Phrase(N_("are tagged %(tags)s"), {"tags": _quoted(tags)})
        case tree.FieldLike(name, how, values):
            return Phrase(_LIKE[how], {"field": _field(name), "values": _quoted(values)})
        case tree.FieldFilled(name, filled):
            return Phrase(_FILLED[filled], {"field": _field(name)})
        case _:
            return _of_dealings(rule)


def _of_dealings(rule: tree.Filter) -> Piece:
    match rule:
        case tree.Postcodes(areas):
            return Phrase(N_("have a postcode in %(areas)s"), {"areas": _quoted(areas)})
        case tree.Chosen(fact, values):
            words, terms = _CHOSEN[fact]
            return Phrase(words, {"values": Either(tuple(Phrase(terms[value]) for value in values))})
        case tree.Flagged(fact, so):
            return Phrase(_FLAGGED[fact, so])
        case tree.Touched():
            return _touched(rule, so=True)
        case tree.Has(reach):
            return Phrase(_HAS[reach])
        case _:
            return _of_wishes(rule)


def _of_wishes(rule: tree.Filter) -> Piece:
    match rule:
        case tree.Got() | tree.Clicked():
            return _of_texts(rule, so=True)
        case tree.OptedOut(channels):
            return Phrase(N_("said no to %(channels)s"), {"channels": _channels(channels)})
        case tree.Consented(channels):
            return Phrase(N_("said yes to %(channels)s"), {"channels": _channels(channels)})
        case tree.RandomShare(share, seed):
            words = N_("are among a random %(share)s (draw %(seed)s)")
            return Phrase(words, {"share": Share(share), "seed": Quoted(seed)})
        case _:
            raise TypeError(f"no condition: {rule!r}")


def _touched(rule: tree.Touched, *, so: bool) -> Phrase:
    return Phrase(_TOUCHED[rule.touch, so], {"when": _when(rule, so=so)})


def _of_texts(rule: tree.Got | tree.Clicked, *, so: bool) -> Phrase:
    if isinstance(rule, tree.Got):
        words = N_("got the text %(texts)s") if so else N_("didn’t get the text %(texts)s")
        return Phrase(words, {"texts": _texts(rule.blast_ids)})
    gaps: dict[str, Piece] = {"when": _when(rule, so=so)}
    if rule.blast_ids:
        gaps["texts"] = _texts(rule.blast_ids)
    return Phrase(_OPENED[so, bool(rule.blast_ids)], gaps)


def _texts(blast_ids: Iterable[uuid.UUID]) -> Either:
    return Either(tuple(map(Named, blast_ids)))


def _when(rule: tree.Touched | tree.Clicked, *, so: bool) -> Phrase:
    if rule.within_s is not None:
        return Phrase(N_("in the last %(span)s"), {"span": Span(rule.within_s)})
    if rule.since is not None:
        return Phrase(N_("since %(moment)s"), {"moment": rule.since})
    return Phrase(N_("at least once")) if so else Phrase(N_("at any time"))


def _field(name: str) -> Piece:
    own = name.startswith(tree.CUSTOM)
    return Quoted(name.removeprefix(tree.CUSTOM)) if own else Phrase(FIELDS[name])


def _quoted(values: Iterable[str]) -> Either:
    return Either(tuple(map(Quoted, values)))


def _channels(channels: Iterable[str]) -> Either:
    return Either(tuple(Phrase(CHANNELS[channel]) for channel in channels))
