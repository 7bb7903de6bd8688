"""A text in several languages: each person reads the words of theirs, and each is checked by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.domain.bodies import Bodies
from dialer.domain.errors import UnknownPlaceholder, ValidationFailed
from dialer.services.messaging.blasts import BlastFields, change_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.test_sends import send_test
from dialer.store.models.messaging import Message
from tests.phone_bank import mobile
from tests.texting import Blasting, blast, campaign, people

ENGLISH = "Common Ground: polls are open, {first_name}. Stop: STOP. {imprint_url}"
WELSH = "Common Ground: mae’r gorsafoedd ar agor, {custom.enw}."


@pytest.mark.parametrize(
    ("written", "reads"),
    [(None, ""), ("cy", "cy"), (" cy_GB", "cy"), ("en", ""), ("cymraeg", ""), ("PL", "pl")],
)
def test_a_record_names_a_language_in_any_usual_writing(written: str | None, reads: str) -> None:
    assert Bodies("Hello", {"cy": "Helo", "pl": "Cześć"}).language_of(written) == reads


def test_where_nobody_reads_a_language_somebody_is_made_up(blasting: Blasting) -> None:
    ctx, of = blasting.ctx, campaign(blasting.ctx)
    body, welsh = "Hello {first_name|friend}", "Helo {first_name|gyfaill}"
    draft = blast(ctx, people(ctx, 2, first_name="Owen"), campaign_id=of.id, body=body, bodies={"cy": welsh})
    found = estimate_blast(ctx, draft.id)
    assert [one.language for one in found.samples] == [None, None]
    usual, in_welsh = found.spoken
    assert (usual.made_up, in_welsh.recipients) == (None, 0)
    assert in_welsh.made_up is not None
    assert "".join(piece for piece, _ in in_welsh.made_up.pieces).startswith("Helo Siân")
    assert in_welsh.made_up.number == ""


def test_each_reads_their_own_and_each_is_counted_and_checked(blasting: Blasting) -> None:
    ctx, of = blasting.ctx, campaign(blasting.ctx, imprint="Promoted by A Rees, 1 High St")
    plain = people(ctx, 2, first_name="Owen")
    gwen, sian = people(ctx, 1, first=2, language="cy"), people(ctx, 1, first=3, language="cy-GB")
    draft = blast(ctx, [*plain, *gwen, *sian], campaign_id=of.id, body=ENGLISH, bodies={"cy": WELSH})
    found = estimate_blast(ctx, draft.id)
    assert [(one.language, one.recipients, one.segments) for one in found.spoken] == [
        (None, 2, 2),
        ("cy", 2, 2),
    ]
    assert (found.recipients, found.segments, found.encodings) == (4, 4, {"gsm7": 2, "ucs2": 2})
    assert [one.language for one in found.samples] == [None, None, "cy", "cy"]
    lacks = {
        (one.code, one.language, one.about): one.count for one in found.warnings if one.code != "ucs2_forced"
    }
    assert lacks == {
        ("no_opt_out_words", "cy", None): 2,
        ("no_imprint", "cy", None): 2,
        ("empty_placeholder", "cy", "custom.enw"): 2,
    }
    (gap,) = (one for one in found.warnings if one.code == "empty_placeholder")
    assert [one.id for one in gap.contacts] == [*gwen, *sian]
    blasting.use()
    run = blasting.launch([*plain, *gwen], campaign_id=of.id, body=ENGLISH, bodies={"cy": WELSH})
    blasting.plan(run.id)
    with ctx.unit() as unit:
        of_run = select(Message).where(Message.blast_id == run.id)
        said = {row.contact_id: row.body for row in unit.session.scalars(of_run)}
    assert said[gwen[0]] == "Common Ground: mae’r gorsafoedd ar agor, ."
    assert all("polls are open, Owen" in said[one] for one in plain)


def test_it_is_tried_in_the_words_that_are_asked_for(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 1), body="Hello.", bodies={"cy": "Helo."})
    phones = [mobile(50), mobile(51)]
    assert [one.body for one in send_test(blasting.ctx, draft.id, phones)] == ["Hello."] * 2
    both = send_test(blasting.ctx, draft.id, phones, ["cy", ""])
    assert [one.body for one in both] == ["Helo.", "Hello."] * 2
    with pytest.raises(ValidationFailed) as refused:
        send_test(blasting.ctx, draft.id, phones, ["cy", "pl"])
    assert refused.value.errors[0].pointer == "/languages/1"


def test_words_in_another_language_are_checked_like_the_usual_ones(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 1), bodies={"cy": "Helo."})
    assert draft.bodies == {"cy": "Helo."}
    for bodies, pointer in (
        ({"cy": " "}, "/bodies/cy"),
        ({"cy": "x" * 1601}, "/bodies/cy"),
        ({"xx": "Helo."}, "/bodies"),
    ):
        with pytest.raises(ValidationFailed) as refused:
            change_blast(blasting.ctx, draft.id, BlastFields(bodies=bodies))
        assert [one.pointer for one in refused.value.errors] == [pointer]
    with pytest.raises(UnknownPlaceholder) as unknown:
        change_blast(blasting.ctx, draft.id, BlastFields(bodies={"cy": "Helo {enw}."}))
    assert unknown.value.errors[0].pointer == "/bodies/cy"
    with pytest.raises(ValidationFailed) as no_way_out:
        change_blast(blasting.ctx, draft.id, BlastFields(senders=["Ground"], body="Stop: {opt_out_url}"))
    assert no_way_out.value.extra["reason"] == "no_opt_out_route"
    assert [one.pointer for one in no_way_out.value.errors] == ["/bodies/cy"]
    assert change_blast(blasting.ctx, draft.id, BlastFields(bodies={})).bodies == {}
