"""The script that is being written, looked over: what is to be put right or worth a second look, in the
reader's words and each at its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext, lazy_gettext

from dialer.domain.script_review import PLACEHOLDER, Finding, faults, remarks
from dialer.web.coordinator.script_form import ScriptForm, field_at, script_fields

_WORDS: Final[Mapping[str, str]] = {
    "no_start": lazy_gettext("There is no step “%(about)s” to start with."),
    "step_twice": lazy_gettext("Another step is already called “%(about)s”."),
    "answer_twice": lazy_gettext("Another answer here is already called “%(about)s”."),
    "no_phone": lazy_gettext("Say which number people are put through to here."),
    "no_label": lazy_gettext("Say whose number it is."),
    "leads_nowhere": lazy_gettext("This step leads nowhere: choose where it goes, or make it the end."),
    "no_such_step": lazy_gettext("There is no step “%(about)s” to go on to."),
    "unreached": lazy_gettext("No way leads to the step “%(about)s”."),
    "endless": lazy_gettext("From the step “%(about)s” no end can be reached."),
    "untranslated": lazy_gettext("“%(about)s” isn’t translated yet."),
    "long_words": lazy_gettext("%(about)s words in one go. People listen to about 60: make two steps of it."),
    "long_answer": lazy_gettext(
        "“%(about)s” is long for a button. Up to 40 characters are read at a glance."
    ),
    "many_answers": lazy_gettext("%(about)s answers. Up to 7 are in sight at once on a phone."),
    "same_label": lazy_gettext("Two answers here read “%(about)s”."),
    "no_fallback": lazy_gettext(
        "Where {%(about)s} isn’t known, nothing is said there. Write what to say instead: {%(about)s|there}"
    ),
}
"""Every kind that what a form sends can come to."""
_NODE: Final = re.compile(r"/nodes/(\d+)(?:/answers/(\d+)/(\w+))?")
_NEEDS_NO_NAME: Final = frozenset({"no_phone", "no_label", "leads_nowhere"})


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was found, in words: its field, and its step counted from 1 (0 for none)."""

    field: str
    step: int
    words: str
    is_fault: bool
    is_seen: bool = False
    """Whether the step itself shows it: an empty field does."""


def looked_over(form: ScriptForm) -> list[Look]:
    """Everything found: what must be put right first, in the order of the steps."""
    conversation = script_fields(form).conversation
    found = [Look(field, step, words, is_fault=True) for field, step, words in _unsaid(form)]
    found += [_look(one, form) for one in faults(conversation) if one.kind in _NEEDS_NO_NAME or one.about]
    languages = (form.other_language,) if form.both else ()
    found += [_look(one, form) for one in remarks(conversation, languages) if one.about]
    return sorted(found, key=lambda one: (not one.is_fault, one.step))


def errors_in(looks: Sequence[Look]) -> dict[str, str]:
    """What keeps it from being saved, by field."""
    found: dict[str, str] = {}
    for look in looks:
        if look.is_fault:
            found.setdefault(look.field, look.words)
    return found


def _look(found: Finding, form: ScriptForm) -> Look:
    place = _NODE.match(found.pointer)
    step = int(place[1]) if place else -1
    field = field_at(found.pointer)
    if place and place[2]:
        # The script hasn't the answers without words that the form has.
        answers = form.nodes[step].answers
        at = [row for row, answer in enumerate(answers) if answer.label][int(place[2])]
        field = field_at(f"/nodes/{step}/answers/{at}/{place[3]}")
    about = found.about.strip("{}") if found.kind == "no_fallback" else found.about
    words = about if found.kind == PLACEHOLDER else str(_WORDS[found.kind]) % {"about": about}
    return Look(field, step + 1, words, found.is_fault, is_seen=found.kind == "untranslated")


def _unsaid(form: ScriptForm) -> Iterator[tuple[str, int, str]]:
    """What only a form can lack: its field, its step and what to do."""
    if not form.name:
        yield "name", 0, gettext("Give the script a name.")
    if not form.nodes:
        yield "add-node", 0, gettext("A script needs at least one step. Add one.")
    for at, node in enumerate(form.nodes):
        group, step = f"node-{at}", at + 1
        if not node.id:
            yield f"{group}-id", step, gettext("Give the step a short name, such as “ask”.")
        if not node.text:
            yield f"{group}-text", step, gettext("Write what the volunteer says here.")
        for place, answer in enumerate(node.answers):
            if answer.label and not answer.next:
                words = gettext("Choose the step that “%(answer)s” goes to.", answer=answer.label)
                yield f"{group}-answer-{place}-next", step, words
