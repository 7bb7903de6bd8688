"""A call that the carrier carries: the words for where it stands, and what may follow (contract §6)."""

from __future__ import annotations

from typing import Final

CALL_STATES: Final = (
    "queued",
    "ringing",
    "in_progress",
    "completed",
    "busy",
    "no_answer",
    "failed",
    "canceled",
    "abandoned",
)
RING_ME: Final = "ring_me"
LINE: Final = "line"
DIALLED: Final = "dialled"
SUPERVISOR: Final = "supervisor"
TRANSFER: Final = "transfer"
CALL_MODES: Final = (RING_ME, "inbound", LINE, DIALLED, SUPERVISOR, TRANSFER)
"""`line` is a volunteer's own leg, which holds their conference; `dialled` a contact's, by the dialler;
`supervisor` a coordinator's and `transfer` somebody else's, who come into a volunteer's room."""
FURTHER: Final = frozenset({SUPERVISOR, TRANSFER})
"""Legs that come into a room beside the volunteer's and the contact's: a shift is kept busy by neither."""
OF_A_ROOM: Final = frozenset({LINE, *FURTHER})
"""Legs that belong to a shift, not to an assignment, and that are no attempt at anybody."""
ONE_LEG: Final = frozenset({"inbound", DIALLED})
"""Their only leg is the other person's."""
DIAL_STATES: Final = ("waiting", "dialling", "unknown", "dialled", "given_up")
"""How far the request to the carrier has come. `dialling` is committed before the carrier hears of it."""

FINAL: Final = frozenset(CALL_STATES[3:])

_RANKS: Final = {"queued": 0, "ringing": 1, "in_progress": 2}
_LAST_RANK: Final = 3
_BY_CARRIER: Final = {
    "queued": "queued",
    "initiated": "queued",
    "ringing": "ringing",
    "in-progress": "in_progress",
    "answered": "in_progress",
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "canceled",
}


def proven_by(status: str) -> str | None:
    """The state that the carrier's word for a call proves; None for a word that isn't known."""
    return _BY_CARRIER.get(status.lower())


def moves(state: str, proven: str) -> bool:
    """Whether evidence moves a call on: states never go back, and the first end stands."""
    return state in sources_of(proven)


def sources_of(proven: str) -> frozenset[str]:
    """The states that evidence for `proven` may move on: the condition of the update that applies it."""
    rank = _RANKS.get(proven, _LAST_RANK)
    return frozenset(state for state, own in _RANKS.items() if own < rank)
