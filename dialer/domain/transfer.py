"""Putting somebody through to a third party: the words for where it stands, whom volunteers may have rung,
and why it came to nothing (contract §6, issue of dialled modes).

With a warm one the volunteer speaks with the third party first, while the contact is on hold; then the two go
on without the volunteer. With a cold one they are joined as soon as the third party answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.errors import FieldError
from dialer.domain.phone import PhoneFault, PhonePolicy, read_phone

RINGING: Final = "ringing"
TALKING: Final = "talking"
COMPLETED: Final = "completed"
CANCELLED: Final = "cancelled"
FAILED: Final = "failed"
TRANSFER_STATES: Final = (RINGING, TALKING, COMPLETED, CANCELLED, FAILED)
UNDER_WAY: Final = frozenset({RINGING, TALKING})

CONTACT_GONE: Final = "contact_gone"
VOLUNTEER_GONE: Final = "volunteer_gone"
HUNG_UP: Final = "hung_up"
NO_ANSWER: Final = "no_answer"
BUSY: Final = "busy"
MACHINE: Final = "machine"
NOT_PLACED: Final = "not_placed"
TRANSFER_REASONS: Final = (CONTACT_GONE, VOLUNTEER_GONE, HUNG_UP, NO_ANSWER, BUSY, MACHINE, NOT_PLACED)
"""Why one came to nothing, beside the volunteer's own wish."""

NUMBERS_MAX: Final = 20
LABEL_MAX: Final = 80
RINGS_S: Final = 25
ALONE_TRIES: Final = 5
"""How often one of the two hears “one moment” before the other one has come, some two seconds apart."""

_REASONS: Final = {"no_answer": NO_ANSWER, "busy": BUSY, "completed": HUNG_UP, "abandoned": HUNG_UP}


@dataclass(frozen=True, slots=True)
class TransferNumber:
    """A number that volunteers of a campaign may have rung, and what it is called."""

    label: str
    phone: str


def reason_of(call_state: str, end_reason: str | None) -> str:
    """Why nobody was put through, by how the third party's leg ended."""
    if end_reason == "volunteer_machine":
        return MACHINE
    return _REASONS.get(call_state, NOT_PLACED)


def room_between(transfer_id: object) -> str:
    """The conference in which the contact and the third party go on without the volunteer."""
    return f"transfer-{transfer_id}"


def rung_number(text: str, policy: PhonePolicy) -> str | None:
    """The number as it is rung, where it may be: of a country that is allowed, and not at a higher rate."""
    read = read_phone(text, policy)
    if isinstance(read, PhoneFault) or not policy.allows(read.number):
        return None
    return read.number


def why_not_rung(text: str, policy: PhonePolicy) -> str:
    """What is wrong with a number that `rung_number` refuses."""
    read = read_phone(text, policy)
    if isinstance(read, PhoneFault) and read is not PhoneFault.PREMIUM:
        return "This isn’t a phone number. Correct its digits."
    return "This number can’t be rung from here."


def checked(
    numbers: Sequence[TransferNumber], policy: PhonePolicy
) -> list[TransferNumber] | list[FieldError]:
    """The same list with its numbers as they are rung; else all that is wrong with it."""
    found: list[FieldError] = []
    kept: list[TransferNumber] = []
    for at, one in enumerate(numbers):
        rung = rung_number(one.phone, policy)
        label = " ".join(one.label.split())
        if rung is None:
            found.append(FieldError(f"/numbers/{at}/phone", why_not_rung(one.phone, policy)))
        elif rung in {each.phone for each in kept}:
            found.append(FieldError(f"/numbers/{at}/phone", "This number is in the list already."))
        else:
            kept.append(TransferNumber(label, rung))
        if not label:
            found.append(FieldError(f"/numbers/{at}/label", "Say whose number it is."))
    return found or kept


def stored(numbers: Sequence[TransferNumber]) -> list[dict[str, Any]]:
    """The list as it is kept."""
    return [{"label": one.label, "phone": one.phone} for one in numbers]


def read_numbers(kept: Sequence[dict[str, Any]]) -> list[TransferNumber]:
    """The list as it was kept."""
    return [TransferNumber(one["label"], one["phone"]) for one in kept]
