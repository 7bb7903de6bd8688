"""A talk under way: who is being spoken to, what they answered, how far the script has come.

It is kept as the assignment's draft until its result is recorded, so that a reload, the back button or a
lost connection loses nothing. Answering twice, or going back to an older page and answering there, is as
good as doing it once in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from dialer.domain import script as scripts
from dialer.domain.script import Node, Script


class Stage(StrEnum):
    """What is on the screen: the script's steps, or the question of what came of it."""

    SCRIPT = "script"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one person of the household said: answers by step, and the steps gone on from without one."""

    answers: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    disposition: str | None = None
    no_texts: bool = False
    language: str | None = None
    """What they spoke, where there was no common language."""

    @property
    def begun(self) -> bool:
        """Whether they have been spoken to at all."""
        return bool(self.answers or self.passed)

    def path(self, script: Script) -> list[Node]:
        """The steps gone through, the present one last."""
        return scripts.path(script, self.answers, self.passed)

    def answered(self, script: Script, step: str, answer: str) -> Heard:
        """With this answer; what was said on a way that is not taken any more is forgotten."""
        told = replace(
            self,
            answers={**self.answers, step: answer},
            passed=tuple(one for one in self.passed if one != step),
        )
        return told.pruned(script)

    def went_on(self, script: Script, step: str) -> Heard:
        """Gone on from a step without an answer."""
        answers = {at: answer for at, answer in self.answers.items() if at != step}
        passed = (*(one for one in self.passed if one != step), step)
        return replace(self, answers=answers, passed=passed).pruned(script)

    def stepped_back(self, script: Script) -> Heard:
        """Back at the step before, as if it had not been answered. At the first step: no change."""
        walked = self.path(script)
        if len(walked) < 2:
            return self
        before = walked[-2].id
        answers = {at: answer for at, answer in self.answers.items() if at != before}
        passed = tuple(one for one in self.passed if one != before)
        return replace(self, answers=answers, passed=passed).pruned(script)

    def pruned(self, script: Script) -> Heard:
        """Only what lies on the way taken."""
        walked = {node.id for node in self.path(script)}
        return replace(
            self,
            answers={at: answer for at, answer in self.answers.items() if at in walked},
            passed=tuple(one for one in self.passed if one in walked),
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """One call, with everybody who came to the phone. People are named by contact id."""

    contact: str
    speaking_to: str
    stage: Stage = Stage.SCRIPT
    reached: bool | None = None
    people: Mapping[str, Heard] = field(default_factory=dict)
    notes: str = ""
    callback_at: str = ""
    """Local wall time as it was typed (`2026-05-07T18:30`), kept also while it can't be taken."""
    talking_since: dt.datetime | None = None
    finishing_since: dt.datetime | None = None
    """Since when somebody has been spoken to, and since when the call is over; the screen's clock counts from
    there, on whatever device."""

    @classmethod
    def of(cls, draft: Mapping[str, Any], contact: str) -> Self:
        """The talk that a draft holds; a new one with `contact` where it holds none."""
        people = {
            person: Heard(
                answers=dict(said.get("answers", {})),
                passed=tuple(said.get("passed", ())),
                disposition=said.get("disposition"),
                no_texts=said.get("no_texts", False),
                language=said.get("language"),
            )
            for person, said in draft.get("people", {}).items()
        }
        return cls(
            contact=contact,
            speaking_to=draft.get("speaking_to", contact),
            stage=Stage(draft.get("stage", Stage.SCRIPT)),
            reached=draft.get("reached"),
            people=people,
            notes=draft.get("notes", ""),
            callback_at=draft.get("callback_at", ""),
            talking_since=_moment(draft.get("talking_since")),
            finishing_since=_moment(draft.get("finishing_since")),
        )

    def draft(self) -> dict[str, object]:
        """What is kept; `of` reads it again."""
        return {
            "speaking_to": self.speaking_to,
            "stage": self.stage.value,
            "reached": self.reached,
            "people": {
                person: {
                    "answers": dict(said.answers),
                    "passed": list(said.passed),
                    "disposition": said.disposition,
                    "no_texts": said.no_texts,
                    "language": said.language,
                }
                for person, said in self.people.items()
            },
            "notes": self.notes,
            "callback_at": self.callback_at,
            "talking_since": self.talking_since and self.talking_since.isoformat(),
            "finishing_since": self.finishing_since and self.finishing_since.isoformat(),
        }

    @property
    def has_begun(self) -> bool:
        """Whether anybody was spoken to."""
        return any(said.begun for said in self.people.values()) or self.speaking_to != self.contact

    def timed(self, now: dt.datetime) -> Self:
        """With the moments at which it came to where it stands: `now` for those that weren't known.

        Whoever goes back to the words has not finished.
        """
        finishing = self.stage is Stage.OUTCOME
        return replace(
            self,
            talking_since=self.talking_since or (now if self.has_begun else None),
            finishing_since=(self.finishing_since or now) if finishing else None,
        )

    def heard(self, person: str | None = None) -> Heard:
        """What a person said; without a name, whoever is spoken to now."""
        return self.people.get(person or self.speaking_to, Heard())

    def hearing(self, said: Heard) -> Self:
        """With what the present person has said by now."""
        return replace(self, people={**self.people, self.speaking_to: said})

    def turned_to(self, person: str) -> Self:
        """Speaking to somebody else of the household; what the first one said is kept."""
        return replace(self, speaking_to=person, stage=Stage.SCRIPT)

    def finishing(self, *, reached: bool, disposition: str | None = None) -> Self:
        """At the question of what came of it; an outcome chosen before is kept unless one is given."""
        said = self.heard()
        if disposition is not None:
            said = replace(said, disposition=disposition)
        return replace(self.hearing(said), stage=Stage.OUTCOME, reached=reached)

    def back_in_script(self) -> Self:
        """At the script's step once more."""
        return replace(self, stage=Stage.SCRIPT)


def _moment(kept: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(kept) if kept else None


def steps_in_all(script: Script, walked: list[Node]) -> int:
    """How many steps this way has if it goes on by the shortest way to an end from here."""
    ways = {node.id: [target for _, target in node.ways_on()] for node in script.nodes}
    ahead, ring, seen = 0, [walked[-1].id], {walked[-1].id}
    while ring and not any(not ways[one] for one in ring):
        ring = [target for one in ring for target in ways[one] if target not in seen]
        seen.update(ring)
        ahead += 1
    return len(walked) + ahead
