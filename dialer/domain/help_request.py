"""A volunteer asks for help: the words for why, and for how it ended. Nobody is ever blamed for asking."""

from __future__ import annotations

from typing import Final

FRIGHTENED: Final = "frightened"
QUESTION: Final = "question"
TECHNICAL: Final = "technical"
REASONS: Final = (FRIGHTENED, QUESTION, TECHNICAL)

HELPED: Final = "helped"
WITHDRAWN: Final = "withdrawn"
OUTCOMES: Final = (HELPED, WITHDRAWN)
"""A coordinator has helped; or the volunteer needs it no more."""
