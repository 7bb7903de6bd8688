"""Whose a number of the carrier's account is, where one installation serves several organisations: the
account is everybody's, so its list names every number to each of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialer.carrier.number_port import CarrierNumber
from dialer.domain.own_numbers import Home, named_by, names_nobody
from dialer.store.queries import own_numbers as queries
from dialer.store.session import UnitOfWork


def foreign(unit: UnitOfWork, listed: Sequence[CarrierNumber], home: Home) -> set[str]:
    """Those that are another organisation's: their address names it (one that names nobody is about the
    oldest), it bought them or had them put right, or it uses them and we don't.
    """
    owners, us = _owners(unit, listed, home), str(unit.organisation_id)
    theirs = {number for number, names in owners.items() if names and us not in names}
    loose = {number for number, names in owners.items() if not names}
    got = queries.got_by(unit, loose)
    taken = {number for number, organisation_id in got.items() if organisation_id != unit.organisation_id}
    used = queries.used_by_others(unit, loose - got.keys()) - set(queries.uses(unit))
    return theirs | taken | used


def may_change(unit: UnitOfWork, one: CarrierNumber, home: Home) -> bool:
    """Whether texts and calls to it may be led here: none of them is led to another organisation."""
    return not _led_to_others(unit, one, home) and one.number not in foreign(unit, [one], home)


def may_give_back(unit: UnitOfWork, one: CarrierNumber, home: Home) -> bool:
    """Whether it is ours alone. One that leads to none of us may be anybody's: where we are several, it is
    put right first, which makes it one organisation's.
    """
    if not may_change(unit, one, home):
        return False
    if _owners(unit, [one], home)[one.number] or one.number in queries.got_by(unit, [one.number]):
        return True
    return queries.is_alone(unit)


def surely_ours(unit: UnitOfWork, listed: Sequence[CarrierNumber], home: Home) -> list[CarrierNumber]:
    """Those of these, none of them `foreign`, that are nobody else's: what they cost is ours to pay."""
    if queries.is_alone(unit):
        return list(listed)
    owners = _owners(unit, listed, home)
    loose = {number for number, names in owners.items() if not names}
    got = {one for one, of in queries.got_by(unit, loose).items() if of == unit.organisation_id}
    us = str(unit.organisation_id)
    return [one for one in listed if us in owners[one.number] or one.number in got]


def _led_to_others(unit: UnitOfWork, one: CarrierNumber, home: Home) -> bool:
    return bool(_owners(unit, [one], home)[one.number] - {str(unit.organisation_id)})


def _owners(unit: UnitOfWork, listed: Sequence[CarrierNumber], home: Home) -> dict[str, set[str]]:
    """The organisations that each leads to; empty where it leads to none of us."""
    named = {
        one.number: {name for where in _places(one) if (name := named_by(where, home.base)) is not None}
        for one in listed
    }
    known = queries.organisations_named(unit, {name for names in named.values() for name in names})
    oldest = {str(queries.oldest_organisation(unit))}
    found = {}
    for one in listed:
        bare = any(names_nobody(where, home.base) for where in _places(one))
        found[one.number] = (named[one.number] & known) or (oldest if bare else set())
    return found


def _places(one: CarrierNumber) -> tuple[str, ...]:
    return one.texts_to, one.calls_to, *one.told_too
