"""Letters and reports come by webhook: signed, kept, applied once, and nobody speaks for somebody else."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from dialer.carrier.mailbox import Fetched, MailboxError
from dialer.carrier.sns import SnsMessages
from dialer.domain.errors import BadSignature
from dialer.domain.letter_names import LetterNames
from dialer.services.accounts.organisations import organisation_ids, system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters, mend_counters
from dialer.services.messaging import attachment_fetching, letters_in, mailbox_reading
from dialer.services.messaging.attachments import attachments_of
from dialer.services.messaging.dead_addresses import bar_dead_address
from dialer.services.messaging.letter_reports import apply_reports, record_reports
from dialer.services.messaging.mailbox_reading import ask_to_read, read_mailbox
from dialer.services.messaging.relay_tokens import Signed
from dialer.settings import Settings
from dialer.settings.policies import messaging_policy
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.conversations import Conversation
from dialer.store.models.letters import IncomingLetter, RelayToken
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact, Suppression
from dialer.store.session import UnitFactory
from dialer.web.signed_mail import RELAYS_LONGEST, signature
from tests.amazon import CERTIFICATE, CONFIRM, TOPIC, Amazon, subscription, told
from tests.conftest import SetClock
from tests.domain import mail_letters
from tests.domain.test_letter_noes import NOES_ALONE
from tests.web.reader import Reader

SECRET = "between the relay and us"
MAILGUN = "key-of-mailgun"
GWEN, TOM = "gwen@example.net", "tom@example.com"
OURS = "aber@example.org"
QUOTED = "Hello Gwen, polls are open.\n\nreply STOP to hear no more from us."


ATTRIBUTION = "On Mon, 23 Nov 2026 at 09:00, Aber <aber@example.org> wrote:"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        secret_key="of this installation",
        email_webhook_secret=SECRET,
        email_mailgun_key=MAILGUN,
        email_reply_domain="post.example.org",
    )


@dataclass
class Post:
    """Whoever carries our email, the letter of ours that they tell about, and what we made of it."""

    client: FlaskClient
    ctx: Context
    clock: SetClock
    names: LetterNames
    letter_id: uuid.UUID

    def bring(
        self, raw: bytes, *, to: str = "", secret: str = SECRET, late_s: float = 0, signs_to: bool = True
    ) -> TestResponse:
        at = self.clock.now - dt.timedelta(seconds=late_s)
        signed = signature(secret, at, raw, [to] if to and signs_to else [])
        return self.client.post(
            "/webhooks/email/letters",
            query_string={"to": to} if to else {},
            data=raw,
            headers={"Dialer-Signature": signed, "Content-Type": "message/rfc822"},
        )

    def report(self, told_us: object, path: str = "reports") -> TestResponse:
        body = json.dumps(told_us).encode()
        headers = {"Dialer-Signature": signature(SECRET, self.clock.now, body)}
        return self.client.post(f"/webhooks/email/{path}", data=body, headers=headers)

    def apply(self) -> int:
        return apply_reports(self.ctx)

    def about_ours(self, raw: bytes) -> bytes:
        """A made-up report, about the letter that we sent."""
        token = self.names.token(self.letter_id)
        named = raw.replace(b"<ours.1@example.org>", self.names.message_id(self.letter_id).encode())
        return named.replace(b"bounces+token@", f"bounces+{token}@".encode())

    def answer(self, body: str, *, sender: str = GWEN, named: bool = True, **headers: str) -> bytes:
        """A letter of a person's."""
        if named:
            headers["In-Reply-To"] = self.names.message_id(self.letter_id)
        told = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
        first = f"From: Gwen Jones <{sender}>\nTo: {OURS}\nMessage-ID: <{uuid.uuid4().hex}@example.net>\n"
        return f"{first}{told}\n{body}\n".encode()

    @property
    def letter(self) -> Message:
        with self.ctx.unit() as unit:
            return unit.session.get_one(Message, (unit.organisation_id, self.letter_id))

    def all_of(self, model: type) -> list:
        with self.ctx.unit() as unit:
            return list(unit.session.scalars(select(model).order_by(model.id)))

    @property
    def received(self) -> list[Message]:
        return [row for row in self.all_of(Message) if row.direction == "inbound"]

    @property
    def barred(self) -> dict[str | None, str]:
        rows = (row for row in self.all_of(Suppression) if row.lifted_at is None and row.channel == "email")
        return {row.email: row.reason for row in rows}

    @property
    def outcomes(self) -> list[str | None]:
        return [row.outcome for row in self.all_of(IncomingLetter)]

    def conversation(self, place: str = GWEN) -> Conversation:
        return next(row for row in self.all_of(Conversation) if row.number == place)


