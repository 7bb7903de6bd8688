"""`dialer migrate`: bring the database to the schema of this version."""

from __future__ import annotations

import argparse

from sqlalchemy.exc import SQLAlchemyError

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.clock import utc_now
from dialer.domain.access import Permission
from dialer.services.accounts.organisations import ensure_organisation
from dialer.settings import Settings
from dialer.store.migrate import migrate
from dialer.store.session import UnitFactory, make_engine


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    """Safe to run twice and at once: the second waits for the first and finds nothing to do."""
    require_database(settings)
    try:
        revision = bring_up_to_date(settings)
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return Outcome({"detail": reason}, f"the database could not be migrated: {reason}", failed=True)
    return Outcome({"revision": revision}, f"the database is at revision {revision}")


def bring_up_to_date(settings: Settings) -> str:
    """Migrate, make the organisation on first use, and return the revision that stands."""
    engine = make_engine(settings.database_url, pool_size=1, statement_timeout_s=None)
    try:
        revision = migrate(engine)
        ensure_organisation(UnitFactory(engine), utc_now())
        return revision
    finally:
        engine.dispose()


COMMAND = Command("migrate", "bring the database up to date", Permission.SYSTEM_RUN, run)
