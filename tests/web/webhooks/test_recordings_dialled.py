"""A dialled campaign that records, through the town: told as they come into the room, then recorded."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.services.calling.recording_work import due_long, due_short, mind
from dialer.services.calling.vault import vault_of
from tests.phone_bank import landline
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 -- fixtures
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)

pytestmark = pytest.mark.slow


def pass_by(evening: Evening, seconds: int, secret: str = "a secret") -> None:  # noqa: F811
    """Seconds pass, and recordings are minded in each."""
    for _ in range(seconds):
        evening.pass_by(1)
        ctx, carrier = evening.system(), evening.pacer.runtime.carrier
        while due := [*due_short(ctx), *due_long(ctx)]:
            for recording_id in due:
                mind(ctx, carrier, vault_of(ctx, secret), recording_id)


def recordings(evening: Evening) -> list[dict[str, Any]]:  # noqa: F811
    return list(evening.coordinator.get("/recordings").json["data"])


@pytest.mark.parametrize("lost", [False, True])
def test_who_answers_is_told_and_recorded_while_they_talk(evening: Evening, lost: bool) -> None:  # noqa: F811
    on = {"recording": True, "lawful_use": True}
    assert (
        evening.coordinator.patch(f"/campaigns/{evening.campaign_id}/recording", json=on).status_code == 200
    )
    evening.town.person(landline(100), phone="answers", ring_s=3, talk_s=30)
    for index in (101, 102, 103):
        evening.town.person(landline(index), phone="no_answer")
    evening.sit_down()
    evening.town.faults(lost_callback=1.0 if lost else 0.0)
    evening.until("in_call")
    pass_by(evening, 3)
    (call,) = [one for one in evening.town.calls() if one["to"] == landline(100)]
    first, *_ = call["sounds"]
    assert (first["kind"], first["what"]) == ("say", "This call is recorded.")
    assert first["to_s"] - first["from_s"] < 2
    made = evening.town.request("GET", "/ledger/recordings")[1]["recordings"]
    assert [one["call_sid"] for one in made] == ([] if lost else [call["sid"]])
    pass_by(evening, 20)
    (made,) = evening.town.request("GET", "/ledger/recordings")[1]["recordings"]
    assert made["started_at"] >= call["answered_at"]
    for _ in range(10):
        if recordings(evening)[0]["state"] != "kept":
            pass_by(evening, 10)
    (row,) = recordings(evening)
    assert (row["state"], row["at_carrier"], row["trouble"]) == ("kept", False, None)
    assert row["seconds"] > (5 if lost else 20)
    assert [
        bool(one["deleted_at"]) for one in evening.town.request("GET", "/ledger/recordings")[1]["recordings"]
    ]
