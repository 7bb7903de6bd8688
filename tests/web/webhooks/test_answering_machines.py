"""Answering machines in a dialled campaign, through HTTP against the town: detection stands beside the call,
a volunteer is freed at once, and a number hears the message once, after its beep.
"""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.carrier.port import Rerouting
from dialer.services.calling import leaving_messages
from dialer.services.calling.sounds import add_sound
from dialer.store.models.calling import Result
from dialer.store.models.sounds import VoicemailDrop
from dialer.store.session import MetOutOfOrder
from tests.people import Person
from tests.phone_bank import landline
from tests.sounds import wav
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 - fixtures
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)

pytestmark = pytest.mark.slow
GREETING_S = 6


def _switch_on(evening: Evening, **fields: Any) -> uuid.UUID:  # noqa: F811
    """Detection, and a message, as a coordinator switches them on."""
    sound = add_sound(evening.ctx, io.BytesIO(wav(4.0)), "Thursday")[0]
    body = {"machine_detection": True, "voicemail": str(sound.id), "lawful": True, **fields}
    answer = evening.coordinator.patch(f"/campaigns/{evening.campaign_id}/answering-machines", json=body)
    assert answer.status_code == 200, answer.text
    return sound.id


def _leg(evening: Evening, number: str) -> dict[str, Any]:  # noqa: F811
    return next(call for call in evening.town.calls() if call["to"] == number)


def _played(evening: Evening, number: str) -> list[dict[str, Any]]:  # noqa: F811
    """What the town's ledger says was played on a line."""
    return [one for one in _leg(evening, number)["sounds"] if one["kind"] == "play"]


def _dispositions(evening: Evening) -> list[tuple[str, bool]]:  # noqa: F811
    with evening.ctx.unit() as unit:
        rows = unit.session.scalars(select(Result).order_by(Result.id))
        return [(row.disposition, row.superseded_at is None) for row in rows]


def test_a_volunteer_is_freed_at_once_and_the_message_follows_the_beep(evening: Evening) -> None:  # noqa: F811
    _switch_on(evening)
    machine, person = landline(100), landline(101)
    evening.town.person(machine, phone="machine", ring_s=3, greeting_s=GREETING_S)
    evening.town.person(person, phone="screens", ring_s=3, talk_s=20)
    evening.sit_down()
    evening.until("in_call")
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    pressed = evening.vic.post(f"/assignments/{given['id']}/leave-message")
    assert (pressed.status_code, pressed.json["state"]) == (200, "completed")
    assert evening.vic.post(f"/assignments/{given['id']}/leave-message").status_code == 200, "twice is once"
    evening.pass_by(1)
    shift = evening.vic.get(f"/sessions/{evening.session}").json
    assert shift["state"] == "ready", "free within a second, while the greeting goes on"
    assert _played(evening, machine) == []
    evening.until("in_call")
    assert evening.vic.post(f"/sessions/{evening.session}/next").json["contact"]["first_name"] == "Person 1"
    evening.pass_by(15)
    [heard] = _played(evening, machine)
    assert heard["from_s"] >= GREETING_S, "after the beep"
    assert "/sound/" in heard["what"]
    assert evening.vic.get(f"/sessions/{evening.session}").json["state"] == "in_call", "nobody took them away"
    assert _leg(evening, machine)["status"] == "completed"
    first = next(one for one in _leg(evening, person)["sounds"] if one["kind"] != "beep")
    assert (first["kind"], first["from_s"]) == ("people", 0.0), "who screens hears a person at once"
    assert _dispositions(evening) == [("answering_machine", False), ("left_message", True)]
    call = evening.calls()[0]
    why = evening.coordinator.get(f"/calls/{call.id}").json["why"]["message"]
    assert why["by"] == "volunteer"
    assert evening.town.verdict("+447700900500")["joined_to_two"] == []


def test_a_number_hears_it_once_whatever_is_told_twice(
    evening: Evening,  # noqa: F811
    app: Flask,
    vic: Person,
) -> None:
    _switch_on(evening)
    evening.town.faults(doubled_callback=1.0)
    machine = landline(100)
    evening.town.person(machine, phone="machine", ring_s=3, greeting_s=GREETING_S)
    evening.sit_down()
    evening.until("in_call")
    evening.pass_by(GREETING_S + 2)
    shown = evening.vic.get(f"/sessions/{evening.session}").json
    call = evening.calls()[0]
    assert (call.answered_by, call.machine) == ("machine_end_beep", True)
    assert shown["state"] == "in_call", "it is for the volunteer to say what it is"
    assert (shown["talk"]["machine"], shown["talk"]["may_leave_message"]) == (True, True)
    page = Reader(app.test_client())
    page.sign_in(vic.token)
    assert "sounds like an answering machine" in page.open("/call").words["machine"]
    assert "You’re free for the next" in page.press("leave-message").text
    evening.pass_by(20)
    assert len(_played(evening, machine)) == 1
    with evening.ctx.unit() as unit:
        drops = unit.session.scalars(select(VoicemailDrop)).all()
    assert [(one.number, one.given_up_at) for one in drops] == [(machine, None)]
    address = _played(evening, machine)[0]["what"].removeprefix("http://localhost")
    assert evening.coordinator.client.get(address).data == wav(4.0)


