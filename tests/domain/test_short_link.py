"""Which pages texts may lead to, whose a code is, and who opened a link."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from dialer.domain.link_visit import (
    PERSON,
    PREFETCH,
    PREVIEW,
    ROBOT,
    RULES,
    SCAN,
    VISITORS,
    Visit,
    visitor_of,
)
from dialer.domain.placeholders import faults, fill, fill_first, links_in, without_links
from dialer.domain.sender import has_opt_out_route
from dialer.domain.short_link import CODE_LENGTH, code_of, fault_of_address, read_code, shorteners_in

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile"
    " Safari/537.36"
)
CUBOT = ANDROID.replace("K)", "CUBOT X30)")
DESKTOP = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
)
IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1"
    " Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
GOOGLE = f"{DESKTOP} Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)"
PHONE = Visit(agent=IPHONE, language="cy-GB,cy;q=0.9", mode="navigate", dest="document")


@pytest.mark.parametrize(
    ("visit", "visitor"),
    [
        (PHONE, PERSON),
        (replace(PHONE, agent=ANDROID, user="?1"), PERSON),
        (replace(PHONE, agent=CUBOT), PERSON),
        (replace(PHONE, agent="Opera/9.80 (Android; Opera Mini/36.2) Presto/2.12", mode="", dest=""), PERSON),
        (replace(PHONE, after_s=2.0), PERSON),
        (replace(PHONE, agent=DESKTOP, user="?1", after_s=2.0), PERSON),
        (replace(PHONE, agent=DESKTOP, after_s=2.0), SCAN),
        (replace(PHONE, agent=DESKTOP, after_s=20.0), PERSON),
        (replace(PHONE, agent=DESKTOP), PERSON),
        (replace(PHONE, method="HEAD"), PREVIEW),
        (replace(PHONE, agent=IMESSAGE), PREVIEW),
        (replace(PHONE, agent=GOOGLE), PREVIEW),
        (replace(PHONE, agent="WhatsApp/2.23.20.0 A"), PREVIEW),
        (replace(PHONE, purpose="   prefetch;prerender"), PREFETCH),
        (replace(PHONE, agent=""), ROBOT),
        (replace(PHONE, language=""), ROBOT),
        (replace(PHONE, agent="curl/8.5.0"), ROBOT),
        (replace(PHONE, agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), ROBOT),
        (replace(PHONE, agent=DESKTOP.replace("Chrome", "HeadlessChrome")), ROBOT),
        (replace(PHONE, agent="python-requests/2.32"), ROBOT),
        (replace(PHONE, mode="no-cors", dest="image"), ROBOT),
        (Visit(), ROBOT),
    ],
)  # fmt: skip
def test_who_opened_it(visit: Visit, visitor: str) -> None:
    assert visitor_of(visit) == visitor


def test_every_rule_has_a_name_and_a_visitor_of_its_own_kind() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.visitor for rule in RULES} | {PERSON} == set(VISITORS)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org", "http://www.example.org:8080/vote?x=1&y=a%20b#top", "https://a.b-c.example.co.uk/",
        "HTTPS://EXAMPLE.ORG/x", "https://plaid.cymru/pleidlais", "https://xn--bcher-kva.example/x",
    ],
)  # fmt: skip
def test_a_text_may_lead_to(address: str) -> None:
    text = f"Vote: {{link:{address}}}."
    assert fault_of_address(address) is None
    assert not list(faults(text))
    assert links_in(text * 2) == [address]
    assert fill(text, {f"link:{address}": "https://v.example/l/x"}) == "Vote: https://v.example/l/x."


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "ftp://example.org", "javascript:alert(1)", "https://", "https://localhost/x",
        "https://example", "https://1.2.3.4/", "https://[::1]/", "https://user:secret@example.org/",
        "https://example.org/a b", "https://example.org/\u202e", "https://example.org:99999/", "https://-a.org",
        "https://example.org\\@evil.example", "//example.org", f"https://example.org/{'x' * 1000}",
        "https://bit.ly/3abc", "https://www.TinyURL.com/x", "https://example.org/\"<x>",
    ],
)  # fmt: skip
def test_a_text_may_not_lead_to(address: str) -> None:
    assert fault_of_address(address) is not None
    assert len(list(faults(f"{{link:{address}}}"))) == 1


@pytest.mark.parametrize("text", ["{link}", "{link:https://example.org|or so}", "{Link:https://example.org}"])
def test_how_a_link_is_not_written(text: str) -> None:
    assert len(list(faults(text))) == 1


def test_what_is_said_aloud_has_no_links() -> None:
    assert list(faults("{link:https://example.org}", spoken=True))


def test_words_kept_ready_keep_their_links_when_names_are_put_in() -> None:
    body = "Hi {first_name}, {{vote}}: {link:https://example.org/{x}} {link:https://example.org/a}"
    assert list(faults(body))  # braces are none of an address
    body = body.replace("{link:https://example.org/{x}} ", "")
    first = fill_first(body, {"first_name": "{Siân}"})
    assert first == "Hi {{Siân}}, {{vote}}: {link:https://example.org/a}"
    assert fill(first, {"link:https://example.org/a": "L"}) == "Hi {Siân}, {vote}: L"


def test_figures_in_an_address_are_no_number_to_ring() -> None:
    body = "More: {link:https://example.org/07700900123}"
    assert not has_opt_out_route(body)
    assert without_links(body) == "More: "
    assert has_opt_out_route("Ring 07700 900123. {link:https://example.org}")


def test_a_code_is_the_same_each_time_and_nobody_elses() -> None:
    key, people = bytes(16), [uuid.UUID(int=nth) for nth in range(500)]
    codes = [code_of(key, one) for one in people]
    assert codes == [code_of(key, one) for one in people]
    others = [*(code_of(bytes(15) + b"x", one) for one in people), code_of(key, people[0], 1)]
    assert len({*codes, *others}) == 1001
    assert all(len(code) == CODE_LENGTH and not set(code) & set("01lo") for code in codes)


@pytest.mark.parametrize("written", ["abcdefghij", "ABCDEFGHIJ", "abcdefghij.", "abcdefghij),"])
def test_a_code_is_read_as_people_write_it(written: str) -> None:
    assert read_code(written) == "abcdefghij"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Vote: https://bit.ly/3x, TINYURL.com/abc and t.co/x", ["bit.ly", "tinyurl.com", "t.co"]),
        ("Vote: https://example.org/t.co/x, orbit.ly/x. Ring t.co", []),
    ],
)
def test_public_shorteners_are_found(body: str, found: list[str]) -> None:
    assert shorteners_in(body) == found
