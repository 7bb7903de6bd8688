"""Our numbers, without a script: where each leads, put right with a press, taken over with a second one."""

from __future__ import annotations

import uuid

import pytest

from dialer.services.context import Context
from dialer.services.messaging.number_tasks import get_task, latest_tasks
from dialer.store.models.own_numbers import NumberTask, OwnNumber
from tests.texting import campaign
from tests.web.reader import Reader

OURS, THEIRS, SHOWN = "+441632960001", "+441632960002", "+441632960003"


def keep(ctx: Context, number: str, **fields: object) -> None:
    with ctx.unit() as unit:
        given = {"sid": f"PN{uuid.uuid4().hex}", "sms": True, "voice": True, "seen_at": ctx.now, **fields}
        unit.session.add(OwnNumber(organisation_id=unit.organisation_id, number=number, **given))


def test_a_number_is_put_right_and_another_systems_taken_over(desk: Reader, ctx: Context) -> None:
    assert "No number of ours known" in desk.open("/numbers").text
    keep(ctx, OURS)
    keep(ctx, THEIRS, calls_to="https://hooks.example.net/secret", name="<b>Office</b>")
    page = desk.open("/numbers")
    assert "go nowhere" in page.text
    assert "hooks.example.net hears nothing more" in page.text
    assert "secret" not in page.html
    assert "<b>Office" not in page.html
    page = desk.press("number-put-right")
    assert "The carrier is being asked" in page.text
    desk.press("number-take-over")
    assert [(task.number, task.state) for task in latest_tasks(ctx)] == [(THEIRS, "queued"), (OURS, "queued")]
    desk.press("numbers-read")


def test_who_answers_a_call_back_is_told_on_the_campaigns_page_and_said_here(
    desk: Reader, ctx: Context
) -> None:
    keep(ctx, SHOWN)
    made = campaign(ctx, caller_ids=[SHOWN])
    assert "Nobody answers a call back to 01632 960003" in desk.open(f"/campaigns/{made.id}").text
    assert "A call back doesn’t come here" in desk.open(f"/campaigns/{made.id}/order").text
    page = desk.open("/numbers")
    assert "A call back doesn’t come here" in page.text
    assert "Carys said so" in desk.press("answered-elsewhere").text
    assert "Nobody answers a call back" not in desk.open(f"/campaigns/{made.id}").text
    desk.open("/numbers")
    assert "It is answered elsewhere" in desk.press("answered-here").text


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("refused", 20003, "its code 20003"),
        ("refused", None, "The carrier refused."),
        ("unreachable", None, "can’t be reached"),
        ("not_ours", None, "isn’t one of ours any more"),
        ("another_system", None, "another system hears of it"),
    ],
)
def test_what_was_not_done_says_why(desk: Reader, ctx: Context, fault: str, code: int, words: str) -> None:
    keep(ctx, OURS)
    desk.open("/numbers")
    desk.press("number-put-right")
    [task] = latest_tasks(ctx)
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.fault, row.error_code = "failed", fault, code
    assert get_task(ctx, task.id).fault == fault
    assert words in desk.open("/numbers").text
