"""The guided conversation: steps (nodes), their branches, and what the answers tell (contract §5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dialer.domain import placeholders

TRANSFER: Final = "transfer"
NODE_KINDS: Final = ("say", "question", TRANSFER, "end")
LANGUAGES: Final = ("en", "cy")
NODES_MAX: Final = 500
ANSWERS_MAX: Final = 50
CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
"""How a time of polling day is written."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A way on from a question, and what choosing it tells; `translations` of its label, by language."""

    id: str
    label: str
    next: str
    support: int | None = None
    tags: tuple[str, ...] = ()
    voting_method: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs_lift: bool | None = None
    id_ready: bool | None = None
    planned_time: dt.time | None = None
    """When on polling day they mean to vote, on the clocks of its place."""
    party: str | None = None
    """Whom they say they will vote for: it means what the election's scale says of it."""

    def words_in(self, language: str) -> str:
        """The label in this language; in the script's own where it isn't translated."""
        return self.translations.get(language, self.label)


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Whom a step puts people through to: a number and what it is called. `warm`: the volunteer speaks with
    them first.
    """

    phone: str
    label: str
    warm: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """One step: words to say, a question with its answers, somebody to be put through to, or an end.
    `translations` has the words in other languages than the script's own.
    """

    id: str
    kind: str
    text: str
    next: str | None = None
    answers: tuple[Answer, ...] = ()
    through: ThirdParty | None = None
    translations: Mapping[str, str] = field(default_factory=dict, hash=False)

    def words_in(self, language: str) -> str:
        """The words in this language; in the script's own where they aren't translated."""
        return self.translations.get(language, self.text)

    @property
    def ends(self) -> bool:
        """Whether the conversation is over here: an end, or a putting through that nothing follows."""
        return self.kind == "end" or (self.kind == TRANSFER and self.next is None)

    def answer(self, answer_id: str) -> Answer | None:
        """The answer with this id, if the step has it."""
        return next((answer for answer in self.answers if answer.id == answer_id), None)

    def ways_on(self) -> Iterator[tuple[str, str]]:
        """Where it goes from here: the place that says so (relative JSON pointer) and the step's id."""
        if self.next is not None:
            yield "/next", self.next
        for index, answer in enumerate(self.answers):
            yield f"/answers/{index}/next", answer.next


@dataclass(frozen=True, slots=True)
class Script:
    """All steps, and the one it starts with."""

    start: str
    nodes: tuple[Node, ...]

    @property
    def translated_into(self) -> frozenset[str]:
        """The languages that anything of it is translated into."""
        said: list[Node | Answer] = [*self.nodes, *(answer for node in self.nodes for answer in node.answers)]
        return frozenset(language for one in said for language in one.translations)

    def node(self, node_id: str) -> Node | None:
        """The step with this id, if there is one."""
        return next((node for node in self.nodes if node.id == node_id), None)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the answers tell about a person."""

    support: int | None = None
    voting_method: str | None = None
    tags: tuple[str, ...] = ()
    needs_lift: bool | None = None
    id_ready: bool | None = None
    planned_time: dt.time | None = None
    party: str | None = None

    @property
    def of_the_vote(self) -> bool:
        """Whether anything of it belongs into the pledge table."""
        return replace(self, tags=()) != Learned()


def unknown_answers(script: Script, answers: Mapping[str, str]) -> list[str]:
    """The ids of steps whose given answer the script hasn't."""
    return [
        node_id
        for node_id, answer_id in answers.items()
        if (node := script.node(node_id)) is None or node.answer(answer_id) is None
    ]


def path(script: Script, answers: Mapping[str, str], passed: Sequence[str] = ()) -> list[Node]:
    """The steps gone through so far, the present one last.

    A question is passed by its answer, or by its own `next` when it was passed over; other steps are
    passed when they are among `passed`. A loop ends the walk where it would begin again.
    """
    walked: list[Node] = []
    node = script.node(script.start)
    while node is not None and node not in walked:
        walked.append(node)
        node = _step_after(script, node, answers, passed)
    return walked


def _step_after(script: Script, node: Node, answers: Mapping[str, str], passed: Sequence[str]) -> Node | None:
    chosen = node.answer(answers[node.id]) if node.id in answers else None
    if chosen is not None:
        return script.node(chosen.next)
    if node.next is not None and node.id in passed:
        return script.node(node.next)
    return None


def learned(script: Script, answers: Mapping[str, str]) -> Learned:
    """What the answers tell, the later step of the conversation winning; tags add up.

    Answers off the path (a client may send only the one that matters) count too, but yield to those on it.
    """
    says = [node.id for node in script.nodes if node.kind != "question" or node.next is not None]
    walked = [node.id for node in path(script, answers, passed=says)]
    order = sorted(answers, key=lambda node_id: walked.index(node_id) if node_id in walked else -1)
    result = Learned()
    for node_id in order:
        node = script.node(node_id)
        answer = node.answer(answers[node_id]) if node else None
        if answer:
            result = _add(result, answer)
    return result


def _add(so_far: Learned, answer: Answer) -> Learned:
    return Learned(
        support=answer.support if answer.support is not None else so_far.support,
        voting_method=answer.voting_method or so_far.voting_method,
        tags=tuple(dict.fromkeys((*so_far.tags, *answer.tags))),
        needs_lift=so_far.needs_lift if answer.needs_lift is None else answer.needs_lift,
        id_ready=so_far.id_ready if answer.id_ready is None else answer.id_ready,
        planned_time=answer.planned_time or so_far.planned_time,
        party=answer.party or so_far.party,
    )


def filled(script: Script, values: Mapping[str, str | None]) -> Script:
    """The script as it is read out to one person: placeholders filled in every step."""
    nodes = tuple(
        replace(
            node,
            text=placeholders.fill(node.text, values),
            translations={of: placeholders.fill(text, values) for of, text in node.translations.items()},
        )
        for node in script.nodes
    )
    return replace(script, nodes=nodes)
