"""The pledge and turnout table, read with filters by key."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from dialer.domain.pledge import FACTS
from dialer.store.models.accounts import Account
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.people import Contact


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """Which rows are asked for; what is None or empty doesn't narrow.

    `with_turnout` adds people of whom only the vote is known. `campaign_ids` is where the asker's reach
    ends.
    """

    election_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    campaign_ids: frozenset[uuid.UUID] | None = None
    supports: tuple[int, ...] = ()
    voting_method: str | None = None
    polling_district: str | None = None
    voted: bool | None = None
    name_key: str | None = None
    with_turnout: bool = False


_ROW = (
    VoterRecord.contact_id,
    VoterRecord.election_id,
    Contact.elector_number,
    Contact.first_name,
    Contact.last_name,
    Contact.polling_district,
    Contact.postcode,
    VoterRecord.learned_campaign_id,
    VoterRecord.support,
    VoterRecord.voting_method,
    VoterRecord.planned_at,
    VoterRecord.needs_lift,
    VoterRecord.id_ready,
    VoterRecord.learned_source,
    VoterRecord.learned_at,
    VoterRecord.learned_by,
    Account.name.label("learned_by_name"),
    VoterRecord.voted_at,
    VoterRecord.voted_source,
)


def page_of_records(
    session: Session,
    organisation_id: uuid.UUID,
    wanted: PledgeFilter,
    *,
    after: tuple[uuid.UUID, ...] | None,
    limit: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next rows by contact and election, at most `limit`."""
    statement = _matching(select(*_ROW), organisation_id, wanted).outerjoin(
        Account,
        and_(Account.organisation_id == organisation_id, Account.id == VoterRecord.learned_by),
    )
    if after is not None:
        statement = statement.where(tuple_(VoterRecord.contact_id, VoterRecord.election_id) > tuple_(*after))
    ordered = statement.order_by(VoterRecord.contact_id, VoterRecord.election_id)
    return session.execute(ordered.limit(limit)).all()


def totals_of_records(
    session: Session, organisation_id: uuid.UUID, wanted: PledgeFilter
) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many rows there are of each support, voting method and vote."""
    voted = VoterRecord.voted_at.is_not(None).label("voted")
    kinds = (VoterRecord.support, VoterRecord.voting_method, voted)
    counted = _matching(select(*kinds, func.count().label("people")), organisation_id, wanted)
    return session.execute(counted.group_by(*kinds)).all()


def _matching(
    statement: Select[*tuple[Any, ...]], organisation_id: uuid.UUID, wanted: PledgeFilter
) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(VoterRecord)
        .join(
            Contact,
            and_(Contact.organisation_id == organisation_id, Contact.id == VoterRecord.contact_id),
        )
        .where(VoterRecord.organisation_id == organisation_id, *_conditions(wanted))
    )


def _conditions(wanted: PledgeFilter) -> list[ColumnElement[bool]]:
    known = or_(*(getattr(VoterRecord, fact).is_not(None) for fact in FACTS))
    conditions = [or_(known, VoterRecord.voted_at.is_not(None)) if wanted.with_turnout else known]
    if wanted.campaign_ids is not None:
        conditions.append(VoterRecord.learned_campaign_id.in_(wanted.campaign_ids))
    if wanted.supports:
        conditions.append(VoterRecord.support.in_(wanted.supports))
    if wanted.voted is not None:
        conditions.append(VoterRecord.voted_at.is_not(None) == wanted.voted)
    if wanted.name_key:
        conditions.append(Contact.name_key.contains(wanted.name_key, autoescape=True))
    equal = {
        VoterRecord.election_id: wanted.election_id,
        VoterRecord.contact_id: wanted.contact_id,
        VoterRecord.learned_campaign_id: wanted.campaign_id,
        VoterRecord.voting_method: wanted.voting_method,
        Contact.polling_district: wanted.polling_district,
    }
    return conditions + [column == value for column, value in equal.items() if value is not None]
