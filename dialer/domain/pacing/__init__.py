"""How many calls to start now (issue 6; docs/pacing.md). Pure: no clock, no chance, only what it
is told.

`ProgressivePacer` rings one line for each waiting volunteer. `Pacer` predicts, and keeps the ceiling on
abandoned calls before it keeps anybody busy.
"""

from dialer.domain.pacing.predictive import Pacer
from dialer.domain.pacing.progressive import ProgressivePacer

__all__ = ["Pacer", "ProgressivePacer"]
