"""Runs migrations on a connection handed in by `dialer.store.migrate`."""

from alembic import context

from dialer.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