def test_it_is_sent_to_its_message_once_whatever_the_database_does(
    evening: Evening,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sent there again, the message would begin anew."""
    _switch_on(evening)
    evening.town.person(landline(100), phone="machine", ring_s=3, greeting_s=GREETING_S)
    evening.sit_down()
    shown = evening.until("in_call")
    assert evening.vic.post(f"/assignments/{shown['assignment_id']}/leave-message").status_code == 200
    carrier, sent = evening.pacer.runtime.carrier, []
    real = carrier.redirect_call

    def redirect(sid: str, to: Rerouting) -> bool:
        sent.append(sid)
        return real(sid, to)

    def gives_way(*_: object) -> None:
        raise MetOutOfOrder

    monkeypatch.setattr(carrier, "redirect_call", redirect)
    monkeypatch.setattr(leaving_messages, "_take_out", gives_way)
    (call,) = evening.calls()
    with pytest.raises(MetOutOfOrder):
        leaving_messages.leave(evening.system(), carrier, call.id)
    assert sent == [call.carrier_sid]


def test_off_by_default_nobody_listens(evening: Evening) -> None:  # noqa: F811
    evening.town.person(landline(100), phone="machine", ring_s=3, greeting_s=2)
    evening.sit_down()
    shown = evening.until("in_call")
    evening.pass_by(10)
    assert _leg(evening, landline(100))["answered_by"] is None
    assert evening.calls()[0].answered_by is None
    refused = evening.vic.post(f"/assignments/{shown['assignment_id']}/leave-message")
    assert (refused.status_code, refused.json["detail"]) == (409, "This campaign leaves no message.")
    settings = evening.coordinator.get(f"/campaigns/{evening.campaign_id}/answering-machines").json
    assert (settings["machine_detection"], settings["voicemail"]) == (False, None)


def test_somebody_taken_for_a_machine_goes_on_talking(evening: Evening) -> None:  # noqa: F811
    _switch_on(evening)
    evening.town.person(landline(100), phone="answers", mistaken=True, ring_s=3, talk_s=30)
    evening.sit_down()
    evening.until("in_call")
    evening.pass_by(8)
    assert evening.calls()[0].machine is True
    assert evening.vic.get(f"/sessions/{evening.session}").json["state"] == "in_call"
    assert _played(evening, landline(100)) == []


def _informed(evening: Evening) -> int:  # noqa: F811
    """How many heard that nobody was free, by the town's ledger."""
    said = ["".join(one["what"] for one in leg["sounds"]) for leg in evening.town.calls()]
    return sum("All our volunteers" in words for words in said)


def _rings(evening: Evening, number: str) -> None:  # noqa: F811
    """Wait until they are rung, then have the volunteer rest: nobody is free when they answer."""
    for _ in range(40):
        if number in evening.rung():
            break
        evening.pass_by(1)
    assert evening.vic.post(f"/sessions/{evening.session}/pause").status_code == 200
    evening.pass_by(25)
    assert evening.vic.post(f"/sessions/{evening.session}/resume").status_code == 200


def test_with_nobody_free_a_machine_gets_the_message_and_people_are_estimated(evening: Evening) -> None:  # noqa: F811
    _switch_on(evening)
    machine, person = landline(100), landline(101)
    evening.town.person(machine, phone="machine", ring_s=3, greeting_s=20)
    evening.town.person(person, phone="answers", ring_s=3, talk_s=40, patience_s=40)
    evening.sit_down()
    _rings(evening, machine)
    _rings(evening, person)
    assert [call.state for call in evening.calls()[:2]] == ["abandoned", "abandoned"]
    assert len(_played(evening, machine)) == 1
    kinds = [one["kind"] for one in _leg(evening, machine)["sounds"]]
    assert kinds[:5] == ["say"] * 5, "what is said to whom nobody was free for comes first, in both languages"
    assert _played(evening, person) == []
    standing = [name for name, stands in _dispositions(evening) if stands]
    assert sorted(standing[:2]) == ["abandoned", "left_message"]
    evening.pass_by(8)  # figures are counted anew every half minute
    shown = evening.pacing()["answering_machines"]
    assert shown["information_messages"] == _informed(evening) == 2
    heard = shown["information_people"]
    assert heard["low"] <= 1 <= heard["high"], "one of the two was a person"
    assert heard["high"] - heard["low"] <= 2
    assert (shown["messages_left"], shown["cut"]) == (1, 0)
    assert evening.pacing()["abandoned_24h"] == 2, "the rate stays on the safe side"
