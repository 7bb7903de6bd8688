"""What tests of texting share."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest

from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.letters import Mailing, mailing_at
from tests.people import Person, make_person
from tests.texting import Blasting
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, Town

OURS = "+441632960001"


@pytest.fixture
def blasting(ctx: Context, clock: SetClock) -> Blasting:
    """Blasts stepped by hand, with a carrier in memory. At the end figures must equal the facts."""
    made = Blasting(ctx, clock)
    yield made  # type: ignore[misc]
    assert check_counters(made.system) == []


@pytest.fixture
def mailing(ctx: Context, clock: SetClock) -> Iterator[Mailing]:
    """Blasts of letters to a real mail server. At the end figures must equal the facts."""
    with mailing_at(ctx, clock) as made:
        yield made
        assert check_counters(made.system) == []


@pytest.fixture
def wire(town: Town) -> Iterator[TwilioCarrier]:
    """The carrier's account in the town, which owns one number."""
    town.orderly()
    town.account(senders=[OURS])
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


@pytest.fixture
def others(
    units: UnitFactory, context_of: Callable[[Person], Context], organisation_id: uuid.UUID
) -> Context:
    """A coordinator of another organisation in the same installation, younger than ours."""
    with units.read() as unit:
        organisation = Organisation(name="Others", created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        unit.session.add(organisation)
        unit.session.flush()
        its_id = organisation.id
    assert its_id > organisation_id
    return context_of(make_person(units, its_id, Role.COORDINATOR, "Olwen"))
