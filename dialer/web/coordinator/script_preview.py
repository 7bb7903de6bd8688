"""A walk through a script on the screen that volunteers have, with the values of somebody made up. Nobody is
called, and nothing is kept: the address holds how far one has come, and, of a script that isn't saved, the
form of each step all of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Final

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.script import learned, path
from dialer.services.calling.scripts import get_script
from dialer.services.calling.views import ScriptView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, said
from dialer.web.coordinator.rehearsal import SOMEBODY, rehearsed
from dialer.web.coordinator.script_form import script_fields, sent_form
from dialer.web.coordinator.script_look import errors_in, looked_over
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.look import current_look
from dialer.web.script_step import step_of

_WHOLE: Final = frozenset({"name", "language", "language_was", "start", "both"})
"""The fields of a script that aren't of a step."""


@coordinator.get("/scripts/<uuid:script_id>/preview")
@allow(Permission.SCRIPT_READ)
def script_preview(script_id: uuid.UUID) -> str:
    """The step that one has come to. `went` names each step passed and its answer; `step` and `answer` are
    the one that was pressed now.
    """
    went = _went(request.args)
    return _walk_page(
        get_script(context(), script_id),
        went,
        back=lambda so_far: url_for("coordinator.script_preview", script_id=script_id, went=so_far[:-1]),
        draft=(),
    )


@coordinator.post("/scripts/walk")
@allow(Permission.SCRIPT_MANAGE)
def walk_draft() -> Answer:
    """The same through what stands in the editor, saved or not; it is sent along from step to step."""
    form = sent_form().finished()
    if errors := errors_in(looked_over(form)):
        return render_template("coordinator/script_preview.html", script=form, errors=errors), 422
    fields, now = script_fields(form), context().now
    found = ScriptView(uuid.UUID(int=0), fields.name, 0, fields.language, fields.conversation, now)
    went = [] if said("again") else _went(request.form)
    if said("back"):
        went = request.form.getlist("went")[:-1]
    return _walk_page(found, went, draft=_draft())


def _went(sent: MultiDict[str, str]) -> list[str]:
    """The steps passed, with the one that was pressed now."""
    pressed = [f"{sent['step']}:{sent.get('answer', '')}"] if sent.get("step") else []
    return [*sent.getlist("went"), *pressed]


def _draft() -> list[tuple[str, str]]:
    """All that the editor's form says."""
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name.startswith("node-") or name in _WHOLE
    ]


def _walk_page(
    found: ScriptView,
    went: list[str],
    *,
    draft: Sequence[tuple[str, str]],
    back: Callable[[list[str]], str] = lambda _: "",
) -> str:
    ctx = context()
    ways = [way.partition(":")[::2] for way in went]
    answers = {node_id: answer_id for node_id, answer_id in ways if answer_id}
    passed = [node_id for node_id, answer_id in ways if not answer_id]
    read = rehearsed(ctx, found)
    walked = path(read.script, answers, passed)
    if not walked:
        raise NotFound
    so_far = went[: len(walked) - 1]
    return render_template(
        "coordinator/script_preview.html",
        script=found,
        step=step_of(read, walked, answers, current_look().lang),
        is_over=walked[-1].ends and walked[-1].id in passed,
        person=SOMEBODY,
        so_far=so_far,
        learned=learned(found.script, answers).support,
        back=back(so_far),
        draft=draft,
    )
