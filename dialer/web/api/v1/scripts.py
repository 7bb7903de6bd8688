"""`/scripts`: guided conversations, each change a new version (contract §5)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate, validates

from dialer.domain import script_review as rules
from dialer.domain.access import Permission
from dialer.domain.party_scale import PARTY_MAX
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.script import ANSWERS_MAX, CLOCK, LANGUAGES, NODE_KINDS, NODES_MAX
from dialer.domain.script import Script as Conversation
from dialer.domain.script_file import FORMAT, FORMAT_VERSION
from dialer.domain.transfer import LABEL_MAX
from dialer.services.calling import scripts as deeds
from dialer.services.calling.script_rows import node_from_json, node_to_json
from dialer.services.calling.script_versions import VERSION_MOST
from dialer.services.calling.scripts import ScriptFields
from dialer.services.calling.views import ScriptView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

scripts = Resource("scripts", "Guided conversations: steps, branches and what the answers tell")

ID_MAX = 100


class AnswerSchema(Schema):
    """A way on from a question, and what choosing it tells; `planned_time` is when on polling day they mean
    to vote, on the clocks of the election.
    """

    id = Text(required=True, blank=False, max_length=ID_MAX)
    label = Text(required=True, blank=False, max_length=500)
    next = Text(required=True, max_length=ID_MAX)
    support = Whole(least=1, most=5, allow_none=True)
    tags = fields.List(Text(blank=False, max_length=100), validate=validate.Length(max=20))
    voting_method = Choice(*VOTING_METHODS, allow_none=True)
    party = Text(
        blank=False,
        max_length=PARTY_MAX,
        allow_none=True,
        metadata={"description": "whom they will vote for: means what the election’s party scale says"},
    )
    needs_lift = Flag(allow_none=True)
    id_ready = Flag(allow_none=True)
    planned_time = Text(allow_none=True, validate=validate.Regexp(rf"^{CLOCK}(?![\s\S])"))
    translations = fields.Dict(keys=Choice(*LANGUAGES), values=Text(max_length=500))


class NodeSchema(Schema):
    """One step: words to say, a question with its answers, an end, or a `transfer`: people are put through to
    a `phone` called `label`, and the volunteer speaks with them first unless `warm` is false. Its words in
    other languages than the script's stand in `translations`, by language.
    """

    id = Text(required=True, blank=False, max_length=ID_MAX)
    kind = Choice(*NODE_KINDS, required=True)
    text = Text(required=True, max_length=10_000)
    next = Text(max_length=ID_MAX, allow_none=True)
    answers = fields.List(fields.Nested(AnswerSchema), validate=validate.Length(max=ANSWERS_MAX))
    phone = Text(max_length=40, allow_none=True)
    label = Text(max_length=LABEL_MAX, allow_none=True)
    translations = fields.Dict(keys=Choice(*LANGUAGES), values=Text(max_length=10_000))
    warm = Flag(allow_none=True)
    target_id = Id(allow_none=True, metadata={"description": "not yet: targets come later"})

    @validates("target_id")
    def no_targets_yet(self, target_id: object, **_: object) -> None:
        """Targets aren't kept yet."""
        if target_id is not None:
            raise ValidationError("There are no targets yet. Give a phone and a label instead.")


class NewScriptSchema(Schema):
    """A script as it is written. A file that `GET /scripts/{id}/export` gave can be sent as it is."""

    format = Choice(FORMAT)
    format_version = Whole(least=1, most=FORMAT_VERSION)
    name = Text(required=True, blank=False, max_length=200)
    language = Choice(*LANGUAGES, load_default="en")
    start = Text(required=True, blank=False, max_length=ID_MAX)
    nodes = fields.List(fields.Nested(NodeSchema), validate=validate.Length(max=NODES_MAX), required=True)


class ScriptChangeSchema(NewScriptSchema):
    """A script as it is written anew. With `based_on`, the version that it was written from, it is refused
    (409 `script-changed`) where somebody saved another meanwhile.
    """

    based_on = Whole(least=1, most=VERSION_MOST, allow_none=True)


class ScriptSchema(Schema):
    """A script in one version."""

    id = Id(required=True)
    name = Text(required=True)
    version = Whole(required=True)
    language = Text(required=True)
    start = Text(required=True)
    nodes = fields.List(fields.Nested(NodeSchema), required=True)
    created_at = Instant()


@scripts.route("/scripts")
class Scripts(MethodView):
    """All scripts."""

    @allow(Permission.SCRIPT_READ)
    @scripts.arguments(PageQuery, location="query")
    @scripts.response(200, paged(ScriptSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Scripts in their present versions, oldest first."""
        return show_page(deeds.list_scripts(context(), page_of(query)).map(script_shown))

    @allow(Permission.SCRIPT_MANAGE)
    @scripts.arguments(NewScriptSchema)
    @scripts.response(201, ScriptSchema)
    def post(self, body: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
        """Keep a new script; one that can't be used is refused."""
        made = deeds.create_script(context(), _fields(body))
        return script_shown(made), 201, {"Location": url_for("scripts.Script", script_id=made.id)}


class FindingSchema(Schema):
    """What was found at one place of a script."""

    pointer = Text(required=True)
    kind = Choice(*rules.FAULTS, *rules.REMARKS, required=True)
    detail = Text(required=True)


class CheckedScriptSchema(Schema):
    """What keeps a script from being used (`faults`), and what is worth a second look (`remarks`)."""

    faults = fields.List(fields.Nested(FindingSchema), required=True)
    remarks = fields.List(fields.Nested(FindingSchema), required=True)


@scripts.route("/scripts/check")
class ScriptCheck(MethodView):
    """A script looked over."""

    @allow(Permission.SCRIPT_READ)
    @scripts.arguments(NewScriptSchema)
    @scripts.response(200, CheckedScriptSchema)
    def post(self, body: dict[str, Any]) -> dict[str, object]:
        """Look a script over without keeping it."""
        found = deeds.check_script(context(), _fields(body))
        return {
            "faults": [_finding_shown(one) for one in found if one.is_fault],
            "remarks": [_finding_shown(one) for one in found if not one.is_fault],
        }


def _finding_shown(finding: rules.Finding) -> dict[str, str]:
    return {"pointer": finding.pointer, "kind": finding.kind, "detail": finding.detail}


@scripts.route("/scripts/<script_id>")
class Script(MethodView):
    """One script."""

    @allow(Permission.SCRIPT_READ)
    @scripts.response(200, ScriptSchema)
    def get(self, script_id: str) -> dict[str, object]:
        """A script in its present version."""
        return script_shown(deeds.get_script(context(), path_id(script_id)))

    @allow(Permission.SCRIPT_MANAGE)
    @scripts.arguments(ScriptChangeSchema)
    @scripts.response(200, ScriptSchema)
    def put(self, body: dict[str, Any], script_id: str) -> dict[str, object]:
        """Make a new version; open assignments keep theirs."""
        changed = deeds.replace_script(
            context(), path_id(script_id), _fields(body), based_on=body.get("based_on")
        )
        return script_shown(changed)


def _fields(body: dict[str, Any]) -> ScriptFields:
    nodes = tuple(node_from_json(node) for node in body["nodes"])
    return ScriptFields(body["name"], Conversation(body["start"], nodes), body["language"])


def script_shown(script: ScriptView) -> dict[str, object]:
    """A script as the API shows it."""
    return {
        "id": script.id,
        "name": script.name,
        "version": script.version,
        "language": script.language,
        "start": script.start,
        "nodes": [node_to_json(node) for node in script.nodes],
        "created_at": script.created_at,
    }
