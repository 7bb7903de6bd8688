"""`dialer blast`: the same blast as in the API, and errors for the person who reads them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

import dialer.cli.blast
from dialer.cli import main
from dialer.domain.answer_words import AnswerWords
from dialer.domain.text_answers import AnswerRule, Facts
from dialer.services.context import Context
from dialer.services.messaging.answer_settings import set_answer_words
from dialer.services.messaging.keeping import clear_blast, keep_blasts_going
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.sender_settings import pause_sender
from dialer.services.messaging.senders import sender_rows
from dialer.services.people.no_contact import add_opt_out
from dialer.settings import Settings
from dialer.store.models.messaging import Message
from tests.conftest import Caller
from tests.examples import cases
from tests.people import Person
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, campaign, listed, people, system

BODY = "Hello {first_name|friend}, polls are open. Reply STOP to opt out."


class Shell:
    """`shell("show", id)` is what the command printed as JSON; `shell.code` how it ended."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], campaign_id: uuid.UUID, list_id: uuid.UUID
    ) -> None:
        self._capsys, self.campaign_id, self.list_id = capsys, str(campaign_id), str(list_id)
        self.code = -1

    def __call__(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say(*words, "--json"))
        assert found.pop("ok") is (self.code == 0)
        return found

    def say(self, *words: str) -> str:
        self.code = main(["blast", *words])
        read = self._capsys.readouterr()
        return read.out or read.err

    def draft(self, *more: str) -> str:
        given = ("--campaign", self.campaign_id, "--name", "Polling day", "--list", self.list_id)
        return str(self("create", *given, "--body", BODY, *more)["id"])


@pytest.fixture
def shell(at_home: Settings, ctx: Context, capsys: pytest.CaptureFixture[str]) -> Shell:
    campaign_id = campaign(ctx, quiet_start="00:00", quiet_end="00:00").id
    return Shell(capsys, campaign_id, listed(ctx, people(ctx, 4)))


@pytest.mark.slow
def test_it_says_what_the_api_says(shell: Shell, api: Callable[[Person], Caller], carys: Person) -> None:
    timed = ("--send-at", "2126-05-07T09:00+01:00", "--deadline-at", "2126-05-07T20:00:00Z")
    wanted = ("--sender", SENDER, "--audience", '{"support": [2, 1], "voted": false}')
    by_hand = ("--by-hand", "--batch-size", "10", "--volunteer-limit", "40")
    ids = [shell.draft(), shell.draft(*timed, *wanted), shell.draft(*by_hand)]
    caller = api(carys)
    for id_ in ids:
        for action, answer in (
            ("show", caller.get(f"/blasts/{id_}")),
            ("progress", caller.get(f"/blasts/{id_}/progress")),
            ("estimate", caller.post(f"/blasts/{id_}/estimate")),
        ):
            assert {**shell(action, id_), "last_safe_start_at": None} == {
                **answer.json,
                "last_safe_start_at": None,
            }, "the clock of the test stands still, that of the command doesn’t"
    assert [one["id"] for one in shell("list", "--campaign", shell.campaign_id)["blasts"]] == ids
    assert shell("list", "--campaign", str(uuid.uuid4())) == {"blasts": []}
    assert "by hand in 1 day, at 200 a day from 1 senders" in shell.say("estimate", ids[-1])
    assert "by hand, 10 at a time" in shell.say("show", ids[-1])


def test_it_may_begin_with_a_first_wave(shell: Shell) -> None:
    id_ = shell.draft()
    found = shell("launch", id_, "--first-wave", "2", "--goes-on-after", "600")
    assert (found["first_wave"]["size"], found["first_wave"]["goes_on_after_s"]) == (2, 600)
    assert shell("progress", id_)["first_wave"]["state"] == "drawing"
    refused = shell("launch", shell.draft(), "--first-wave", "0")
    assert (shell.code, refused["problem"]) == (1, "validation-failed")


def test_from_the_draft_to_its_end(shell: Shell, ctx: Context) -> None:
    id_ = shell.draft()
    assert "4 people would get it, in 4 parts" in shell.say("estimate", id_)
    refused = shell("launch", id_, "--expected-recipients", "40")
    assert (shell.code, refused["problem"], refused["recipients"]) == (1, "audience-changed", 4)
    said = shell.say("launch", id_, "--expected-recipients", "4")
    assert "No worker is there: nothing goes out until one is started." in said
    assert shell("launch", id_)["state"] == "running"
    assert shell("pause", id_)["pause_reason"] == "by_hand"
    assert "paused (by_hand)" in shell.say("list")
    assert shell("resume", id_)["state"] == "running"
    assert shell("ask-for", id_)["asks_for"] == []
    unknown = shell("ask-for", id_, "Coming")
    assert (shell.code, unknown["problem"]) == (1, "validation-failed")
    words = AnswerWords(usual=True, own=(AnswerRule("Coming", ("YES",), Facts(tags=("coming",))),))
    set_answer_words(ctx, uuid.UUID(shell.campaign_id), words)
    assert shell("ask-for", id_, "Coming")["asks_for"] == ["Coming"]
    assert "replies mean: Coming" in shell.say("show", id_)
    assert shell("show", shell.draft("--asks-for", "Coming"))["asks_for"] == ["Coming"]
    assert shell("cancel", id_)["state"] == "cancelled"
    again = shell("resume", id_)
    assert (shell.code, again["problem"], again["state"]) == (1, "invalid-transition", "cancelled")


