"""Letters to a real SMTP server: what it took, and what is said of each, wherever the line breaks."""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dialer.carrier import smtp, smtp_session
from dialer.carrier.letters import written
from dialer.carrier.mail_port import DEFERRED, Letter, Mailer, NoMailer
from dialer.carrier.port import TOO_BUSY, Accepted, NotAccepted, Refused, SendOutcome, Unknown
from dialer.carrier.smtp import SmtpMailer
from dialer.carrier.smtp_session import MailServer, Session
from dialer.domain.carrier_action import Action
from tests.mail_server import MailHost, mail_server

NOW = dt.datetime(2026, 5, 7, 9, tzinfo=dt.UTC)
ANN, BEN = "ann@example.org", "ben@example.com"


@pytest.fixture
def host() -> Iterator[MailHost]:
    with mail_server() as found:
        yield found


@pytest.fixture
def mailer(host) -> Iterator[SmtpMailer]:
    found = SmtpMailer(MailServer("127.0.0.1", host.port), connections=2, clock=lambda: NOW)
    yield found
    found.close()


def a_letter(to: str = ANN, **fields: object) -> Letter:
    id_ = uuid.uuid4()
    letter = Letter(
        id=id_,
        to=to,
        sender="campaign@example.org",
        sender_name="Voice of the People",
        subject="Polls are open",
        body="Dear Ann,\n\nvote [here](https://example.org/vote).",
        message_id=f"<{id_.hex}@example.org>",
        return_path=f"bounces+{id_.hex}@example.org",
        opt_out_url="https://example.org/o/abc",
        opt_out_address=f"unsubscribe+{id_.hex}@example.org",
    )
    return replace(letter, **fields)  # type: ignore[arg-type]


def sent(mailer: Mailer, *letters: Letter) -> list[SendOutcome]:
    """What became of each, in their order."""
    told: queue.Queue[tuple[Letter, SendOutcome]] = queue.Queue()
    mailer.begin_letters(letters, lambda letter, outcome: told.put((letter, outcome)))
    found = dict(told.get(timeout=20) for _ in letters)
    return [found[letter] for letter in letters]


def test_a_letter_arrives_whole_with_its_names(host, mailer):
    letter = a_letter(subject="Pleidleisiwch heddiw, Siân 🗳️", body="# Ŵy\n\n.dot\n\n- one\n- two")
    assert sent(mailer, letter) == [Accepted(letter.message_id, "accepted")]
    taken = host.ledger.to(ANN)
    assert taken.sender == letter.return_path
    message = taken.message
    assert message["Subject"] == letter.subject
    assert message["Message-ID"] == letter.message_id
    assert message["From"] == "Voice of the People <campaign@example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<https://example.org/o/abc>" in message["List-Unsubscribe"]
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert ".dot" in plain.get_content()
    assert "<li>two</li>" in html.get_content()


def test_one_press_is_offered_only_where_it_is_safe():
    said = written(a_letter(opt_out_url="http://127.0.0.1:8000/o/abc"), NOW)
    assert b"List-Unsubscribe:" in said
    assert b"List-Unsubscribe-Post" not in said


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Hello\r\nBcc: ben@example.com"},
        {"sender_name": "Us\r\nBcc: ben@example.com"},
        {"in_reply_to": "<a@example.org>\r\nBcc: ben@example.com"},
        {"body": "Hello\r\n.\r\nMAIL FROM:<x@example.com>\r\n"},
    ],
)
def test_nothing_that_is_said_becomes_a_header_or_a_command(host, mailer, fields):
    assert isinstance(sent(mailer, a_letter(**fields))[0], Accepted)
    assert host.ledger.by_address() == {ANN: 1}
    assert host.ledger.to(ANN).message["Bcc"] is None


@pytest.mark.parametrize("reply", ["450 4.2.0 Greylisted", "451 4.7.1 Try again later", "452 4.2.2 Full"])
def test_who_is_not_taken_just_now_is_put_back(host, mailer, reply):
    host.faults.at_rcpt = lambda to: reply if to == ANN else None
    assert sent(mailer, a_letter(), a_letter(BEN)) == [NotAccepted(DEFERRED), Accepted_of(host, BEN)]
    host.faults.at_rcpt = lambda to: None
    assert isinstance(sent(mailer, a_letter())[0], Accepted)
    assert host.ledger.by_address() == {ANN: 1, BEN: 1}


