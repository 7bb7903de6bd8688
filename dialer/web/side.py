"""What stands at the side of a conversation: what else was with the person, and the campaign's script."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.services.calling.views import ScriptView
from dialer.services.context import Context
from dialer.services.messaging.conversation_side import side_of
from dialer.web.past import Past, past_of
from dialer.web.words import DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class SideShown:
    """What `components/side.html` shows; `is_known`: whether it is known who writes."""

    is_known: bool
    past: Sequence[Past]
    script: ScriptView | None

    @property
    def has_any(self) -> bool:
        """Whether there is a side at all."""
        return self.is_known or self.script is not None


def side_shown(ctx: Context, conversation_id: uuid.UUID) -> SideShown:
    """What is shown beside a conversation that is the actor's to read."""
    side = side_of(ctx, conversation_id)
    if side.before is None:
        return SideShown(is_known=False, past=(), script=side.script)
    before = side.before
    past = past_of(before.calls, before.written, side.zone or DEFAULT_ZONE, before.pledges)
    return SideShown(is_known=True, past=past, script=side.script)
