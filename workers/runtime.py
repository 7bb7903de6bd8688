"""What work behind the scenes is done with: settings, database, queue, carrier, clock. No Flask."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy import Engine

from dialer.buckets import RedisBuckets
from dialer.carrier.mail_port import Mailer, NoMailer
from dialer.carrier.making import carrier_of, mailer_of
from dialer.carrier.port import Carrier
from dialer.clock import Clock, utc_now
from dialer.live import RedisNotices
from dialer.queueing import RedisJobQueue, connect
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context, JobQueue
from dialer.services.messaging.tools import Buckets, Tools
from dialer.services.messaging.wires import Wires
from dialer.settings import Settings
from dialer.settings.policies import messaging_policy, phone_policy, voice_policy
from dialer.store.session import UnitFactory, make_engine

STATEMENT_TIMEOUT_S = 300
"""Work in the background may take longer than a page, but no statement hangs for ever."""
POOL = 4
ENGINES = 2
"""Connections that plan by keys beside the others, for each batch of texts on its way."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The tools of one process; made once, at its start, or by a test with its own."""

    settings: Settings
    units: UnitFactory
    jobs: JobQueue
    carrier: Carrier
    buckets: Buckets
    clock: Clock = utc_now
    wires: Wires = field(default_factory=Wires)
    mailer: Mailer = field(default_factory=NoMailer)
    mail_wires: Wires = field(default_factory=Wires)

    @classmethod
    def from_settings(
        cls, settings: Settings, *, statement_timeout_s: float = STATEMENT_TIMEOUT_S
    ) -> Runtime:
        """Connect to what the settings name; nothing is sent before the first use."""
        queue = connect(settings.redis_url)
        units = UnitFactory(
            _engine(settings, statement_timeout_s),
            RedisNotices(settings.redis_url),
            by_keys=_engine(settings, statement_timeout_s, by_keys=True),
        )
        jobs = RedisJobQueue(queue)
        return cls(
            settings,
            units,
            jobs,
            carrier_of(settings),
            RedisBuckets(queue),
            mailer=mailer_of(settings),
            mail_wires=Wires(settings.email_connections),
        )

    @property
    def tools(self) -> Tools:
        """What texts and letters are sent with."""
        return Tools(self.carrier, self.buckets, self.clock, mailer=self.mailer)

    def context(self, organisation_id: uuid.UUID, request_id: str | None = None) -> Context:
        """The context of a deed that the system itself does, for one organisation."""
        return Context(
            units=self.units,
            jobs=self.jobs,
            actor=system_actor(organisation_id),
            now=self.clock(),
            phones=phone_policy(self.settings),
            public_url=self.settings.public_url,
            data_dir=self.settings.data_dir,
            request_id=request_id,
            messaging=messaging_policy(self.settings),
            voice=voice_policy(self.settings),
            home_language=self.settings.phones_home_language,
        )


def _engine(settings: Settings, statement_timeout_s: float, *, by_keys: bool = False) -> Engine:
    return make_engine(
        settings.database_url, pool_size=POOL, statement_timeout_s=statement_timeout_s, by_keys=by_keys
    )


class _Installed:
    """The runtime of this process; jobs, which rq calls by name, can't be handed one."""

    runtime: Runtime | None = None


def install(runtime: Runtime | None) -> None:
    """Make it the runtime that jobs of this process find."""
    _Installed.runtime = runtime


def installed() -> Runtime:
    if _Installed.runtime is None:
        raise LookupError("no runtime: workers.runtime.install comes before the first job")
    return _Installed.runtime