@pytest.fixture
def post(client: FlaskClient, ctx: Context, clock: SetClock, settings: Settings, jobs: object) -> Post:
    """Gwen has had a letter of ours."""
    policy = messaging_policy(settings)
    ours = replace(ctx.as_actor(system_actor(ctx.organisation_id)), messaging=policy)
    letter_id, names = new_id(), policy.mail.names
    with ours.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "created_at": ours.now}
        gwen = Contact(**of, id=new_id(), first_name="Gwen", email=GWEN, email_key=GWEN)
        unit.session.add(gwen)
        unit.session.flush()
        unit.session.add(
            Message(
                **of,
                id=letter_id,
                direction="outbound",
                channel="email",
                purpose="single",
                contact_id=gwen.id,
                number=GWEN,
                sender=OURS,
                subject="Polls are open",
                body=QUOTED,
                encoding="utf8",
                segments=0,
                state="sent",
                carrier_sid=names.message_id(letter_id),
                sent_at=ours.now,
                cost=0,
                cost_currency="GBP",
            )
        )
    return Post(client, ours, clock, names, letter_id)


@pytest.mark.parametrize(
    ("raw", "state", "barred"),
    [
        (mail_letters.GMAIL, "undelivered", {GWEN: "carrier"}),
        (mail_letters.QMAIL, "undelivered", {GWEN: "carrier"}),
        (mail_letters.GMAIL_FULL, "undelivered", {}),
        (mail_letters.OUTLOOK_BLOCK, "undelivered", {}),
        (mail_letters.dsn("5.1.1", recipient="elsewhere@example.com"), "undelivered", {}),
        (mail_letters.dsn("4.4.1", action="delayed"), "sent", {}),
        (mail_letters.dsn("2.0.0", action="delivered"), "delivered", {}),
        (mail_letters.arf(), "delivered", {GWEN: "complaint"}),
        (mail_letters.arf("not-spam"), "sent", {}),
    ],
)
def test_a_report_moves_its_letter_on_once(post: Post, raw: bytes, state: str, barred: dict[str, str]):
    for _ in range(2):
        assert post.bring(post.about_ours(raw)).status_code == 204
        post.apply()
    assert (post.letter.state, post.barred) == (state, barred)
    assert len(post.outcomes) == 1
    assert post.received == []


def test_why_it_came_back_stands_beside_it_without_anybodys_address(post: Post):
    post.bring(post.about_ours(mail_letters.QMAIL))
    post.apply()
    assert post.letter.error_code == 550
    assert "User unknown" in (post.letter.error_detail or "")
    assert "@" not in (post.letter.error_detail or "")


@pytest.mark.parametrize("raw", [mail_letters.GMAIL, mail_letters.dsn("2.0.0", action="delivered")])
def test_the_figures_follow_a_report(post: Post, raw: bytes):
    mend_counters(post.ctx)
    post.bring(post.about_ours(raw))
    post.apply()
    assert check_counters(post.ctx) == []


@pytest.mark.parametrize("raw", [mail_letters.GMAIL, mail_letters.dsn("2.0.0", action="delivered")])
def test_a_letter_of_unknown_outcome_is_charged_once_a_report_proves_it(post: Post, raw: bytes):
    with post.ctx.unit() as unit:
        letter = unit.session.get_one(Message, (unit.organisation_id, post.letter_id))
        letter.state, letter.cost, letter.cost_currency = "unknown", None, None
    mend_counters(post.ctx)
    for _ in range(2):
        post.bring(post.about_ours(raw))
        post.apply()
    assert post.letter.cost == 0
    assert check_counters(post.ctx) == []


@pytest.mark.parametrize("raw", [mail_letters.GMAIL, mail_letters.arf(), mail_letters.QMAIL])
def test_a_report_that_names_no_letter_of_ours_changes_nothing(post: Post, raw: bytes):
    post.bring(raw)
    forged = LetterNames("another secret", "post.example.org")
    post.bring(raw.replace(b"<ours.1@example.org>", forged.message_id(post.letter_id).encode()))
    assert post.apply() == 0
    assert (post.letter.state, post.barred) == ("sent", {})


def test_the_address_that_a_bounce_came_to_names_its_letter(post: Post):
    bare = mail_letters.dsn("5.1.1", "550 no such user")
    post.bring(bare, to=post.names.return_path(post.letter_id))
    post.apply()
    assert post.barred == {GWEN: "carrier"}


def test_a_bounce_of_a_letter_of_unknown_outcome_tells_it(post: Post):
    with post.ctx.unit() as unit:
        unit.session.get_one(Message, (unit.organisation_id, post.letter_id)).state = "unknown"
    post.bring(post.about_ours(mail_letters.GMAIL))
    post.apply()
    assert post.letter.state == "undelivered"


def test_what_a_person_writes_to_the_return_path_is_heard_and_shown(post: Post):
    to = post.names.return_path(post.letter_id)
    post.bring(post.answer("STOP", named=False), to=to)
    assert [row.body for row in post.received] == ["STOP"]
    assert set(post.barred) == {GWEN}
    post.bring(post.answer("I am away", named=False, Auto_Submitted="auto-replied"), to=to)
    post.bring(post.answer("Your mail is late", named=False, sender="daemon@example.net"), to=to)
    assert len(post.received) == 1
    assert post.outcomes[1:] == ["automatic", "unknown"]


