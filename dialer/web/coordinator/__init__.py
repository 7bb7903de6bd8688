"""Pages for those who run campaigns. Importing this package puts every view on the blueprint."""

from dialer.web.coordinator import (
    blast_draft,
    blast_run,
    blasts,
    campaigns,
    contacts,
    elections,
    exports,
    import_choices,
    imports,
    inbox,
    join_links,
    lists,
    live,
    pausing,
    scripts,
    turnout,
    volunteers,
)
from dialer.web.coordinator.blueprint import coordinator

__all__ = [
    "blast_draft",
    "blast_run",
    "blasts",
    "campaigns",
    "contacts",
    "coordinator",
    "elections",
    "exports",
    "import_choices",
    "imports",
    "inbox",
    "join_links",
    "lists",
    "live",
    "pausing",
    "scripts",
    "turnout",
    "volunteers",
]
