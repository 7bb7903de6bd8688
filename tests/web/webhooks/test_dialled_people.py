"""What people hear whom the dialler rings, by the town's own ears: a voice at once, never two volunteers."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.services.calling.dialled_answers import take_out
from dialer.services.calling.placing import place_next
from tests.phone_bank import landline
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 -- fixtures
    VIC,
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)
from tests.web.webhooks.test_ring_me import Always

pytestmark = pytest.mark.slow
GWEN = landline(100)


def contact(evening: Evening) -> dict[str, Any]:  # noqa: F811
    """Gwen's call as the town has it."""
    found: dict[str, Any] = next(call for call in evening.town.calls() if call["to"] == GWEN)
    return found


def line_sid(evening: Evening) -> str:  # noqa: F811
    """Vic's own leg, the last of them."""
    return str([call["sid"] for call in evening.town.calls() if call["to"] == VIC][-1])


@pytest.mark.parametrize("phone", ["answers", "screens"])
def test_nobody_free_is_a_voice_at_once_and_the_message_in_two_seconds(
    evening: Evening,  # noqa: F811
    phone: str,
) -> None:
    evening.town.person(GWEN, phone=phone, ring_s=6, talk_s=60)
    evening.sit_down()
    assert evening.rung() == [GWEN]
    evening.vic.post(f"/sessions/{evening.session}/pause")
    evening.pass_by(10)
    call = contact(evening)
    said = [each for each in call["sounds"] if each["kind"] == "say"]
    assert said[0]["what"].startswith("Hello! Just a moment")
    assert said[0]["from_s"] < 0.5
    assert "Common Ground" in said[1]["what"]
    assert said[1]["from_s"] <= 2.0, "the message begins within two seconds of the answer"
    assert [one.state for one in evening.calls()] == ["abandoned"]
    evening.town.press(call["sid"], "9")
    evening.pass_by(45)
    assert any("won’t call this number again" in each["what"] for each in contact(evening)["sounds"])
    assert contact(evening)["status"] == "completed"


def test_a_volunteers_line_that_is_lost_comes_back_to_the_same_person(evening: Evening) -> None:  # noqa: F811
    evening.town.person(GWEN, phone="answers", ring_s=3, talk_s=120, patience_s=60)
    evening.sit_down()
    before = evening.until("in_call")
    evening.town.put_down(line_sid(evening))
    evening.pass_by(1)
    assert evening.vic.get(f"/sessions/{evening.session}").json["line"]["state"] == "none"
    evening.vic.post(f"/sessions/{evening.session}/line", json={"via": "phone"})
    place_next(evening.system(), evening.pacer.runtime.carrier, Always())
    evening.pass_by(12)
    now = evening.vic.get(f"/sessions/{evening.session}").json
    assert (now["state"], now["line"]["state"]) == ("in_call", "open")
    assert now["assignment_id"] == before["assignment_id"]
    call = contact(evening)
    assert any("One moment" in each["what"] for each in call["sounds"])
    assert call["status"] == "in-progress"
    talk = [each for each in call["sounds"] if each["kind"] == "people"]
    assert len(talk) == 2, "before the line was lost, and after"
    assert evening.town.verdict(VIC)["joined_to_two"] == []


def test_who_is_put_into_an_empty_room_is_told_and_taken_out(
    evening: Evening,  # noqa: F811
) -> None:
    """Vic's line has ended, and the carrier told nobody."""
    evening.town.person(GWEN, phone="answers", ring_s=9, talk_s=120, patience_s=60)
    evening.sit_down()
    evening.town.faults(lost_callback=1.0)
    evening.town.put_down(line_sid(evening))
    evening.pass_by(1)
    evening.town.faults()
    shown = evening.vic.get(f"/sessions/{evening.session}").json
    assert (shown["state"], shown["line"]["state"]) == ("ready", "open"), "as far as we know"
    evening.pass_by(30)
    shown = evening.vic.get(f"/sessions/{evening.session}").json
    assert shown["line"]["state"] == "none", "the carrier was asked"
    call = contact(evening)
    assert any("One moment" in each["what"] for each in call["sounds"])
    take_out(evening.system(), evening.pacer.runtime.carrier, evening.calls()[0].id)  # what the job does
    evening.pass_by(6)
    said = [each["what"] for each in contact(evening)["sounds"] if each["kind"] == "say"]
    assert any("Common Ground" in what for what in said), "who called, and how to be left alone"
    evening.pass_by(30)
    assert contact(evening)["status"] == "completed"
    assert [one.state for one in evening.calls()] == ["abandoned"]
    shown = evening.vic.get(f"/sessions/{evening.session}").json
    assert (shown["state"], shown["assignment_id"]) == ("paused", None)


def test_a_result_in_mid_call_hangs_up_and_then_the_next_is_rung(evening: Evening) -> None:  # noqa: F811
    evening.town.person(GWEN, phone="answers", ring_s=3, talk_s=300, patience_s=60)
    evening.town.person(landline(101), phone="answers", ring_s=3, talk_s=300)
    evening.sit_down()
    talking = evening.until("in_call")
    path = f"/assignments/{talking['assignment_id']}/result"
    assert evening.vic.post(path, json={"disposition": "answering_machine"}).status_code == 200
    evening.pass_by(2)
    assert contact(evening)["status"] == "completed"
    assert evening.until("in_call")["assignment_id"] != talking["assignment_id"]
    assert evening.town.verdict(VIC)["joined_to_two"] == []
