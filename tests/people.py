"""The people of the tests: Carys coordinates, Vic volunteers, Mallory is a stranger to the campaign."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass

from dialer.domain.access import Actor, Role
from dialer.services.accounts.authentication import actor_for_token
from dialer.services.accounts.credentials import secret_hash
from dialer.store.models.accounts import Account, AccountCampaign, ApiToken
from dialer.store.session import UnitFactory


@dataclass(frozen=True, slots=True)
class Person:
    """An account with a bearer token."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    token: str
    units: UnitFactory

    @property
    def actor(self) -> Actor:
        """Who the server takes this person for, read afresh."""
        actor = actor_for_token(self.units, self.token, dt.datetime.now(dt.UTC))
        assert actor is not None
        return actor


def make_person(
    units: UnitFactory,
    organisation_id: uuid.UUID,
    role: Role,
    name: str,
    *,
    campaign_ids: tuple[uuid.UUID, ...] = (),
    **account_fields: object,
) -> Person:
    """Somebody with a role, the campaigns they belong to and a token that does not expire."""
    token = f"dlr_{secrets.token_urlsafe(32)}"
    with units.begin(organisation_id) as unit:
        account = Account(organisation_id=organisation_id, role=role, name=name, **account_fields)
        unit.session.add(account)
        unit.session.flush()
        unit.session.add(
            ApiToken(
                organisation_id=organisation_id,
                account_id=account.id,
                role=role,
                name=f"{name}’s token",
                secret_hash=secret_hash(token),
            )
        )
        unit.session.add_all(
            AccountCampaign(organisation_id=organisation_id, account_id=account.id, campaign_id=campaign_id)
            for campaign_id in campaign_ids
        )
    return Person(account.id, organisation_id, token, units)


def join_campaign(units: UnitFactory, person: Person, campaign_id: uuid.UUID | str) -> None:
    """Let somebody call for a campaign."""
    with units.begin(person.organisation_id) as unit:
        unit.session.add(
            AccountCampaign(
                organisation_id=person.organisation_id,
                account_id=person.id,
                campaign_id=uuid.UUID(str(campaign_id)),
            )
        )
