"""Scripts: the list, and the editor."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import Forbidden, ScriptChanged, ValidationFailed
from dialer.domain.script_review import translated
from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.calling.script_reach import is_read_elsewhere
from dialer.services.calling.script_versions import get_version
from dialer.services.calling.scripts import create_script, get_script, list_scripts, replace_script
from dialer.services.calling.views import ScriptView
from dialer.services.gotv.party_scale import current_scale
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    chosen_id,
    faults_of,
    go,
    is_number,
    next_address,
    page_asked,
    said,
)
from dialer.web.coordinator.script_form import (
    PARTY,
    ScriptForm,
    example_form,
    field_at,
    form_of,
    script_fields,
    sent_form,
)
from dialer.web.coordinator.script_look import errors_in, looked_over
from dialer.web.coordinator.script_plan import plan_choices
from dialer.web.coordinator.script_preview import walk_draft
from dialer.web.coordinator.script_shaping import shaped
from dialer.web.coordinator.wording import NODE_KIND, SUPPORT
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.get("/scripts")
@allow(Permission.SCRIPT_READ)
def scripts() -> str:
    """Every script."""
    return script_list()


def script_list(errors: Faults | None = None) -> str:
    """The list, with what was wrong with a file."""
    found = list_scripts(context(), page_asked())
    return render_template(
        "coordinator/scripts.html",
        scripts=found.items,
        errors=errors or {},
        next_page=next_address(found, "coordinator.scripts"),
    )


@coordinator.get("/scripts/new")
@allow(Permission.SCRIPT_MANAGE)
def new_script() -> str:
    """The editor with a short example."""
    return editor(None, example_form())


@coordinator.post("/scripts")
@allow(Permission.SCRIPT_MANAGE)
def make_script() -> Answer:
    """Keep a new script; made from a campaign's page, it becomes the campaign's."""
    form = sent_form()
    if (unsaved := _not_yet_saved(None, form)) is not None:
        return unsaved
    form, ctx = form.finished(), context()
    try:
        made = create_script(ctx, script_fields(form))
    except ValidationFailed as error:
        return editor(None, form, faults_of(error, field_at)), 422
    campaign_id = chosen_id("campaign_id")
    if campaign_id is None:
        return go("coordinator.script", gettext("The script is saved."), script_id=made.id)
    change_campaign(ctx, campaign_id, CampaignFields(script_id=made.id))
    words = gettext("The script is saved, and the campaign uses it.")
    return go("coordinator.campaign", words, campaign_id=campaign_id)


@coordinator.get("/scripts/<uuid:script_id>")
@allow(Permission.SCRIPT_READ)
def script(script_id: uuid.UUID) -> str:
    """The editor with the present version, or with the words of an older one that is to be saved anew."""
    ctx = context()
    found = get_script(ctx, script_id)
    if not is_number(asked("version")) or int(asked("version")) == found.version:
        return editor(found, form_of(found))
    older = get_version(ctx, script_id, int(asked("version")))
    return editor(found, form_of(older), older=older.version)


@coordinator.post("/scripts/<uuid:script_id>")
@allow(Permission.SCRIPT_MANAGE)
def save_script(script_id: uuid.UUID) -> Answer:
    """Make a new version; or a script of one's own, from one that campaigns of others read too. Whoever may
    not change it has the editor again with all that they wrote.
    """
    ctx = context()
    found, form = get_script(ctx, script_id), sent_form()
    if (unsaved := _not_yet_saved(found, form)) is not None:
        return unsaved
    form = form.finished()
    try:
        if said("save") == "own":
            return _kept_as_own(create_script(ctx, script_fields(form)))
        saved = replace_script(ctx, script_id, script_fields(form), based_on=_based_on(found))
    except Forbidden:
        return editor(found, form), 403
    except ScriptChanged:
        return editor(get_script(ctx, script_id), form, changed_from=_based_on(found)), 409
    except ValidationFailed as error:
        return editor(found, form, faults_of(error, field_at)), 422
    words = gettext("Saved as version %(number)s. Calls from now on use it.", number=saved.version)
    return go("coordinator.script", words, script_id=script_id)


def _kept_as_own(made: ScriptView) -> Answer:
    words = gettext("Saved as a script of your own. Choose it on your campaign’s page to have it read there.")
    return go("coordinator.script", words, script_id=made.id)


def _not_yet_saved(found: ScriptView | None, form: ScriptForm) -> Answer | None:
    """The editor again, where the form is only to be changed or looked over, or can't be saved as it is; the
    walk, where it is only to be walked through.

    What is looked over while somebody types comes with whichever button was pressed last.
    """
    if said("check") and request.headers.get("HX-Request"):
        return render_template("coordinator/script_review.html", **_looked_over(form), errors={})
    if said("check"):
        return editor(found, form)
    if said("walk"):
        return walk_draft()
    if (changed := shaped(form, add=said("add"), remove=said("remove"), move=said("move"))) is not None:
        return editor(found, changed[0], focus=changed[1])
    finished = form.finished()
    errors = errors_in(looked_over(finished))
    return (editor(found, finished, errors), 422) if errors else None


def _looked_over(form: ScriptForm) -> dict[str, Any]:
    """The form, what is found in it, and how much of it is translated."""
    said_by_now = script_fields(form).conversation
    return {
        "form": form,
        "looks": looked_over(form),
        "translated": translated(said_by_now, form.other_language) if form.both else None,
    }


def _based_on(found: ScriptView) -> int:
    """The version that the form was written from; the present one, where it doesn't say."""
    return int(said("based_on")) if is_number(said("based_on")) else found.version


def editor(
    found: ScriptView | None,
    form: ScriptForm,
    errors: Faults | None = None,
    *,
    focus: str = "",
    older: int | None = None,
    changed_from: int | None = None,
) -> str:
    """The editor; `focus` is where the reader goes on. `older` is the version whose words are in it, and
    `changed_from` the one that it was written from, where somebody saved another meanwhile.
    """
    return render_template(
        "coordinator/script_form.html",
        script=found,
        is_others=found is not None and is_read_elsewhere(context(), found.id),
        errors=errors or {},
        **_looked_over(form),
        focus=focus,
        older=older,
        changed_from=changed_from,
        based_on=found and (found.version if changed_from else _based_on(found)),
        kinds=list(NODE_KIND.items()),
        support_choices=_meanings(form),
        plan_choices=plan_choices,
        campaign_id=request.values.get("campaign_id", ""),
    )


def _meanings(form: ScriptForm) -> list[tuple[str, str]]:
    """What an answer can say of support: a level, or a party of the current election’s scale or of the form
    itself.
    """
    levels = [(str(level), f"{level} · {words}") for level, words in SUPPORT.items() if level]
    known = [f"{PARTY}{one.name}" for one in current_scale(context()).parties]
    said = [one.support for node in form.nodes for one in node.answers if one.support.startswith(PARTY)]
    parties = [
        (one, gettext("Votes for %(party)s", party=one[len(PARTY) :]))
        for one in dict.fromkeys([*known, *said])
    ]
    return [("", gettext("nothing")), *levels, *parties]
