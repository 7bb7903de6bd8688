"""Rows with something wrong put right where they stand, and brought in again."""

from __future__ import annotations

import uuid

from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition
from dialer.services.context import Context
from dialer.services.people.import_mending import Mended, mend_rows
from dialer.services.people.import_report import list_rejected
from dialer.services.people.imports import get_import
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, asked, go, page_asked, said
from dialer.web.coordinator.import_mending import rows_to_mend_of
from dialer.web.coordinator.imports import ROWS_SHOWN, show_import
from dialer.web.coordinator.wording import IMPORT_REASON
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import Tone
from dialer.web.words import figure


@coordinator.post("/imports/<uuid:import_id>/mend")
@allow(Permission.IMPORT_RUN)
def mend(import_id: uuid.UUID) -> Answer:
    """Bring one row in again as it is now, or all that were changed."""
    if said("keep"):
        return show_import(import_id)
    rows = _asked_for(context(), import_id)
    if not rows:
        return show_import(import_id, {"rejects": gettext("Put a row right first.")}), 422
    try:
        came = mend_rows(context(), import_id, rows)
    except InvalidTransition:
        words = gettext("That wasn’t possible any more; this is how it stands.")
        return go("coordinator.import_page", words, "warn", import_id=import_id)
    if came.wrong:
        return show_import(import_id, _still_wrong(context(), import_id, came)), 422
    tone: Tone = "good" if came.sent else "warn"
    after = asked("after") or None
    return go("coordinator.import_page", _said_of(came), tone, import_id=import_id, after=after)


def _asked_for(ctx: Context, import_id: uuid.UUID) -> dict[int, list[str]]:
    """The rows that the pressed button means, by line: one as it stands, or each that was changed."""
    one = get_import(ctx, import_id)
    found = rows_to_mend_of(ctx, one, list_rejected(ctx, import_id, page_asked(ROWS_SHOWN)).items)
    line = said("line")
    return {
        row.issue.line: row.as_typed()
        for row in found
        if (line == str(row.issue.line) if line else row.changed)
    }


def _still_wrong(ctx: Context, import_id: uuid.UUID, came: Mended) -> dict[str, str]:
    """What is still wrong, by the rows' numbers as the page shows them: line breaks in cells don't count."""
    shown = list_rejected(ctx, import_id, page_asked(ROWS_SHOWN)).items
    rows = {issue.line: issue.row for issue in shown}
    return {
        f"row-{line}": gettext(
            "Row %(row)s: %(wrong)s",
            row=figure(rows.get(line, line)),
            wrong=IMPORT_REASON.get(fault.reason, fault.detail),
        )
        for line, fault in came.wrong.items()
    }


def _said_of(came: Mended) -> str:
    if not came.sent:
        return str(gettext("Somebody put that right before. It is brought in once."))
    count = len(came.sent)
    return str(ngettext("One row is brought in again.", "%(num)s rows are brought in again.", count))