@pytest.mark.parametrize("to_unsubscribe", [False, True])
def test_whoever_answers_a_letter_of_unknown_outcome_has_it(post: Post, *, to_unsubscribe: bool):
    with post.ctx.unit() as unit:
        row = unit.session.get_one(Message, (unit.organisation_id, post.letter_id))
        row.state, row.attempts, row.carrier_sid, row.sent_at = "unknown", 1, None, None
    to = post.names.unsubscribe_address(post.letter_id) if to_unsubscribe else ""
    post.bring(post.answer("Thank you"), to=to)
    assert post.letter.state == "sent"


def test_an_answer_waits_in_the_inbox(post: Post):
    post.bring(
        post.answer("Can I still get a postal vote?\n\nOn Monday Aber wrote:\n> STOP", Subject="Re: Polls")
    )
    [message] = post.received
    assert (message.number, message.sender, message.channel) == (GWEN, OURS, "email")
    assert (message.subject, message.inbound_class, message.segments) == ("Re: Polls", "other", 0)
    assert message.contact_id == post.letter.contact_id
    assert post.conversation().unanswered_since is not None
    assert post.barred == {}
    assert post.outcomes == ["answer"]


def test_the_same_letter_is_taken_once_by_whichever_way_it_comes(post: Post):
    raw = post.answer("Yes")
    for way in (raw, raw, b"Received: from mx.example.org\n" + raw, raw.replace(b"\n", b"\r\n")):
        assert post.bring(way).status_code == 204
    assert len(post.received) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("STOP", {}),
        ("Please stop these emails", {}),
        ("", {"Subject": "Unsubscribe"}),
        ("Stop", {"Reply_To": TOM}),
    ],
)
def test_a_no_in_an_answer_holds_at_once_for_whoever_we_wrote_to(
    post: Post, body: str, headers: dict[str, str]
):
    post.bring(post.answer(body, **headers))
    assert post.barred == {GWEN: "opt_out"}
    assert post.conversation().state == "closed"
    assert post.conversation().unanswered_since is None


@pytest.mark.parametrize(
    ("sender", "named", "place", "doubt"),
    [(TOM, True, GWEN, "other_sender"), (GWEN, False, GWEN, "unproven"), (TOM, False, TOM, "unproven")],
)
def test_a_no_that_may_be_somebody_elses_is_looked_at_by_a_person(
    post: Post, sender: str, named: bool, place: str, doubt: str
):
    post.bring(post.answer("STOP", sender=sender, named=named))
    assert post.barred == {}
    assert post.conversation(place).state == "review"
    [letter] = post.all_of(IncomingLetter)
    assert (letter.doubt, letter.sender) == (doubt, sender)


@pytest.mark.parametrize(
    "above",
    [
        "On Mon, 23 Nov 2026 at 09:00, Aber <aber@example.org> wrote:",
        "Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Aber <aber@example.org>:",
        "Le lun. 23 nov. 2026 à 09:00, Aber <aber@example.org> a écrit :",
        "Ar Llun, 23 Tach 2026 am 09:00 ysgrifennodd Aber <aber@example.org>:",
        "Von: Aber\nGesendet: Montag, 23. November 2026\nAn: Gwen\nBetreff: Wahl",
    ],
)
def test_a_no_is_heard_in_their_own_words_alone(post: Post, above: str):
    post.bring(post.answer(f"I’ll be there.\n\n{above}\n\n{QUOTED}"))
    assert post.barred == {}
    assert post.conversation().state == "open"
    post.bring(post.answer(f"STOP\n\n{above}\n\n{QUOTED}"))
    assert post.barred == {GWEN: "opt_out"}


def test_a_keyword_beneath_a_letter_that_nothing_marks_as_quoted_is_looked_at(post: Post):
    above = "On Mon, 23 Nov 2026 at 09:00, Aber <aber@example.org> wrote:"
    post.bring(post.answer(f"{above}\n\nHello Gwen, polls are open.\n\nSTOP\n"))
    assert post.barred == {}
    assert post.conversation().state == "review"


@pytest.mark.parametrize("body", NOES_ALONE, ids=repr)
def test_a_no_that_looks_like_a_mail_programs_words_holds(post: Post, body: str):
    post.bring(post.answer(body))
    assert post.barred == {GWEN: "opt_out"}


@pytest.mark.parametrize("body", NOES_ALONE, ids=repr)
def test_a_no_beneath_other_words_is_looked_at_and_shown(post: Post, app, carys, body: str):
    post.bring(post.answer(f"Hello Ann,\n{body}\n\n{ATTRIBUTION}\n\n{QUOTED}"))
    assert post.barred == {}
    assert post.conversation().state == "review"
    reader = Reader(app.test_client())
    reader.sign_in(carys.token, to="/healthz")
    page = reader.open(f"/inbox/{post.conversation().id}")
    assert "quoted" not in page.words
    assert body.strip().split("\n")[-1] in page.words["texts"]


