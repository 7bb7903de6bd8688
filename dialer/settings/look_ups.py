"""The settings of look-ups: asking the carrier what kind of line a number is, which costs money."""

from dataclasses import dataclass

from dialer.settings import kinds
from dialer.settings.email import EmailSettings
from dialer.settings.loading import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpSettings(EmailSettings):
    """What an installation is told about them."""

    look_ups_price: float = setting(
        "look_ups.price",
        "DIALER_LOOK_UP_PRICE",
        kinds.number(0, 100),
        0.008,
        "what it costs to ask the carrier for the kind of one line",
    )
    look_ups_most: int = setting(
        "look_ups.most",
        "DIALER_LOOK_UPS_MOST",
        kinds.whole_number(1, 1_000_000),
        10_000,
        "how many numbers may be asked for in one batch",
    )
    look_ups_holds_days: int = setting(
        "look_ups.holds_days",
        "DIALER_LOOK_UPS_HOLD_DAYS",
        kinds.whole_number(1, 3650),
        180,
        "days for which an answer holds: no number is asked for again before",
    )
