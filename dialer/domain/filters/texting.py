"""What of a saved filter a text's last check can look at, and whom its random shares hold out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dialer.domain.audience import Audience
from dialer.domain.filters import tree
from dialer.domain.pledge import PLEDGED


def narrowed(audience: Audience, rule: tree.Filter) -> Audience:
    """The audience of a blast with what a filter demands in the same words: vote, support, way of voting,
    tags.

    Only what must hold in any case is taken: it stands by itself or in an `all`. Whoever the filter picks is
    meant by the result too, if the audience means them; whoever ceases to fit in these is found by the gate.
    """
    for part in _demands(rule):
        audience = _with(audience, part)
    return audience


def _with(audience: Audience, part: tree.Filter) -> Audience:
    match part:
        case tree.Flagged("voted", so) | tree.Not(tree.Flagged("voted", so)) if audience.voted is None:
            return replace(audience, voted=so is isinstance(part, tree.Flagged))
        case tree.Flagged("pledged", True):
            return _with(audience, tree.Chosen("support", PLEDGED))
        case tree.Chosen(fact, values) if None not in values:
            return _among(audience, fact, frozenset(values))
        case tree.Tagged(tags) if audience.tags_any is None:
            return replace(audience, tags_any=frozenset(tags))
        case tree.Not(tree.Tagged(tags)):
            return replace(audience, tags_none=audience.tags_none | frozenset(tags))
    return audience


def _among(audience: Audience, fact: tree.Choosing, values: frozenset[Any]) -> Audience:
    """What both allow. Where that is nothing nobody is picked, and an empty set would ask for nothing."""

    def both(asked: frozenset[Any] | None) -> frozenset[Any]:
        return values if asked is None else (asked & values) or asked

    match fact:
        case "support":
            return replace(audience, support=both(audience.support))
        case "voting_methods":
            return replace(audience, voting_methods=both(audience.voting_methods))
        case _:
            return audience


def _demands(rule: tree.Filter) -> Iterator[tree.Filter]:
    if isinstance(rule, tree.All):
        for part in rule.parts:
            yield from _demands(part)
    else:
        yield rule


def without_shares(rule: tree.Filter) -> tree.Filter | None:
    """The filter as if nobody were held out: without the random shares that it demands. None: it has none."""
    parts = tuple(_demands(rule))
    kept = tuple(part for part in parts if not _draws(part))
    return tree.All(kept) if len(kept) < len(parts) else None


def _draws(part: tree.Filter) -> bool:
    inner = part.part if isinstance(part, tree.Not) else part
    return isinstance(inner, tree.RandomShare)
