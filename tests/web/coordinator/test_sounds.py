"""The page of sounds: a file is kept, listened to and retired, without a script."""

from __future__ import annotations

import io

from tests.sounds import wav
from tests.web.reader import Reader


def test_a_sound_is_kept_heard_and_put_away(desk: Reader) -> None:
    page = desk.open("/sounds")
    assert "No sound yet" in page.text
    page = desk.press("sound-keep", name="Thursday")
    assert (page.status, "choose a file" in page.text) == (422, True)
    page = desk.press("sound-keep", name="Thursday", file=(io.BytesIO(b"nothing"), "a.wav"))
    assert (page.status, "neither WAV nor MP3" in page.text) == (422, True)
    page = desk.press("sound-keep", name="Thursday", file=(io.BytesIO(wav(3.0)), "a.wav"))
    assert "Thursday" in page.words["sounds"]
