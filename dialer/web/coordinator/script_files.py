"""A script taken home as a file, and brought in from one: into the editor, where nothing is saved yet."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Final

from flask import request
from flask_babel import gettext
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.script_file import FileFault
from dialer.services.calling.script_files import read_script_file, script_file
from dialer.services.calling.script_versions import get_version
from dialer.services.calling.scripts import get_script
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, asked, is_number
from dialer.web.coordinator.script_form import form_of_fields
from dialer.web.coordinator.scripts import editor, script_list
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell

SIZE_MOST: Final = 2 * 1024 * 1024
"""Bytes: more than the longest script has."""
_SHOWN_MOST: Final = 20


@coordinator.get("/scripts/<uuid:script_id>/file")
@allow(Permission.SCRIPT_READ)
def script_as_file(script_id: uuid.UUID) -> Response:
    """A version of a script, the present one unless `version` names another."""
    ctx = context()
    wanted = asked("version")
    found = get_version(ctx, script_id, int(wanted)) if is_number(wanted) else get_script(ctx, script_id)
    name = f"{secure_filename(found.name) or 'script'}-{found.version}.json"
    return Response(
        json.dumps(script_file(found), ensure_ascii=False, indent=2) + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@coordinator.post("/scripts/file")
@allow(Permission.SCRIPT_MANAGE)
def bring_script() -> Answer:
    """A file's words in the editor of a new script, with what is to be put right; or why it can't be read."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return script_list({"file": gettext("Choose a file first.")}), 422
    data = file.stream.read(SIZE_MOST + 1)
    if len(data) > SIZE_MOST:
        words = gettext("This file is too large for a script. Nothing was brought in.")
        return script_list({"file": words}), 413
    found = read_script_file(data)
    if isinstance(found, list):
        return script_list({"file": _in_words(found)}), 422
    tell(gettext("The script from the file. Nothing is saved yet."), "warn")
    return editor(None, form_of_fields(found))


def _in_words(faults: Sequence[FileFault]) -> str:
    words = [_one(fault) for fault in faults[:_SHOWN_MOST]]
    return " ".join([*words, str(gettext("Nothing was brought in."))])


def _one(fault: FileFault) -> str:
    if fault.kind == "no_script":
        return str(gettext("This isn’t a script that was saved as a file here."))
    if fault.kind == "too_new":
        return str(gettext("This file comes from a newer version of dialer than this one."))
    values = {"field": fault.field, "step": fault.step, "answer": fault.answer}
    if fault.answer:
        return str(
            gettext("Step %(step)s, answer %(answer)s: “%(field)s” is missing or can’t be read.", **values)
        )
    if fault.step:
        return str(gettext("Step %(step)s: “%(field)s” is missing or can’t be read.", **values))
    return str(gettext("“%(field)s” is missing or can’t be read.", **values))
