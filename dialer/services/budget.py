"""What all campaigns together may spend (`cost_cap` of the installation), and what happens at its end."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from dialer.domain.blast import Waiting
from dialer.domain.money import IN_ONE
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.queries import counters
from dialer.store.queries.campaign_figures import spent_in
from dialer.store.queries.message_doubt import held_of_all, held_of_campaigns
from dialer.store.session import UnitOfWork

ORGANISATION: Final = "organisation"


def left_to_spend(ctx: Context, unit: UnitOfWork) -> Decimal | None:
    """What texts and calls of all campaigns, and texts to one person that belong to none, may still cost
    together; None where nothing limits them.

    What emails may have cost of which nobody knows whether they went is held back.
    What was spent in another currency, before the installation's was changed, can't be added up with it.
    """
    if ctx.messaging.cost_cap is None:
        return None
    of_campaigns = spent_in(unit.session, unit.organisation_id, ctx.messaging.currency)
    held = held_of_all(unit.session, unit.organisation_id)
    return ctx.messaging.cost_cap - of_campaigns - spent_alone(ctx, unit) - held


def left_to_campaign(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> Decimal | None:
    """What a campaign may still cost, by its own cap and by that of all; None where nothing limits it."""
    of_its_own = left_of_its_own(unit, campaign)
    if of_its_own is not None and campaign.cost_currency != ctx.messaging.currency:
        of_its_own = Decimal(0)
    return min((left for left in (of_its_own, left_to_spend(ctx, unit)) if left is not None), default=None)


def left_of_its_own(unit: UnitOfWork, campaign: Campaign) -> Decimal | None:
    """What a campaign may still cost by its own cap, in the currency that it is counted in, less what is held
    for its emails; None where it has no cap.
    """
    if campaign.cost_cap is None:
        return None
    held = held_of_campaigns(unit.session, unit.organisation_id, [campaign.id]).get(campaign.id, 0)
    return campaign.cost_cap - campaign.spent - held


def spent_alone(ctx: Context, unit: UnitOfWork) -> Decimal:
    """What texts to one person, look-ups, and our numbers have cost that belong to no campaign."""
    kept, currency = counters.read(unit, ORGANISATION, [unit.organisation_id]), ctx.messaging.currency
    names = (_alone_in(currency), _look_ups_in(currency), _numbers_in(currency))
    return Decimal(sum(kept.get(name, 0) for name in names)) / IN_ONE


def spend_alone(unit: UnitOfWork, amount: Decimal, currency: str) -> None:
    """Add to that."""
    if amount:
        name = _alone_in(currency)
        counters.bump(unit, ORGANISATION, unit.organisation_id, name, int(amount * IN_ONE))


def spend_on_look_ups(unit: UnitOfWork, amount: Decimal, currency: str) -> None:
    """Add to what look-ups of no campaign have cost; a negative amount was not charged after all."""
    if amount:
        counters.bump(unit, ORGANISATION, unit.organisation_id, _look_ups_in(currency), int(amount * IN_ONE))


def spend_on_numbers(unit: UnitOfWork, amount: Decimal, currency: str) -> None:
    """Add to what the months of our numbers have cost."""
    if amount:
        counters.bump(unit, ORGANISATION, unit.organisation_id, _numbers_in(currency), int(amount * IN_ONE))


def _numbers_in(currency: str) -> str:
    return f"spent_numbers_{currency}_e5"


def _look_ups_in(currency: str) -> str:
    return f"spent_look_ups_{currency}_e5"


def _alone_in(currency: str) -> str:
    return f"spent_alone_{currency}_e5"


def stop_when_spent(ctx: Context, unit: UnitOfWork) -> None:
    """Pause everything where nothing is left to spend."""
    left = left_to_spend(ctx, unit)
    if left is not None and left <= 0:
        stop_at_budget(ctx, unit)


def stop_at_budget(ctx: Context, unit: UnitOfWork) -> None:
    """Pause everything, until the cap has been raised and a person lets it go on."""
    organisation = unit.session.get_one(
        Organisation, unit.organisation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if organisation.paused_at is None:
        organisation.paused_at, organisation.paused_reason = ctx.now, Waiting.BUDGET
        changes = {"pause_reason": Waiting.BUDGET}
        ctx.audit(unit, "organisation.paused", "organisation", organisation.id, changes)
