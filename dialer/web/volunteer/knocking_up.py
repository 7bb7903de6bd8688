"""A walk on the phone of a crew: who on it hasn't voted yet, road by road, and what came of each door. Works
without a script.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.knock_up import Answer
from dialer.services.gotv.walk_marks import mark_on_walk, take_mark_back
from dialer.services.gotv.walks import open_walk
from dialer.web.desk import context
from dialer.web.forms import id_of, said
from dialer.web.guard import allow
from dialer.web.knock_up_shown import heading, know_first, title_of
from dialer.web.notices import tell
from dialer.web.rule_words import N_

knocking_up = Blueprint("knocking_up", __name__, url_prefix="/knock-up/walks")

ANSWERS: Final[Mapping[Answer, str]] = {
    Answer.VOTED: N_("Voted"),
    Answer.GOING: N_("Going"),
    Answer.LIFT: N_("Lift"),
    Answer.OUT: N_("Out"),
    Answer.MOVED: N_("Moved away"),
    Answer.NO: N_("Not for us"),
    Answer.STOP: N_("Stop"),
}
"""The buttons of a person, in the order of a sheet's boxes; those that end it come last."""


@knocking_up.get("/<code>")
@allow(Permission.KNOCK_UP_WALK)
def walk(code: str) -> str:
    """The walk that a sheet's code opens, as it is now."""
    return render_template(
        "volunteer/knock_up_walk.html",
        walk=open_walk(context(), code),
        answers=[(answer, gettext(words)) for answer, words in ANSWERS.items()],
        press_id=uuid.uuid4(),
        at=request.args.get("road", 0, type=int),
        title_of=title_of,
        heading=heading,
        know_first=know_first,
    )


@knocking_up.post("/<code>/marks")
@allow(Permission.KNOCK_UP_WALK)
def mark(code: str) -> Response:
    """Note what came of a door; the same press again changes nothing."""
    contact_id, press_id, answer = id_of(said("contact_id")), id_of(said("press_id")), said("answer")
    if answer not in set(Answer):
        raise NotFound
    try:
        noted = mark_on_walk(context(), code, contact_id, Answer(answer), press_id)
    except Conflict as refused:
        tell(gettext(refused.detail), "warn")
        return _back(code)
    undo = url_for(".undo", code=code, result_id=noted.result_id, road=request.form.get("road", type=int))
    words = gettext("Noted: %(answer)s.", answer=gettext(ANSWERS[Answer(answer)]))
    if not noted.can_undo:
        words = gettext("Noted: no more knocks, calls or texts for them.")
    tell(words, undo=undo if noted.can_undo else None)
    return _back(code)


@knocking_up.post("/<code>/marks/<uuid:result_id>/undo")
@allow(Permission.KNOCK_UP_WALK)
def undo(code: str, result_id: uuid.UUID) -> Response:
    """Take back what oneself noted."""
    take_mark_back(context(), code, result_id)
    tell(gettext("Taken back."))
    return _back(code)


def _back(code: str) -> Response:
    """To the road where one stands."""
    road = request.values.get("road", type=int)
    anchor = f"road-{road}" if road else None
    return redirect(url_for(".walk", code=code, road=road, _anchor=anchor), code=303)
