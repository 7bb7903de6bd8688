"""The versions of a script: who wrote which when, what each changed, and the way back to one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import render_template
from flask_babel import gettext, lazy_gettext

from dialer.domain.access import Permission
from dialer.domain.script_differences import Difference, Piece, marked
from dialer.services.calling.script_versions import compare_versions, get_version, list_versions
from dialer.services.calling.scripts import get_script
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import asked, is_number, next_address, page_asked
from dialer.web.coordinator.rehearsal import step_numbers
from dialer.web.coordinator.script_plan import FLAG_WORDS, plan_words
from dialer.web.coordinator.wording import NODE_KIND, SUPPORT, VOTING_METHOD
from dialer.web.desk import context
from dialer.web.guard import allow

_WORDS: Final[Mapping[str, str]] = {
    "start": lazy_gettext("Begins with another step"),
    "step_added": lazy_gettext("New"),
    "step_removed": lazy_gettext("Taken out"),
    "step_renamed": lazy_gettext("Has another short name"),
    "step_moved": lazy_gettext("Stands elsewhere"),
    "step_kind": lazy_gettext("Is something else"),
    "words": lazy_gettext("Words to say"),
    "translation": lazy_gettext("The translation"),
    "answer_translation": lazy_gettext("“%(answer)s”, translated"),
    "next": lazy_gettext("Goes to"),
    "through": lazy_gettext("Put through to"),
    "answer_added": lazy_gettext("New answer"),
    "answer_removed": lazy_gettext("Answer taken out"),
    "answer_words": lazy_gettext("Answer reworded"),
    "answer_next": lazy_gettext("“%(answer)s” goes to"),
    "answer_support": lazy_gettext("“%(answer)s” means"),
    "answer_voting_method": lazy_gettext("“%(answer)s” means"),
    "answer_needs_lift": lazy_gettext("“%(answer)s” means"),
    "answer_id_ready": lazy_gettext("“%(answer)s” means"),
    "answer_planned_time": lazy_gettext("“%(answer)s” means"),
    "answer_party": lazy_gettext("“%(answer)s” means"),
    "answer_tags": lazy_gettext("“%(answer)s” gives the tags"),
    "answers_moved": lazy_gettext("Answers in another order"),
}
_FLAGS: Final[Mapping[str, str]] = {"answer_needs_lift": "needs_lift", "answer_id_ready": "id_ready"}
_BY_THE_WORD: Final = frozenset({"words", "answer_words", "translation", "answer_translation"})


@dataclass(frozen=True, slots=True)
class Told:
    """One difference: what it is, and the words before and after in one."""

    what: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class StepTold:
    """Everything that is otherwise at one step; without an id, of the script."""

    id: str
    differences: Sequence[Told]


@coordinator.get("/scripts/<uuid:script_id>/versions")
@allow(Permission.SCRIPT_READ)
def script_versions(script_id: uuid.UUID) -> str:
    """Every version, newest first."""
    ctx = context()
    found = list_versions(ctx, script_id, page_asked())
    return render_template(
        "coordinator/script_versions.html",
        script=get_script(ctx, script_id),
        versions=found.items,
        next_page=next_address(found, "coordinator.script_versions", script_id=script_id),
    )


@coordinator.get("/scripts/<uuid:script_id>/versions/<int:version>")
@allow(Permission.SCRIPT_READ)
def script_version(script_id: uuid.UUID, version: int) -> str:
    """What a version changed: against the one before it, or the one that `against` names."""
    ctx = context()
    shown = get_version(ctx, script_id, version)
    against = int(asked("against")) if is_number(asked("against")) else version - 1
    compared = [] if against < 1 else compare_versions(ctx, script_id, against, version)
    return render_template(
        "coordinator/script_version.html",
        script=shown,
        present=get_script(ctx, script_id).version,
        against=against,
        steps=told(compared),
        script_steps=step_numbers(shown),
    )


def told(differences: Iterable[Difference]) -> list[StepTold]:
    """The differences step by step, in the reader's words."""
    return [
        StepTold(step, [_told(one) for one in group])
        for step, group in groupby(differences, lambda one: one.step)
    ]


def _told(one: Difference) -> Told:
    what = str(_WORDS[one.kind]) % {"answer": one.answer}
    if one.kind in _BY_THE_WORD:
        return Told(what, marked(one.before, one.after))
    before, after = _value(one.kind, one.before), _value(one.kind, one.after)
    pieces = [Piece(before, "removed")] if before else []
    return Told(what, [*pieces, Piece(after, "added")] if after else pieces)


def _value(kind: str, value: str) -> str:
    if kind == "step_kind":
        return str(NODE_KIND[value])
    if kind == "answer_support" and value:
        return str(SUPPORT[int(value)])
    if kind == "answer_voting_method" and value:
        return str(VOTING_METHOD[value])
    if kind in _FLAGS and value:
        return str(gettext(FLAG_WORDS[_FLAGS[kind], value == "yes"]))
    if kind == "answer_planned_time" and value:
        return plan_words(value)
    return value