def test_the_inbox_shows_their_own_words_and_folds_the_rest(post: Post, app, carys):
    above = "On Mon, 23 Nov 2026 at 09:00, Aber <aber@example.org> wrote:"
    quoted = QUOTED.replace("\n", "\n> ")
    post.bring(post.answer(f"I’ll be there.\n\n{above}\n> {quoted}"))
    reader = Reader(app.test_client())
    reader.sign_in(carys.token, to="/healthz")
    assert "wrote:" not in reader.open("/inbox").text
    page = reader.open(f"/inbox/{post.conversation().id}")
    assert "The rest of the email" in page.words["quoted"]
    assert above in page.words["quoted"]
    assert page.words["texts"].count("I’ll be there.") == 1


def test_where_else_an_answer_is_wanted_is_kept_with_a_doubt(post: Post):
    post.bring(post.answer("Write to my husband", Reply_To=f"Tom <{TOM}>"))
    [letter] = post.all_of(IncomingLetter)
    assert (letter.doubt, letter.reply_to) == ("other_reply_to", TOM)
    assert post.received[0].number == GWEN


def test_the_address_to_answer_at_names_the_letter_too(post: Post):
    post.bring(post.answer("Yes", named=False), to=post.names.reply_address(post.letter_id))
    assert post.all_of(IncomingLetter)[0].about_id == post.letter_id


def test_a_letter_to_the_address_for_it_says_no(post: Post):
    post.bring(post.answer("", named=False), to=post.names.unsubscribe_address(post.letter_id))
    assert post.barred == {GWEN: "opt_out"}
    assert post.outcomes == ["unsubscribe"]


@pytest.mark.parametrize("to_bounces", [False, True])
def test_a_machine_that_answers_waits_for_nothing(post: Post, to_bounces: bool):
    raw = post.answer("I am away. Stop.", Auto_Submitted="auto-replied")
    post.bring(raw, to=post.names.return_path(post.letter_id) if to_bounces else "")
    assert post.barred == {}
    if to_bounces:
        assert (post.outcomes, post.received) == (["automatic"], [])
    else:
        assert post.conversation().unanswered_since is None


def test_whoever_writes_again_has_their_address_back(post: Post):
    with post.ctx.unit() as unit:
        bar_dead_address(unit, GWEN, post.clock.now)
    post.clock.forward(hours=1)
    post.bring(post.answer("Here I am", named=False))
    assert post.barred == {GWEN: "carrier"}
    post.bring(post.answer("Here I am again"))
    assert post.barred == {}


def test_a_letter_called_like_one_of_ours_is_taken_all_the_same(post: Post):
    mine = post.names.message_id(post.letter_id)
    raw = post.answer("Hello").split(b"Message-ID: ")
    post.bring(raw[0] + f"Message-ID: {mine}\n".encode() + raw[1].partition(b"\n")[2])
    assert [row.carrier_sid for row in post.received] == [None]


def test_what_came_with_a_letter_is_had_from_it(post: Post, carrier):
    raw = post.answer("").replace(
        b"\n\n", b"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n", 1
    )
    post.bring(
        raw
        + b"--b\nContent-Type: text/plain\n\nSee this\n--b\nContent-Type: application/pdf\n"
        + b'Content-Disposition: attachment; filename="poll card.pdf"\n\n%PDF-1.4\n--b--\n'
    )
    for _ in range(2):
        for attachment_id in attachment_fetching.due_attachments(post.ctx):
            attachment_fetching.mind_attachment(post.ctx, carrier, "secret", attachment_id)
    [message] = post.received
    [found] = attachments_of(post.ctx, post.conversation().id, [message.id])[message.id]
    assert (found.state, found.size) == ("kept", len(b"%PDF-1.4"))


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe",
        b"From: \n\n",
        b"From: a@b\nContent-Type: multipart/x; boundary=\n\n--\n",
        b"\n" + b"x" * 10,
    ],
)
def test_whatever_comes_is_kept(post: Post, raw: bytes):
    assert post.bring(raw).status_code == 204
    assert len(post.outcomes) == 1
    assert letters_in.unread_letters(post.ctx) == (1, 0)


def test_a_letter_whose_process_was_lost_is_applied_later(post: Post):
    raw = post.answer("STOP")
    assert letters_in.keep_letter(post.ctx, raw, "webhook") is not None
    assert post.barred == {}
    for letter_id in letters_in.due_letters(post.ctx):
        letters_in.apply_letter(post.ctx, letter_id)
    assert post.barred == {GWEN: "opt_out"}
    assert list(letters_in.due_letters(post.ctx)) == []


