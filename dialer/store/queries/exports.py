"""Whole tables to be taken away, row by row."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from dialer.store.models.accounts import Account
from dialer.store.models.calling import CampaignList, Result
from dialer.store.models.people import Contact, ContactPhone, ListMember

BETWEEN = "; "

Table = Select[*tuple[Any, ...]]


def contacts(organisation_id: uuid.UUID, campaign_id: uuid.UUID | None) -> Table:
    """Everybody, or everybody in a campaign's lists; their numbers in one cell, as an import reads them."""
    numbers = (
        select(
            func.string_agg(ContactPhone.number, aggregate_order_by(literal(BETWEEN), ContactPhone.position))
        )
        .where(
            ContactPhone.organisation_id == Contact.organisation_id,
            ContactPhone.contact_id == Contact.id,
            ContactPhone.removed_at.is_(None),
        )
        .correlate(Contact)
        .scalar_subquery()
    )
    statement = select(
        Contact.id,
        Contact.external_id,
        Contact.elector_number,
        Contact.first_name,
        Contact.last_name,
        numbers.label("phone"),
        Contact.email,
        Contact.address,
        Contact.postcode,
        Contact.constituency,
        Contact.ward,
        Contact.polling_district,
        Contact.language,
        func.array_to_string(Contact.tags, BETWEEN).label("tags"),
        Contact.status,
    ).where(Contact.organisation_id == organisation_id)
    if campaign_id is not None:
        statement = statement.where(Contact.id.in_(_members(organisation_id, campaign_id)))
    return statement.order_by(Contact.id)


def results(organisation_id: uuid.UUID, campaign_id: uuid.UUID | None) -> Table:
    """What calls brought, as it stands after corrections."""
    statement = (
        select(
            Result.id,
            Result.campaign_id,
            Result.contact_id,
            Contact.elector_number,
            Contact.first_name,
            Contact.last_name,
            Result.number.label("phone"),
            Result.disposition,
            Result.support,
            Result.voting_method,
            Result.callback_at,
            Result.notes,
            Result.late,
            Result.at,
            Account.name.label("by"),
        )
        .join(
            Contact, and_(Contact.organisation_id == Result.organisation_id, Contact.id == Result.contact_id)
        )
        .join(
            Account, and_(Account.organisation_id == Result.organisation_id, Account.id == Result.account_id)
        )
        .where(
            Result.organisation_id == organisation_id,
            Result.superseded_at.is_(None),
            Result.implied.is_(False),
        )
    )
    if campaign_id is not None:
        statement = statement.where(Result.campaign_id == campaign_id)
    return statement.order_by(Result.at, Result.id)


def _members(organisation_id: uuid.UUID, campaign_id: uuid.UUID) -> Table:
    return (
        select(ListMember.contact_id)
        .join(
            CampaignList,
            and_(
                CampaignList.organisation_id == ListMember.organisation_id,
                CampaignList.list_id == ListMember.list_id,
            ),
        )
        .where(ListMember.organisation_id == organisation_id, CampaignList.campaign_id == campaign_id)
    )
