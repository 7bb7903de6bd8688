"""Where texts come from: a rate said, a sender stopped and let go on, without a script."""

from __future__ import annotations

from dialer.services.context import Context
from dialer.services.messaging.sender_settings import NewSender, add_sender
from tests.web.reader import Reader


def test_a_sender_is_added_stopped_and_let_go_on(desk: Reader) -> None:
    assert "No sender yet" in desk.open("/senders").text
    page = desk.press("sender-save", address="020 7946 0100", rate="2.5")
    assert "+442079460100" in page.text
    assert "2.5" in page.text
    page = desk.press("sender-pause")
    assert "Somebody stopped it" in page.text
    assert "Ready" in desk.press("sender-resume").text


def test_a_fault_is_told_at_its_field(desk: Reader, ctx: Context) -> None:
    made = add_sender(ctx, NewSender("60123"))[0]
    desk.open(f"/senders/{made.id}")
    assert desk.press("sender-save", rate="many").status == 422
    desk.open(f"/senders/{made.id}")
    page = desk.press("sender-save", kind="toll_free")
    assert page.status == 422
    assert "none of these" in page.text
