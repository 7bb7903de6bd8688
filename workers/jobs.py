"""The jobs: each takes ids, opens nothing itself and calls one deed. See `workers.registry.job`."""

from __future__ import annotations
