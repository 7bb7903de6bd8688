"""A walk through a script on the screen that volunteers have, with the values of somebody made up. Nobody is
called, and nothing is kept: the address holds how far one has come.
"""

from __future__ import annotations

import uuid

from flask import render_template, request, url_for

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.script import learned, path
from dialer.services.calling.scripts import get_script
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import asked
from dialer.web.coordinator.rehearsal import SOMEBODY, rehearsed
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.look import current_look
from dialer.web.script_step import step_of


@coordinator.get("/scripts/<uuid:script_id>/preview")
@allow(Permission.SCRIPT_READ)
def script_preview(script_id: uuid.UUID) -> str:
    """The step that one has come to. `went` names each step passed and its answer; `step` and `answer` are
    the one that was pressed now.
    """
    ctx = context()
    found = get_script(ctx, script_id)
    went = request.args.getlist("went")
    if asked("step"):
        went.append(f"{asked('step')}:{asked('answer')}")
    ways = [way.partition(":")[::2] for way in went]
    answers = {node_id: answer_id for node_id, answer_id in ways if answer_id}
    passed = [node_id for node_id, answer_id in ways if not answer_id]
    said = rehearsed(ctx, found)
    walked = path(said.script, answers, passed)
    if not walked:
        raise NotFound
    so_far = went[: len(walked) - 1]
    return render_template(
        "coordinator/script_preview.html",
        script=found,
        step=step_of(said, walked, answers, current_look().lang),
        is_over=walked[-1].ends and walked[-1].id in passed,
        person=SOMEBODY,
        so_far=so_far,
        learned=learned(found.script, answers).support,
        back=url_for("coordinator.script_preview", script_id=script_id, went=so_far[:-1]),
    )
