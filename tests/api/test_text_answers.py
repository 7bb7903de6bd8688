"""Answers in texts, through the doors: taken where they are certain, shown where not, and always undone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.replies import blast_replies
from dialer.store.models import new_id
from dialer.store.session import UnitFactory
from dialer.web.webhooks.inbound import attachments_in
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.texting import Blasting, add_people, blast, campaign, people

OURS = "+441632960000"
SCALE = "{first_name}, can we count on you? Reply 1 (surely) to 5 (no), or VOTED. STOP to opt out"


class Bank:
    """A blast that asked, people who answer, and a coordinator who looks."""

    def __init__(self, blasting: Blasting, clock: SetClock, desk: Caller) -> None:
        self.blasting, self.clock, self.desk = blasting, clock, desk
        self.campaign_id = campaign(blasting.ctx).id

    def ask(self, who: list[uuid.UUID], body: str = SCALE, asks_for: list[str] | None = None) -> uuid.UUID:
        run = self.blasting.launch(who, campaign_id=self.campaign_id, body=body, asks_for=asks_for or [])
        self.blasting.plan(run.id)
        self.blasting.send()
        self.clock.forward(minutes=1)
        return run.id

    def write(self, body: str, index: int = 0) -> None:
        self.clock.forward(seconds=1)
        system = self.blasting.system
        receive(system, InboundText(uuid.uuid4().hex, mobile(index), OURS, body, system.now))

    def talk(self, index: int = 0) -> str:
        rows = self.desk.get("/conversations?limit=500").json["data"]
        return next(str(row["id"]) for row in rows if row["number"] == mobile(index))

    def told(self, index: int = 0) -> Any:
        return self.desk.get(f"/conversations/{self.talk(index)}/answers").json

    def answers(self, index: int = 0) -> list[tuple[str, str, str | None]]:
        return [(one["label"], one["state"], one["doubt"]) for one in self.told(index)["answers"]]

    def post(self, path: str, index: int = 0, **given: Any) -> Any:
        return self.desk.post(f"/conversations/{self.talk(index)}/{path}", json=given)

    def person(self, contact_id: uuid.UUID) -> tuple[int | None, bool]:
        found = self.desk.get(f"/contacts/{contact_id}").json
        return found["support"], found["voted_at"] is not None


@pytest.fixture
def blasting(ctx: Context, clock: SetClock) -> Blasting:
    return Blasting(ctx, clock)


@pytest.fixture
def bank(blasting: Blasting, clock: SetClock, api: Callable[[Person], Caller], carys: Person) -> Bank:
    return Bank(blasting, clock, api(carys))


def test_what_they_answer_stands_in_the_tables_and_can_be_taken_back(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    asked = bank.ask([gwen])
    bank.write("2 👍\n\nSent from my iPhone")
    bank.write("I’ve voted, thanks!")
    assert bank.person(gwen) == (2, True)
    assert bank.answers() == [("Leaning to us", "taken", None), ("Voted", "taken", None)]
    pledge = bank.desk.get(f"/pledges?campaign_id={bank.campaign_id}").json["data"][0]
    assert (pledge["support"], pledge["source"], pledge["by"]) == (2, "text", None)
    answers = bank.told()["answers"]
    assert answers[0]["blast_id"] == str(asked)
    for one in answers:
        assert bank.post(f"answers/{one['id']}/drop").json["state"] == "dropped"
        assert bank.post(f"answers/{one['id']}/drop").status_code == 200
        assert bank.post(f"answers/{one['id']}/take").status_code == 409
    assert bank.person(gwen) == (None, False)
    assert bank.answers() == []
    assert check_counters(bank.blasting.system) == []


def test_a_lift_asked_for_by_text_stands_in_the_plan_and_can_be_taken_back(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen], "Polls are open until 10 tonight. Reply LIFT if you need one. STOP to opt out")
    bank.write("Lift please")
    assert bank.answers() == [("Needs a lift", "taken", None)]

    def needs_lift() -> list[bool | None]:
        return [one["needs_lift"] for one in bank.desk.get("/pledges").json["data"]]

    assert needs_lift() == [True]
    (one,) = bank.told()["answers"]
    assert one["needs_lift"] is True
    assert bank.post(f"answers/{one['id']}/drop").status_code == 200
    assert needs_lift() == []


@pytest.mark.parametrize("body", ["STOP", "stop please, voted", "st op", "START"])
def test_a_no_or_what_may_be_one_answers_nothing(bank: Bank, body: str):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen], "Reply 1 to 5, VOTED, or LEAVE to opt out")
    bank.write(body)
    assert bank.answers() == []
    bank.write("LEAVE")
    assert bank.answers() == []
    assert bank.person(gwen) == (None, False)


def test_while_a_no_is_in_doubt_nothing_is_taken_by_itself(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    bank.write("st op")
    bank.write("1")
    assert bank.answers() == [("Strong support", "doubtful", "in_review")]
    assert bank.person(gwen) == (None, False)


def test_one_in_doubt_is_shown_and_a_person_says_which(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    bank.write("1 or 2")
    several = [("Strong support", "doubtful", "several"), ("Leaning to us", "doubtful", "several")]
    assert bank.answers() == several
    assert bank.person(gwen) == (None, False)
    second = bank.told()["answers"][1]["id"]
    assert bank.post(f"answers/{second}/take").json["state"] == "taken"
    assert bank.post(f"answers/{second}/take").status_code == 200
    assert bank.answers() == [("Leaning to us", "taken", None)]
    assert bank.person(gwen) == (2, False)


def test_somebody_records_what_a_text_told_and_the_later_word_of_a_text_stands(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    bank.write("Probably, if my sister comes along, but by post")
    first = bank.post("answers", support=3, voting_method="postal")
    assert first.status_code == 201
    assert first.json["by"] is not None
    assert bank.post("answers", support=3, voting_method="postal").json["id"] == first.json["id"]
    assert bank.post("answers", label="Leaning to us").status_code == 201
    assert bank.answers() == [("Leaning to us", "taken", None)]
    assert bank.person(gwen) == (2, False)
    assert bank.post("answers", label="Nonsense").status_code == 422
    assert bank.post("answers").status_code == 422
    assert bank.post("answers", support=2, message_id=str(uuid.uuid4())).status_code == 422
    assert bank.post("answers", support=2, contact_id=str(uuid.uuid4())).status_code == 422


def test_a_campaigns_words_put_tags_on_people_and_none_may_be_a_no(bank: Bank):
    where = f"/campaigns/{bank.campaign_id}/answer-words"
    assert bank.desk.get(where).json == {"usual": True, "rules": []}
    rule: dict[str, Any] = {"label": "Wants a poster", "words": ["POSTER", "poster plis"], "tags": ["poster"]}
    refused = bank.desk.put(where, json={"usual": True, "rules": [rule | {"words": ["POSTER", "STOP"]}]})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/rules/0/words/1"
    assert bank.desk.put(where, json={"usual": False, "rules": [rule]}).status_code == 200
    (gwen,) = people(bank.blasting.ctx, 1, tags=["friend"])
    bank.ask([gwen], "Want a poster? Reply POSTER. VOTED already? STOP to opt out", ["Wants a poster"])
    bank.write("Poster!")
    bank.write("Voted")
    assert bank.answers() == [("Wants a poster", "taken", None)]
    assert bank.desk.get(f"/contacts/{gwen}").json["tags"] == ["friend", "poster"]
    bank.post(f"answers/{bank.told()['answers'][0]['id']}/drop")
    assert bank.desk.get(f"/contacts/{gwen}").json["tags"] == ["friend"]


def test_the_same_word_means_what_the_last_text_to_that_number_asked(bank: Bank):
    rules = [
        {"label": "Votes for us", "words": ["YES"], "support": 1},
        {"label": "Coming", "words": ["YES", "count me in"], "tags": ["coming"]},
    ]
    where = f"/campaigns/{bank.campaign_id}/answer-words"
    assert bank.desk.put(where, json={"usual": True, "rules": rules}).status_code == 200
    gwen, owen = people(bank.blasting.ctx, 2)
    bank.ask([gwen, owen], "Can we count on your vote? Reply YES. STOP to opt out", ["Votes for us"])
    bank.write("Yes")
    assert bank.answers() == [("Votes for us", "taken", None)]
    bank.clock.forward(days=2)
    bbq = bank.ask([gwen, owen], "Are you at the barbecue? Reply YES. STOP to opt out")
    bank.write("yes", 1)
    assert bank.answers(1) == [("Votes for us", "doubtful", "other_question")]
    assert bank.person(owen) == (None, False)
    path = f"/blasts/{bbq}"
    for wrong in (["Nobody’s"], ["Votes for us", "Coming"]):
        refused = bank.desk.patch(path, json={"asks_for": wrong})
        assert refused.json["errors"][0]["pointer"] == "/asks_for/0"
    assert bank.desk.patch(path, json={"asks_for": ["Coming"]}).json["asks_for"] == ["Coming"]
    bank.write("Yes!", 0)
    assert bank.answers()[1] == ("Coming", "taken", None)
    assert bank.desk.get(f"/contacts/{gwen}").json["tags"] == ["coming"]
    assert bank.desk.put(where, json={"usual": True, "rules": rules[:1]}).status_code == 200
    bank.write("yes", 0)
    assert bank.answers()[2] == ("Votes for us", "doubtful", "other_question")


def test_an_estimate_says_where_a_text_names_a_word_without_asking_for_it(bank: Bank):
    rules: list[dict[str, Any]] = [{"label": "Votes for us", "words": ["YES"], "support": 1}]
    where = f"/campaigns/{bank.campaign_id}/answer-words"
    bank.desk.put(where, json={"usual": True, "rules": rules})

    who = people(bank.blasting.ctx, 1)

    def warned(body: str, asks_for: list[str]) -> list[tuple[str, str]]:
        text = {"campaign_id": bank.campaign_id, "body": body, "asks_for": asks_for}
        draft = blast(bank.blasting.ctx, who, **text)
        found = bank.desk.post(f"/blasts/{draft.id}/estimate").json["warnings"]
        return [(one["code"], one["about"]) for one in found if one["code"].startswith("answer_")]

    assert warned("Coming? Reply YES", []) == [("answer_not_asked", "Votes for us")]
    assert warned("Coming? Reply YES", ["Votes for us"]) == []
    assert warned("Coming?", ["Votes for us"]) == [("answer_not_named", "Votes for us")]
    assert warned("Coming?", []) == []
    rules.append({"label": "Coming", "words": ["YES", "LIFT"], "tags": ["coming"]})
    bank.desk.put(where, json={"usual": True, "rules": rules})
    assert warned("Coming? Reply YES", ["Coming"]) == []
    assert warned("Coming? Reply YES or LIFT", ["Votes for us"]) == [("answer_not_asked", "Coming")]


def test_a_number_counts_only_where_the_last_text_asked_and_nobody_wrote_in_person(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen], "Polls are open, {first_name}. STOP to opt out")
    bank.write("2")
    assert bank.answers() == [("Leaning to us", "doubtful", "not_asked")]
    assert bank.post("reply", body="How many of you are coming, 1 to 5?").status_code == 201
    bank.blasting.send()
    bank.clock.forward(minutes=1)
    bank.write("2")
    assert bank.answers()[1] == ("Leaning to us", "doubtful", "in_person")
    assert bank.person(gwen) == (None, False)


def test_after_a_week_and_after_the_campaign_has_ended_it_is_kept_and_shown(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    run = bank.ask([gwen])
    assert bank.desk.post(f"/campaigns/{bank.campaign_id}/end").status_code == 200
    bank.write("VOTED")
    assert bank.answers() == [("Voted", "taken", None)]
    bank.clock.forward(days=8)
    bank.write("1")
    assert bank.answers()[1] == ("Strong support", "doubtful", "late")
    assert blast_replies(bank.blasting.ctx, run).in_all == 2


def test_ten_texts_in_a_second_are_ten_answers_and_the_last_stands(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    system = bank.blasting.system
    for n in range(10):
        at = system.now + dt.timedelta(milliseconds=n * 100)
        receive(system.at(at), InboundText(uuid.uuid4().hex, mobile(0), OURS, str(5 - n % 5), at))
    assert len(bank.answers()) == 10
    assert bank.person(gwen) == (1, False)
    assert check_counters(bank.blasting.system) == []


def test_an_answer_is_heard_once_however_often_it_comes(bank: Bank):
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    system = bank.blasting.system
    for _ in range(3):
        receive(system, InboundText("SM1", mobile(0), OURS, "VOTED", system.now))
    assert len(bank.answers()) == 1


def test_of_a_shared_number_a_person_says_who_it_was_and_it_stays_so(bank: Bank):
    gwen, owen = new_id(), new_id()
    add_people(bank.blasting.ctx, [(gwen, [mobile(0)]), (owen, [mobile(0)])])
    bank.ask([gwen, owen])
    bank.write("2")
    assert bank.answers() == [("Leaning to us", "doubtful", "shared")]
    assert {one["id"] for one in bank.told()["people"]} == {str(gwen), str(owen)}
    assert bank.post("answers", support=2).status_code == 409
    assert bank.post("person", contact_id=str(uuid.uuid4())).status_code == 422
    assert bank.post("person", contact_id=str(owen)).json["answers"][0]["state"] == "taken"
    bank.write("Voted")
    assert (bank.person(gwen), bank.person(owen)) == ((None, False), (2, True))
    assert bank.post("person", contact_id=str(gwen)).status_code == 200
    assert (bank.person(gwen), bank.person(owen)) == ((2, True), (None, False))
    assert check_counters(bank.blasting.system) == []


def test_a_number_that_nobody_knows_is_kept_shown_and_made_a_contact(bank: Bank):
    bank.ask(people(bank.blasting.ctx, 1))
    bank.write("STOP the boats? No. Who is this", 7)
    bank.write("hello", 7)
    assert bank.told(7) == {"answers": [], "people": []}
    made = bank.post("contact", 7, first_name="Tomos")
    assert made.status_code == 201
    assert bank.desk.get(made.headers["Location"].partition("/api/v1")[2]).json["phone"] == mobile(7)
    assert bank.post("contact", 7, first_name="Tomos").status_code == 409
    texts = bank.desk.get(f"/messages?contact_id={made.json['contact_id']}").json["data"]
    assert len(texts) == 2


def test_odd_texts_are_kept_whole_and_shown(bank: Bank):
    bank.ask(people(bank.blasting.ctx, 1))
    odd = ["😀" * 300, "\u202eשלום לכולם", "mor hir " * 300, "", "a" * 1601]
    for body in odd:
        bank.write(body)
    kinds = {"NumMedia": "2", "MediaContentType0": "image/png", "MediaUrl0": f"https://x/Media/ME{'a' * 32}"}
    system = bank.blasting.system
    picture = InboundText("MM1", mobile(0), OURS, "", system.now, attachments=attachments_in(kinds))
    assert receive(system, picture).rule == "attachment"
    texts = bank.desk.get(f"/conversations/{bank.talk()}").json["messages"]
    assert [text["body"] for text in texts if text["direction"] == "inbound"] == [*odd, ""]
    assert texts[-1]["attachments"] == ["image/png", ""]
    assert bank.desk.get(f"/conversations/{bank.talk()}").json["unanswered_since"] is not None


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, []),
        ({"NumMedia": "x"}, []),
        ({"NumMedia": "99999"}, []),
        ({"NumMedia": "1", "MediaUrl0": "https://evil/", "MediaContentType0": "<b>"}, [("", "")]),
        ({"NumMedia": "50"}, [("", "")] * 10),
    ],
)
def test_of_an_attachment_only_its_name_and_kind_are_kept(told: dict[str, str], found: list[tuple[str, str]]):
    assert [(one.sid, one.content_type) for one in attachments_in(told)] == found


def test_volunteers_take_answers_in_their_own_conversations_alone(
    bank: Bank, api: Callable[[Person], Caller], units: UnitFactory, organisation_id: uuid.UUID
):
    vic = make_person(units, organisation_id, Role.VOLUNTEER, "Vic", campaign_ids=(bank.campaign_id,))
    (gwen,) = people(bank.blasting.ctx, 1)
    bank.ask([gwen])
    bank.write("1 or 2")
    talk, answer = bank.talk(), bank.told()["answers"][0]["id"]
    path = f"/conversations/{talk}/answers"
    volunteer = api(vic)
    assert volunteer.post(f"{path}/{answer}/take", json={}).status_code == 404
    bank.post("assign", volunteer_id=str(vic.id))
    assert volunteer.post(f"{path}/{answer}/take", json={}).json["by"] == str(vic.id)
    assert volunteer.post(path, json={"voted": True}).status_code == 201
    assert volunteer.put(f"/campaigns/{bank.campaign_id}/answer-words", json={}).status_code in {403, 422}
    assert bank.person(gwen) == (1, True)
