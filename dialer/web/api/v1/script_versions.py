"""`/scripts/{id}/versions`: what a script said before, who wrote it, and what has changed since."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.script_differences import KINDS, Difference
from dialer.services.calling import script_versions as deeds
from dialer.services.calling.script_files import script_file
from dialer.services.calling.script_versions import VERSION_MOST, VersionView
from dialer.services.calling.scripts import get_script
from dialer.web.api.fields import Choice, Instant, Text, Whole, path_id, path_number
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.scripts import NewScriptSchema, ScriptSchema, script_shown, scripts
from dialer.web.desk import context
from dialer.web.guard import allow

__all__ = ["scripts"]


class ScriptFileSchema(NewScriptSchema):
    """A script as a file: `POST /scripts` takes it as it is, here or in another installation."""


class FileQuery(Schema):
    """Which version; the present one, unless it is said."""

    version = Whole(least=1, most=VERSION_MOST, metadata={"query": True})


class ScriptVersionSchema(Schema):
    """A version in the list of them; `created_by` is the name of who wrote it, null where nobody is known."""

    version = Whole(required=True)
    language = Text(required=True)
    steps = Whole(required=True)
    created_at = Instant()
    created_by = Text(allow_none=True)


class DifferenceSchema(Schema):
    """One thing that is otherwise: at a `step` (its id), of an `answer` (its label); `before` and `after` are
    words, ids or values, empty where there was or is none.
    """

    kind = Choice(*KINDS, required=True)
    step = Text(required=True)
    answer = Text(required=True)
    before = Text(required=True)
    after = Text(required=True)


class DifferencesSchema(Schema):
    """What version `new` says otherwise than version `old`."""

    old = Whole(required=True)
    new = Whole(required=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)


class DifferencesQuery(Schema):
    """The version to compare with; the one before, unless it is said."""

    old = Whole(least=1, most=VERSION_MOST, metadata={"query": True})


@scripts.route("/scripts/<script_id>/export")
class ScriptExport(MethodView):
    """A script as a file."""

    @allow(Permission.SCRIPT_READ)
    @scripts.arguments(FileQuery, location="query")
    @scripts.response(200, ScriptFileSchema)
    def get(self, query: dict[str, Any], script_id: str) -> dict[str, object]:
        """A script as a file, in the version that is asked for."""
        ctx, of = context(), path_id(script_id)
        version = query.get("version")
        return script_file(get_script(ctx, of) if version is None else deeds.get_version(ctx, of, version))


@scripts.route("/scripts/<script_id>/versions")
class ScriptVersions(MethodView):
    """Every version of a script."""

    @allow(Permission.SCRIPT_READ)
    @scripts.arguments(PageQuery, location="query")
    @scripts.response(200, paged(ScriptVersionSchema))
    def get(self, query: dict[str, Any], script_id: str) -> dict[str, object]:
        """The versions of a script, newest first."""
        return show_page(deeds.list_versions(context(), path_id(script_id), page_of(query)).map(_shown))


@scripts.route("/scripts/<script_id>/versions/<version>")
class ScriptVersion(MethodView):
    """One version of a script."""

    @allow(Permission.SCRIPT_READ)
    @scripts.response(200, ScriptSchema)
    def get(self, script_id: str, version: str) -> dict[str, object]:
        """A script as it stood in one of its versions."""
        return script_shown(deeds.get_version(context(), path_id(script_id), path_number(version)))


@scripts.route("/scripts/<script_id>/versions/<version>/differences")
class ScriptDifferences(MethodView):
    """Two versions of a script."""

    @allow(Permission.SCRIPT_READ)
    @scripts.arguments(DifferencesQuery, location="query")
    @scripts.response(200, DifferencesSchema)
    def get(self, query: dict[str, Any], script_id: str, version: str) -> dict[str, object]:
        """What a version says otherwise than another, or than the one before it."""
        new = path_number(version)
        old = query.get("old", new - 1)
        found = deeds.compare_versions(context(), path_id(script_id), old, new)
        return {"old": old, "new": new, "differences": list(map(_difference_shown, found))}


def _shown(version: VersionView) -> dict[str, object]:
    return asdict(version)


def _difference_shown(difference: Difference) -> dict[str, object]:
    return asdict(difference)
