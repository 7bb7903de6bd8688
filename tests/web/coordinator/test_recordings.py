"""Recordings on their page: switched on with a tick, and the days."""

from __future__ import annotations

from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_recording_is_switched_on_with_a_tick_alone(desk: Reader, bank: PhoneBank) -> None:
    path = f"/campaigns/{bank.campaign_id}/recordings"
    page = desk.open(path)
    assert "special category data" in page.text
    assert "No recording yet" in page.text
    refused = desk.press("save", recording="yes", retention_days="14")
    assert (refused.status, "Say that it is lawful where you call" in refused.text) == (422, True)
    for days in ("0", "366", "soon"):
        desk.open(path)
        assert desk.press("save", recording="yes", lawful_use="yes", retention_days=days).status == 422
    desk.open(path)
    saved = desk.press("save", recording="yes", lawful_use="yes", retention_days="14")
    assert "Saved." in saved.text
    assert "Said to be lawful by Carys, on" in desk.open(path).text
    assert 'value="14"' in desk.page.html
    assert "recordings" in desk.open(f"/campaigns/{bank.campaign_id}").tests
