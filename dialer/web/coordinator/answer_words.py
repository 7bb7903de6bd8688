"""The words that a campaign takes as answers, as rows of a form."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.answer_words import RULES_MAX, AnswerWords
from dialer.domain.errors import ValidationFailed
from dialer.domain.text_answers import AnswerRule, Facts
from dialer.services.calling.campaigns import get_campaign
from dialer.services.messaging.answer_settings import answer_words, set_answer_words
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, Faults, faults_of, go, said, ticked
from dialer.web.coordinator.wording import SUPPORT, VOTING_METHOD
from dialer.web.desk import context
from dialer.web.guard import allow

EMPTY_ROWS: Final = 3
_FIELDS: Final = ("label", "words", "means", "tags")
_VOTED: Final = "voted"
_LIFT: Final = "needs_lift"

Row = Mapping[str, str]


@coordinator.get("/campaigns/<uuid:campaign_id>/answers")
@allow(Permission.CAMPAIGN_MANAGE)
def campaign_answers(campaign_id: uuid.UUID) -> str:
    """What it takes from replies, and the form that changes it."""
    words = answer_words(context(), campaign_id)
    return _page(campaign_id, [_row(rule) for rule in words.own], usual=words.usual)


@coordinator.post("/campaigns/<uuid:campaign_id>/answers")
@allow(Permission.CAMPAIGN_MANAGE)
def save_campaign_answers(campaign_id: uuid.UUID) -> Answer:
    """Take what the form says from now on; rows left empty are none."""
    sent = [{name: said(f"{name}-{at}") for name in _FIELDS} for at in range(RULES_MAX)]
    rows = [row for row in sent if any(row.values())]
    usual = ticked("usual")
    try:
        set_answer_words(context(), campaign_id, AnswerWords(usual, tuple(_rule(row) for row in rows)))
    except ValidationFailed as error:
        return _page(campaign_id, rows, usual=usual, errors=faults_of(error, _field_at)), 422
    return go("coordinator.campaign_answers", gettext("Saved."), campaign_id=campaign_id)


def _field_at(pointer: str) -> str:
    """`/rules/2/words/0` is the field `words-2`; of a rule that says nothing its meaning is at fault."""
    parts = pointer.split("/")
    name = parts[3] if len(parts) > 3 else "means"
    return f"{name if name in _FIELDS else 'means'}-{parts[2]}"


def _page(campaign_id: uuid.UUID, rows: Sequence[Row], *, usual: bool, errors: Faults | None = None) -> str:
    empty: Row = dict.fromkeys(_FIELDS, "")
    return render_template(
        "coordinator/answer_words.html",
        campaign=get_campaign(context(), campaign_id),
        rows=[*rows, *[empty] * EMPTY_ROWS][:RULES_MAX],
        meanings=_meanings(),
        usual=usual,
        errors=errors or {},
    )


def _meanings() -> list[tuple[str, str]]:
    return [
        ("", gettext("Only a tag")),
        *((str(support), str(words)) for support, words in SUPPORT.items()),
        (_VOTED, gettext("They have voted")),
        (_LIFT, gettext("They need a lift")),
        *((str(way), str(words)) for way, words in VOTING_METHOD.items()),
    ]


def _row(rule: AnswerRule) -> Row:
    facts = rule.facts
    means = str(facts.support) if facts.support else facts.voting_method or ""
    means = _VOTED if facts.voted else _LIFT if facts.needs_lift else means
    return {
        "label": rule.label,
        "words": ", ".join(rule.words),
        "means": means,
        "tags": ", ".join(facts.tags),
    }


def _rule(row: Row) -> AnswerRule:
    means, tags = row["means"], _pieces(row["tags"])
    facts = Facts(
        support=int(means) if means in {"1", "2", "3", "4", "5"} else None,
        voting_method=means if means in VOTING_METHOD else None,
        voted=means == _VOTED,
        needs_lift=means == _LIFT,
        tags=tags or (() if means else _own_name(row["label"])),
    )
    return AnswerRule(row["label"], _pieces(row["words"]), facts)


def _own_name(label: str) -> tuple[str, ...]:
    """An answer that means nothing else, and has no tag, puts its own name on people; tags have no commas."""
    return _pieces(re.sub(r"[,;\n]+", " ", label))


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece for each in re.split(r"[,;\n]", text) if (piece := each.strip()))
