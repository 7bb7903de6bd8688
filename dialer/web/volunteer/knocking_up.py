"""A walk on the phone of a crew: who on it hasn't voted yet, road by road. Works without a script."""

from __future__ import annotations

from flask import Blueprint, render_template

from dialer.domain.access import Permission
from dialer.services.gotv.walks import open_walk
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.knock_up_shown import heading, know_first, title_of

knocking_up = Blueprint("knocking_up", __name__, url_prefix="/knock-up/walks")


@knocking_up.get("/<code>")
@allow(Permission.KNOCK_UP_WALK)
def walk(code: str) -> str:
    """The walk that a sheet's code opens, as it is now."""
    return render_template(
        "volunteer/knock_up_walk.html",
        walk=open_walk(context(), code),
        title_of=title_of,
        heading=heading,
        know_first=know_first,
    )
