"""What tests of texting share."""

from __future__ import annotations

import pytest

from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from tests.conftest import SetClock
from tests.texting import Blasting


@pytest.fixture
def blasting(ctx: Context, clock: SetClock) -> Blasting:
    """Blasts stepped by hand, with a carrier in memory. At the end figures must equal the facts."""
    made = Blasting(ctx, clock)
    yield made  # type: ignore[misc]
    assert check_counters(made.system) == []
