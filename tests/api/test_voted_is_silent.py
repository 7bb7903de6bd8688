"""Whoever has voted is left alone at once, whichever way we heard of it; taken back, they are due again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, mobile, running_campaign
from tests.texting import SENDER, Blasting

NUMBER = mobile(1)
TWO = ["Siân", "Gwyn"]


class Street:
    """Two neighbours, each on a mobile of their own unless they share one, in a campaign to get out the vote:
    Vic rings in it, and a text to both of them is planned.
    """

    def __init__(self, ctx: Context, clock: SetClock, desk: Caller, vic: Person, seat: Caller) -> None:
        self.ctx, self.clock, self.desk, self.vic, self.seat = ctx, clock, desk, vic, seat
        self.blasting = Blasting(ctx, clock)

    def open(self, *, shared: bool = False) -> None:
        self.people = [
            Voter(name, [NUMBER if shared else mobile(nth)], "mobile") for nth, name in enumerate(TWO, 1)
        ]
        self.campaign = running_campaign(
            self.ctx, self.people, kind="gotv", retry_after_s=0, senders=[SENDER]
        )
        for nth, one in enumerate(self.people):
            self.desk.patch(
                f"/contacts/{one.id}",
                json={
                    "elector_number": f"AA-{nth + 1}",
                    "polling_district": "AA",
                    "address": "1 High Street",
                },
            )
            said = {"campaign_id": str(self.campaign.id), "support": 1}
            assert self.desk.put(f"/contacts/{one.id}/pledge", json=said).status_code == 200
        join_campaign(self.ctx.units, self.vic, self.campaign.id)
        made = self.seat.post(f"/campaigns/{self.campaign.id}/sessions", json={})
        self.session = made.json["id"]

    @property
    def sian(self) -> Voter:
        return self.people[0]

    def text(self) -> uuid.UUID:
        """A text to both, planned and not sent yet."""
        ids = [one.id for one in self.people]
        body = "Polls are open until 10. Reply VOTED if you have. STOP to opt out"
        run = self.blasting.launch(ids, campaign_id=self.campaign.id, body=body)
        self.blasting.plan(run.id)
        return run.id

    def next(self) -> Any:
        answer = self.seat.post(f"/sessions/{self.session}/next")
        return answer.json if answer.status_code == 200 else None

    def report(self, given: Any, disposition: str, **more: object) -> None:
        path = f"/assignments/{given['id']}/result"
        assert self.seat.post(path, json={"disposition": disposition, **more}).status_code == 200

    def still_called(self) -> list[str]:
        """Whom Vic is handed, one after the other, when nobody answers."""
        names = []
        while (given := self.next()) is not None:
            names.append(given["contact"]["first_name"])
            self.report(given, "no_answer")
            if len(names) >= 2:
                break
        return sorted(names)

    def knocked(self) -> list[str]:
        page = self.desk.get(f"/campaigns/{self.campaign.id}/knock-up?channel=voice").json
        return sorted(one["first_name"] for one in page["data"])

    # ways in which we hear of a vote; each returns how it is taken back

    def teller(self) -> Callable[[], Any]:
        marks = {"marks": [{"elector_number": "AA-1"}]}
        assert self.desk.post("/turnout", json=marks).json["accepted"] == 1
        return lambda: self.desk.post("/turnout/undo", json={**marks, "reason": "wrong sheet"})

    def told_at_the_door(self) -> Callable[[], Any]:
        shown = self.desk.post(f"/contacts/{self.sian.id}/turnout", json={"source": "door"}).json
        mark = next(one["id"] for one in shown["evidence"] if one["voted"])
        return lambda: self.desk.post(f"/contacts/{self.sian.id}/evidence/{mark}/undo", json={})

    def told_by_text(self) -> Callable[[], Any]:
        receive(
            self.blasting.system,
            InboundText(uuid.uuid4().hex, self.sian.numbers[0], SENDER, "VOTED", self.clock.now),
        )
        talks = self.desk.get("/conversations?limit=500").json["data"]
        talk = next(one["id"] for one in talks if one["number"] == self.sian.numbers[0])
        (answer,) = self.desk.get(f"/conversations/{talk}/answers").json["answers"]
        assert answer["state"] == "taken"
        return lambda: self.desk.post(f"/conversations/{talk}/answers/{answer['id']}/drop")

    def told_on_the_phone(self) -> Callable[[], Any]:
        given = self.next()
        while given["contact"]["id"] != str(self.sian.id):
            self.report(given, "no_answer")
            given = self.next()
        self.report(given, "already_voted")
        body = {"disposition": "no_answer"}
        return lambda: self.desk.patch(f"/assignments/{given['id']}/result", json=body)


@pytest.fixture
def street(
    ctx: Context, clock: SetClock, api: Callable[[Person], Caller], carys: Person, vic: Person
) -> Street:
    return Street(ctx, clock, api(carys), vic, api(vic))


WAYS = ["teller", "told_at_the_door", "told_by_text", "told_on_the_phone"]


@pytest.mark.parametrize("way", WAYS)
def test_calls_texts_and_lists_leave_out_who_has_voted_and_have_them_back(street: Street, way: str) -> None:
    street.open()
    if way == "told_by_text":  # as an answer to a text of ours
        street.text()
        street.blasting.send()
    street.clock.forward(seconds=1)
    assert street.knocked() == ["Gwyn", "Siân"]
    take_back = getattr(street, way)()
    assert street.knocked() == ["Gwyn"]
    assert street.still_called() in (["Gwyn", "Gwyn"], ["Gwyn"])
    run = street.text()
    street.blasting.send()
    assert street.blasting.skipped(run)["voted"] == 1
    assert take_back().status_code == 200
    street.clock.forward(seconds=1)
    assert street.knocked() == ["Gwyn", "Siân"]
    assert "Siân" in street.still_called()


def test_a_text_that_waits_is_not_sent_to_who_votes_meanwhile(street: Street) -> None:
    street.open()
    run = street.text()
    street.teller()
    street.blasting.send()
    assert street.blasting.skipped(run)["voted"] == 1
    shown = street.desk.get(f"/blasts/{run}/progress").json
    assert (shown["counts"]["sent"] + shown["counts"]["delivered"], shown["skipped_by"]["voted"]) == (1, 1)


def test_a_promised_callback_is_not_kept_with_who_has_voted(street: Street) -> None:
    street.open()
    for _ in street.people:
        at = f"{street.clock.now.replace(microsecond=0).replace(hour=13):%Y-%m-%dT%H:%M:%SZ}"
        street.report(street.next(), "callback", callback_at=at)
    assert street.next() is None
    street.clock.forward(hours=2)
    street.teller()
    assert street.still_called()[:1] == ["Gwyn"]
    assert "Siân" not in street.still_called()


def test_on_a_shared_number_the_other_is_still_asked_for(street: Street) -> None:
    street.open(shared=True)
    street.teller()
    given = street.next()
    assert given["contact"]["first_name"] == "Gwyn"
    assert given["contact"]["voted"] is False
    assert [(one["first_name"], one["voted"]) for one in given["household"]] == [("Siân", True)]
    street.report(given, "contacted")
    assert street.next() is None


def test_whoever_is_looked_at_when_they_vote_is_not_rung(street: Street) -> None:
    street.open()
    given = street.next()
    while given["contact"]["id"] != str(street.sian.id):
        street.report(given, "contacted")
        given = street.next()
    assert given["contact"]["voted"] is False
    take_back = street.teller()
    again = street.seat.get(f"/assignments/{given['id']}").json
    assert again["contact"]["voted"] is True
    assert street.next()["id"] == given["id"], "a talk that may be under way is not taken away"
    refused = street.seat.post(f"/assignments/{given['id']}/call", json={})
    assert refused.status_code in (409, 422)
    assert street.seat.post(f"/assignments/{given['id']}/skip", json={}).status_code == 200
    onward = street.next()
    assert onward is None or onward["contact"]["first_name"] == "Gwyn"
    assert take_back().status_code == 200
    assert street.seat.get(f"/assignments/{given['id']}").json["contact"]["voted"] is False


def test_a_campaign_that_asks_for_support_goes_on_with_who_has_voted(street: Street) -> None:
    street.open()
    street.teller()
    other = running_campaign(street.ctx, [Voter("Ifan", [mobile(3)])])
    street.desk.post(
        "/turnout",
        json={"marks": [{"elector_number": "AA-1"}], "election_id": str(other.election_id)},
    )
    join_campaign(street.ctx.units, street.vic, other.id)
    session = street.seat.post(f"/campaigns/{other.id}/sessions", json={}).json
    assert street.seat.post(f"/sessions/{session['id']}/next").status_code == 200
