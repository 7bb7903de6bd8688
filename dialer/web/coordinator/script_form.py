"""The script editor's form: one row of fields a step, kept whole however unfinished it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from flask import request
from flask_babel import gettext

from dialer.domain.party_scale import PARTY_MAX
from dialer.domain.script import (
    ANSWERS_MAX,
    LANGUAGES,
    NODE_KINDS,
    NODES_MAX,
    TRANSFER,
    Answer,
    Node,
    Script,
    ThirdParty,
)
from dialer.services.calling.scripts import ScriptFields
from dialer.services.calling.views import ScriptView
from dialer.web.coordinator.forms import WHOLE_FORM, said, ticked
from dialer.web.coordinator.script_plan import plan_said, plan_text

_NODE_AT: Final = re.compile(
    r"/nodes/(\d+)(?:/answers/(\d+))?(?:/(id|kind|text|next|label|support|phone|translations))?"
)
PARTY: Final = "party:"
"""Before a party, where the form says what an answer means."""
_GROUP: Final = re.compile(r"(node-\d+)(?:-answer-\d+)?(?=-)")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer as it stands in the form: every value as text."""

    id: str = ""
    label: str = ""
    next: str = ""
    support: str = ""
    tags: str = ""
    plan: str = ""
    """What it says of their plan, as `script_plan` writes it."""
    other: str = ""
    """The words in the other language; likewise of a step."""


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A step as it stands in the form; `was` is the name by which others lead to it, until it is sent."""

    id: str = ""
    kind: str = "say"
    text: str = ""
    next: str = ""
    answers: tuple[AnswerRow, ...] = ()
    was: str = ""
    phone: str = ""
    label: str = ""
    warm: str = "yes"
    other: str = ""

    @property
    def known_as(self) -> str:
        """What leads here: its name, or the one it had before that was emptied."""
        return self.id or self.was

    @property
    def worded(self) -> tuple[AnswerRow, ...]:
        """The answers that have words."""
        return tuple(answer for answer in self.answers if answer.label)


@dataclass(frozen=True, slots=True)
class ScriptForm:
    """The whole form."""

    name: str = ""
    language: str = "en"
    start: str = ""
    nodes: tuple[NodeRow, ...] = field(default=())
    both: bool = False
    """Whether it is written in both languages, `language` first."""

    @property
    def other_language(self) -> str:
        """The language that it is translated into."""
        return next(language for language in LANGUAGES if language != self.language)

    @property
    def targets(self) -> list[tuple[str, str]]:
        """The steps that one can go on to, as options."""
        return [("", "–"), *((node.known_as, node.known_as) for node in self.nodes if node.known_as)]

    @property
    def starts(self) -> list[tuple[str, str]]:
        """The steps that it can start with, as options; a name that no step has stays to be seen."""
        named = [(node.known_as, node.known_as) for node in self.nodes if node.known_as]
        return (
            named
            if not self.start or (self.start, self.start) in named
            else [(self.start, self.start), *named]
        )

    def finished(self) -> ScriptForm:
        """Without the answers whose words were emptied."""
        return replace(self, nodes=tuple(replace(node, answers=node.worded) for node in self.nodes))


def example_form() -> ScriptForm:
    """What a new script starts with: a short conversation that can be used as it is."""
    ask = gettext("Can we count on you on polling day?")
    answers = (
        AnswerRow("yes", gettext("Yes, definitely"), "thanks", "1"),
        AnswerRow("maybe", gettext("Probably"), "thanks", "2"),
        AnswerRow("undecided", gettext("Hasn’t decided"), "thanks", "3"),
        AnswerRow("no", gettext("No"), "thanks", "5"),
    )
    hello = gettext("Hello {first_name|there}, I’m {caller_name}, a volunteer. Have you got a minute?")
    return ScriptForm(
        start="hello",
        nodes=(
            NodeRow("hello", "say", hello, "ask"),
            NodeRow("ask", "question", ask, "", answers),
            NodeRow("thanks", "end", gettext("Thank you for your time. Goodbye.")),
        ),
    )


def form_of(script: ScriptView) -> ScriptForm:
    """The form that a script fills."""
    return form_of_fields(ScriptFields(script.name, script.script, script.language))


def form_of_fields(fields: ScriptFields) -> ScriptForm:
    """The form that a script as it is written fills."""
    said = fields.conversation
    form = ScriptForm(fields.name, fields.language, said.start, both=bool(said.translated_into))
    return replace(form, nodes=tuple(_node_row(node, form.other_language) for node in said.nodes))


def sent_form() -> ScriptForm:
    """The form as it was sent, with answers whose words were emptied; ids are given where they lack.

    What led to a step that was renamed leads to its new name. Where the language was changed, the words of
    both change places.
    """
    groups = _groups_sent()
    nodes = tuple(_sent_node(f"node-{index}", groups) for index in range(_count("node", groups, NODES_MAX)))
    renamed = {node.was: node.id for node in nodes if node.was and node.id}
    start = renamed.get(said("start"), said("start"))
    led_on = tuple(_led_on(node, renamed) for node in nodes)
    form = ScriptForm(said("name"), said("language"), start, led_on, both=ticked("both"))
    is_turned = form.both and form.language in LANGUAGES and said("language_was") == form.other_language
    return _turned_round(form) if is_turned else form


def _turned_round(form: ScriptForm) -> ScriptForm:
    """The other language first. What wasn't translated stays where it is, to be written anew."""
    nodes = []
    for node in form.nodes:
        answers = tuple(
            replace(one, label=one.other, other=one.label) if one.other else one for one in node.answers
        )
        words = (node.other, node.text) if node.other else (node.text, node.other)
        nodes.append(replace(node, text=words[0], other=words[1], answers=answers))
    return replace(form, nodes=tuple(nodes))


