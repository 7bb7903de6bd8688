"""A town that is killed goes on where it was."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import requests

from dialer.processes import wait_until
from tests.town.conftest import GWEN, STATUS_URL, US
from tests.towns import PUBLIC_URL, Inbox, Town

pytestmark = pytest.mark.faults


@pytest.fixture
def own_town(tmp_path) -> Iterator[Town]:
    """A town of this test's own, to kill."""
    town = Town(tmp_path)
    town.start()
    yield town
    town.stop()


def test_what_was_accepted_is_there_and_goes_on(own_town):
    own_town.orderly()
    inbox = Inbox()
    with own_town.served_by(inbox):
        client = own_town.client()
        sids = {
            client.messages.create(
                to=f"+44770090{number:04}", from_=US, body="Hello", status_callback=STATUS_URL
            ).sid
            for number in range(20)
        }
        own_town.kill()
        own_town.start()
        assert {text["sid"] for text in own_town.texts()} == sids
        own_town.advance(60)
    assert {text["status"] for text in own_town.texts()} == {"delivered"}
    assert sorted(inbox.statuses()) == ["delivered"] * 20 + ["sent"] * 20


def test_a_stop_holds_and_faults_stay_on(own_town):
    with own_town.served_by(Inbox()):
        own_town.text(GWEN, US, "STOP")
    own_town.faults(rate_limited=1.0)
    own_town.kill()
    own_town.start()
    assert own_town.texts("inbound")[0]["taken_at"] is not None
    client = own_town.client()
    with pytest.raises(Exception, match="Too Many Requests"):
        client.messages.create(to=GWEN, from_=US, body="Hello")
    own_town.faults()
    with pytest.raises(Exception, match="unsubscribed recipient"):
        client.messages.create(to=GWEN, from_=US, body="Hello")


def test_a_callback_that_was_late_when_the_town_died_still_comes(own_town):
    own_town.orderly()
    inbox = Inbox()
    with own_town.served_by(inbox):
        own_town.faults(late_callback=1.0, late_s=600.0)
        client = own_town.client()
        client.messages.create(to=GWEN, from_=US, body="Hello", status_callback=STATUS_URL)
        own_town.advance(60)
        assert inbox.statuses() == []
        own_town.kill()
        own_town.start()
        own_town.advance(1)
    assert sorted(inbox.statuses()) == ["delivered", "sent"]


def test_a_torn_last_line_is_taken_off(own_town):
    own_town.text(GWEN, US, "Hello")
    own_town.kill()
    ledger = own_town.folder / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + whole[: len(whole) // 2].rstrip(b"\n"))
    own_town.start()
    assert [text["body"] for text in own_town.texts()] == ["Hello"]
    own_town.text(GWEN, US, "Again")
    own_town.kill()
    own_town.start()
    assert [text["body"] for text in own_town.texts()] == ["Hello", "Again"]


def test_a_reply_that_was_due_comes_once(own_town):
    own_town.person(GWEN, outcome="delivered", replies=["Yes"], reply_after_s=300.0)
    own_town.client().messages.create(to=GWEN, from_=US, body="Hello")
    own_town.advance(60)
    own_town.kill()
    own_town.start()
    own_town.advance(600)
    assert [text["body"] for text in own_town.texts("inbound")] == ["Yes"]
    own_town.kill()
    own_town.start()
    own_town.advance(600)
    assert [text["body"] for text in own_town.texts("inbound")] == ["Yes"]


def test_calls_under_way_are_over_and_say_so(own_town):
    own_town.person(GWEN, phone="answers", ring_s=5, talk_s=500)
    own_town.person("+447700900124", phone="no_answer")
    hello = "<Response><Say loop='99'>Hello, and more of the same.</Say></Response>"
    inbox = Inbox(answers={"/answer": hello})
    with own_town.served_by(inbox):
        client = own_town.client()
        for number in (GWEN, "+447700900124"):
            client.calls.create(
                to=number, from_=US, url=f"{PUBLIC_URL}/answer", status_callback=f"{PUBLIC_URL}/status"
            )
        own_town.advance(20)
        own_town.kill()
        own_town.start()
        own_town.advance(1)
        assert [call["status"] for call in own_town.calls()] == ["completed", "failed"]
        ended = [hook.params["CallStatus"] for hook in inbox.webhooks if hook.path == "/status"]
        assert sorted(ended) == ["completed", "failed"]


def test_a_second_town_keeps_off_the_ledger(own_town):
    command = [sys.executable, "-m", "dialer.town", "--folder", str(own_town.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (1, "another town writes this ledger\n")


def test_a_ledger_that_is_broken_in_its_middle_stops_the_start(own_town):
    own_town.text(GWEN, US, "Hello")
    own_town.kill()
    ledger = own_town.folder / "ledger.jsonl"
    ledger.write_bytes(b"nonsense\n" + ledger.read_bytes())
    command = [sys.executable, "-m", "dialer.town", "--folder", str(own_town.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("line 1 of the town's ledger can't be read")


def test_whatever_was_answered_is_there_whenever_it_is_killed(own_town):
    """Killed at any moment while many texts are on their way: no answer without its entry."""
    own_town.orderly()
    answered: set[str] = set()
    stopped = threading.Event()

    def send_without_end(worker: int) -> None:
        session = requests.Session()
        path = f"/2010-04-01/Accounts/{own_town.account_sid}/Messages.json"
        for number in itertools.count():
            if stopped.is_set():
                return
            form = {"To": f"+44770090{worker:02}{number % 100:02}", "From": US, "Body": f"{worker}/{number}"}
            with contextlib.suppress(requests.RequestException):
                answer = session.post(
                    own_town.url + path, form, auth=(own_town.account_sid, own_town.auth_token), timeout=5
                )
                if answer.status_code == 201:
                    answered.add(answer.json()["sid"])

    senders = [threading.Thread(target=send_without_end, args=(worker,)) for worker in range(8)]
    for sender in senders:
        sender.start()
    for killed in range(4):
        least = len(answered) + 50
        assert wait_until(lambda least=least: len(answered) >= least, 20), f"after {killed} kills"
        own_town.kill()
        own_town.start()
    stopped.set()
    for sender in senders:
        sender.join()
    entered = [text["sid"] for text in own_town.texts()]
    assert answered <= set(entered)
    assert len(entered) == len(set(entered))
    bodies = [text["body"] for text in own_town.texts()]
    assert len(bodies) == len(set(bodies)), "each request is entered once at most"


def test_a_clock_that_runs_by_itself_goes_on_too(tmp_path):
    town = Town(tmp_path, by_hand=False, speed=1.0)
    town.start()
    town.orderly()
    town.person(GWEN, sent_after_s=100.0, receipt_after_s=100.0, outcome="delivered")
    town.client().messages.create(to=GWEN, from_=US, body="Hello")
    town.kill()
    town.start()
    town._told("/clock", {"speed": 1000.0})
    assert wait_until(lambda: town.texts()[0]["status"] == "delivered", 20)
    town.kill()
    town.start()
    assert town._told("/clock", {})["speed"] == 1000.0
    town.stop()
