"""Audiences: composed, counted as they are now, made into lists."""

from __future__ import annotations

import uuid
from typing import Any, Final, cast

from flask import render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.filters.tree import TEXT_FIELDS
from dialer.services.context import Context
from dialer.services.messaging.blasts import list_blasts
from dialer.services.paging import Page
from dialer.services.people.audience_lists import make_list_of
from dialer.services.people.audience_views import AudienceView, CountView
from dialer.services.people.audiences import (
    AudienceFields,
    audience_contacts,
    change_audience,
    count_audience,
    count_filter,
    create_audience,
    delete_audience,
    get_audience,
    list_audiences,
)
from dialer.services.people.lists import list_lists
from dialer.web.audience_words import sentence
from dialer.web.coordinator import audience_terms as terms
from dialer.web.coordinator.audience_form import AudienceForm, filter_of, form_of, reshaped, sent_form
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    WHOLE_FORM,
    Answer,
    Faults,
    asked,
    choices,
    everything,
    faults_of,
    go,
    id_of,
    next_address,
    page_asked,
    said,
)
from dialer.web.desk import context
from dialer.web.guard import allow

_SHOWN: Final = Page(10)


@coordinator.get("/audiences")
@allow(Permission.AUDIENCE_READ)
def audiences() -> str:
    """Every audience, said in words."""
    found = list_audiences(context(), page_asked())
    return render_template(
        "coordinator/audiences.html",
        audiences=found.items,
        sentence=sentence,
        next_page=next_address(found, "coordinator.audiences"),
    )


@coordinator.get("/audiences/new")
@allow(Permission.AUDIENCE_MANAGE)
def new_audience() -> str:
    """The composer, empty; with a list or a tag in the address, for those who are on it or have it."""
    conditions: list[dict[str, Any]] = []
    if asked("list_id"):
        conditions.append({"lists": [str(id_of(asked("list_id")))]})
    if asked("tag"):
        conditions.append({"tags": [asked("tag")]})
    return _composer(None, (form_of("", {"all": conditions}) if conditions else None) or AudienceForm())


@coordinator.post("/audiences")
@allow(Permission.AUDIENCE_MANAGE)
def make_audience() -> Answer:
    """Add or take out a condition, count, or save."""
    form = sent_form()
    if (changed := reshaped(form)) is not None or not _to_save():
        return _composer(None, changed or form)
    try:
        made = create_audience(context(), _fields(form))
    except ValidationFailed as error:
        return _composer(None, form, faults_of(error, _field_at)), 422
    return go("coordinator.audience", gettext("The audience is saved."), audience_id=made.id)


@coordinator.get("/audiences/<uuid:audience_id>")
@allow(Permission.AUDIENCE_READ)
def audience(audience_id: uuid.UUID) -> str:
    """One audience, with whom it picks now."""
    found = get_audience(context(), audience_id)
    form = form_of(found.name, found.filter)
    return _composer(found, form) if form else _in_words(found)


@coordinator.post("/audiences/<uuid:audience_id>")
@allow(Permission.AUDIENCE_MANAGE)
def save_audience(audience_id: uuid.UUID) -> Answer:
    """Add or take out a condition, count, or save."""
    ctx, form = context(), sent_form()
    found = get_audience(ctx, audience_id)
    if (changed := reshaped(form)) is not None or not _to_save():
        return _composer(found, changed or form)
    try:
        change_audience(ctx, audience_id, _fields(form))
    except ValidationFailed as error:
        return _composer(found, form, faults_of(error, _field_at)), 422
    return go("coordinator.audience", gettext("Saved."), audience_id=audience_id)


