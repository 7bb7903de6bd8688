"""A page that is a telephone, a volunteer's or a coordinator's: what it needs for that."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.web.desk import desk
from dialer.web.security import let_call, may_hear


@dataclass(frozen=True, slots=True)
class Softphone:
    """What a page needs to be somebody's telephone; `carrier` is `town` or `twilio`, `legs` where the town's
    stand-in opens them.
    """

    session_id: str
    carrier: str
    legs: str


def offer_browser() -> bool:
    """Whether this page may offer to call in the browser. If so, it may ask for the microphone."""
    if desk().voice_tokens.is_ready:
        let_call(by_carrier=desk().stand_in is None)
    return may_hear()


def telephone(session_id: str, legs: str) -> Softphone | None:
    """The telephone in this page; None where nobody calls by browser."""
    if not offer_browser():
        return None
    return Softphone(session_id, "twilio" if desk().stand_in is None else "town", legs)
