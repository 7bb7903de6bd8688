"""Scripts: checked, kept in versions that never change once written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import Select, and_, select

from dialer.domain import script_review as rules
from dialer.domain.access import Permission, require
from dialer.domain.errors import FieldError, NotFound, ScriptChanged, UnknownPlaceholder, ValidationFailed
from dialer.domain.script import LANGUAGES
from dialer.domain.script import Script as Conversation
from dialer.domain.transfer import rung_number, why_not_rung
from dialer.services.calling.script_reach import check_changes_only_ours
from dialer.services.calling.script_rows import node_to_json, script_from_row
from dialer.services.calling.views import ScriptView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Script, ScriptVersion
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class ScriptFields:
    """A script as it is written."""

    name: str
    conversation: Conversation
    language: str = "en"


def create_script(ctx: Context, fields: ScriptFields) -> ScriptView:
    """Keep a new script as its version 1; one that can't be used is refused with each fault's place."""
    require(ctx.actor, Permission.SCRIPT_MANAGE)
    fields = _checked(ctx, fields)
    with ctx.unit() as unit:
        script = Script(
            organisation_id=unit.organisation_id,
            id=new_id(),
            name=fields.name,
            version=1,
            created_at=ctx.now,
        )
        unit.session.add(script)
        unit.session.flush()
        version = _add_version(ctx, unit, script, fields)
        ctx.audit(unit, "script.created", "script", script.id)
        return view_of(script, version)


def replace_script(
    ctx: Context, script_id: uuid.UUID, fields: ScriptFields, *, based_on: int | None = None
) -> ScriptView:
    """Make a new version; assignments that are open keep theirs.

    With `based_on`, the version that it was written from: where another one stands by now, `ScriptChanged`
    unless that says the same already (a press came twice), which is then given.
    """
    require(ctx.actor, Permission.SCRIPT_MANAGE)
    fields = _checked(ctx, fields)
    with ctx.unit() as unit:
        script, present = _current(unit, script_id, lock=True)
        check_changes_only_ours(ctx, unit, script.id)
        if based_on is not None and script.version != based_on:
            if _says(script, present) == (fields.name, fields.language, fields.conversation):
                return view_of(script, present)
            raise ScriptChanged(script.version)
        script.name, script.version = fields.name, script.version + 1
        version = _add_version(ctx, unit, script, fields)
        ctx.audit(unit, "script.replaced", "script", script.id, {"version": script.version})
        return view_of(script, version)


def check_script(ctx: Context, fields: ScriptFields) -> list[rules.Finding]:
    """What keeps a script from being used, and what is worth a second look, without keeping it. It is to be
    translated into every language that anything of it is translated into.
    """
    require(ctx.actor, Permission.SCRIPT_READ)
    said = fields.conversation
    into = sorted(said.translated_into - {fields.language})
    return [
        *rules.faults_of_translations(said, fields.language),
        *rules.faults(said),
        *rules.remarks(said, into),
    ]


def get_script(ctx: Context, script_id: uuid.UUID) -> ScriptView:
    """A script in its present version."""
    require(ctx.actor, Permission.SCRIPT_READ)
    with ctx.unit() as unit:
        return view_of(*_current(unit, script_id))


def list_scripts(ctx: Context, page: Page) -> Slice[ScriptView]:
    """Every script in its present version, in the order they were made."""
    require(ctx.actor, Permission.SCRIPT_READ)
    with ctx.unit() as unit:
        query = _with_version().where(Script.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            query = query.where(Script.id > after)
        rows = unit.session.execute(query.order_by(Script.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row[0].id),)).map(lambda row: view_of(row[0], row[1]))


def check_conversation(conversation: Conversation) -> None:
    """Refuse a script that can't be used: `UnknownPlaceholder`, else `ValidationFailed`, with each place."""
    found = rules.faults(conversation)
    if not found:
        return
    errors = [FieldError(fault.pointer, fault.detail) for fault in found]
    if all(fault.kind == rules.PLACEHOLDER for fault in found):
        raise UnknownPlaceholder(errors[0].detail, errors=errors)
    raise ValidationFailed("This script can’t be used yet.", errors=errors)


def _checked(ctx: Context, fields: ScriptFields) -> ScriptFields:
    """The script with the numbers of its steps as they are rung. Refused where it can't be used: a number at
    a higher rate, too, or in a country that isn't allowed.
    """
    _check(fields)
    faults, nodes = [], []
    for at, node in enumerate(fields.conversation.nodes):
        if node.through is None:
            nodes.append(node)
        elif (rung := rung_number(node.through.phone, ctx.phones)) is None:
            faults.append(FieldError(f"/nodes/{at}/phone", why_not_rung(node.through.phone, ctx.phones)))
        else:
            nodes.append(replace(node, through=replace(node.through, phone=rung)))
    if faults:
        raise ValidationFailed("This script can’t be used yet.", errors=faults)
    return replace(fields, conversation=replace(fields.conversation, nodes=tuple(nodes)))


def _check(fields: ScriptFields) -> None:
    if not fields.name.strip():
        raise ValidationFailed.at("/name", "A script needs a name.")
    if fields.language not in LANGUAGES:
        raise ValidationFailed.at("/language", f"Choose one of {', '.join(LANGUAGES)}.")
    if astray := rules.faults_of_translations(fields.conversation, fields.language):
        raise ValidationFailed(
            astray[0].detail, errors=[FieldError(one.pointer, one.detail) for one in astray]
        )
    check_conversation(fields.conversation)


def _add_version(ctx: Context, unit: UnitOfWork, script: Script, fields: ScriptFields) -> ScriptVersion:
    version = ScriptVersion(
        organisation_id=unit.organisation_id,
        id=new_id(),
        script_id=script.id,
        version=script.version,
        language=fields.language,
        start=fields.conversation.start,
        nodes=[node_to_json(node) for node in fields.conversation.nodes],
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
    unit.session.add(version)
    unit.session.flush()
    return version


def _with_version() -> Select[Script, ScriptVersion]:
    return select(Script, ScriptVersion).join(
        ScriptVersion,
        and_(
            ScriptVersion.organisation_id == Script.organisation_id,
            ScriptVersion.script_id == Script.id,
            ScriptVersion.version == Script.version,
        ),
    )


def _says(script: Script, version: ScriptVersion) -> tuple[str, str, Conversation]:
    return script.name, version.language, script_from_row(version)


def _current(unit: UnitOfWork, script_id: uuid.UUID, *, lock: bool = False) -> tuple[Script, ScriptVersion]:
    if lock:
        # Before it is read which version stands, so that nobody else makes one meanwhile.
        of = (Script.organisation_id == unit.organisation_id, Script.id == script_id)
        unit.session.execute(select(Script.id).where(*of).with_for_update(key_share=True))
    query = _with_version().where(Script.organisation_id == unit.organisation_id, Script.id == script_id)
    row = unit.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def view_of(script: Script, version: ScriptVersion) -> ScriptView:
    """A script in one of its versions."""
    return ScriptView(
        id=script.id,
        name=script.name,
        version=version.version,
        language=version.language,
        script=script_from_row(version),
        created_at=version.created_at,
    )
