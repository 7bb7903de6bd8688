"""Going on in another campaign, from the call screen: the choice between calls, and staying after all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, Flask
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.moving import campaigns_for, move_session, stay
from dialer.services.calling.sessions import current_session
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import id_in_form, to_call
from dialer.web.volunteer.helping import mine

going_on = Blueprint("going_on", __name__, url_prefix="/call")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a volunteer goes on after their call, by name; else where they may. `stayed`: they were to go on
    somewhere, and couldn't. `ends`: their own campaign is over, and the shift ends after this call.
    """

    after_call: str | None
    choices: list[tuple[uuid.UUID, str]]
    stayed: str | None = None
    ends: bool = False


@going_on.post("/move")
@allow(Permission.SHIFT_RUN)
def go_on() -> Response:
    """Go on in the campaign that was chosen, now or after this call."""
    ctx = context()
    if now := current_session(ctx):
        try:
            moved = move_session(ctx, now.id, id_in_form("campaign"))
        except (Conflict, InvalidTransition) as refusal:
            tell(gettext(refusal.detail), "warn")
        else:
            if moved.moving_to is None:
                name = get_campaign(ctx, moved.campaign_id).name
                tell(gettext("You’re calling for %(campaign)s now.", campaign=name))
    return to_call()


@going_on.post("/stay")
@allow(Permission.SHIFT_RUN)
def stay_here() -> Response:
    """Stay after all."""
    ctx = context()
    if now := current_session(ctx):
        stay(ctx, now.id)
        tell(gettext("You stay where you are."))
    return to_call()


def elsewhere(*, choices: bool = False) -> Elsewhere | None:
    """What a page says of it; None where there is nothing to say."""
    now = mine()
    if now is None:
        return None
    ctx = context()
    if now.moving_to is not None:
        return Elsewhere(_name_of(ctx, now.moving_to), [])
    stayed = None if now.stayed_from is None else _name_of(ctx, now.stayed_from)
    found = campaigns_for(ctx, now.id) if choices else []
    ends = now.end_reason is not None and now.assignment_id is not None
    return Elsewhere(None, found, stayed, ends) if found or stayed or ends else None


def _name_of(ctx: Context, campaign_id: uuid.UUID) -> str:
    """A campaign's name; where they don't call for it any more, only that it is another one."""
    try:
        return get_campaign(ctx, campaign_id).name
    except NotFound:
        return str(gettext("the other campaign"))


def install_going_on(app: Flask) -> None:
    """Let the call screen's templates ask."""
    app.jinja_env.globals["elsewhere"] = elsewhere