def test_a_letter_that_fails_holds_up_no_other(post: Post, monkeypatch: pytest.MonkeyPatch):
    bad = letters_in.keep_letter(post.ctx, post.answer("Bad"), "webhook")
    good = letters_in.keep_letter(post.ctx, post.answer("STOP"), "webhook")
    apply = letters_in.apply_letter

    def failing(ctx: Context, letter_id: uuid.UUID) -> None:
        if letter_id == bad:
            raise RecursionError
        apply(ctx, letter_id)

    monkeypatch.setattr(letters_in, "apply_letter", failing)
    assert good is not None
    assert [letters_in.apply_or_log(post.ctx, one) for one in letters_in.due_letters(post.ctx)] == [
        False,
        True,
    ]
    assert post.barred == {GWEN: "opt_out"}


def test_a_letter_of_underscores_is_applied(post: Post):
    post.bring(post.answer("STOP\n" + "_" * 10 + ("\n" + "_" * 10) * 3000))
    assert post.barred == {GWEN: "opt_out"}


def test_letters_are_forgotten_as_they_came_and_stay_as_they_were_read(post: Post):
    post.bring(post.answer("Yes"))
    later = post.ctx.at(post.clock.forward(days=31))
    assert (letters_in.forget_old_letters(later), letters_in.forget_old_letters(later)) == (1, 0)
    assert [row.body for row in post.received] == ["Yes"]


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"late_s": 301}, {"late_s": -301}])
def test_nobody_else_brings_letters(post: Post, wrong: Mapping[str, object]):
    answer = post.bring(post.answer("STOP"), **wrong)
    assert answer.status_code == 403
    assert answer.json["type"].endswith("bad-signature")
    assert post.all_of(IncomingLetter) == []


def test_without_a_signature_or_a_length_nothing_is_read(post: Post):
    assert post.client.post("/webhooks/email/letters", data=b"From: x\n\n").status_code == 403
    chunked = {"headers": {"Transfer-Encoding": "chunked"}, "content_length": None}
    assert post.client.post("/webhooks/email/letters", **chunked).status_code in {403, 411}


def own(post: Post, **changes: object) -> dict[str, object]:
    about = post.names.message_id(post.letter_id)
    return {"id": "1", "event": "bounced", "about": about, "recipient": GWEN, "status": "5.1.1", **changes}


@pytest.mark.parametrize(
    ("changes", "state", "barred"),
    [
        ({}, "undelivered", {GWEN: "carrier"}),
        ({"status": "5.2.2"}, "undelivered", {}),
        ({"status": "", "code": 550, "detail": "no such user"}, "undelivered", {GWEN: "carrier"}),
        ({"event": "delivered"}, "delivered", {}),
        ({"event": "complained"}, "delivered", {GWEN: "complaint"}),
        ({"event": "delayed"}, "sent", {}),
        ({"about": "<someone@elsewhere.example>"}, "sent", {}),
    ],
)
def test_reports_in_our_own_form(post: Post, changes: dict[str, object], state: str, barred: dict[str, str]):
    for _ in range(2):
        assert post.report({"reports": [own(post, **changes)]}).status_code == 204
    assert post.apply() <= 1
    assert (post.letter.state, post.barred) == (state, barred)


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        "x",
        {"reports": {}},
        {"reports": [1]},
        {"reports": [{"id": "1"}]},
        {"reports": [{"id": "1", "about": "x", "event": "exploded"}]},
    ],
)
def test_what_is_no_report_is_refused(post: Post, told: object):
    assert post.report(told).status_code == 400


def of_mailgun(post: Post, key: str = MAILGUN, late_s: float = 0, **data: object) -> TestResponse:
    moment = str(int(post.clock.now.timestamp() - late_s))
    signed = hmac.new(key.encode(), f"{moment}word".encode(), hashlib.sha256).hexdigest()
    told = {
        "signature": {"timestamp": moment, "token": "word", "signature": signed},
        "event-data": {
            "id": "x1",
            "event": "failed",
            "severity": "permanent",
            "recipient": GWEN,
            "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist"},
            "message": {"headers": {"message-id": post.names.message_id(post.letter_id)[1:-1]}},
            **data,
        },
    }
    return post.client.post("/webhooks/email/mailgun", json=told)


@pytest.mark.parametrize(
    ("data", "state", "barred"),
    [
        ({}, "undelivered", {GWEN: "carrier"}),
        ({"severity": "temporary"}, "sent", {}),
        ({"event": "delivered"}, "delivered", {}),
        ({"event": "complained", "delivery-status": None}, "delivered", {GWEN: "complaint"}),
        ({"event": "opened"}, "sent", {}),
    ],
)
def test_reports_in_mailguns_form(post: Post, data: dict[str, object], state: str, barred: dict[str, str]):
    assert of_mailgun(post, **data).status_code == 204
    post.apply()
    assert (post.letter.state, post.barred) == (state, barred)


@pytest.mark.parametrize("wrong", [{"key": "another"}, {"late_s": 90_000}])
def test_nobody_else_reports_as_mailgun(post: Post, wrong: Mapping[str, object]):
    assert of_mailgun(post, **wrong).status_code == 403


