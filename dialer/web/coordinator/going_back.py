"""What is done with one volunteer's shift, and back to the list of all of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.errors import Conflict, NotFound
from dialer.services.calling.sessions import get_session
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.notices import tell

Deed = Callable[[Context, uuid.UUID], object]


def shown_again(deed: Deed, session_id: uuid.UUID, words: str) -> Response:
    """Do it, and show the list again; where it isn't possible any more, that is said."""
    ctx = context()
    campaign_id = get_session(ctx, session_id).campaign_id
    try:
        deed(ctx, session_id)
    except NotFound:
        tell(gettext("That is over already."), "warn")
    except Conflict as refusal:
        tell(gettext(refusal.detail), "warn")
    else:
        tell(words)
    return Response(status=303, headers={"Location": url_for("coordinator.shifts", campaign_id=campaign_id)})