def Accepted_of(host: MailHost, to: str) -> Accepted:  # noqa: N802 - it stands for one
    return Accepted(host.ledger.to(to).message["Message-ID"], "accepted")


@pytest.mark.parametrize(
    ("reply", "code", "action"),
    [
        ("550 5.1.1 No such user", 550, Action.RETIRE_NUMBER),
        ("550 5.2.1 Mailbox disabled", 550, Action.RETIRE_NUMBER),
        ("556 5.1.10 The domain takes no mail", 556, Action.RETIRE_NUMBER),
        ("550 No", 550, Action.FINAL),
        ("552 5.2.2 Mailbox full", 552, Action.FINAL),
        ("550 5.7.1 Blocked", 571, Action.FINAL),
    ],
)
def test_a_no_about_an_address_is_final_for_it_alone(host, mailer, reply, code, action):
    host.faults.at_rcpt = lambda to: reply if to == ANN else None
    refused, other = sent(mailer, a_letter(), a_letter(BEN))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.action) == (code, action)
    assert refused.detail == reply
    assert isinstance(other, Accepted)


def test_a_no_to_us_is_about_no_letter(host, mailer):
    host.faults.at_mail = lambda _: "550 5.7.1 Sender address rejected"
    refused = sent(mailer, a_letter())[0]
    assert isinstance(refused, Refused)
    assert refused.action is Action.CONFIGURATION


@pytest.mark.parametrize("point", ["greeting", "at_mail", "at_rcpt", "at_data", "after_dot"])
def test_a_server_that_closes_leaves_the_letter_with_us(host, mailer, point):
    reply = "421 4.3.2 Closing"
    setattr(host.faults, point, reply if point == "greeting" else lambda _: reply)
    assert sent(mailer, a_letter()) == [NotAccepted(TOO_BUSY)]
    assert host.ledger.taken == []


@pytest.mark.parametrize("point", ["greeting", "at_mail", "at_rcpt", "at_data"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_line_that_breaks_before_the_last_dot_leaves_the_letter_with_us(
    host, mailer, monkeypatch, point, fault
):
    monkeypatch.setattr(smtp_session, "COMMAND_WITHIN_S", 0.3)
    setattr(host.faults, point, fault if point == "greeting" else lambda _: fault)
    outcome = sent(mailer, a_letter())[0]
    assert isinstance(outcome, NotAccepted)
    assert host.ledger.taken == []


@pytest.mark.parametrize("fault", ["drop", "hang", "lost", "999 What?"])
def test_after_the_last_dot_without_an_answer_nobody_knows(host, mailer, monkeypatch, fault):
    monkeypatch.setattr(smtp_session, "VERDICT_WITHIN_S", 0.3)
    host.faults.after_dot = lambda _: fault
    assert isinstance(sent(mailer, a_letter())[0], Unknown)
    assert len(host.ledger.taken) == (fault == "lost")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("451 4.3.0 Try again", NotAccepted(DEFERRED)),
        ("554 5.6.0 Not taken", Refused(554, "554 5.6.0 Not taken", Action.FINAL)),
        ("550 5.7.26 Not authenticated", Refused(571, "550 5.7.26 Not authenticated", Action.FINAL)),
    ],
)
def test_a_definite_no_after_the_last_dot_is_one(host, mailer, reply, outcome):
    host.faults.after_dot = lambda _: reply
    assert sent(mailer, a_letter()) == [outcome]
    assert host.ledger.taken == []


def test_a_server_that_is_not_there_has_taken_nothing(mailer):
    with mail_server() as gone:
        port = gone.port
    away = SmtpMailer(MailServer("127.0.0.1", port), connections=1)
    assert sent(away, a_letter()) == [NotAccepted("unreachable")]
    away.close()


def test_without_a_server_everything_is_put_back():
    assert sent(NoMailer(), a_letter()) == [NotAccepted("no_mail_server")]


