"""Deeds on the check page: columns chosen, another sheet, a remembered choice forgotten."""

from __future__ import annotations

import uuid
from contextlib import suppress

from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, RuleBroken, ValidationFailed
from dialer.services.context import Context
from dialer.services.people.import_check import forget_and_look_again, let_in, look_again
from dialer.services.people.import_register import name_register
from dialer.services.people.import_trial import try_waiting
from dialer.services.people.import_words import OPEN_REGISTER
from dialer.services.people.imports import get_import, import_columns, set_mapping
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import WHOLE_FORM, Answer, faults_of, go, said, ticked
from dialer.web.coordinator.import_check import chosen_columns, names_anybody
from dialer.web.coordinator.imports import show_import
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.post("/imports/<uuid:import_id>/mapping")
@allow(Permission.IMPORT_RUN)
def map_columns(import_id: uuid.UUID) -> Answer:
    """Choose what the columns are, and let it go on; or only look at the rows as they would be then."""
    ctx = context()
    if get_import(ctx, import_id).state != "needs_mapping":
        return go("coordinator.import_page", import_id=import_id)
    chosen = chosen_columns(ctx, import_id)
    if said("look") or said(OPEN_REGISTER):
        with suppress(ValidationFailed):  # the page says what can't be; it is refused when it is to go on
            try_waiting(ctx, import_id, chosen, ticked("has_header"), said("register").strip())
        return show_import(import_id)
    if not names_anybody(chosen.values()):
        words = gettext("Choose the column that holds the phone, the email or the elector number.")
        return show_import(import_id, {"column-0": words}), 422
    try:
        _go_on(ctx, import_id, chosen)
    except InvalidTransition:
        return go("coordinator.import_page", import_id=import_id)
    except ValidationFailed as error:
        return show_import(import_id, faults_of(error, {"": "column-0"}) or {WHOLE_FORM: error.detail}), 422
    return go("coordinator.import_page", import_id=import_id)


def _go_on(ctx: Context, import_id: uuid.UUID, chosen: dict[str, str]) -> None:
    """Go by what is chosen, which is remembered; where nothing was changed, by what we recognised."""
    as_it_was = {column.key: column.field for column in import_columns(ctx, import_id)}
    asked = get_import(ctx, import_id).question
    name_register(ctx, import_id, said("register"))
    if not asked and ticked("has_header") and chosen == as_it_was:
        let_in(ctx, import_id)
    else:
        set_mapping(ctx, import_id, chosen, ticked("has_header"))


@coordinator.post("/imports/<uuid:import_id>/sheet")
@allow(Permission.IMPORT_RUN)
def choose_sheet(import_id: uuid.UUID) -> Answer:
    """Look at another sheet of the workbook."""
    try:
        look_again(context(), import_id, said("sheet"))
    except InvalidTransition:
        return go("coordinator.import_page", import_id=import_id)
    except RuleBroken as error:
        if error.status != 422:
            raise
        return show_import(import_id, {"sheet": error.detail}), 422
    try_waiting(context(), import_id)
    return go("coordinator.import_page", import_id=import_id)


@coordinator.post("/imports/<uuid:import_id>/forget")
@allow(Permission.IMPORT_RUN)
def forget_choice(import_id: uuid.UUID) -> Response:
    """Forget what was chosen for lists with these headers, and recognise the columns anew."""
    try:
        forget_and_look_again(context(), import_id)
    except InvalidTransition:
        return go("coordinator.import_page", import_id=import_id)
    try_waiting(context(), import_id)
    return go(
        "coordinator.import_page", gettext("Forgotten. Look at the columns again."), import_id=import_id
    )
