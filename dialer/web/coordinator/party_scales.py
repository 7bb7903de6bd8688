"""What parties mean in an election, as rows of a form, with what a change would do shown before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.domain.party_scale import PARTIES_MAX, Party
from dialer.services.gotv.elections import get_election
from dialer.services.gotv.party_scale import ScaleView, party_scale, preview_party_scale, set_party_scale
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, Faults, faults_of, go, said
from dialer.web.coordinator.wording import SUPPORT
from dialer.web.desk import context
from dialer.web.guard import allow

_EMPTY_ROWS: Final = 3

Row = Mapping[str, str]


@coordinator.get("/elections/<uuid:election_id>/parties")
@allow(Permission.ELECTION_MANAGE)
def parties(election_id: uuid.UUID) -> str:
    """What each means now, and those that people named beside them."""
    view = party_scale(context(), election_id)
    known = {one.name for one in view.scale.parties}
    unknown = [Party(one.name) for one in view.named if one.name not in known and one.support is None]
    return _page(election_id, [_row(one) for one in [*view.scale.parties, *unknown]], view)


@coordinator.post("/elections/<uuid:election_id>/parties")
@allow(Permission.ELECTION_MANAGE)
def save_parties(election_id: uuid.UUID) -> Answer:
    """Show what the rows would change, or have them hold."""
    ctx = context()
    sent = [{"name": said(f"name-{at}"), "support": said(f"support-{at}")} for at in range(PARTIES_MAX)]
    rows = [row for row in sent if row["name"]]
    wanted = [Party(row["name"], _support(row["support"])) for row in rows]
    try:
        if said("look"):
            return _page(election_id, rows, preview_party_scale(ctx, election_id, wanted), looked=True)
        left = set_party_scale(ctx, election_id, wanted).left
    except ValidationFailed as error:
        faults = faults_of(error, _field_at)
        return _page(election_id, rows, party_scale(ctx, election_id), errors=faults), 422
    words = (
        gettext("Saved. Many answers are still to change: press Save again.") if left else gettext("Saved.")
    )
    return go("coordinator.parties", words, election_id=election_id)


def _support(words: str) -> int | None:
    return int(words) if words in {"1", "2", "3", "4", "5"} else None


def _field_at(pointer: str) -> str:
    """`/parties/2/name` is the field `name-2`."""
    parts = pointer.split("/")
    return f"{parts[3]}-{parts[2]}" if len(parts) > 3 else "name-0"


def _row(party: Party) -> Row:
    return {"name": party.name, "support": str(party.support or "")}


def _page(
    election_id: uuid.UUID,
    rows: Sequence[Row],
    view: ScaleView,
    *,
    errors: Faults | None = None,
    looked: bool = False,
) -> str:
    empty: Row = {"name": "", "support": ""}
    return render_template(
        "coordinator/parties.html",
        election=get_election(context(), election_id),
        rows=[*rows, *[empty] * _EMPTY_ROWS][:PARTIES_MAX],
        view=view,
        looked=looked,
        meanings=[
            ("", gettext("nothing")),
            *((str(level), f"{level} · {words}") for level, words in SUPPORT.items() if level),
        ],
        errors=errors or {},
    )
