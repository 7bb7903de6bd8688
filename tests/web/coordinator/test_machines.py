"""Answering machines on a campaign's page: off by default, and a message only with a name under it."""

from __future__ import annotations

import io

from dialer.services.calling.machine_settings import machine_settings
from dialer.services.calling.sounds import add_sound, retire_sound
from dialer.services.context import Context
from tests.sounds import wav
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_a_message_needs_somebody_who_answers_for_it(desk: Reader, ctx: Context, bank: PhoneBank) -> None:
    sound = add_sound(ctx, io.BytesIO(wav()), "Thursday")[0]
    page = desk.open(f"/campaigns/{bank.campaign_id}/answering-machines")
    assert "regulation 19" in page.text
    page = desk.press("save", machine_detection="yes", voicemail=str(sound.id))
    assert (page.status, "Confirm first" in page.text) == (422, True)
    assert not machine_settings(ctx, bank.campaign_id).machine_detection, "all or nothing"
    page = desk.press("save", machine_detection="yes", voicemail=str(sound.id), lawful="yes")
    assert "confirmed by Carys" in page.words["confirmed"]
    kept = machine_settings(ctx, bank.campaign_id)
    assert (kept.machine_detection, kept.voicemail, kept.confirmed_by_name) == (True, sound.id, "Carys")
    retire_sound(ctx, sound.id)
    page = desk.press("save", machine_detection="yes", voicemail=str(sound.id))
    assert page.status == 200, "what is confirmed stays"
    desk.press("save", voicemail="")
    kept = machine_settings(ctx, bank.campaign_id)
    assert (kept.voicemail, kept.confirmed_at) == (None, None)
