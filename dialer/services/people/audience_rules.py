"""Filters as the shelf needs them: read, checked against what is there, other audiences put in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.filters import tree
from dialer.domain.filters.reading import PUT_IN, read_filter
from dialer.domain.filters.saved import named_in, put_in
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.store.models.audiences import Audience
from dialer.store.models.messaging import Blast
from dialer.store.models.people import ContactList
from dialer.store.queries.audience_people import Asked
from dialer.store.session import UnitOfWork

Written = Mapping[str, Any]
"""A filter as it is written down."""


def audience_of(unit: UnitOfWork, audience_id: uuid.UUID) -> Audience:
    """An audience of the organisation; `NotFound` otherwise."""
    row = unit.session.get(Audience, (unit.organisation_id, audience_id))
    if row is None:
        raise NotFound
    return row


def saved_filters(unit: UnitOfWork) -> dict[uuid.UUID, Written]:
    """The filters of all audiences."""
    columns = select(Audience.id, Audience.filter).where(Audience.organisation_id == unit.organisation_id)
    return {row.id: row.filter for row in unit.session.execute(columns)}


def read_checked(unit: UnitOfWork, written: Any) -> tree.Filter:
    """Read a filter; `ValidationFailed` where it can't be taken, or names a list that isn't there."""
    rule = read_filter(written)
    wanted, texts = set(_named_lists(rule)), set(_named_texts(rule))
    if wanted - set(_list_names(unit, wanted)):
        raise ValidationFailed.at("/filter", "A list that it names isn’t there. Take it out.")
    if texts - set(_text_names(unit, texts)):
        raise ValidationFailed.at("/filter", "A text that it names isn’t there. Take it out.")
    put_in(written, saved_filters(unit))
    return rule


def asked_now(ctx: Context, unit: UnitOfWork, written: Written) -> Asked:
    """What the database is asked: the filter with the audiences that it names, today's election, now."""
    whole = put_in(written, saved_filters(unit))
    return Asked(read_filter(whole, bounds=PUT_IN), current_election(unit).id, ctx.now)


def names_in(unit: UnitOfWork, rules: list[tree.Filter]) -> dict[uuid.UUID, str]:
    """What the lists, texts and audiences that these filters name are called."""
    lists = {one for rule in rules for one in _named_lists(rule)}
    audiences = {one for rule in rules for one in named_in(rule)}
    rows = unit.session.execute(
        select(Audience.id, Audience.name).where(
            Audience.organisation_id == unit.organisation_id, Audience.id.in_(audiences)
        )
    )
    texts = {one for rule in rules for one in _named_texts(rule)}
    named = {**_list_names(unit, lists), **_text_names(unit, texts)}
    return {**named, **{row.id: row.name for row in rows}}


def _list_names(unit: UnitOfWork, list_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not list_ids:
        return {}
    rows = unit.session.execute(
        select(ContactList.id, ContactList.name).where(
            ContactList.organisation_id == unit.organisation_id, ContactList.id.in_(list_ids)
        )
    )
    return {row.id: row.name for row in rows}


def _text_names(unit: UnitOfWork, blast_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not blast_ids:
        return {}
    of_them = (Blast.organisation_id == unit.organisation_id, Blast.id.in_(blast_ids))
    return {row.id: row.name for row in unit.session.execute(select(Blast.id, Blast.name).where(*of_them))}


def _named_texts(rule: tree.Filter) -> Iterator[uuid.UUID]:
    for condition in tree.conditions(rule):
        if isinstance(condition, tree.Got | tree.Clicked):
            yield from condition.blast_ids


def _named_lists(rule: tree.Filter) -> Iterator[uuid.UUID]:
    for condition in tree.conditions(rule):
        if isinstance(condition, tree.OnLists):
            yield from condition.list_ids
