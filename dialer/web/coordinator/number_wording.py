"""How it stands with what the carrier was asked about our numbers, in words."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from dialer.domain.own_numbers import Fault
from dialer.services.messaging.number_tasks import TaskView
from dialer.web.coordinator.wording import Words

FAULT: Final[Words] = {
    Fault.REFUSED: _("The carrier refused."),
    Fault.UNREACHABLE: _("The carrier can’t be reached."),
    Fault.NOT_OURS: _("It isn’t one of ours any more."),
    Fault.ELSEWHERE: _("Not done: another system hears of it. Look again, then say whether to take it over."),
    Fault.IN_USE: _("Not done: something uses it."),
}
KIND: Final[Words] = {
    "local": _("Landline number"),
    "mobile": _("Mobile number"),
    "toll_free": _("Toll-free number"),
}
FIELD: Final[Words] = {
    "country": _("Write the country as two letters, such as GB."),
    "kind": _("Choose a kind of number."),
    "contains": _("Figures and * alone, ten at most."),
    "area_code": _("An area code has three figures."),
    "search_id": _("That was looked for too long ago. Look again what can be had."),
    "number": _("It isn’t one of ours any more."),
    "confirm": _("Type the last four figures of the number."),
    "price": _("That is more than may still be spent."),
    "address_sid": _("The carrier’s name of an address is AD and 32 signs."),
    "bundle_sid": _("The carrier’s name of a bundle is BU and 32 signs."),
}
"""What is wrong with a field of a form."""
CODE: Final[dict[int, LazyString]] = {
    10002: _("The carrier refused: a trial account can’t have this. Upgrade the account there."),
    20003: _("The carrier refused: it doesn’t know our account, or the account may not do this."),
    21421: _("The carrier refused: it says that this is no number."),
    21422: _("The carrier refused: somebody else has the number by now, or it isn’t for sale. Take another."),
    21452: _("The carrier refused: it has none of that kind there now."),
    21613: _("The carrier refused: the country wants your address. Make one there, then buy with its name."),
    21631: _(
        "The carrier refused: the country wants an address. Make one there, then buy with its name (AD…)."
    ),
    21649: _(
        "The carrier refused: the country wants documents. Have a bundle approved, then give its name (BU…)."
    ),
}
"""Source: the pages of these codes under twilio.com/docs/api/errors; of 21649 twilio.com/en-us/changelog,
12 February 2020.
"""


def outcome(task: TaskView) -> str:
    """How a task stands, in words."""
    if task.state == "done":
        return str(gettext("Done"))
    if task.state != "failed":
        return str(gettext("Under way"))
    if task.kind == "buy" and task.fault == Fault.UNREACHABLE:
        return str(
            gettext("The carrier can’t be reached. If it was bought all the same, it appears in the list.")
        )
    if task.error_code in CODE:
        return str(CODE[task.error_code])
    if task.error_code:
        return str(gettext("The carrier refused (its code %(code)s).", code=task.error_code))
    return str(FAULT[Fault(task.fault or Fault.UNREACHABLE)])
