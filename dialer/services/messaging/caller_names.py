"""The name of whoever sends a text by hand, where it says one (`{caller_name}`): put in as they take it.

Until then, and in what goes by itself, the words that stand in for it are there, since nobody is known yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain.first_texts import BY_HAND
from dialer.services.context import Context
from dialer.services.messaging.picture_texts import Wordings
from dialer.services.messaging.rendering import Links
from dialer.services.messaging.text_links import links_of_each, says
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import first_texts
from dialer.store.queries.blast_audience import people
from dialer.store.queries.first_texts import Worded
from dialer.store.session import UnitOfWork

NAME: Final = "caller_name"
SAMPLE: Final = "Bethan"
"""Stands for a name of the usual length in an estimate."""


def sample_caller(blast: Blast) -> Mapping[str, str]:
    """What stands for whoever will send it, before anybody does."""
    return {NAME: SAMPLE} if blast.mode == BY_HAND else {}


def put_name_in(
    ctx: Context,
    unit: UnitOfWork,
    blast: Blast,
    campaign: Campaign,
    *,
    sender: str,
    taken: Sequence[Row[Any]],
) -> None:
    """Word these texts (their ids, numbers and people) of one sender with the first name of the actor, who
    took them.
    """
    wordings = Wordings(unit, blast, campaign, [sender])
    bodies = wordings.linked
    whose = {one.contact_id: one.number for one in taken if one.contact_id is not None}
    if not says(bodies, NAME) or not whose:
        return
    links = links_of_each(ctx, unit, campaign, bodies, numbers=whose, blast_id=blast.id)
    known = {row.id: row for row in people(unit, campaign.election_id, list(whose))}
    mine = {NAME: ctx.actor.name.split(" ")[0]}
    first_texts.word_anew(
        unit,
        [
            _worded(wordings, one, sender, known[one.contact_id], {**links[one.contact_id], **mine})
            for one in taken
            if one.contact_id in known
        ],
    )


def _worded(wordings: Wordings, one: Row[Any], sender: str, person: Row[Any], links: Links) -> Worded:
    language = wordings.linked.language_of(person.language)
    words = wordings.of(one.number, sender, person, language, links)
    return Worded(one.id, words.body, words.encoding, words.segments, words.picture)
