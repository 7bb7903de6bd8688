"""The one switch that stops everything: every blast and every new call of the organisation."""

from __future__ import annotations

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation


def pause_all(ctx: Context, reason: str) -> None:
    """Hand out nobody in any campaign until `resume_all`; conversations under way end normally."""
    _set(ctx, reason)


def resume_all(ctx: Context) -> None:
    """Let everything go on that was not paused for itself."""
    _set(ctx, None)


def _set(ctx: Context, reason: str | None) -> None:
    require(ctx.actor, Permission.ORGANISATION_PAUSE)
    with ctx.unit() as unit:
        organisation = unit.session.get_one(
            Organisation, unit.organisation_id, with_for_update={"key_share": True}
        )
        was_paused = organisation.paused_at is not None
        if was_paused == (reason is not None):
            return
        organisation.paused_at = None if reason is None else ctx.now
        organisation.paused_reason = reason
        action = "organisation.resumed" if reason is None else "organisation.paused"
        ctx.audit(unit, action, "organisation", organisation.id, reason=reason)
