"""What tests of texting share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from tests.conftest import SetClock
from tests.letters import Mailing, mailing_at
from tests.texting import Blasting


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
