"""Blasts for tests: people with mobiles in a list, a campaign that texts, runs stepped by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dialer.domain.carrier_policy import MessagingPolicy
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.keeping import clear_blast, keep_blasts_going
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.settling import settle_due
from dialer.services.messaging.views import BlastView
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact, ContactList, ContactPhone, ListMember
from tests.carriers import Judge, tools, wires
from tests.phone_bank import landline, mobile

SENDER = landline(999)
SETTLE_S = 10


def system(ctx: Context) -> Context:
    """The same moment in the machine's hands."""
    return ctx.as_actor(system_actor(ctx.organisation_id))


def people(ctx: Context, count: int, *, first: int = 0, **fields: Any) -> list[uuid.UUID]:
    """So many people with a mobile each, in no list yet; their ids in order."""
    ids = [new_id() for _ in range(count)]
    add_people(ctx, [(id_, [mobile(first + index)]) for index, id_ in enumerate(ids)], **fields)
    return ids


def add_people(ctx: Context, who: Sequence[tuple[uuid.UUID, Sequence[str]]], **fields: Any) -> None:
    """People with these numbers, all of them mobiles."""
    with ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id}
        given = {"first_name": "Gwen", "last_name": "Jones", "custom": {}, "created_at": ctx.now, **fields}
        unit.session.add_all(Contact(**of, id=id_, **given) for id_, _ in who)
        unit.session.flush()
        unit.session.add_all(
            ContactPhone(**of, contact_id=id_, number=number, line_type="mobile", position=position)
            for id_, numbers in who
            for position, number in enumerate(numbers)
        )


def listed(ctx: Context, contacts: Sequence[uuid.UUID]) -> uuid.UUID:
    """A list with these people in it."""
    with ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id}
        made = ContactList(**of, id=new_id(), name="Voters", contact_count=len(contacts), created_at=ctx.now)
        unit.session.add(made)
        unit.session.flush()
        unit.session.add_all(ListMember(**of, list_id=made.id, contact_id=id_) for id_ in contacts)
        return made.id


def campaign(ctx: Context, **fields: Any) -> CampaignView:
    """A campaign that texts, running."""
    given = {"name": "Texts", "kind": "text_blast", "senders": [SENDER], **fields}
    return activate_campaign(ctx, create_campaign(ctx, CampaignFields(**given)).id)


def blast(ctx: Context, contacts: Sequence[uuid.UUID], **fields: Any) -> BlastView:
    """A draft to these people."""
    campaign_id = fields.pop("campaign_id", None) or campaign(ctx).id
    given: dict[str, Any] = {
        "name": "Polling day",
        "body": "Hello {first_name}, polls are open.",
        "list_ids": [listed(ctx, contacts)],
        **fields,
    }
    return create_blast(ctx, campaign_id, BlastFields(**given))


class Blasting:
    """A blast that is launched, and everything that workers and the clock do for it."""

    def __init__(self, ctx: Context, clock: Callable[[], dt.datetime], judge: Judge | None = None) -> None:
        policy = MessagingPolicy(rate_per_sender=10_000, settle_s=SETTLE_S)
        self._ctx = replace(ctx, messaging=policy)
        self._clock = clock
        self.judge = judge or Judge(clock)
        self.wires = wires()

    @property
    def ctx(self) -> Context:
        """The coordinator's context at this moment."""
        return self._ctx.at(self._clock())

    def use(self, **parts: Any) -> None:
        """Go on with other rules."""
        self._ctx = replace(self._ctx, **parts)

    @property
    def system(self) -> Context:
        return system(self.ctx)

    def launch(self, contacts: Sequence[uuid.UUID], **fields: Any) -> BlastView:
        return launch_blast(self.ctx, blast(self.ctx, contacts, **fields).id)

    def plan(self, blast_id: uuid.UUID, size: int = 10_000) -> None:
        while plan_chunk(self.system, blast_id, size):
            pass

    def send(self) -> None:
        send_due(self.system, tools(self.judge, self._clock), self.wires, for_s=10)

    def settle(self) -> None:
        settle_due(self.system, tools(self.judge, self._clock))

    def keep(self) -> None:
        keep_blasts_going(self.system)

    def clear(self, blast_id: uuid.UUID) -> None:
        while clear_blast(self.system, blast_id):
            pass

    def counts(self, blast_id: uuid.UUID) -> dict[str, int]:
        """What isn't 0 of the figures."""
        found = blast_progress(self.ctx, blast_id).counts
        return {state: count for state, count in found.items() if count}

    def skipped(self, blast_id: uuid.UUID) -> dict[str, int]:
        found = blast_progress(self.ctx, blast_id).skipped_by
        return {reason: count for reason, count in found.items() if count}

    def state(self, blast_id: uuid.UUID) -> str:
        return blast_progress(self.ctx, blast_id).state

    def messages(self, blast_id: uuid.UUID) -> list[Message]:
        with self.ctx.unit() as unit:
            query = unit.session.query(Message).filter(Message.blast_id == blast_id)
            return list(query.order_by(Message.contact_id))
