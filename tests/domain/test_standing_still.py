"""Whether whoever waits on their line waits in vain."""

from __future__ import annotations

import pytest

from dialer.domain.dialling import Still, stands_still


@pytest.mark.parametrize(
    ("why", "ringing", "stands"),
    [
        (None, 0, False),
        (Still.ENOUGH, 0, False),
        (Still.NOBODY_ON_LINE, 0, False),
        (Still.QUIET_HOURS, 0, True),
        (Still.QUIET_HOURS, 3, True),
        (Still.CAMPAIGN_PAUSED, 1, True),
        (Still.NOBODY_DUE, 0, True),
        (Still.NOBODY_DUE, 1, False),
        (Still.TOO_MANY_CALLS, 2, False),
        (Still.NO_PACER, 2, True),
    ],
)
def test_who_rings_already_may_answer_and_who_may_not_be_rung_does_not(
    why: Still | None, ringing: int, stands: bool
) -> None:
    assert stands_still(why, ringing=ringing) is stands