def _led_on(node: NodeRow, renamed: Mapping[str, str]) -> NodeRow:
    answers = tuple(replace(one, next=renamed.get(one.next, one.next)) for one in node.answers)
    return replace(node, next=renamed.get(node.next, node.next), answers=answers)


def script_fields(form: ScriptForm) -> ScriptFields:
    """The script that the form says, unfinished as it may be; it starts with its first step unless told."""
    start = form.start or (form.nodes[0].known_as if form.nodes else "")
    into = form.other_language if form.both else None
    return ScriptFields(
        form.name, Script(start, tuple(_node(row, into) for row in form.nodes)), form.language
    )


def field_at(pointer: str) -> str:
    """The name of the field that a JSON pointer into a script leads to."""
    if pointer in ("/name", "/language", "/start"):
        return pointer[1:]
    found = _NODE_AT.match(pointer)
    if found is None:
        return WHOLE_FORM
    node, answer, part = found.groups()
    group = f"node-{node}"
    part = "other" if part == "translations" else part
    if answer is not None:
        return f"{group}-answer-{answer}-{'label' if part in (None, 'id') else part}"
    return f"{group}-{part}" if part else group


def _groups_sent() -> frozenset[str]:
    """The groups of fields that were sent: `node-3` of a step, `node-3-answer-0` of an answer."""
    found = (_GROUP.match(name) for name in request.form)
    return frozenset(group for one in found if one for group in (one[1], one[0]))


def _count(prefix: str, groups: frozenset[str], most: int) -> int:
    """How many groups of fields were sent under one prefix, counted from 0."""
    return next((n for n in range(most) if f"{prefix}-{n}" not in groups), most)


def _sent_node(at: str, groups: frozenset[str]) -> NodeRow:
    count = _count(f"{at}-answer", groups, ANSWERS_MAX)
    found = [_sent_answer(f"{at}-answer-{index}") for index in range(count)]
    kind = said(f"{at}-kind") if said(f"{at}-kind") in NODE_KINDS else "say"
    answers = tuple(_named(found)) if kind == "question" else ()
    onward = "" if kind == "end" else said(f"{at}-next")
    row = NodeRow(said(f"{at}-id"), kind, said(f"{at}-text"), onward, answers, said(f"{at}-was"))
    row = replace(row, other=said(f"{at}-other"))
    if kind != TRANSFER:
        return row
    through = said(f"{at}-phone"), said(f"{at}-label"), said(f"{at}-warm")
    return replace(row, phone=through[0], label=through[1], warm=through[2])


def _sent_answer(at: str) -> AnswerRow:
    names = ("id", "label", "next", "support", "tags", "plan", "other")
    return AnswerRow(*(said(f"{at}-{name}") for name in names))


def _named(answers: Iterable[AnswerRow]) -> list[AnswerRow]:
    """Every answer that has words with an id: its own, else one made of its words, unlike the others'."""
    named: list[AnswerRow] = []
    for answer in answers:
        if not answer.label:
            named.append(answer)
            continue
        taken = {one.id for one in named}
        base = answer.id or re.sub(r"\W+", "_", answer.label.casefold()).strip("_")[:30] or "answer"
        unlike = next(name for name in _spellings(base) if answer.id or name not in taken)
        named.append(replace(answer, id=unlike))
    return named


def _spellings(base: str) -> Iterable[str]:
    yield base
    for number in range(2, ANSWERS_MAX + 2):
        yield f"{base}_{number}"


def _node(row: NodeRow, into: str | None) -> Node:
    return Node(
        row.known_as,
        row.kind,
        row.text,
        row.next or None,
        tuple(_answer(answer, into) for answer in row.worded),
        ThirdParty(row.phone, row.label, row.warm != "no") if row.kind == TRANSFER else None,
        _translations(row, into),
    )


def _translations(row: NodeRow | AnswerRow, into: str | None) -> dict[str, str]:
    return {into: row.other} if into and row.other else {}


def _answer(row: AnswerRow, into: str | None) -> Answer:
    return Answer(
        id=row.id,
        label=row.label,
        next=row.next,
        support=int(row.support) if row.support in {"1", "2", "3", "4", "5"} else None,
        party=row.support.removeprefix(PARTY)[:PARTY_MAX] or None if row.support.startswith(PARTY) else None,
        tags=tuple(tag for tag in row.tags.split(",") if tag),
        translations=_translations(row, into),
        **plan_said(row.plan),
    )


def _node_row(node: Node, other: str) -> NodeRow:
    answers = tuple(_answer_row(answer, other) for answer in node.answers)
    row = NodeRow(node.id, node.kind, node.text, node.next or "", answers)
    row = replace(row, other=node.translations.get(other, ""))
    if node.through is None:
        return row
    warm = "yes" if node.through.warm else "no"
    return replace(row, phone=node.through.phone, label=node.through.label, warm=warm)


def _answer_row(answer: Answer, other: str) -> AnswerRow:
    support = f"{PARTY}{answer.party}" if answer.party else str(answer.support or "")
    tags, plan = ",".join(answer.tags), plan_text(answer)
    translation = answer.translations.get(other, "")
    return AnswerRow(answer.id, answer.label, answer.next, support, tags, plan, translation)
