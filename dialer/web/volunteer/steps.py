"""What a press on the page of a step does to the talk."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.domain.script import Node, Script
from dialer.domain.talk import Heard, Talk
from dialer.services.calling.views import AssignmentView


def after_press(view: AssignmentView, talk: Talk, form: Mapping[str, str]) -> Talk:
    """With the answer that was pressed, or on from the step without one. At an end: what happened?

    A step or an answer that the script hasn't changes nothing: an old page of another version sent it.
    """
    script = view.script.script if view.script else None
    node = script.node(form.get("step", "")) if script else None
    if script is None or node is None:
        return talk
    if node.ends:
        return talk.finishing(reached=True, disposition="contacted")
    return talk.hearing(_heard(talk.heard(), script, node, form.get("answer", "")))


def finished(view: AssignmentView, talk: Talk, form: Mapping[str, str]) -> Talk:
    """The call is over: somebody was spoken to, or nobody came to the phone, by what was pressed."""
    reached = form.get("outcome") != "not_reached"
    return talk.finishing(reached=reached, disposition=came_to(view, talk) if reached else None)


def came_to(view: AssignmentView, talk: Talk) -> str | None:
    """What a call came to by the answers pressed: they talked, where those lead to an end of the script."""
    heard, script = talk.heard(), view.script.script if view.script else None
    if script is None or heard.disposition is not None or not heard.answers:
        return None
    return "contacted" if heard.path(script)[-1].ends else None


def _heard(heard: Heard, script: Script, node: Node, pressed: str) -> Heard:
    chosen = node.answer(pressed)
    if chosen is not None:
        return heard.answered(script, node.id, chosen.id)
    return heard.went_on(script, node.id) if node.next else heard


def one_back(view: AssignmentView, talk: Talk) -> Talk:
    """With the last answer taken back."""
    return talk.hearing(talk.heard().stepped_back(view.script.script)) if view.script else talk
