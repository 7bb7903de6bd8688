"""What measurements of texting share: people, a blast to them, and a carrier that takes everything."""

from __future__ import annotations

import multiprocessing
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import redis
from sqlalchemy import text

from bench.wire import serve
from dialer.clock import utc_now
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.domain.phone import PhonePolicy
from dialer.queueing import RedisJobQueue
from dialer.services.accounts.organisations import ensure_organisation, system_actor
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.store.migrate import migrate
from dialer.store.session import UnitFactory, make_engine

ACCOUNT, TOKEN = "AC" + "0" * 32, "only-for-the-measurement"
RATE = 100_000.0
"""No limit to speak of."""
SENDER = "+442079460000"
BODY = "Hello {first_name|there}, polls are open until 10 tonight. Reply STOP to opt out."

PEOPLE = text(
    """
    INSERT INTO contact (organisation_id, id, first_name, last_name, custom)
    SELECT :organisation, gen_random_uuid(), 'Voter ' || n, 'Jones', '{}'
    FROM generate_series(1, :count) AS n
    """
)
PHONES = text(
    """
    INSERT INTO contact_phone (organisation_id, contact_id, number, line_type)
    SELECT organisation_id, id,
           '+1' || (CAST(:areas AS text[]))[1 + n / 100 % :of] || '555'
               || lpad((100 + n % 100 + n / (100 * :of) * 100)::text, 4, '0'),
           'unknown'
    FROM (
        SELECT organisation_id, id, row_number() OVER () - 1 AS n FROM contact
        WHERE NOT EXISTS (SELECT 1 FROM contact_phone p WHERE p.contact_id = contact.id)
    ) AS without
    """
)
"""The hundred numbers that each area of the United States keeps for fiction; past 71,000 people others of the
same 555, which hardly anybody has and only a carrier on loopback ever sees.
"""
MOST_PEOPLE = 700_000
MEMBERS = text(
    """
    INSERT INTO list_member SELECT organisation_id, :list, id FROM contact
    WHERE NOT EXISTS (SELECT 1 FROM list_member m WHERE m.contact_id = contact.id)
    """
)
LIST = text("INSERT INTO contact_list (organisation_id, id, name) VALUES (:organisation, :list, 'Voters')")

MIDNIGHT = utc_now().time().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
"""Quiet hours that begin when they end are none."""


def context_of(database: str, queue: str, rate: float = RATE) -> Context:
    """The machine's context in a database, which is brought up to date."""
    engine = make_engine(database, pool_size=8, statement_timeout_s=300)
    migrate(engine)
    by_keys = make_engine(database, pool_size=8, statement_timeout_s=300, by_keys=True)
    units = UnitFactory(engine, by_keys=by_keys)
    return Context(
        units=units,
        jobs=RedisJobQueue(redis.Redis.from_url(queue)),
        actor=system_actor(ensure_organisation(units, utc_now())),
        now=utc_now(),
        phones=PhonePolicy(allowed_countries=frozenset({"US", "CA"}), allow_fictional=True),
        public_url="https://dialer.example",
        data_dir=Path(tempfile.gettempdir()),
        messaging=MessagingPolicy(rate_per_sender=rate),
    )


def add_people(ctx: Context, count: int) -> uuid.UUID:
    """So many new people with a number each, `MOST_PEOPLE` at most, in a list. Each call gives the same
    numbers again.
    """
    list_id = uuid.uuid4()
    with ctx.unit() as unit:
        here = {"organisation": ctx.organisation_id}
        unit.session.execute(PEOPLE, {**here, "count": count})
        ours = areas()
        unit.session.execute(PHONES, {"areas": ours, "of": len(ours)})
        unit.session.execute(LIST, {**here, "list": list_id})
        unit.session.execute(MEMBERS, {"list": list_id})
        for table in ("contact", "contact_phone", "list_member"):
            unit.session.execute(text(f"ANALYZE {table}"))
    return list_id


def areas() -> list[str]:
    """The area codes that count as the United States'."""
    policy = PhonePolicy(allowed_countries=frozenset({"US"}), allow_fictional=True)
    return [str(area) for area in range(200, 1000) if policy.allows(f"+1{area}5550100")]


def draft(ctx: Context, list_id: uuid.UUID) -> uuid.UUID:
    """A blast to a list, in a campaign of its own that is never quiet."""
    hours = CampaignFields(
        name="Texts", kind="text_blast", senders=[SENDER], quiet_start=MIDNIGHT, quiet_end=MIDNIGHT
    )
    campaign = activate_campaign(ctx, create_campaign(ctx, hours).id)
    return create_blast(ctx, campaign.id, BlastFields(name="Today", body=BODY, list_ids=[list_id])).id


class BareCarrier:
    """A bare carrier in a process of its own."""

    def __init__(self, delay_s: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe(duplex=False)
        self._server = context.Process(target=serve, args=(theirs, delay_s))

    def __enter__(self) -> Callable[[], str]:
        self._server.start()
        return lambda: f"http://127.0.0.1:{self._ours.recv()}"

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.join()
