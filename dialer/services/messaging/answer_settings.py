"""Which words of replies a campaign takes as answers."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.domain.answer_words import RULES_MAX, AnswerWords, checked, read_words, stored
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context


def answer_words(ctx: Context, campaign_id: uuid.UUID) -> AnswerWords:
    """What a campaign takes from replies."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ)
        return read_words(campaign.text_answers)


def set_answer_words(ctx: Context, campaign_id: uuid.UUID, wanted: AnswerWords) -> AnswerWords:
    """Put other words in their place, for texts that come from now on. `ValidationFailed` for words that
    people say no with, that mean nothing or two things.
    """
    if len(wanted.own) > RULES_MAX:
        raise ValidationFailed.at("/rules", f"List {RULES_MAX} answers at most.")
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        found = checked(wanted)
        if not isinstance(found, AnswerWords):
            raise ValidationFailed(errors=found)
        campaign.text_answers = stored(found)
        about = {"usual": found.usual, "count": len(found.own)}
        ctx.audit(unit, "campaign.text_answers", "campaign", campaign.id, about)
        return found
