"""Two campaigns: Vic calls for Aber Marsh, nobody for Pen Hill."""

from __future__ import annotations

import uuid

import pytest

from dialer.store.session import UnitFactory
from tests.people import Person, join_campaign
from tests.services.accounts.campaigns import make_campaign


@pytest.fixture
def marsh(units: UnitFactory, organisation_id: uuid.UUID, vic: Person) -> uuid.UUID:
    """The campaign that Vic calls for."""
    campaign_id = make_campaign(units, organisation_id)
    join_campaign(units, vic, campaign_id)
    return campaign_id


@pytest.fixture
def hill(units: UnitFactory, organisation_id: uuid.UUID) -> uuid.UUID:
    """Another campaign."""
    return make_campaign(units, organisation_id, "Pen Hill")
