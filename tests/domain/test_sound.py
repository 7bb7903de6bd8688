"""What a sound file is, by its own header."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.sound import MP3, SIZE_MOST, WAV, NoSoundError, read_sound
from tests.sounds import mp3, ulaw, wav


@pytest.mark.parametrize(
    ("data", "kind", "seconds"),
    [
        (wav(2.5), WAV, 2.5),
        (wav(1.0, 44_100, 2), WAV, 1.0),
        (wav(90.0), WAV, 90.0),
        (ulaw(3.0), WAV, 3.0),
        (mp3(10.0), MP3, 10.0),
        (mp3(2.0, tag=3000), MP3, 2.0),
    ],
)
def test_what_can_be_played(data: bytes, kind: str, seconds: float) -> None:
    found = read_sound(data)
    assert (found.content_type, found.seconds) == (kind, pytest.approx(seconds, abs=0.03))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither WAV nor MP3"),
        (b"OggS" + bytes(5000), "neither WAV nor MP3"),
        (b"<html>a page</html>" * 100, "neither WAV nor MP3"),
        (wav(2.0)[:-1000], "cut off"),
        (wav(2.0)[:40], "no sound"),
        (wav(0.5), "less than a second"),
        (wav(91.0), "91 seconds"),
        (wav(2.0, 96_000), "8,000 to 48,000"),
        (mp3(2.0) + bytes(20_000), "damaged"),
        (bytes(SIZE_MOST + 1), "3 MiB"),
        (wav(2.0).replace(b"\x80>\x00\x00", b"\x81>\x00\x00", 1), "contradicts itself"),
    ],
)
def test_what_can_not(data: bytes, why: str) -> None:
    with pytest.raises(NoSoundError, match=why):
        read_sound(data)


@given(st.binary(max_size=200), st.sampled_from([wav(1.0), mp3(1.0), ulaw(1.0)]), st.integers(0, 60))
def test_nothing_that_is_sent_upsets_it(noise: bytes, sound: bytes, at: int) -> None:
    """It is a sound of some length, or refused in words."""
    with contextlib.suppress(NoSoundError):
        assert read_sound(sound[:at] + noise + sound[at + len(noise) :]).seconds >= 1
