"""Everything that can have happened with somebody has words."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from flask import Flask

from dialer.domain.timeline import Kind
from dialer.services.people.timeline import Happening
from dialer.web.coordinator.history_shown import KIND, line_of

AT = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)
ID = uuid.UUID(int=7)
SUPPORT = {"source": "call", "dated": True, "election": "Aber"}


def happening(kind: Kind, what: str, note: str | None = None, **facts: Any) -> Happening:
    return Happening(kind, what, AT, ID, "Vic", ID, "Evening calls", note, facts)


@pytest.mark.parametrize(
    ("one", "words", "more"),
    [
        (happening(Kind.CALL, "result", disposition="busy", implied=True), "Engaged", "same number"),
        (
            happening(Kind.CALL, "result", disposition="callback", callback_at="2026-05-08T12:00:00+00:00"),
            "Call back later",
            "to be called back Fri 8 May, 1 pm",
        ),
        (happening(Kind.CALL, "call", state="abandoned", direction="outbound"), "nobody was free", "Vic"),
        (
            happening(Kind.CALL, "call", state="completed", direction="inbound", duration_s=61),
            "They rang",
            "1 min",
        ),
        (happening(Kind.TEXT, "inbound"), "They texted us", "Vic"),
        (happening(Kind.EMAIL, "outbound"), "We emailed them", "Vic"),
        (
            happening(Kind.PLEDGE, "pledge", **SUPPORT, support=1, before=3),
            "1 · Strong for us (before: 3)",
            "A call",
        ),
        (happening(Kind.PLEDGE, "pledge", **SUPPORT, support=2, before=2), "Support: 2", "Aber"),
        (happening(Kind.PLEDGE, "pledge", **SUPPORT, voting_method="postal"), "How they vote", "By post"),
        (happening(Kind.TURNOUT, "voted", **SUPPORT), "Marked as voted", "A call"),
        (happening(Kind.TURNOUT, "taken_back", **SUPPORT), "taken back", "Aber"),
        (happening(Kind.OPT_OUT, "opt_out", channel="sms", source="text"), "Said no: texts", "A text"),
        (happening(Kind.OPT_OUT, "opt_out", channel="email", source="link"), "email", "The link in what we"),
        (happening(Kind.OPT_OUT, "opt_out", channel="voice", source="keypad"), "calls", "A key pressed"),
        (happening(Kind.OPT_OUT, "lifted", channel="voice", source="call"), "lifted: calls", "Vic"),
        (
            happening(
                Kind.OPT_OUT, "barred", channel="voice", source="tps", reason="tps", number="+447700900102"
            ),
            "Barred: calls",
            "On the TPS register · 07700 900102",
        ),
        (
            happening(
                Kind.OPT_OUT,
                "barred",
                channel="email",
                source="complaint",
                reason="complaint",
                email="o@example.org",
            ),
            "Barred: email",
            "Complained · o@example.org",
        ),
        (
            happening(
                Kind.OPT_OUT, "unbarred", channel="sms", source="api", reason="manual", number="+447700900102"
            ),
            "Barred no longer: texts",
            "07700 900102",
        ),
        (happening(Kind.CONSENT, "consent", channel="email"), "Said yes: email", "Vic"),
        (happening(Kind.CONSENT, "withdrawn", channel="sms"), "Took their yes back: texts", "Vic"),
        (happening(Kind.LINK, "clicked", clicks=3), "Opened a link", "3 times"),
        (happening(Kind.CONVERSATION, "conversation.decided", opt_out=True), "they meant stop", "Vic"),
        (happening(Kind.CONVERSATION, "conversation.decided"), "didn’t mean stop", "Vic"),
        (happening(Kind.CONVERSATION, "conversation.handed_over"), "handed to a coordinator", "Vic"),
        (happening(Kind.NOTE, "note", "Kind"), "A note", "Vic"),
        (happening(Kind.IMPORT, "brought", "list.csv"), "Came with a list", "Vic"),
        (
            happening(Kind.IMPORT, "changed", fields=["ward"], undone=True),
            "Changed by a list",
            "Ward · undone",
        ),
        (happening(Kind.CHANGE, "contact.changed", fields=["phone"] * 9), "Changed by hand", "Phone …"),
    ],
)
def test_it_is_said(app: Flask, one: Happening, words: str, more: str) -> None:
    with app.test_request_context():
        line = line_of(one)
        assert words in line.what
        assert more in " · ".join(line.more)
        assert line.kind_words == str(KIND[one.kind])


def test_it_leads_to_what_it_is_about(app: Flask) -> None:
    with app.test_request_context():
        assert line_of(happening(Kind.NOTE, "note", conversation_id=str(ID))).href == f"/inbox/{ID}"
        assert line_of(happening(Kind.LINK, "clicked", clicks=1, blast_id=str(ID))).href == f"/blasts/{ID}"
        assert line_of(happening(Kind.IMPORT, "brought")).href == f"/imports/{ID}"
        assert line_of(happening(Kind.CONSENT, "consent", channel="sms")).href == ""


def test_what_counts_no_more_is_marked(app: Flask) -> None:
    with app.test_request_context():
        for fact in ("corrected", "taken_back"):
            assert line_of(happening(Kind.CALL, "result", disposition="busy", **{fact: True})).is_over
