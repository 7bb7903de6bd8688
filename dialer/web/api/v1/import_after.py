"""`/imports/{id}/rows` and `/undo`: whom an import knew and why, and how it is taken back."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.person import RULES
from dialer.services.people.import_rows import OUTCOMES, list_known_rows
from dialer.services.people.import_undo import undo_import
from dialer.services.people.views import ImportView
from dialer.web.api.fields import Choice, Flag, Id, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.imports import ImportSchema, imports
from dialer.web.desk import context
from dialer.web.guard import allow

__all__ = ["imports"]


class KnownRowSchema(Schema):
    """A row that named somebody who was there, or repeats `first_row`, and the rule by which it is them."""

    row = Whole(required=True)
    outcome = Choice(*OUTCOMES, required=True)
    why = Choice(*RULES, required=True)
    contact_id = Id(required=True)
    first_row = Whole(required=True, allow_none=True)


class KnownRowsQuery(PageQuery):
    """Which of the rows."""

    outcome = Choice(*OUTCOMES)


@imports.route("/imports/<import_id>/rows")
class KnownRows(MethodView):
    """Whom one import knew."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(KnownRowsQuery, location="query")
    @imports.response(200, paged(KnownRowSchema))
    def get(self, query: dict[str, Any], import_id: str) -> dict[str, object]:
        """Rows whose person was there already or stands in an earlier row, and why it is them, by row."""
        outcome = query.pop("outcome", None)
        return show_page(list_known_rows(context(), path_id(import_id), page_of(query), outcome))


class UndoWishesSchema(Schema):
    """`force`: take it back although something went out since; whom it went to stay."""

    force = Flag()


@imports.route("/imports/<import_id>/undo")
class Undo(MethodView):
    """The taking back of one import."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(UndoWishesSchema, required=False)
    @imports.response(202, ImportSchema)
    def post(self, wanted: dict[str, Any], import_id: str) -> ImportView:
        """Take away what only this import brought, never a no; a worker does it, and `undo` counts it."""
        return undo_import(context(), path_id(import_id), force=wanted.get("force", False))
