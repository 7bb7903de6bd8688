"""What calls and doors found of a person’s status, and how exactly one of them is taken back."""

from __future__ import annotations

from dialer.store.models.calling import Result
from dialer.store.models.doorstep import DoorResult
from dialer.store.models.people import Contact
from dialer.store.queries.door_results import others_with_status
from dialer.store.session import UnitOfWork


def restore_status(unit: UnitOfWork, result: DoorResult | Result, contact: Contact) -> None:
    """Put back what a result, which stands no more, changed on a person (locked).

    Where others found the same, it stands, and so does what a coordinator changed since. Whoever thought it
    was so before learns what was. A correction of a call keeps the time of the first, so it is told by what
    each found, not by time, who came after whom.
    """
    if "status" not in result.effects:
        return
    before, found = result.effects["status"], _found(result)
    others = others_with_status(unit, result)
    for other in others:
        if other.effects["status"] == found:
            other.effects = {**other.effects, "status": before}
    if contact.status == found and found not in map(_found, others):
        contact.status = before


def _found(result: DoorResult | Result) -> str:
    return result.outcome if isinstance(result, DoorResult) else result.disposition
