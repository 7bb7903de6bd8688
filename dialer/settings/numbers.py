"""The settings of our numbers at the carrier, each of which costs money every month."""

from dataclasses import dataclass

from dialer.domain.own_numbers import MOST_A_DAY
from dialer.settings import kinds
from dialer.settings.loading import setting
from dialer.settings.look_ups import LookUpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSettings(LookUpSettings):
    """What an installation is told about them."""

    numbers_most_a_day: int = setting(
        "numbers.most_a_day",
        "DIALER_NUMBERS_A_DAY",
        kinds.whole_number(0, 1000),
        MOST_A_DAY,
        "how many numbers an organisation may buy in 24 hours; 0: none",
    )
