"""What an estimate says of a text's own words: who it is from, how to stop it, its imprint, gaps in it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from dialer.domain.imprint import has_imprint, names_sender
from dialer.services.calling.campaigns import change_campaign
from dialer.services.messaging.blasts import change_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.views import Warned
from dialer.store.models import new_id
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, add_people, blast, campaign, people

OURS = {"no_sender_name", "no_opt_out_words", "no_imprint", "empty_placeholder"}
WHOLE = "Common Ground: polls are open. Stop: STOP. Promoted by A Rees, 1 High St, Aber Marsh"


def warned(blasting: Blasting, draft: Any) -> dict[str, Warned]:
    return {one.code: one for one in estimate_blast(blasting.ctx, draft.id).warnings if one.code in OURS}


def first_of(blasting: Blasting, draft: Any) -> str:
    return "".join(piece for piece, _ in estimate_blast(blasting.ctx, draft.id).samples[0].pieces)


def test_the_first_text_names_the_sender_and_how_to_stop(blasting: Blasting) -> None:
    known = people(blasting.ctx, 2)
    run = blasting.launch(known, body=WHOLE)
    blasting.plan(run.id)
    blasting.send()
    draft = blast(blasting.ctx, [*known, *people(blasting.ctx, 3, first=10)], body="Polls are open.")
    estimate = estimate_blast(blasting.ctx, draft.id)
    assert (estimate.recipients, estimate.first_time) == (5, 3)
    found = warned(blasting, draft)
    assert {code: one.count for code, one in found.items()} == {
        "no_sender_name": 3,
        "no_opt_out_words": 3,
        "no_imprint": 5,
    }
    again = blast(blasting.ctx, known, body="Polls are open.")
    assert set(warned(blasting, again)) == {"no_imprint"}
    assert warned(blasting, blast(blasting.ctx, people(blasting.ctx, 1, first=20), body=WHOLE)) == {}


def test_what_was_never_taken_or_was_a_code_is_no_first_text(blasting: Blasting) -> None:
    (gwen,) = people(blasting.ctx, 1)
    campaign(blasting.ctx)
    with blasting.ctx.unit() as unit:
        queue_text(unit, blasting.ctx, number=mobile(0), body="1234", purpose="code", sender=SENDER)
    blasting.send()
    assert len(blasting.judge.ledger) == 1
    assert estimate_blast(blasting.ctx, blast(blasting.ctx, [gwen], body=WHOLE).id).first_time == 1


def test_the_coordinator_says_which_texts_need_an_imprint_and_which_it_is(blasting: Blasting) -> None:
    of = campaign(blasting.ctx)
    draft = blast(blasting.ctx, people(blasting.ctx, 1), campaign_id=of.id, body="Common Ground. Stop: STOP")
    linked = blast(
        blasting.ctx,
        people(blasting.ctx, 1, first=1),
        campaign_id=of.id,
        body="Common Ground. Stop: STOP. Example.org/imprint",
    )
    assert (set(warned(blasting, draft)), set(warned(blasting, linked))) == ({"no_imprint"}, {"no_imprint"})
    change_campaign(blasting.ctx, of.id, {"imprint_url": "https://example.org/imprint/"})
    assert "https://example.org/imprint/" in warned(blasting, draft)["no_imprint"].detail
    assert warned(blasting, linked) == {}
    change_campaign(blasting.ctx, of.id, {"election_material": False, "sender_names": ["Tir Cyffredin"]})
    assert set(warned(blasting, draft)) == {"no_sender_name"}


def test_the_campaign_adds_its_imprint_where_it_is_missing(blasting: Blasting) -> None:
    ctx, of = blasting.ctx, campaign(blasting.ctx, imprint_url="https://example.org/i", imprint_added="link")
    bare, whole = "Common Ground. Stop: STOP", "Common Ground. Stop: STOP. example.org/i"
    them = [*people(ctx, 1), *people(ctx, 1, first=1, language="cy")]
    draft = blast(ctx, them, campaign_id=of.id, body=bare, bodies={"cy": bare})
    assert (warned(blasting, draft), draft.body) == ({}, bare)
    run = launch_blast(ctx, draft.id)
    blasting.plan(run.id)
    blasting.send()
    said = [f"{bare}\n{word}: https://example.org/i" for word in ("Imprint", "Argraffnod")]
    assert sorted(one.body for one in blasting.judge.ledger) == sorted(said)
    draft = blast(ctx, them, campaign_id=of.id, body=whole)
    assert first_of(blasting, draft) == whole
    change_campaign(ctx, of.id, {"imprint": "By {us}", "imprint_added": "text"})
    change_blast(ctx, draft.id, {"body": bare})
    assert first_of(blasting, draft) == f"{bare}\nBy {{us}}"


def test_a_placeholder_leads_to_the_imprint_wherever_it_stands(blasting: Blasting, own_app: Flask) -> None:
    ctx, of = blasting.ctx, campaign(blasting.ctx)
    body = "Common Ground. Stop: STOP. {imprint_url}"
    draft = blast(ctx, people(ctx, 1), campaign_id=of.id, body=body)
    assert set(warned(blasting, draft)) == {"no_imprint", "empty_placeholder"}
    change_campaign(ctx, of.id, {"imprint": "Promoted by <A Rees>, 1 High St"})
    assert warned(blasting, draft) == {}
    launch_blast(ctx, draft.id)
    blasting.plan(draft.id)
    (sent,) = blasting.messages(draft.id)
    address = sent.body.removeprefix("Common Ground. Stop: STOP. http://localhost")
    page = own_app.test_client().get(address)
    assert "Promoted by &lt;A Rees&gt;, 1 High St" in page.text
    change_campaign(ctx, of.id, {"imprint": "Promoted by B Rees, 1 High St"})
    assert "Promoted by B Rees" in own_app.test_client().get(address).text
    assert own_app.test_client().get("/i/nothing2").status_code == 404
    change_campaign(ctx, of.id, {"imprint_url": "https://example.org/i"})
    linked = blast(ctx, people(ctx, 1, first=1), campaign_id=of.id, body=body)
    (sample,) = estimate_blast(ctx, linked.id).samples
    assert sample.pieces[-1] == ("https://example.org/i", True)


def test_gaps_are_caught_with_the_names_of_those_who_would_read_them(blasting: Blasting) -> None:
    named = people(blasting.ctx, 3, custom={"ward": "Bryn"})
    nameless = people(blasting.ctx, 7, first=10, first_name=" ", last_name="Prydderch")
    nothing = new_id()
    add_people(blasting.ctx, [(nothing, [mobile(50)])], first_name=None, custom={"ward": None})
    body = f"{{first_name}}, {{last_name|friend}} of {{custom.ward}}. {WHOLE} {{caller_name}}"
    draft = blast(blasting.ctx, [*named, *nameless, nothing], body=body)
    found = {
        one.detail.split()[0]: one
        for one in estimate_blast(blasting.ctx, draft.id).warnings
        if one.code == "empty_placeholder"
    }
    assert {name: one.count for name, one in found.items()} == {
        "{first_name}": 8,
        "{custom.ward}": 8,
        "{caller_name}": 11,
    }
    first = [(one.id, one.name) for one in found["{first_name}"].contacts]
    assert first == [(id_, "Prydderch") for id_ in nameless[:5]]
    assert {one.id for one in found["{caller_name}"].contacts} <= {*named, *nameless}
    assert "{first_name|friend}" in found["{first_name}"].detail
    run = blasting.launch([nothing], body="Ward {custom.ward|yours}. " + WHOLE)
    blasting.plan(run.id)
    assert blasting.messages(run.id)[0].body.startswith("Ward yours.")


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        ("TIR CYFFREDIN: pleidleisiwch", True),
        ("tîr-cyffredin.", True),
        ("Cyffredin", False),
        ("Tir Cyffrediniaid", False),
    ],
)
def test_a_name_is_a_name_however_it_is_written(body: str, complete: bool) -> None:
    assert names_sender(body, ["Common Ground", "Tir Cyffredin"], ["+441632960001"]) is complete
    assert names_sender("Hello", ["Tir Cyffredin"], ["CommonGrnd"])


@pytest.mark.parametrize(
    ("body", "has"),
    [
        ("Hyrwyddwyd gan A Rees, 1 Stryd Fawr, Aber Marsh", True),
        ("Published by A Rees, 1 High St", True),
        ("promoted by us", False),
        ("See www.example.org/i", True),
        ("See example.org", False),
        ("A. Rees, 1 High Street.", True),
        ("A Rees, High Street", False),
    ],
)
def test_an_imprint_is_the_campaigns_a_link_to_it_or_one_written_out(body: str, has: bool) -> None:
    assert has_imprint(body, "A Rees, 1 High Street", "https://www.example.org/i") is has