@pytest.mark.slow
def test_a_senders_times_are_written_as_the_api_writes_them(
    at_home: Settings, ctx: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sender", landline(903), "--rate", "2", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["created_at"]
    assert made == dt.datetime.fromisoformat(made).isoformat().replace("+00:00", "Z")


def test_a_stopped_senders_texts_are_given_to_the_others_of_its_blasts(
    shell: Shell, ctx: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    senders = [landline(900), landline(901)]
    run = launch_blast(ctx, uuid.UUID(shell.draft("--sender", senders[0], "--sender", senders[1])))
    plan_chunk(system(ctx), run.id)
    with ctx.unit() as unit:
        ids = {one: row.id for one, row in sender_rows(unit, senders).items()}
    assert main(["sender", senders[0], "--hand-over"]) == 1
    assert "Stop it first" in capsys.readouterr().err
    pause_sender(ctx, ids[senders[0]])
    assert main(["sender", senders[0], "--hand-over", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with ctx.unit() as unit:
        now_from = set(unit.session.scalars(select(Message.sender).where(Message.blast_id == run.id)))
    assert (told["staying"], now_from) == (0, {senders[1]})
    assert main(["sender", "+15550100", "--hand-over"]) == 1
    assert "There is no sender +15550100." in capsys.readouterr().err


def test_its_text_is_tried_and_who_gets_none_is_named(shell: Shell, ctx: Context) -> None:
    (gone,) = people(ctx, 1, first=7)
    add_opt_out(ctx, gone, "sms")
    id_ = shell.draft()
    sent = shell("test-send", id_, mobile(8))["messages"]
    assert (shell.code, [one["state"] for one in sent]) == (0, ["queued"])
    said = shell.say("test-send", id_, mobile(8), mobile(7))
    assert shell.code == 1
    assert f"{mobile(7)}  skipped  left out: opted_out" in said


def test_the_text_comes_from_a_file(shell: Shell, tmp_path: Any) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Bore da, {first_name}.\n", encoding="utf-8")
    given = ("--campaign", shell.campaign_id, "--name", "Morning", "--body-file", str(path))
    assert shell("create", *given)["body"] == "Bore da, {first_name}."


@pytest.mark.slow
def test_watching_tells_each_change_until_it_is_over(
    shell: Shell, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = shell.draft()
    assert shell.say("progress", id_, "--watch").startswith("draft"), "nothing is to come of itself"
    shell("launch", id_)
    shell("pause", id_)

    def call_off(_between_looks: float) -> None:
        dialer.cli.blast.cancel_blast(ctx, uuid.UUID(id_))
        keep_blasts_going(system(ctx))
        clear_blast(system(ctx), uuid.UUID(id_))

    monkeypatch.setattr(dialer.cli.blast, "time", SimpleNamespace(sleep=call_off))
    lines = shell.say("progress", id_, "--watch").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["paused", "cancelled"]


@pytest.mark.parametrize(
    ("words", "said"),
    cases(
        [
            (("show", "x"), "invalid UUID"),
            (("launch",), "required: ID"),
            (("launch", str(uuid.UUID(int=1)), "--expected-recipients", "-1"), "a whole number expected"),
            (("create", "--name", "N", "--body", "B"), "required: --campaign"),
            (
                ("create", "--campaign", str(uuid.UUID(int=1)), "--name", "N"),
                "--body --body-file is required",
            ),
            (("create", "--send-at", "2126-05-07T09:00"), "a time with its zone expected"),
            (("create", "--audience", "[]"), "an object such as"),
            (("create", "--body-file", "/nowhere"), "can’t be read as a text"),
            (("fly", "x"), "invalid choice"),
        ],
        quick=3,
    ),
)
def test_wrong_usage(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["blast", *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem", "said"),
    cases(
        [
            (("show", str(uuid.UUID(int=1))), "not-found", "isn’t here"),
            (("create", "--body", "Hello {fist_name}"), "unknown-placeholder", "/body: “{fist_name}”"),
            (("create", "--body", "Hi", "--audience", '{"support": [9]}'), "validation-failed", "/audience"),
            (("create", "--body", "Hi", "--sender", "no sender at all"), "validation-failed", "/senders/0"),
        ],
        quick=1,
    ),
)
def test_what_is_refused(shell: Shell, words: tuple[str, ...], problem: str, said: str) -> None:
    more = ("--campaign", shell.campaign_id, "--name", "N") if words[0] == "create" else ()
    refused = shell(*words, *more)
    assert (shell.code, refused["problem"]) == (1, problem)
    assert said in refused["detail"]


def test_a_letter_is_written_with_its_subject(shell: Shell) -> None:
    letter = ("--email", "--subject", "Polls are open", "--subject-in", "cy=Helo")
    made = shell("show", shell.draft(*letter))
    assert (made["channel"], made["subject"], made["subjects"]) == ("email", "Polls are open", {"cy": "Helo"})
