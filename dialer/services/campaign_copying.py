"""A new campaign made from an old one: how that was run, without what came of it."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from dialer.domain.access import Permission
from dialer.domain.answering_machine import MachineRules, rules_of, stored_rules
from dialer.domain.campaign_copy import USUAL, Part, columns_taken
from dialer.services.calling.campaigns import CampaignFields, campaign_view, list_ids_of, make_campaign
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import copy_canned_replies
from dialer.services.messaging.templates import copy_templates
from dialer.store.models.calling import Campaign
from dialer.store.queries.own_numbers import given_back, going
from dialer.store.session import UnitOfWork

_NUMBERS: Final = ("caller_ids", "senders")
_SET_APART: Final = frozenset({"call_policy", "transfer_numbers", "answering_machines", "text_answers"})
"""Columns that have deeds of their own, and no field of a campaign."""


@dataclass(frozen=True, slots=True)
class CampaignCopy:
    """A new campaign, and the numbers of the old one that are given back and so stay behind."""

    campaign: CampaignView
    numbers_left: tuple[str, ...]


def copy_campaign(
    ctx: Context, campaign_id: uuid.UUID, name: str, parts: Collection[Part] = USUAL
) -> CampaignCopy:
    """Make a draft of the current election with these parts of another campaign, in whatever state that is.

    Never its results, shifts, volunteers, join links, texts or recordings. Whether calls are recorded and
    what is left on machines is for somebody to say anew, since each is lawful for certain people only. The
    team comes along where the actor may give it a campaign.
    `ValidationFailed` where the name is none.
    """
    with ctx.unit() as unit:
        source = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        taken = columns_taken(parts)
        fields = {column: getattr(source, column) for column in taken - _SET_APART}
        if source.team_id is not None and not ctx.actor.sees_team(source.team_id):
            del fields["team_id"]
        left = _leave_numbers(unit, fields)
        list_ids = list(list_ids_of(unit, source)) if Part.LISTS in parts else []
        fields |= {"name": name, "list_ids": list_ids}
        made = make_campaign(ctx, unit, cast("CampaignFields", fields))
        for column in taken & _SET_APART:
            setattr(made, column, _set_apart(source, column))
        if Part.CANNED_REPLIES in parts:
            copy_canned_replies(ctx, unit, source.id, made.id)
        if Part.TEMPLATES in parts:
            copy_templates(ctx, unit, source.id, made.id)
        unit.session.flush()
        about = {"campaign_id": str(source.id), "parts": sorted(parts)}
        ctx.audit(unit, "campaign.copied", "campaign", made.id, about)
        return CampaignCopy(campaign_view(unit, made), left)


def _set_apart(source: Campaign, column: str) -> Any:
    """As the old one has it, but for the message on machines, which is lawful for its people alone."""
    if column == "answering_machines":
        rules = rules_of(source.answering_machines)
        return stored_rules(replace(MachineRules(), detects=rules.detects))
    return copy.deepcopy(getattr(source, column))


def _leave_numbers(unit: UnitOfWork, fields: dict[str, Any]) -> tuple[str, ...]:
    """Take the numbers out that are given back to the carrier, or just being given back; those."""
    named = {number for name in _NUMBERS for number in fields.get(name, ())}
    if not named:
        return ()
    gone = set(unit.session.scalars(given_back(unit))) | going(unit, named)
    for name in _NUMBERS:
        fields[name] = [number for number in fields[name] if number not in gone]
    return tuple(sorted(named & gone))
