"""Whether a filter picks a person: the rule itself, which the database says in SQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from dialer.domain.filters import tree
from dialer.domain.filters.facts import PersonFacts
from dialer.domain.filters.keys import draw, draw_end, postcode_key, postcode_pattern, text_key
from dialer.domain.message_gate import takes_texts
from dialer.domain.pledge import is_pledge


def matches(rule: tree.Filter, person: PersonFacts, now: dt.datetime) -> bool:
    """Whether the person is picked. The audiences it names must have been put in (`saved.put_in`)."""
    match rule:
        case tree.All(parts):
            return all(matches(part, person, now) for part in parts)
        case tree.AnyOf(parts):
            return any(matches(part, person, now) for part in parts)
        case tree.Not(part):
            return not matches(part, person, now)
        case tree.InAudience(audience_id):
            raise ValueError(f"audience {audience_id} was not put in")
        case tree.Touched():
            return _was_touched(rule, person, now)
        case tree.Clicked(blast_ids):
            start = rule.start(now)
            opened = (at for blast, at in person.clicked.items() if not blast_ids or blast in blast_ids)
            return any(start is None or at >= start for at in opened)
        case _:
            return _holds(rule, person)


def _holds(rule: tree.Filter, person: PersonFacts) -> bool:
    """A condition that doesn't ask what time it is."""
    match rule:
        case tree.OnLists(list_ids):
            return not person.list_ids.isdisjoint(list_ids)
        case tree.Tagged(tags):
            return not person.tags.isdisjoint(tags)
        case tree.FieldLike(name, how, values):
            return _is_like(_key(person, name), how, (text_key(name, value) for value in values))
        case tree.FieldFilled(name, filled):
            return bool(_key(person, name)) is filled
        case tree.Postcodes(areas):
            postcode = postcode_key(person.fields.get("postcode", ""))
            return re.match(postcode_pattern(areas), postcode) is not None
        case _:
            return _is_known(rule, person)


def _is_known(rule: tree.Filter, person: PersonFacts) -> bool:
    """A condition on what we learned of somebody, on how they can be reached, or on chance."""
    match rule:
        case tree.Chosen(fact, values):
            return _chosen_fact(person, fact) in values
        case tree.Flagged(fact, so):
            return _is_flagged(person, fact) is so
        case tree.Has(reach):
            return _has(person, reach)
        case tree.Got() | tree.OptedOut() | tree.Consented():
            return _is_among(rule, person)
        case tree.RandomShare(share, seed):
            end = draw_end(share)
            return end is None or draw(seed, person.id) < end
        case _:
            raise TypeError(f"no condition: {rule!r}")


def _is_among(rule: tree.Got | tree.OptedOut | tree.Consented, person: PersonFacts) -> bool:
    match rule:
        case tree.Got(blast_ids):
            return not person.got.isdisjoint(blast_ids)
        case tree.OptedOut(channels):
            return not person.opted_out.isdisjoint(channels)
        case tree.Consented(channels):
            return not person.consented.isdisjoint(channels)


def _key(person: PersonFacts, name: str) -> str:
    return text_key(name, person.fields.get(name, ""))


def _is_like(key: str, how: tree.Comparing, wanted: Iterable[str]) -> bool:
    match how:
        case "is":
            return key in set(wanted)
        case "starts":
            return any(key.startswith(one) for one in wanted)
        case "contains":
            return any(one in key for one in wanted)


def _chosen_fact(person: PersonFacts, fact: tree.Choosing) -> str | int | None:
    match fact:
        case "status":
            return person.status
        case "support":
            return person.support
        case "voting_methods":
            return person.voting_method
        case "last_result":
            return person.last_result


def _is_flagged(person: PersonFacts, fact: tree.Flag) -> bool:
    match fact:
        case "voted":
            return person.voted
        case "pledged":
            return is_pledge(person.support)
        case "needs_lift":
            return person.needs_lift is True
        case "id_ready":
            return person.id_ready is True


def _has(person: PersonFacts, reach: tree.Reach) -> bool:
    match reach:
        case "phone":
            return bool(person.numbers)
        case "mobile":
            return any(takes_texts(one.number, one.kind) for one in person.numbers)
        case "email":
            return bool(_key(person, "email"))


def _was_touched(rule: tree.Touched, person: PersonFacts, now: dt.datetime) -> bool:
    start = rule.start(now)
    return any(at is not None and (start is None or at >= start) for at in _touches(person, rule.touch))


def _touches(person: PersonFacts, touch: tree.Touch) -> tuple[dt.datetime | None, ...]:
    match touch:
        case "called":
            return (person.called_at,)
        case "texted":
            return (person.texted_at,)
        case "contacted":
            return (person.called_at, person.texted_at)
        case "replied":
            return (person.replied_at,)