def test_a_connection_closed_while_idle_is_opened_again(host, mailer):
    assert isinstance(sent(mailer, a_letter())[0], Accepted)
    host.faults.at_mail = _once("421 4.4.2 Idle for too long")
    assert isinstance(sent(mailer, a_letter(BEN))[0], Accepted)
    assert host.ledger.by_address() == {ANN: 1, BEN: 1}


def _once(reply: str):
    replies = iter([reply])
    return lambda _: next(replies, None)


def test_without_encryption_where_it_is_asked_for_nothing_is_said(host):
    mailer = SmtpMailer(MailServer("127.0.0.1", host.port, tls="starttls", user="us", password="secret"))
    refused = sent(mailer, a_letter())[0]
    mailer.close()
    assert isinstance(refused, Refused)
    assert refused.action is Action.CONFIGURATION
    assert "STARTTLS" in refused.detail


def test_what_was_held_up_is_not_posted_any_more(host, mailer):
    assert sent(mailer, a_letter(begin_before=time.monotonic() - 1)) == [NotAccepted("not_begun")]
    assert host.ledger.taken == []


class Wait:
    """A clock that a slow server moves on, and what says whether a letter may go still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: bool) -> None:
        self.at, self.answers, self.asked = time.monotonic(), list(answers), 0
        monkeypatch.setattr(smtp_session, "time", self)

    def monotonic(self) -> float:
        return self.at

    def by(self, seconds: float) -> None:
        self.at += seconds

    def may_go(self, _: Letter) -> bool:
        self.asked += 1
        return self.answers.pop(0)

    def hand_over(self, session: Session, letter: Letter) -> SendOutcome:
        return session.hand_over(letter, written(letter, NOW), self.may_go)


@pytest.fixture
def session(host) -> Iterator[Session]:
    found = Session(MailServer("127.0.0.1", host.port))
    yield found
    found.close()


def test_where_a_server_takes_its_time_it_is_asked_again_whether_a_letter_may_go(host, session, monkeypatch):
    wait = Wait(monkeypatch, False, True)
    host.faults.at_rcpt = lambda _: wait.by(2)
    letter = a_letter(begin_before=wait.at + 1)
    assert wait.hand_over(session, letter) == NotAccepted("not_begun")
    assert host.ledger.taken == []
    assert isinstance(wait.hand_over(session, replace(letter, begin_before=wait.at + 1)), Accepted)
    assert wait.asked == 2
    assert len(host.ledger.connections) == 1


def test_no_dot_follows_a_letter_that_may_not_go_any_more(host, session, monkeypatch):
    wait = Wait(monkeypatch, False)
    host.faults.at_data = lambda _: wait.by(2)
    assert wait.hand_over(session, a_letter(begin_before=wait.at + 1)) == NotAccepted("not_begun")
    host.faults.at_data = lambda _: None
    assert isinstance(wait.hand_over(session, a_letter(BEN, begin_before=wait.at + 1)), Accepted)
    assert host.ledger.by_address() == {BEN: 1}
    assert wait.asked == 1


class FaultError(Exception):
    """A fault of ours."""


def fails(*_: object) -> bool:
    raise FaultError


@pytest.mark.parametrize("at", ["written", "gate", "verdict"])
def test_after_a_fault_of_ours_each_letter_is_told_of_and_the_others_go(host, monkeypatch, at: str):
    wait, told = Wait(monkeypatch), queue.SimpleQueue[SendOutcome]()
    mailer = SmtpMailer(MailServer("127.0.0.1", host.port), connections=1, clock=lambda: NOW)
    with monkeypatch.context() as faulty:
        if at == "written":
            faulty.setattr(smtp, "written", fails)
        if at == "verdict":
            faulty.setattr(smtp_session, "_of_letter", fails)
            host.faults.after_dot = lambda _: "550 no"
        if at == "gate":
            host.faults.at_data = lambda _: wait.by(100)
        mailer.begin_letters([a_letter(begin_before=wait.at + 50)], lambda _, said: told.put(said), fails)
        said = told.get(timeout=20)
    assert said == (Unknown("connection_lost") if at == "verdict" else NotAccepted("not_begun"))
    host.faults.after_dot = host.faults.at_data = lambda _: None
    mailer.begin_letters([a_letter(BEN)], lambda _, said: told.put(said))
    assert isinstance(told.get(timeout=20), Accepted)
    mailer.close()
    assert host.ledger.by_address() == {BEN: 1}
    assert told.empty()


def test_where_a_server_is_quick_nothing_is_asked_again(host, session, monkeypatch):
    wait = Wait(monkeypatch)
    assert isinstance(wait.hand_over(session, a_letter(begin_before=wait.at + 1)), Accepted)


def test_addresses_beyond_ascii_are_written_as_servers_read_them(host, mailer):
    assert isinstance(sent(mailer, a_letter("siân@bücher.example"))[0], Accepted)
    assert host.ledger.by_address() == {"siân@xn--bcher-kva.example": 1}


def test_a_hundred_letters_on_two_connections_arrive_once_each(host, mailer):
    letters = [a_letter(f"voter{number}@example.org") for number in range(100)]
    assert all(isinstance(one, Accepted) for one in sent(mailer, *letters))
    assert set(host.ledger.by_address().values()) == {1}
    assert len(host.ledger.taken) == 100


def test_who_waits_for_a_letter_waits_for_no_blast(host, mailer):
    host.ledger.slow_s = 0.02
    order: list[bool] = []
    told: queue.Queue[bool] = queue.Queue()
    usual = [a_letter(f"voter{number}@example.org") for number in range(30)]
    mailer.begin_letters(usual, lambda letter, _: told.put(letter.urgent))
    mailer.begin_letters([a_letter(urgent=True)], lambda letter, _: told.put(letter.urgent))
    order = [told.get(timeout=20) for _ in range(31)]
    assert order.index(True) < 8


def test_an_address_that_no_server_understands_is_final_and_holds_up_nobody(host, mailer):
    odd = [a_letter("ann@אa.org") for _ in range(3)]
    *refused, taken = sent(mailer, *odd, a_letter(BEN))
    assert {(type(one), one.action) for one in refused} == {(Refused, Action.FINAL)}
    assert isinstance(taken, Accepted)


@pytest.mark.parametrize("fields", [{"host": ".example.org"}, {"user": "campaign", "password": "£ŵ"}])
def test_settings_that_cannot_be_sent_are_told_and_lose_no_letter(host, fields):
    with_faults = replace(MailServer("127.0.0.1", host.port), **fields)
    mailer = SmtpMailer(with_faults, connections=1, clock=lambda: NOW)
    (outcome,) = sent(mailer, a_letter())
    mailer.close()
    assert isinstance(outcome, Refused)
    assert outcome.action is Action.CONFIGURATION


def test_a_letter_that_comes_while_a_connection_is_given_up_is_taken(host, monkeypatch):
    monkeypatch.setattr(smtp, "IDLE_S", 0.01)
    parting, go_on = threading.Event(), threading.Event()
    part = Session.part

    def slowly(session: Session) -> None:
        parting.set()
        go_on.wait(timeout=20)
        part(session)

    monkeypatch.setattr(Session, "part", slowly)
    mailer = SmtpMailer(MailServer("127.0.0.1", host.port), connections=1, clock=lambda: NOW)
    sent(mailer, a_letter())
    assert parting.wait(timeout=20)
    told: queue.Queue[SendOutcome] = queue.Queue()
    mailer.begin_letters([a_letter(BEN)], lambda _, outcome: told.put(outcome))
    go_on.set()
    assert isinstance(told.get(timeout=20), Accepted)
    mailer.close()


def test_what_a_letter_answers_is_named_whole_however_long(host, mailer):
    name = f"<{'x' * 300}@mail.example.net>"
    sent(mailer, a_letter(in_reply_to=name))
    assert host.ledger.to(ANN).message["In-Reply-To"] == name


@pytest.mark.parametrize(
    "name", [f"<{'x' * 1000}@example.net>", "<a\x01b@example.net>", "<siân@example.net>"]
)
def test_a_name_that_servers_refuse_in_a_line_is_left_out(host, mailer, name):
    assert isinstance(sent(mailer, a_letter(in_reply_to=name))[0], Accepted)
    message = host.ledger.to(ANN).message
    assert message["In-Reply-To"] is message["References"] is None
