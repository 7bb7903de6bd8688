"""The town to look at."""

from __future__ import annotations

import http.client
from html.parser import HTMLParser

import pytest

from tests.town.conftest import GWEN, US
from tests.towns import PUBLIC_URL


def page(town, path="/", host="127.0.0.1"):
    """The status, the headers and the text of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=10)
    connection.request("GET", path, headers={"Host": f"{host}:{town.port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


class Tags(HTMLParser):
    """Every tag that opened, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.opened.append((tag, dict(attrs)))


def test_an_empty_town_says_so(town):
    status, _, text = page(town)
    assert status == 200
    assert "Nobody yet." in text


def test_texts_show_as_conversations_in_both_directions(town, send):
    town.person(GWEN, outcome="delivered", replies=["Yes, of course"], reply_after_s=5)
    send(body="Will you vote on Thursday?")
    town.advance(60)
    _, _, text = page(town)
    assert GWEN in text
    assert text.index("Will you vote on Thursday?") < text.index("Yes, of course")
    assert "delivered" in text
    assert page(town, f"/people/{GWEN}")[2].count("<li class") == 2


def test_what_people_write_is_never_markup(town):
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
    town.text(GWEN, US, nasty)
    for path in ("/", f"/people/{GWEN}"):
        tags = [tag for tag, _ in Tags(page(town, path)[2]).opened]
        assert "script" not in tags
        assert "img" not in tags


def test_everything_comes_from_itself_under_a_strict_policy(town, send):
    send()
    _, headers, text = page(town)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for _, attributes in Tags(text).opened:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src"):
            assert (attributes.get(name) or "/").startswith(("/", "#"))


def test_it_is_fresh_by_itself_unless_held_still(town):
    assert page(town)[1]["Refresh"] == "5"
    assert page(town, "/?still=1")[1]["Refresh"] is None


def test_it_counts_and_says_which_faults_are_on(town, send):
    send()
    town.faults(lost_reply=0.25)
    text = page(town)[2]
    assert "texts outbound-api" in text
    assert "lost_reply 0.25" in text


def test_many_people_come_on_pages(town, send):
    for number in range(25):
        send(to=f"+447700900{number:03}")
    first, second = page(town)[2], page(town, "/?still=1&page=1")[2]
    assert first.count("<article>") == 20
    assert second.count("<article>") == 5
    assert "Older" in first
    assert "Older" not in second


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=99999999999", "page=\u0663"])
def test_a_page_that_is_none_is_the_first(town, query):
    assert page(town, "/?" + query.encode("unicode_escape").decode())[0] == 200


@pytest.mark.parametrize("path", ["/", "/ledger/messages", "/town.css"])
def test_it_answers_only_to_names_of_this_machine(town, path):
    assert page(town, path, host="evil.example")[0] == 421


def test_the_control_surface_takes_nothing_that_a_page_elsewhere_could_send(town):
    connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=10)
    connection.request("POST", "/reset", "{}", {"Content-Type": "text/plain"})
    assert connection.getresponse().status == 400
    connection.close()


def test_somebody_who_said_stop_is_marked(town):
    town.text(GWEN, US, "STOP")
    assert "said stop" in page(town)[2]


def test_nobody_has_such_a_number(town):
    assert page(town, "/people/nobody")[0] == 404


def test_half_a_character_is_no_text(town):
    status, answer = town.request("POST", "/texts", {"from": GWEN, "to": US, "body": "\ud83d"})
    assert (status, answer) == (400, {"error": "JSON expected"})


def test_who_is_on_the_phone_with_whom_and_what_the_call_was_told(town, client, inbox):
    vic = "+447700900500"
    inbox.answers["/voice/answer"] = f"<Response><Dial callerId='{US}'>{GWEN}</Dial></Response>"
    for number in (vic, GWEN):
        town.person(number, phone="answers", ring_s=2, talk_s=500)
    client.calls.create(to=vic, from_=US, url=f"{PUBLIC_URL}/voice/answer")
    town.advance(20)
    _, _, text = page(town)
    assert f"joined with {vic}" in text
    assert f"&lt;Dial callerId=&#39;{US}&#39;&gt;" in text
    assert "What went wrong" not in text


def test_twiml_that_the_town_refused_is_shown(town, client, inbox):
    inbox.answers["/voice/answer"] = "<Response><Enqueue/></Response>"
    town.person(GWEN, phone="answers", ring_s=2)
    client.calls.create(to=GWEN, from_=US, url=f"{PUBLIC_URL}/voice/answer")
    town.advance(20)
    _, _, text = page(town)
    assert "What went wrong with calls" in text
    assert "12200" in text
    assert "know the verb" in text