@coordinator.post("/audiences/<uuid:audience_id>/lists")
@allow(Permission.AUDIENCE_MANAGE)
def list_of_audience(audience_id: uuid.UUID) -> Answer:
    """Make a list of the people whom an audience picks now."""
    name = said("list_name")
    if not name:
        return go("coordinator.audience", gettext("Give the list a name."), "bad", audience_id=audience_id)
    made = make_list_of(context(), audience_id, name[:200])
    words = gettext("The list is made.")
    if made.state == "running":
        words = gettext("The list is being filled. Load the page again to see how far it is.")
    return go("coordinator.list_page", words, list_id=made.list_id)


@coordinator.get("/audiences/<uuid:audience_id>/delete")
@allow(Permission.AUDIENCE_MANAGE)
def ask_delete_audience(audience_id: uuid.UUID) -> str:
    """Ask before an audience goes."""
    found = get_audience(context(), audience_id)
    asking = Asking(
        section="people",
        question=gettext("Take “%(name)s” away?", name=found.name),
        consequence=gettext("Only the rule goes. The people stay, and so do lists that were made of them."),
        action=url_for("coordinator.take_audience_away", audience_id=audience_id),
        deed=gettext("Take it away"),
        back=url_for("coordinator.audience", audience_id=audience_id),
        keep=gettext("Keep it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


@coordinator.post("/audiences/<uuid:audience_id>/delete")
@allow(Permission.AUDIENCE_MANAGE)
def take_audience_away(audience_id: uuid.UUID) -> Response:
    """Take an audience away, never its people."""
    try:
        delete_audience(context(), audience_id)
    except Conflict as error:
        words = gettext("Another audience names this one. Take it out there first.")
        if "blast_id" in error.extra:
            words = gettext("A text that hasn’t begun goes to this audience. Choose others there first.")
        return go("coordinator.audience", words, "bad", audience_id=audience_id)
    return go("coordinator.audiences", gettext("The audience is gone. The people stay."))


def _to_save() -> bool:
    """Whether the form is to be saved.

    The count that follows what is typed sends the form with the button that was pressed last, which may be
    the one that is saving it just then.
    """
    return said("save") == "yes" and said("count") != "yes"


def _fields(form: AudienceForm) -> AudienceFields:
    if not form.name:
        raise ValidationFailed.at("/name", gettext("Give the audience a name."))
    return {"name": form.name[:200], "filter": filter_of(form)}


def _field_at(pointer: str) -> str:
    return WHOLE_FORM if pointer.startswith("/filter") else pointer[1:]


def _counted(form: AudienceForm) -> CountView | None:
    """Whom the form picks now; None while it says nothing that can be counted."""
    try:
        return count_filter(context(), filter_of(form))
    except ValidationFailed:
        return None


def _composer(found: AudienceView | None, form: AudienceForm, errors: Faults | None = None) -> str:
    ctx = context()
    others = [
        one
        for one in everything(lambda page: list_audiences(ctx, page))
        if found is None or one.id != found.id
    ]
    return render_template(
        "coordinator/audience.html",
        audience=found,
        form=form,
        errors=errors or {},
        count=_counted(form),
        people=_first_people(found),
        sentence=sentence,
        terms=terms.of_page(),
        list_choices=choices(everything(lambda page: list_lists(ctx, page))),
        audience_choices=choices(others),
        text_choices=_texts(ctx),
        field_choices=[(name, terms.field_name(name)) for name in TEXT_FIELDS],
    )


def _texts(ctx: Context) -> list[tuple[str, str]]:
    """The texts to many that were sent, the latest first."""
    found = everything(lambda page: list_blasts(ctx, page))
    return choices([one for one in reversed(found) if one.launched_at is not None])


def _in_words(found: AudienceView) -> str:
    return render_template(
        "coordinator/audience.html",
        audience=found,
        form=None,
        errors={},
        count=count_audience(context(), found.id),
        people=_first_people(found),
        sentence=sentence,
    )


def _first_people(found: AudienceView | None) -> list[Any]:
    if found is None:
        return []
    return cast("list[Any]", audience_contacts(context(), found.id, _SHOWN).items)
