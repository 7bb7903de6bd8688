"""Version 1 of the API, one module a resource."""

from __future__ import annotations

from dialer.web.api.blueprint import Resource
from dialer.web.api.v1.elections import elections
from dialer.web.api.v1.me import me
from dialer.web.api.v1.pledges import pledges

BLUEPRINTS: tuple[Resource, ...] = (elections, me, pledges)
