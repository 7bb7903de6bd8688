"""What a campaign is, and the states it goes through: draft → active ⇄ paused → ended."""

from typing import Final

CAMPAIGN_KINDS: Final = ("phone_bank", "text_blast", "gotv", "share")
CAMPAIGN_STATES: Final = ("draft", "active", "paused", "ended")
DIALING_MODES: Final = ("preview", "progressive", "predictive")