def test_with_no_secret_set_the_doors_are_shut(post: Post, app, settings: Settings):
    shut = replace(
        app.extensions["dialer"], settings=replace(settings, email_webhook_secret="", email_mailgun_key="")
    )
    app.extensions["dialer"] = shut
    assert post.bring(post.answer("x"), secret="").status_code == 403
    assert of_mailgun(post, key="").status_code == 403


def test_reports_race_with_nothing(post: Post, system: Callable[[], Context]):
    """Applying again, or with nothing there, is no harm."""
    assert apply_reports(system()) == 0


class Shelf:
    """A mailbox with these letters, of which the process that reads it may be lost before it marks one."""

    def __init__(self, *letters: bytes) -> None:
        self.letters = {str(nth): raw for nth, raw in enumerate(letters)}
        self.lost_at: str | None = None

    def unread(self, size_most: int) -> Iterator[Fetched]:
        for uid, raw in list(self.letters.items()):
            yield Fetched(uid, raw[:size_most])

    def mark_read(self, uid: str) -> None:
        if uid == self.lost_at:
            self.lost_at = None
            raise MailboxError("the line was cut")
        del self.letters[uid]


def test_a_mailbox_is_read_once_whoever_dies_meanwhile(post: Post):
    shelf = Shelf(post.answer("Yes"), post.about_ours(mail_letters.GMAIL), post.answer("STOP"))
    shelf.lost_at = "1"
    assert read_mailbox(post.ctx, shelf, post.clock) == 1
    assert len(shelf.letters) == 2
    assert read_mailbox(post.ctx, shelf, post.clock) == 2
    assert (shelf.letters, read_mailbox(post.ctx, shelf, post.clock)) == ({}, 0)
    post.apply()
    assert post.outcomes == ["answer", "report", "answer"]
    assert [row.body for row in post.received] == ["Yes", "STOP"]
    assert set(post.barred) == {GWEN}


def test_a_no_behind_many_bounces_is_come_to_at_once(post: Post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailbox_reading, "MOST", 2)
    shelf = Shelf(*[post.about_ours(mail_letters.GMAIL)] * 2, post.answer("STOP"))
    read_mailbox(post.ctx, shelf, post.clock)
    assert post.ctx.jobs.waiting()["default"] == 1, "it goes on by itself"
    read_mailbox(post.ctx, shelf, post.clock)
    assert (shelf.letters, post.ctx.jobs.waiting()["default"]) == ({}, 1)
    assert [row.body for row in post.received] == ["STOP"]


@pytest.mark.parametrize("form", ["mailgun", "ses"])
def test_what_is_read_before_its_signature_is_found_is_short(post: Post, form: str):
    answer = post.client.post(f"/webhooks/email/{form}", json={"signature": "x" * RELAYS_LONGEST})
    assert answer.status_code == 413


def test_one_mailbox_is_read_for_all_organisations(post: Post, units: UnitFactory):
    with units.read() as unit:
        unit.session.add(Organisation(name="Another", created_at=post.clock.now))
    for organisation_id in organisation_ids(units):
        ask_to_read(post.ctx.as_actor(system_actor(organisation_id)))
    assert post.ctx.jobs.waiting()["default"] == 1


def test_the_api_shows_what_a_letter_says_of_itself(post: Post, api, carys):
    post.bring(post.answer("Hello", sender=TOM, Subject="A word"))
    [shown] = api(carys).get("/messages?direction=inbound").json["data"]
    assert (shown["channel"], shown["subject"], shown["encoding"]) == ("email", "A word", "utf8")
    assert shown["letter"] == {
        "sender": TOM,
        "sender_name": "Gwen Jones",
        "reply_to": "",
        "doubt": "other_sender",
        "own_words": "Hello",
    }


@pytest.fixture
def amazon(app) -> Amazon:
    found = Amazon()
    sns = SnsMessages([TOPIC], found.fetch)
    app.extensions["dialer"] = replace(app.extensions["dialer"], sns=sns)
    return found


def of_ses(post: Post, kind: str, **parts: object) -> dict[str, object]:
    source = post.names.return_path(post.letter_id)
    return {"notificationType": kind, "mail": {"source": source, "messageId": "theirs"}, **parts}


GONE = {"emailAddress": GWEN, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}


@pytest.mark.usefixtures("amazon")
@pytest.mark.parametrize(
    ("kind", "parts", "state", "barred"),
    [
        (
            "Bounce",
            {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [GONE]}},
            "undelivered",
            {GWEN: "carrier"},
        ),
        (
            "Bounce",
            {"bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": GWEN}]}},
            "undelivered",
            {},
        ),
        (
            "Complaint",
            {"complaint": {"complainedRecipients": [{"emailAddress": GWEN}]}},
            "delivered",
            {GWEN: "complaint"},
        ),
        ("Delivery", {"delivery": {"recipients": [GWEN]}}, "delivered", {}),
        ("Open", {}, "sent", {}),
    ],
)
def test_reports_of_amazon_ses(
    post: Post, kind: str, parts: dict[str, object], state: str, barred: dict[str, str]
):
    for _ in range(2):
        answer = post.client.post("/webhooks/email/ses", json=told(of_ses(post, kind, **parts)))
        assert answer.status_code == 204
    post.apply()
    assert (post.letter.state, post.barred) == (state, barred)


