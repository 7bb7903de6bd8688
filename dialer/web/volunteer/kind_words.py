"""The page after “This person frightened me”: it stays, through reloads and a change of language, until they
press on, or a coordinator lets them go on: then the next person may be in their ear at any moment.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from flask import render_template, session

from dialer.domain.supervision import AWAY
from dialer.services.calling.standstill import standstill_of
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.web.volunteer.line import shown

_KEPT: Final = "frightened"
"""The cookie's name for whom it was about, how that call was made, and whether it went on without them."""


@dataclass(frozen=True, slots=True)
class KindWords:
    """What the page says. `unseen`: we rang, so their number was never shown. `goes_on_with`: who talks on
    with the person now; `went_on`: somebody did, so that we hang nobody up. `coming`: who has seen it and
    comes. `shown`: what the page stands for, of somebody on a line of their own.
    """

    unseen: bool
    goes_on_with: str
    went_on: bool
    coming: str
    shown: str


def keep_kind_words(now: SessionView | None, assignment_id: uuid.UUID, *, unseen: bool) -> None:
    """Have the page stand from now on."""
    session[_KEPT] = {
        "about": str(assignment_id),
        "unseen": unseen,
        "went_on": bool(_goes_on_with(now)),
    }


def end_kind_words() -> None:
    """They pressed on, or are at work again: it doesn't come back with a later pause."""
    session.pop(_KEPT, None)


def kind_words_stand(now: SessionView | None) -> bool:
    """Whether the page stands: they rest, so that nobody is put through, and nobody else is on their line."""
    kept = session.get(_KEPT)
    if kept is None or is_at_work(now):
        return False
    if now is None or now.line is None or now.assignment_id is None:
        return True
    return bool(str(now.assignment_id) == kept["about"])


def is_at_work(now: SessionView | None) -> bool:
    """Whether they are on a shift and don't rest."""
    return now is not None and now.state != "paused"


def kind_words(ctx: Context, now: SessionView | None) -> str:
    """The page, as things stand now."""
    kept = session[_KEPT]
    with_them = _goes_on_with(now)
    page = KindWords(
        unseen=kept["unseen"],
        goes_on_with=with_them,
        went_on=kept["went_on"] or bool(with_them),
        coming=(now.help.taken_by or "") if now and now.help else "",
        shown=shown(now, now.line, ctx.now, standstill_of(ctx, now)) if now and now.line else "",
    )
    return render_template("volunteer/frightened.html", page=page)


def _goes_on_with(now: SessionView | None) -> str:
    """Who talks on with the person alone, as long as that lasts: not who is only on the way."""
    there = now.supervision if now else None
    return there.name if there is not None and there.volunteer == AWAY else ""
