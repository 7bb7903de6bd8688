"""A script between its row and its rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from dialer.domain.script import Answer, Node, Script, ThirdParty
from dialer.store.models.calling import ScriptVersion


def script_from_row(version: ScriptVersion) -> Script:
    """The script that a version holds."""
    return Script(version.start, tuple(node_from_json(node) for node in version.nodes))


def node_from_json(node: Mapping[str, Any]) -> Node:
    """A step as it was sent or is kept."""
    answers = tuple(answer_from_json(answer) for answer in node.get("answers") or ())
    through = _third_party(node) if any(node.get(name) is not None for name in _THROUGH) else None
    translations = _translations(node)
    return Node(node["id"], node["kind"], node["text"], node.get("next"), answers, through, translations)


def _translations(of: Mapping[str, Any]) -> dict[str, str]:
    """Those that say something: what was emptied isn't translated."""
    given: Mapping[str, str] = of.get("translations") or {}
    return {language: words for language, words in given.items() if words.strip()}


_THROUGH: Final = ("phone", "label", "warm")


def _third_party(node: Mapping[str, Any]) -> ThirdParty:
    warm = node.get("warm")
    return ThirdParty(node.get("phone") or "", node.get("label") or "", warm is not False)


def answer_from_json(answer: Mapping[str, Any]) -> Answer:
    """An answer as it was sent or is kept."""
    return Answer(
        id=answer["id"],
        label=answer["label"],
        next=answer["next"],
        support=answer.get("support"),
        tags=tuple(answer.get("tags") or ()),
        voting_method=answer.get("voting_method"),
        translations=_translations(answer),
        needs_lift=answer.get("needs_lift"),
        id_ready=answer.get("id_ready"),
        planned_time=_time(answer.get("planned_time")),
        party=answer.get("party") or None,
    )


def _time(given: dt.time | str | None) -> dt.time | None:
    """A wall time as it was read already, or as it is kept."""
    return dt.time.fromisoformat(given) if isinstance(given, str) else given


def node_to_json(node: Node) -> dict[str, Any]:
    """A step as it is kept and shown; what it hasn't is left out."""
    shown: dict[str, Any] = {"id": node.id, "kind": node.kind, "text": node.text}
    if node.translations:
        shown["translations"] = dict(node.translations)
    if node.next is not None:
        shown["next"] = node.next
    if node.answers:
        shown["answers"] = [answer_to_json(answer) for answer in node.answers]
    if node.through is not None:
        through = node.through
        shown |= {"phone": through.phone, "label": through.label, "warm": through.warm}
    return shown


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer as it is kept and shown; what it doesn't tell is left out."""
    shown: dict[str, Any] = {"id": answer.id, "label": answer.label, "next": answer.next}
    if answer.translations:
        shown["translations"] = dict(answer.translations)
    if answer.support is not None:
        shown["support"] = answer.support
    if answer.tags:
        shown["tags"] = list(answer.tags)
    if answer.voting_method is not None:
        shown["voting_method"] = answer.voting_method
    if answer.needs_lift is not None:
        shown["needs_lift"] = answer.needs_lift
    if answer.id_ready is not None:
        shown["id_ready"] = answer.id_ready
    if answer.party is not None:
        shown["party"] = answer.party
    if answer.planned_time is not None:
        shown["planned_time"] = f"{answer.planned_time:%H:%M}"
    return shown
