"""A dialled campaign that records, through the town: told as they come into the room, then recorded."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.services.calling.call_looks import due_calls, look_after
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


def mind_all(evening: Evening) -> None:  # noqa: F811
    """What the jobs do, as long as something is due."""
    ctx, carrier = evening.system(), evening.pacer.runtime.carrier
    while due := [*due_short(ctx), *due_long(ctx)]:
        for recording_id in due:
            mind(ctx, carrier, vault_of(ctx, "a secret"), recording_id)


def wait(evening: Evening, seconds: int, step_s: int) -> None:  # noqa: F811
    """Time passes in which nobody is dialled."""
    for _ in range(0, seconds, step_s):
        evening.town.advance(step_s)
        evening.clock.forward(seconds=step_s)
        ctx = evening.system()
        for call_id in due_calls(ctx):
            look_after(ctx, evening.pacer.runtime.carrier, call_id)
        mind_all(evening)


def at_carrier(evening: Evening, sid: str) -> list[dict[str, Any]]:  # noqa: F811
    made = evening.town.request("GET", "/ledger/recordings")[1]["recordings"]
    return [one for one in made if one["call_sid"] == sid]


def is_told(evening: Evening, number: str) -> dict[str, Any]:  # noqa: F811
    """Somebody who has come into Vic's room; their call in the town."""
    assert evening.until("in_call")
    wait(evening, 3, 1)
    (call,) = [one for one in evening.town.calls() if one["to"] == number]
    first, *_ = call["sounds"]
    assert (first["kind"], first["what"]) == ("say", "This call is recorded.")
    assert first["to_s"] - first["from_s"] < 2
    return dict(call)


def test_who_answers_is_told_and_recorded_while_they_talk(evening: Evening) -> None:  # noqa: F811
    on = {"recording": True, "lawful_use": True}
    path = f"/campaigns/{evening.campaign_id}/recording"
    assert evening.coordinator.patch(path, json=on).status_code == 200
    evening.town.person(landline(100), phone="answers", ring_s=3, talk_s=30)
    evening.town.person(landline(101), phone="answers", ring_s=3, talk_s=30)
    evening.sit_down()
    first = is_told(evening, landline(100))
    (made,) = at_carrier(evening, first["sid"])
    assert made["started_at"] >= first["answered_at"]
    wait(evening, 40, 10)
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    evening.town.faults(lost_callback=1.0)
    second = is_told(evening, landline(101))
    assert at_carrier(evening, second["sid"]) == [], "nobody tells us that they are in the room"
    wait(evening, 10, 5)
    assert at_carrier(evening, second["sid"])[0]["started_at"] >= second["answered_at"]
    wait(evening, 120, 20)
    rows = evening.coordinator.get("/recordings").json["data"]
    assert [(row["state"], row["at_carrier"], row["trouble"]) for row in rows] == [("kept", False, None)] * 2
    assert rows[1]["seconds"] > 20 > rows[0]["seconds"] > 5
    for call in (first, second):
        assert [bool(one["deleted_at"]) for one in at_carrier(evening, call["sid"])] == [True]
