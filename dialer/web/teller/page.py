"""The page itself, and the one form that it is where no script runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.election import Phase
from dialer.domain.elector_number import elector_parts
from dialer.domain.telling import Outcome
from dialer.services.gotv.telling import TellerDesk, take_back_own, tell, teller_desk
from dialer.services.gotv.views import NewMark, ToldMark
from dialer.web.desk import context
from dialer.web.forms import Faults, id_of, said, said_or_none
from dialer.web.guard import allow
from dialer.web.notices import Tone
from dialer.web.notices import tell as say
from dialer.web.security import works_offline
from dialer.web.words import time_of_day

teller = Blueprint("teller", __name__, url_prefix="/teller")

DISTRICT_KEY: Final = "telling_in"
LONGEST: Final = 20
"""As many characters as an elector number on the keypad has at most."""


@teller.get("")
@allow(Permission.TURNOUT_RECORD)
def page() -> str:
    """The keypad, or, without a script, one field; and the last numbers."""
    return _page()


@teller.post("")
@allow(Permission.TURNOUT_RECORD)
def log() -> Response | tuple[str, int]:
    """Note one number. The id in the form lets a second press note nothing."""
    number, district = said("number"), said_or_none("district")
    session[DISTRICT_KEY] = district
    if not elector_parts(number) or len(number) > LONGEST:
        return _page({"number": gettext("Type the number on the voter’s card, such as 1284 or 412/1.")}), 422
    desk = teller_desk(context())
    if desk.phase is Phase.CLOSED:
        return _back(gettext("Polls are closed, so %(number)s isn’t noted.", number=number), "warn")
    told = tell(context(), [NewMark(number, polling_district=district, client_id=id_of(said("client_id")))])
    if told is None:
        return _back(gettext("%(number)s: practice, nothing is kept.", number=number))
    return _back(_became(number, told[0], desk), "good" if told[0].outcome is Outcome.ACCEPTED else "warn")


@teller.post("/undo")
@allow(Permission.TURNOUT_RECORD)
def undo() -> Response:
    """Take back one of one's own numbers."""
    undone = take_back_own(context(), [id_of(said("client_id"))])
    if undone:
        return _back(gettext("%(number)s is taken back.", number=said("number")))
    return _back(gettext("That one was taken back before, or is a coordinator’s to change now."), "warn")


def _became(number: str, told: ToldMark, desk: TellerDesk) -> str:
    """What a teller reads of a number that they just noted."""
    words: Mapping[Outcome, str] = {
        Outcome.UNKNOWN: gettext("%(number)s isn’t on our list. Kept; it counts when the register comes."),
        Outcome.HELD: gettext("%(number)s is kept. A coordinator looks at it first."),
    }
    said_of: str = words.get(told.outcome, gettext("Logged %(number)s."))
    if told.outcome is Outcome.DUPLICATE and told.voted_at is not None:
        said_of = gettext("%(number)s: logged already at %(time)s.")
    since = time_of_day(told.voted_at, desk.timezone) if told.voted_at else ""
    return said_of % {"number": number, "time": since}


def _back(words: str, tone: Tone = "good") -> Response:
    say(words, tone)
    return redirect(url_for("teller.page"), code=303)


def _page(errors: Faults | None = None) -> str:
    works_offline()
    return render_template(
        "teller/page.html",
        desk=teller_desk(context()),
        district=session.get(DISTRICT_KEY),
        client_id=uuid.uuid4(),
        number=said("number"),
        errors=errors or {},
    )
