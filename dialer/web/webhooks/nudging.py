"""Jobs asked for by many requests a second: once in a while is enough, since a tick asks as well."""

from __future__ import annotations

import time
from typing import Final, cast

from flask import Flask, current_app

from dialer.services.context import Context

EVERY_S: Final = 0.25

_ASKED: Final = "dialer.webhooks.asked"


def ask_for(ctx: Context, job_path: str, app: Flask | None = None) -> None:
    """Have the job run soon for this organisation, unless this process asked a moment ago. `app` is the
    running one.
    """
    asked = cast("dict[object, float]", (app or current_app).extensions.setdefault(_ASKED, {}))
    now, work = time.monotonic(), (ctx.organisation_id, job_path)
    if now - asked.get(work, 0.0) >= EVERY_S:
        asked[work] = now
        ctx.jobs.enqueue("events", job_path, str(ctx.organisation_id))