def test_a_topic_of_ours_is_told_yes_and_nobody_elses(post: Post, amazon: Amazon):
    assert post.client.post("/webhooks/email/ses", json=subscription()).status_code == 204
    assert amazon.asked == [CERTIFICATE, CONFIRM]
    forged = {**subscription(), "TopicArn": f"{TOPIC}x"}
    assert post.client.post("/webhooks/email/ses", json=forged).status_code == 403
    assert post.client.post("/webhooks/email/ses", json=told("no JSON")).status_code == 400


def test_while_amazon_cant_be_asked_its_reports_come_again(post: Post, amazon: Amazon):
    amazon.away = True
    assert post.client.post("/webhooks/email/ses", json=told("{}")).status_code == 503


def test_an_answer_goes_back_by_letter_and_only_from_an_address_of_ours(post: Post, api, carys):
    post.bring(
        post.answer("Can I vote by post?", Subject="A question").replace(OURS.encode(), b"boss@example.com")
    )
    talk = post.conversation()
    answer = api(carys).post(
        f"/conversations/{talk.id}/reply", json={"body": "Yes, {first_name}: ask the council."}
    )
    assert answer.status_code == 201, answer.json
    [reply] = [row for row in post.all_of(Message) if row.purpose == "reply"]
    assert (reply.channel, reply.number, reply.sender) == ("email", GWEN, OURS)
    assert (reply.subject, reply.body) == ("Re: A question", "Yes, Gwen: ask the council.")
    assert post.conversation().unanswered_since is None


def test_nobody_is_answered_by_letter_who_said_no_to_letters(post: Post, api, carys):
    post.bring(post.answer("STOP"))
    answer = api(carys).post(f"/conversations/{post.conversation().id}/reply", json={"body": "Are you sure?"})
    assert (answer.status_code, answer.json["reason"]) == (409, "opted_out")


def test_a_letter_that_may_be_somebody_elses_is_decided_about(post: Post, api, carys):
    post.bring(post.answer("STOP", sender=TOM))
    talk = post.conversation().id
    answer = api(carys).post(f"/conversations/{talk}/reply", json={"body": "Who are you?"})
    assert (answer.status_code, answer.json["reason"]) == (409, "in_review")
    decided = api(carys).post(f"/conversations/{talk}/decide", json={"opt_out": True})
    assert decided.status_code == 200, decided.json
    assert post.barred == {GWEN: "opt_out"}


def test_an_abusive_address_is_blocked_and_let_in_again(post: Post, api, carys):
    post.bring(post.answer("Rude words"))
    talk = post.conversation().id
    assert api(carys).post(f"/conversations/{talk}/block").status_code in {200, 204}
    assert post.barred == {GWEN: "manual"}
    post.bring(post.answer("More rude words"))
    assert post.conversation().blocked_texts == 1
    assert api(carys).post(f"/conversations/{talk}/unblock", json={"reason": "A mistake"}).status_code == 200
    assert post.barred == {}


def test_the_inbox_shows_a_letter_with_its_subject_and_the_doubt(post: Post, app, carys):
    post.bring(post.answer("STOP", sender=TOM, Subject="About your email"))
    reader = Reader(app.test_client())
    reader.sign_in(carys.token, to="/healthz")
    page = reader.open(f"/inbox/{post.conversation().id}")
    assert page.status == 200
    assert page.words["subject"].endswith("About your email")
    assert f"it may be somebody else’s words. It says that it is from {TOM}." in page.words["doubt"]
    assert "Yes, stop writing to them" in page.text
    assert GWEN in page.text


def test_whom_a_letter_was_delivered_to_is_signed_too(post: Post):
    path = post.names.unsubscribe_address(post.letter_id)
    assert post.bring(post.answer("", named=False), to=path, signs_to=False).status_code == 403
    raw = post.answer("", named=False)
    signed = signature(SECRET, post.clock.now, raw, ["somebody@example.org"])
    answer = post.client.post(
        "/webhooks/email/letters", query_string={"to": path}, data=raw, headers={"Dialer-Signature": signed}
    )
    assert answer.status_code == 403
    assert post.all_of(IncomingLetter) == []
    assert post.bring(raw, to=path).status_code == 204
    assert post.barred == {GWEN: "opt_out"}


def test_a_token_of_mailguns_signs_one_report_alone(post: Post):
    assert of_mailgun(post, severity="temporary").status_code == 204
    assert of_mailgun(post, severity="temporary").status_code == 204
    assert of_mailgun(post, id="x2").status_code == 403
    post.apply()
    assert (post.letter.state, post.barred) == ("sent", {})
    post.clock.forward(days=3)
    letters_in.forget_old_letters(post.ctx.at(post.clock.now))
    with post.ctx.unit() as unit:
        assert unit.session.scalar(select(RelayToken.token)) is None


