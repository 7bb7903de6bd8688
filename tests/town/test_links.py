"""Links in texts: opened by phones and people, those of the installation alone."""

from __future__ import annotations

import requests

from tests.town.conftest import GWEN
from tests.towns import PUBLIC_URL

OURS = f"{PUBLIC_URL}/l/abcdefghij"


def opened(inbox) -> list[str]:
    return [hook.path for hook in inbox.webhooks if hook.path.startswith("/l/")]


def test_a_phone_looks_ahead_and_a_person_opens_the_first_link(town, send, inbox):
    town.orderly()
    town.shares(previews=1.0)
    town.person(GWEN, opens=True, open_after_s=30)
    send(body=f"Vote: {OURS}. Or {PUBLIC_URL}/l/other")
    town.advance(20)
    assert opened(inbox) == ["/l/abcdefghij"]
    town.advance(40)
    assert opened(inbox) == ["/l/abcdefghij"] * 2


def test_nobody_elses_address_is_ever_asked_for(town, send, inbox):
    town.orderly()
    town.shares(previews=1.0)
    town.person(GWEN, opens=True, outcome="delivered")
    send(body="https://example.org/x http://localhost:9/ https://evil.example/" + OURS)
    town.advance(200)
    assert opened(inbox) == []


def test_on_its_page_links_can_be_opened(town, send):
    town.orderly()
    send(body=f"<b>Vote</b>: {OURS}.")
    page = requests.get(f"{town.url}/people/{GWEN}", timeout=10).text
    assert f'&lt;b&gt;Vote&lt;/b&gt;: <a href="{OURS}" rel="noreferrer noopener">{OURS}</a>.' in page
