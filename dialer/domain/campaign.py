"""What a campaign is, and the states it goes through: draft → active ⇄ paused → ended."""

from __future__ import annotations

from typing import Final

CAMPAIGN_KINDS: Final = ("phone_bank", "text_blast", "gotv", "share")
CAMPAIGN_STATES: Final = ("draft", "active", "paused", "ended")
DIALING_MODES: Final = ("preview", "progressive", "predictive")
ABANDONED_RATE_CEILING: Final = 0.03
"""The most that can be set: above it the UK regulator's 2017 statement leaves no defence (design §8)."""

FROM: Final = {
    "active": frozenset({"draft", "paused"}),
    "paused": frozenset({"active"}),
    "ended": frozenset({"active", "paused"}),
}


def may_become(state: str, wanted: str) -> bool:
    """Whether a campaign in `state` may be made `wanted`. One that already is may (nothing then changes)."""
    return state == wanted or state in FROM[wanted]
