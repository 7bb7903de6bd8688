"""The emails of a blast of which nobody knows whether they went, and sending them again."""

from __future__ import annotations

import uuid

from flask import render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import RuleBroken
from dialer.services.calling.campaigns import get_campaign
from dialer.services.messaging.blasts import get_blast
from dialer.services.messaging.unheard import count_fresh, count_unheard, list_unheard, send_unheard_again
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import go, next_address, page_asked
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure


@coordinator.get("/blasts/<uuid:blast_id>/unheard")
@allow(Permission.BLAST_READ)
def unheard(blast_id: uuid.UUID) -> str:
    """Each with what is known of it."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    rows = list_unheard(ctx, blast_id, page_asked())
    return render_template(
        "coordinator/blast_unheard.html",
        blast=found,
        campaign=get_campaign(ctx, found.campaign_id),
        rows=rows.items,
        count=count_unheard(ctx, blast_id),
        fresh=count_fresh(ctx, blast_id),
        more=next_address(rows, "coordinator.unheard", blast_id=blast_id),
        may_send=ctx.actor.may(Permission.BLAST_MANAGE) and found.state in ("running", "paused", "completed"),
    )


@coordinator.get("/blasts/<uuid:blast_id>/send-again")
@allow(Permission.BLAST_MANAGE)
def ask_send_again(blast_id: uuid.UUID) -> str:
    """Ask first: some may get it twice."""
    ctx = context()
    found, count = get_blast(ctx, blast_id), count_unheard(ctx, blast_id)
    question = ngettext(
        "Send one email of “%(name)s” again?",
        "Send %(count)s emails of “%(name)s” again?",
        count,
        name=found.name,
        count=figure(count),
    )
    asking = Asking(
        section="texts",
        question=question,
        consequence=gettext(
            "Nobody knows whether they went, so some people may get theirs twice. Whoever said no meanwhile"
            " gets nothing."
        ),
        action=url_for("coordinator.send_again", blast_id=blast_id),
        deed=gettext("Send them again"),
        back=url_for("coordinator.unheard", blast_id=blast_id),
        keep=gettext("Leave it as it is"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


@coordinator.post("/blasts/<uuid:blast_id>/send-again")
@allow(Permission.BLAST_MANAGE)
def send_again(blast_id: uuid.UUID) -> Response:
    """Put them back into the line."""
    try:
        count = send_unheard_again(context(), blast_id)
    except RuleBroken as error:
        if error.status != 409:
            raise
        return go("coordinator.blast", gettext("That can’t be done now."), "warn", blast_id=blast_id)
    if not count:
        return go("coordinator.blast", gettext("There was none left to send again."), blast_id=blast_id)
    words = ngettext("One email goes again.", "%(count)s emails go again.", count, count=figure(count))
    return go("coordinator.blast", words, blast_id=blast_id)
