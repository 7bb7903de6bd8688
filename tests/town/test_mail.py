"""The town's post office: takes letters by SMTP, remembers them, and brings back what people make of them."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import smtplib
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from dialer.domain import mime
from dialer.domain.incoming_letter import read_letter
from dialer.domain.mail_report import Fate, is_automatic, reports_in
from dialer.town.mail_letters import Letter, answer, bounce, complaint
from dialer.town.mail_people import Correspondent, PostHabits, PostShares

PATH = "bounces+token@post.example.org"
GWEN = "gwen@example.net"


def ours() -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Green Aber <aber@example.org>"
    letter["To"] = GWEN
    letter["Subject"] = "Mae’r blychau ar agor"
    letter["Message-ID"] = "<ours.1@post.example.org>"
    letter["Reply-To"] = "reply+token@post.example.org"
    letter["List-Unsubscribe"] = "<http://127.0.0.1:1/o/code>, <mailto:unsubscribe+token@post.example.org>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content("Hello Gwen,\n\npolls are open.")
    letter.add_alternative("<p>Hello Gwen</p>", subtype="html")
    return letter


def taken(**fields: object) -> Letter:
    return Letter(sid="one", sender=PATH, to=GWEN, raw=ours().as_bytes(), at=1e9, **fields)


def test_bounces_and_complaints_are_such_as_the_product_reads():
    for raw, fate in (
        (bounce(taken(), "5.1.1", "550 5.1.1 No such user here"), Fate.HARD),
        (bounce(taken(), "5.2.2", "552 5.2.2 The mailbox is full"), Fate.FULL),
        (complaint(taken()), Fate.COMPLAINT),
    ):
        [report] = reports_in(mime.parse(raw))
        assert (report.fate, report.recipients) == (fate, (GWEN,))
        assert "<ours.1@post.example.org>" in report.about


def test_answers_name_the_letter_and_quote_it():
    raw, to = answer(taken(), "Yes!")
    letter = read_letter(mime.parse(raw))
    assert (to, letter.sender, letter.automatic) == ("reply+token@post.example.org", GWEN, False)
    assert letter.body.startswith("Yes!")
    assert "> polls are open." in letter.body
    assert "<ours.1@post.example.org>" in letter.answers


def test_a_machine_says_that_it_is_one():
    raw, to = answer(taken(), "Away", automatic=True)
    assert (to, is_automatic(mime.parse(raw))) == (PATH, True)


def test_the_same_seed_makes_the_same_people():
    people = [Correspondent(f"a{n}@example.net", 1, PostShares()) for n in range(2000)]
    deeds = [one.deed(0) for one in people]
    assert deeds == [one.deed(0) for one in people]
    assert {"reads", "replies", "is_unknown", "is_refused", "unsubscribes", "stops"} <= set(deeds)
    assert deeds.count("reads") > 1000
    gone = next(one for one in people if one.deed(0) == "is_unknown")
    assert gone.deed(1) == "is_unknown", "an address that isn't there never is"


def test_what_is_fixed_for_somebody_is_what_they_do():
    habits = PostHabits(deed="replies", after_s=0.0, words="Hello")
    gwen = Correspondent(GWEN, 1, PostShares(), habits)
    assert (gwen.deed(3), gwen.after_s(3), gwen.words(3, "replies")) == ("replies", 0.0, "Hello")


class Door(http.server.BaseHTTPRequestHandler):
    """Stands in for the product: keeps what is brought, and refuses the first."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.brought.append((self.path, self.headers.get("Dialer-Signature", ""), body))
        self.send_response(503 if len(self.server.brought) == 1 else 204)
        self.end_headers()
        self.server.came.set()

    def log_message(self, *_args: object) -> None:
        """Nothing on standard error."""


@contextlib.contextmanager
def door() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.brought, server.came = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def town(folder: Path, port: int, public_url: str) -> Iterator[str]:
    command = [sys.executable, "-m", "dialer.town", "--folder", str(folder), "--mail-port", str(port)]
    begun = subprocess.Popen(
        [*command, "--public-url", public_url, "--speed", "100"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TOWN_AUTH_TOKEN": "secret of the town"},
    )
    try:
        assert begun.stdout is not None
        yield begun.stdout.readline().strip()
    finally:
        begun.kill()
        begun.wait()
        begun.stdout.close()


def told(url: str, path: str, body: object) -> None:
    asked = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answered:
        assert answered.status == 200


@pytest.mark.faults
def test_a_letter_that_was_taken_is_answered_though_the_town_was_killed(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with door() as product:
        with town(tmp_path, port, "http://127.0.0.1:1") as here, smtplib.SMTP("127.0.0.1", port) as line:
            told(here, f"/post/{GWEN}", {"deed": "replies", "after_s": 30, "words": "Yes!"})
            told(here, "/post/gone@example.net", {"deed": "is_refused"})
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                line.sendmail(PATH, ["gone@example.net"], ours().as_bytes())
            line.sendmail(PATH, [GWEN], ours().as_bytes())
        with town(tmp_path, port, f"http://127.0.0.1:{product.server_address[1]}"):
            for _ in range(2):
                assert product.came.wait(30), "what wasn't taken is brought again"
                product.came.clear()
        path, signed, body = product.brought[-1]
        assert path == "/webhooks/email/letters?to=reply%2Btoken%40post.example.org"
        assert signed.startswith("t=")
        assert read_letter(mime.parse(body)).body.startswith("Yes!")
