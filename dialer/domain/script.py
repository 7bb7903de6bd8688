"""The guided conversation: steps (nodes), their branches, and what the answers tell (contract §5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialer.domain import placeholders

TRANSFER: Final = "transfer"
NODE_KINDS: Final = ("say", "question", TRANSFER, "end")
NODES_MAX: Final = 500
ANSWERS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """A way on from a question, and what choosing it tells."""

    id: str
    label: str
    next: str
    support: int | None = None
    tags: tuple[str, ...] = ()
    voting_method: str | None = None


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
    """One step: words to say, a question with its answers, somebody to be put through to, or an end."""

    id: str
    kind: str
    text: str
    next: str | None = None
    answers: tuple[Answer, ...] = ()
    through: ThirdParty | None = None

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

    def node(self, node_id: str) -> Node | None:
        """The step with this id, if there is one."""
        return next((node for node in self.nodes if node.id == node_id), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a script; `pointer` is a JSON pointer into it."""

    pointer: str
    detail: str
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """What the answers tell about a person."""

    support: int | None = None
    voting_method: str | None = None
    tags: tuple[str, ...] = ()


def faults(script: Script) -> list[Fault]:
    """Everything that keeps a script from being used: a step named twice, a way to nowhere, a step that
    can't be reached or that no end can be reached from, an unknown placeholder."""
    found = [*_shape_faults(script), *_placeholder_faults(script)]
    if not found:
        found = [*_reach_faults(script)]
    return found


def _shape_faults(script: Script) -> Iterator[Fault]:
    ids = [node.id for node in script.nodes]
    if script.start not in ids:
        yield Fault("/start", f"There is no step “{script.start}” to start with.")
    for index, node in enumerate(script.nodes):
        at = f"/nodes/{index}"
        if node.id in ids[:index]:
            yield Fault(f"{at}/id", f"Another step is already called “{node.id}”.")
        yield from _node_faults(node, at)
        for place, target in node.ways_on():
            if target not in ids:
                yield Fault(f"{at}{place}", f"There is no step “{target}” to go on to.")


def _node_faults(node: Node, at: str) -> Iterator[Fault]:
    answer_ids = [answer.id for answer in node.answers]
    for index, answer_id in enumerate(answer_ids):
        if answer_id in answer_ids[:index]:
            yield Fault(f"{at}/answers/{index}/id", f"Another answer here is already called “{answer_id}”.")
    if node.kind == "end" and (node.next is not None or node.answers):
        yield Fault(at, "An end goes nowhere: take its “next” and “answers” away, or make it a “say”.")
    if node.kind == TRANSFER and (node.through is None or not node.through.phone):
        yield Fault(f"{at}/phone", "Say which number people are put through to here.")
    elif node.through is not None and not node.through.label.strip():
        yield Fault(f"{at}/label", "Say whose number it is.")
    if node.kind != TRANSFER and node.through is not None:
        yield Fault(at, "Only a step that puts people through has a number. Make this step a “transfer”.")
    if node.kind in ("say", TRANSFER) and node.answers:
        yield Fault(f"{at}/answers", "Only a question has answers. Make this step a “question”.")
    if not node.ends and node.next is None and not node.answers:
        yield Fault(at, "This step leads nowhere: give it a “next”, or make it an “end”.")


def _placeholder_faults(script: Script) -> Iterator[Fault]:
    for index, node in enumerate(script.nodes):
        for detail in placeholders.faults(node.text, spoken=True):
            yield Fault(f"/nodes/{index}/text", detail, placeholder=True)


def _reach_faults(script: Script) -> Iterator[Fault]:
    ways = {node.id: {target for _, target in node.ways_on()} for node in script.nodes}
    back = {node.id: {one for one, targets in ways.items() if node.id in targets} for node in script.nodes}
    reached = _closure([script.start], ways)
    ending = _closure([node.id for node in script.nodes if node.ends], back)
    for index, node in enumerate(script.nodes):
        if node.id not in reached:
            yield Fault(f"/nodes/{index}", f"No way leads to the step “{node.id}”.")
        elif node.id not in ending:
            yield Fault(f"/nodes/{index}", f"From the step “{node.id}” no end can be reached.")


def _closure(start: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(ways[node_id])
    return reached


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
    )


def filled(script: Script, values: Mapping[str, str | None]) -> Script:
    """The script as it is read out to one person: placeholders filled in every step."""
    nodes = tuple(replace(node, text=placeholders.fill(node.text, values)) for node in script.nodes)
    return replace(script, nodes=nodes)
