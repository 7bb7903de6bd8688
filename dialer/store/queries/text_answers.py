"""What a text of ours asked last, and the answers that came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text

from dialer.domain.text_answers import Asked
from dialer.store.models.text_answers import TextAnswer
from dialer.store.queries.texting_rules import TEXTED_AT, TEXTS
from dialer.store.session import UnitOfWork

_WHOLE_SECONDS: Final = dt.timedelta(seconds=1)
"""The carrier's lists tell moments in whole seconds."""
_LAST: Final = text(
    f"""
    SELECT x.purpose, x.campaign_id, x.body, {TEXTED_AT} AS at, b.asks_for FROM message x
    LEFT JOIN blast b ON b.organisation_id = x.organisation_id AND b.id = x.blast_id
    WHERE x.organisation_id = :organisation AND x.number = :number AND {TEXTS} AND {TEXTED_AT} <= :at
    ORDER BY {TEXTED_AT} DESC, x.id DESC LIMIT 1
    """  # noqa: S608 - words of ours
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a number was last texted by a campaign or a colleague, and for which campaign."""

    asked: Asked
    campaign_id: uuid.UUID | None


def asked_before(unit: UnitOfWork, number: str, at: dt.datetime) -> Question | None:
    """What we had last texted a number at that moment; help, codes and confirmations ask nothing."""
    given = {"organisation": unit.organisation_id, "number": number, "at": at + _WHOLE_SECONDS}
    row = unit.session.execute(_LAST, given).one_or_none()
    if row is None:
        return None
    asked_for = frozenset(row.asks_for or ())
    return Question(
        Asked(row.body, row.at, in_person=row.purpose != "blast", for_=asked_for), row.campaign_id
    )


def answers_in(unit: UnitOfWork, conversation_id: uuid.UUID) -> Sequence[TextAnswer]:
    """The answers of a conversation that stand or are in doubt, in the order in which they came."""
    query = select(TextAnswer).where(
        TextAnswer.organisation_id == unit.organisation_id,
        TextAnswer.conversation_id == conversation_id,
        TextAnswer.state != "dropped",
    )
    return unit.session.scalars(query.order_by(TextAnswer.at, TextAnswer.id)).all()


def standing_answers(unit: UnitOfWork, message_id: uuid.UUID) -> Sequence[TextAnswer]:
    """The answers of one text that stand or are in doubt."""
    query = select(TextAnswer).where(
        TextAnswer.organisation_id == unit.organisation_id,
        TextAnswer.message_id == message_id,
        TextAnswer.state != "dropped",
    )
    return unit.session.scalars(query.order_by(TextAnswer.id)).all()


def tags_of_others(unit: UnitOfWork, contact_id: uuid.UUID, answer_id: uuid.UUID) -> set[str]:
    """The tags that a person has by other answers of theirs that stand."""
    query = select(TextAnswer.tags).where(
        TextAnswer.organisation_id == unit.organisation_id,
        TextAnswer.contact_id == contact_id,
        TextAnswer.state == "taken",
        TextAnswer.id != answer_id,
    )
    return {tag for tags in unit.session.scalars(query) for tag in tags}