def test_a_token_counts_once_for_all_organisations(post: Post, units: UnitFactory):
    with units.read() as unit:
        another = Organisation(id=new_id(), name="Another", created_at=post.clock.now)
        unit.session.add(another)
        unit.session.flush()
        another_id = another.id
    there = post.ctx.as_actor(system_actor(another_id))
    for ctx, body in ((post.ctx, b"one"), (there, b"one")):
        record_reports(ctx, [], Signed("word", body))
    with pytest.raises(BadSignature):
        record_reports(there, [], Signed("word", b"another"))


def to_tom(post: Post) -> uuid.UUID:
    """Another letter of ours, to Tom."""
    letter_id = new_id()
    with post.ctx.unit() as unit:
        ours = unit.session.get_one(Message, (unit.organisation_id, post.letter_id))
        kept = (
            "direction",
            "channel",
            "purpose",
            "sender",
            "subject",
            "body",
            "encoding",
            "segments",
            "state",
        )
        fields = {name: getattr(ours, name) for name in (*kept, "organisation_id", "created_at", "sent_at")}
        unit.session.add(
            Message(id=letter_id, number=TOM, carrier_sid=post.names.message_id(letter_id), **fields)
        )
    return letter_id


def test_a_letter_to_several_of_our_addresses_counts_for_each(post: Post):
    both = [post.letter_id, to_tom(post)]
    post.bring(post.answer("", named=False, Cc=", ".join(map(post.names.unsubscribe_address, both))))
    assert post.barred == {GWEN: "opt_out", TOM: "opt_out"}


def test_a_no_for_one_letter_is_none_for_another_that_it_names(post: Post):
    to_us = f"{post.names.unsubscribe_address(post.letter_id)}, {post.names.reply_address(to_tom(post))}"
    post.bring(post.answer("unsubscribe", named=False, Cc=to_us))
    assert post.barred == {GWEN: "opt_out"}
    assert post.outcomes == ["unsubscribe"]
    assert {one.number: one.inbound_class for one in post.received} == {TOM: "review"}


def test_an_answer_to_two_letters_stands_in_both_conversations(post: Post):
    both = [post.letter_id, to_tom(post)]
    post.bring(post.answer("STOP", named=False, Cc=", ".join(map(post.names.reply_address, both))))
    assert {one.number: one.inbound_class for one in post.received} == {GWEN: "opt_out", TOM: "review"}
    [letter] = post.all_of(IncomingLetter)
    assert letter.doubt is None


def test_a_bounce_to_two_return_paths_is_one_of_each(post: Post):
    both = [post.letter_id, to_tom(post)]
    bounce = mail_letters.dsn("5.1.1").replace(b"<ours.1@example.org>", b"<x@example.net>")
    bounce = bounce.replace(
        f"To: {mail_letters.PATH}".encode(), b"To: " + ", ".join(map(post.names.return_path, both)).encode()
    )
    post.bring(bounce)
    post.apply()
    assert {one.state for one in post.all_of(Message)} == {"undelivered"}


def test_an_address_is_the_same_in_both_of_its_writings(post: Post):
    with post.ctx.unit() as unit:
        unit.session.execute(update(Message).values(number="gwen@bücher.example"))
    post.bring(post.about_ours(mail_letters.dsn("5.1.1", recipient="gwen@xn--bcher-kva.example")))
    post.apply()
    assert post.barred == {"gwen@bücher.example": "carrier"}
    post.bring(post.answer("Hello", sender="gwen@xn--bcher-kva.example"))
    assert [one.doubt for one in post.all_of(IncomingLetter)] == [None, None]


def test_a_full_mailbox_is_kept_apart_and_bars_nobody(post: Post):
    post.bring(post.about_ours(mail_letters.dsn("5.2.2", "552 5.2.2 mailbox full")))
    post.apply()
    assert (post.letter.state, post.letter.bounce, post.barred) == ("undelivered", "full", {})


@pytest.mark.parametrize(("status", "words"), [("5.1.1", "no such user"), ("5.2.2", "mailbox full")])
def test_what_is_said_of_an_address_that_ours_leads_on_to_says_nothing_of_ours(
    post: Post, status: str, words: str
):
    post.bring(post.about_ours(mail_letters.dsn(status, words, recipient="another@example.net")))
    post.apply()
    assert (post.letter.state, post.letter.bounce, post.barred) == ("undelivered", "other", {})


def test_an_email_that_a_server_puts_off_is_counted_once(post: Post):
    mend_counters(post.ctx)
    late = post.about_ours(mail_letters.dsn("4.4.1", action="delayed"))
    post.bring(late)
    post.bring(late.replace(b"Arrival-Date: Mon, 23", b"Arrival-Date: Tue, 24"))
    post.apply()
    assert (post.letter.state, post.letter.put_off_at) == ("sent", post.clock.now)
    assert check_counters(post.ctx) == []
