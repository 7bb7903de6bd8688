"""Where texts come from: a rate said, a sender stopped and let go on, without a script."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict

import pytest

from dialer.domain.messaging_service import ServiceSettings
from dialer.services.context import Context
from dialer.services.messaging.handing_over import move_some
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.look_up_run import run_look_ups
from dialer.services.messaging.look_ups import list_look_ups
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.sender_settings import (
    NewSender,
    add_sender,
    get_sender,
    list_senders,
    reach_sender,
)
from dialer.services.paging import Page
from tests.conftest import SetClock
from tests.phone_bank import landline
from tests.services.messaging.test_look_ups import Directory
from tests.services.messaging.test_told import tell
from tests.texting import Blasting, blast, campaign, listed, people, system
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

DROPS = ServiceSettings(
    name="Ring round",
    texts_to="",
    defers=False,
    fallback_to="",
    status_to="",
    sticky=True,
    validity_s=300,
    registered=None,
)


def test_a_sender_is_added_stopped_and_let_go_on(desk: Reader) -> None:
    assert "No sender yet" in desk.open("/senders").text
    page = desk.press("sender-save", address="020 7946 0100", rate="2.5")
    assert "+442079460100" in page.text
    assert "2.5" in page.text
    page = desk.press("sender-pause")
    assert "Somebody stopped it" in page.text
    assert "Ready" in desk.press("sender-resume").text


def test_what_a_campaign_names_is_a_sender_before_its_first_text(desk: Reader, ctx: Context) -> None:
    campaign(ctx, senders=["+447700900998"], name="Ring round")
    page = desk.open("/senders")
    assert "07700 900998" in page.text
    assert "Nothing sent yet" in page.text
    assert "No sender yet" not in page.text


def test_what_is_set_wrongly_for_a_messaging_service_is_told_with_what_to_do(
    desk: Reader, ctx: Context
) -> None:
    made = add_sender(ctx, NewSender("MG" + "1" * 32))[0]
    assert "It hasn’t been read yet" in desk.open(f"/senders/{made.id}").text
    with ctx.unit() as unit:
        row = reach_sender(unit, made.id)
        row.service_read_at, row.service = ctx.now, asdict(DROPS)
    assert "Set wrongly at the carrier" in desk.open("/senders").text
    page = desk.open(f"/senders/{made.id}")
    assert "thrown away unseen" in page.text
    assert "Defer to sender’s webhook" in page.text
    assert "go nowhere" in page.text
    assert "5 minutes" in page.text
    assert "Asked of the carrier" in desk.press("service-read").text


def test_a_fault_is_told_at_its_field(desk: Reader, ctx: Context) -> None:
    made = add_sender(ctx, NewSender("60123"))[0]
    desk.open(f"/senders/{made.id}")
    assert desk.press("sender-save", rate="many").status == 422
    desk.open(f"/senders/{made.id}")
    page = desk.press("sender-save", kind="toll_free")
    assert page.status == 422
    assert "none of these" in page.text


def test_whether_pictures_go_with_its_texts_is_said(desk: Reader, ctx: Context) -> None:
    made = add_sender(ctx, NewSender("20210"))[0]
    desk.open(f"/senders/{made.id}")
    desk.press("sender-save", pictures="yes")
    assert get_sender(ctx, made.id).pictures is True
    page = desk.open(f"/senders/{made.id}")
    assert 'value="yes" selected' in page.html
    desk.press("sender-save", pictures="")
    assert get_sender(ctx, made.id).pictures is None


@pytest.mark.slow
def test_a_stopped_ones_texts_are_given_to_others(desk: Reader, ctx: Context) -> None:
    senders = [landline(900), landline(901)]
    run = launch_blast(ctx, blast(ctx, people(ctx, 20), senders=senders).id)
    while plan_chunk(system(ctx), run.id):
        pass
    desk.open("/senders")
    assert "sender-hand-over" not in desk.page.buttons
    assert "sender-hand-over" in desk.press("sender-pause").buttons
    page = desk.press("sender-hand-over")
    assert re.search(r"\d+ texts go out from other numbers\.", page.words["flash"])
    assert "Its texts go out from other numbers." in page.text
    assert move_some(system(ctx))
    assert "0 texts go out from other numbers." in desk.press("sender-hand-over").words["flash"]


def test_how_a_sender_fares_is_a_page(desk: Reader, ctx: Context, clock: SetClock) -> None:
    blasting = Blasting(ctx, clock)
    blast_id = blasting.launch(people(ctx, 10), senders=[landline(900)]).id
    blasting.plan(blast_id)
    blasting.send()
    texts = blasting.messages(blast_id)
    tell(blasting, texts[:3], "undelivered", 30007)
    tell(blasting, texts[3:9], "delivered")
    page = desk.open("/senders")
    assert "66.7" in page.text
    [one] = list_senders(ctx, Page()).items
    page = desk.open(f"/senders/{one.id}/health")
    assert page.status == 200
    assert "Filtered by the network as unwanted 30007" in page.text
    assert "of one nothing was heard yet" in page.text
    assert desk.open(f"/senders/{one.id}/health?days=no").status == 200
    assert desk.open(f"/senders/{uuid.UUID(int=0)}/health").status == 404


def test_lines_are_asked_for_with_the_number_typed(desk: Reader, ctx: Context) -> None:
    of = f"list:{listed(ctx, people(ctx, 3))}"
    assert "Nothing asked for yet" in desk.open("/look-ups").text
    assert desk.open("/look-ups?of=nothing&which=all").status in {404, 422}
    page = desk.open(f"/look-ups?of={of}&which=all")
    assert "3 numbers are asked for: £0.02" in page.text
    assert "type the number that stands here now" in desk.press("look-ups-begin", confirm="4").text
    desk.open(f"/look-ups?of={of}&which=all")
    page = desk.press("look-ups-begin", confirm="3")
    assert "Asked for. What the carrier says stands below" in page.text
    page = desk.press("look-up-stop")
    assert "Somebody stopped it." in page.text
    assert "It goes on." in desk.press("look-up-resume").text
    assert "Under way" in desk.open("/look-ups").text


def test_one_persons_line_is_asked_for_from_their_page_for_a_campaign(
    desk: Reader, ctx: Context, bank: PhoneBank
) -> None:
    [person] = people(ctx, 1, first=40)
    assert "· Mobile" in desk.open(f"/contacts/{person}").text
    assert "Ask the carrier what kind of line it is" in desk.page.text
    page = desk.open(f"/look-ups?of=contact:{person}&which=all&campaign_id={bank.campaign_id}")
    assert "1 number is asked for: £0.008" in page.text
    page = desk.press("look-ups-begin", confirm="1")
    assert "The lines of one person" in page.text
    assert "One person" in desk.open("/look-ups").text
    directory = Directory()
    [batch] = list_look_ups(ctx, Page(20)).items
    run_look_ups(system(ctx), directory, lambda: ctx.now, batch.id)  # type: ignore[arg-type]
    assert "Looked up on" in desk.open(f"/contacts/{person}").text
    assert desk.open(f"/look-ups?of=contact:{uuid.UUID(int=5)}&which=all").status == 422
    assert desk.open(f"/look-ups?of=list:{uuid.UUID(int=5)}&campaign_id=x").status == 422
