"""Pages for those who run campaigns. Importing this package puts every view on the blueprint."""

from dialer.web.coordinator import (
    campaigns,
    contacts,
    elections,
    imports,
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
    "campaigns",
    "contacts",
    "coordinator",
    "elections",
    "imports",
    "join_links",
    "lists",
    "live",
    "pausing",
    "scripts",
    "turnout",
    "volunteers",
]
