"""What is sealed can be read from any place, and by nobody who changed anything of it."""

from __future__ import annotations

import uuid
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.services.calling.recording_seal import (
    MAGIC,
    PIECE,
    TAG,
    SealedReader,
    SealedWriter,
    SpoiltError,
    unwrap,
    wrap,
)
from dialer.services.calling.vault import Vault
from tests.examples import examples

ABOUT, OTHER = uuid.UUID(int=7), uuid.UUID(int=8)
SIZES = st.one_of(
    st.integers(0, 40),
    st.sampled_from([PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1]),
)


def plain(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def sealed(data: bytes, cut: int = 10_000) -> tuple[bytes, bytes]:
    """The file and its key; written in parts of another size than its pieces."""
    file = BytesIO()
    writer = SealedWriter(file, ABOUT)
    for start in range(0, len(data), cut):
        writer.write(data[start : start + cut])
    writer.finish()
    assert writer.size == len(data)
    return file.getvalue(), writer.key


def read(file: bytes, key: bytes, size: int, start: int = 0, stop: int | None = None) -> bytes:
    reader = SealedReader(BytesIO(file), key, ABOUT, size)
    return b"".join(reader.read(start, size if stop is None else stop))


@settings(max_examples=examples(60), deadline=None)
@given(SIZES, st.data())
def test_any_part_of_it_is_read_as_it_was_written(size: int, data: st.DataObject):
    words = plain(size)
    file, key = sealed(words, data.draw(st.sampled_from([1_000, PIECE, 3 * PIECE])))
    assert words[:40] not in file or size < 8
    assert read(file, key, size) == words
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size + 3))
    assert read(file, key, size, start, stop) == words[start:stop]


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from([1, 300, PIECE + 5, 2 * PIECE]), st.data())
def test_a_changed_bit_is_refused(size: int, data: st.DataObject):
    file, key = sealed(plain(size))
    at = data.draw(st.integers(0, len(file) - 1))
    spoilt = file[:at] + bytes([file[at] ^ 1 << data.draw(st.integers(0, 7))]) + file[at + 1 :]
    with pytest.raises(SpoiltError):
        read(spoilt, key, size)


def test_pieces_can_be_neither_swapped_nor_left_out_nor_cut_off():
    size = 3 * PIECE
    file, key = sealed(plain(size))
    head, step = len(MAGIC), PIECE + TAG
    first, second, third = (file[head + n * step : head + (n + 1) * step] for n in range(3))
    for spoilt, length in [
        (second + first + third, size),
        (first + second, size),
        (first + second, 2 * PIECE),
        (first + third, 2 * PIECE),
        (first + second + third + third, 4 * PIECE),
    ]:
        with pytest.raises(SpoiltError):
            read(MAGIC + spoilt, key, length)


def test_a_file_is_nobody_elses_and_its_key_opens_with_one_secret_alone(tmp_path):
    vault = Vault(tmp_path / "recordings", "a secret of the installation")
    kept = vault.keep(ABOUT, lambda take: take(b"Hello, this is Sian."))
    with vault.opened(ABOUT, kept.wrapped_key, kept.size) as reader:
        assert b"".join(reader.read(0, 5)) == b"Hello"
    assert [path.stat().st_mode & 0o777 for path in vault.folder.iterdir()] == [0o600]
    for other in (Vault(vault.folder, "another secret"),):
        with pytest.raises(SpoiltError), other.opened(ABOUT, kept.wrapped_key, kept.size):
            pass
    vault.path(OTHER).write_bytes(vault.path(ABOUT).read_bytes())
    with pytest.raises(SpoiltError), vault.opened(OTHER, kept.wrapped_key, kept.size):
        pass
    key = unwrap(vault.secret_key, kept.wrapped_key, ABOUT)
    mine = wrap(vault.secret_key, key, OTHER)
    with pytest.raises(SpoiltError), vault.opened(OTHER, mine, kept.size) as reader:
        list(reader.read(0, 5))
    vault.remove(ABOUT)
    vault.remove(ABOUT)
    with pytest.raises(SpoiltError), vault.opened(ABOUT, kept.wrapped_key, kept.size):
        pass


def test_nothing_is_left_of_what_was_not_written_to_its_end(tmp_path):
    vault = Vault(tmp_path, "a secret")

    def torn(take) -> None:
        take(bytes(200_000))
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        vault.keep(ABOUT, torn)
    assert list(tmp_path.iterdir()) == []
