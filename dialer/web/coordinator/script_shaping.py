"""What the buttons of the script editor do to its form: add, take out, put elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from dialer.domain.script import ANSWERS_MAX, NODES_MAX
from dialer.web.coordinator.script_form import AnswerRow, NodeRow, ScriptForm

_GROUP: Final = re.compile(r"node-(\d{1,3})(?:-answer-(\d{1,2}))?")
_ELSEWHERE: Final = re.compile(rf"({_GROUP.pattern}):(up|down|\d{{1,3}})")

One = TypeVar("One")
Shaped = tuple[ScriptForm, str]
"""The form, and the `id` of what the reader goes on from."""


def shaped(form: ScriptForm, *, add: str, remove: str, move: str) -> Shaped | None:
    """The form after one of its buttons, as it was where that names what isn't there; None where none of
    them was pressed.
    """
    if remove:
        return _taken_out(form, remove) or (form, "")
    if move:
        return _moved(form, move) or (form, "")
    return (_added(form, add) or (form, "")) if add else None


def _added(form: ScriptForm, to: str) -> Shaped | None:
    if to == "node":
        if len(form.nodes) == NODES_MAX:
            return form, "add-node"
        return replace(form, nodes=(*form.nodes, NodeRow())), f"node-{len(form.nodes)}-id"
    if (at := _node_at(form, to)) is None:
        return None
    answers = form.nodes[at].answers
    if len(answers) == ANSWERS_MAX:
        return form, f"add-node-{at}"
    return _with_answers(form, at, (*answers, AnswerRow())), f"node-{at}-answer-{len(answers)}-label"


def _taken_out(form: ScriptForm, group: str) -> Shaped | None:
    if (at := _node_at(form, group)) is None:
        return None
    nodes = (*form.nodes[:at], *form.nodes[at + 1 :])
    return replace(form, nodes=nodes), f"node-{min(at, len(nodes) - 1)}-id" if nodes else "add-node"


def _moved(form: ScriptForm, asked: str) -> Shaped | None:
    found = _ELSEWHERE.fullmatch(asked)
    if found is None or (at := _node_at(form, f"node-{found[2]}")) is None:
        return None
    if found[3] is None:
        nodes, now = put_elsewhere(form.nodes, at, found[4])
        return replace(form, nodes=nodes), _same_button(f"node-{now}", found[4], now, len(nodes))
    answers = form.nodes[at].answers
    if (of := int(found[3])) >= len(answers):
        return None
    moved, now = put_elsewhere(answers, of, found[4])
    return _with_answers(form, at, moved), _same_button(f"node-{at}-answer-{now}", found[4], now, len(moved))


def put_elsewhere(rows: Sequence[One], at: int, to: str) -> tuple[tuple[One, ...], int]:
    """The rows with the one `at` a place further `up` or `down`, or at the place that `to` counts from 0; and
    where it stands now. Past an end it stays there.
    """
    wanted = {"up": at - 1, "down": at + 1}.get(to)
    now = max(0, min(len(rows) - 1, int(to) if wanted is None else wanted))
    left = [*rows[:at], *rows[at + 1 :]]
    return (*left[:now], rows[at], *left[now:]), now


def _same_button(group: str, pressed: str, now: int, rows: int) -> str:
    """The button to press next, for whoever moves on by keyboard: at an end only the other one is left."""
    way = pressed if pressed in ("up", "down") else "up"
    if now == 0:
        way = "down"
    elif now == rows - 1:
        way = "up"
    return f"{group}-{way}"


def _node_at(form: ScriptForm, group: str) -> int | None:
    found = _GROUP.fullmatch(group)
    at = int(found[1]) if found and found[2] is None else len(form.nodes)
    return at if at < len(form.nodes) else None


def _with_answers(form: ScriptForm, at: int, answers: tuple[AnswerRow, ...]) -> ScriptForm:
    node = replace(form.nodes[at], answers=answers)
    return replace(form, nodes=(*form.nodes[:at], node, *form.nodes[at + 1 :]))
