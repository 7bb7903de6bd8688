"""What a picture file is, and what of it nobody else is told."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.picture import GIF, JPEG, PNG, SIZE_MOST, NoPictureError, read_picture
from tests.pictures import exif, gif, jpeg, png, segment


@pytest.mark.parametrize(
    ("data", "found"), [(png(), (PNG, 3, 2)), (jpeg(), (JPEG, 40, 30)), (gif(), (GIF, 5, 4))]
)
def test_a_picture_is_what_its_header_says(data: bytes, found: tuple[str, int, int]) -> None:
    read = read_picture(data)
    assert (read.content_type, read.width, read.height, read.data) == (*found, data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_it_tells_of_whoever_took_it_is_left_out_but_for_which_way_up_it_is(order: str) -> None:
    told = [exif(order, 6), segment(0xFE, b"by Aled"), segment(0xE2, b"ICC_PROFILE\0")]
    read = read_picture(jpeg(*told)).data
    assert b"51.4816N" not in read
    assert b"Aled" not in read
    assert b"ICC_PROFILE" in read
    assert exif(">", 6, b"") in read
    assert read_picture(read).data == read
    assert read_picture(jpeg(exif(order, 1))).data == jpeg()
    painted = png(3, 2, (b"tEXt", b"Author\0Aled"), (b"eXIf", b"MM\0*"))
    assert read_picture(painted).data == png()


def test_nothing_behind_the_first_picture_or_beside_a_gifs_images_is_shown() -> None:
    progressive = segment(0xC4, b"\0more") + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x77\xff\xd3\x78\xff\xd9"
    several = jpeg()[:-2] + progressive
    assert read_picture(several).data == several
    preview = jpeg(exif("<", 1), segment(0xE2, b"MPF\0MM\0*"))
    assert read_picture(several + preview + b"Samsung").data == several
    assert read_picture(jpeg(segment(0xE2, b"MPF\0MM\0*")) + b"\0" * 9 + preview).data == jpeg()
    head, image = gif()[:13], gif()[13:]
    loop, control = b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0", b"!\xf9\4\0\0\0\0\0"
    told = b"!\xfe\7by Aled\0" + b"!\xff\x0bXMP DataXMP\5;Aled\0"
    assert read_picture(head + told + loop + control + told + image + b"Aled;").data == (
        head + loop + control + image
    )
    coloured = head[:10] + b"\x80\0\0" + b";Aled;" + image
    assert read_picture(coloured).data == coloured


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        b"\x89PNG\r\n\x1a\n",
        png()[:-5],
        png().replace(b"IDAT", b"IDAX"),
        png(5_001, 1),
        png(0, 1),
        jpeg()[:-2],
        jpeg()[:30],
        jpeg(exif(">", 6)[:20]),
        b"\xff\xd8\xff\xd9",
        gif()[:-1],
        gif(6_000),
        png() + bytes(SIZE_MOST),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(NoPictureError):
        read_picture(data)


@settings(max_examples=60)
@given(
    data=st.sampled_from([png(), jpeg(exif("<", 3)), gif()]), at=st.integers(0, 120), byte=st.integers(0, 255)
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: bytes, at: int, byte: int) -> None:
    damaged = bytearray(data)
    damaged[at % len(data)] = byte
    with contextlib.suppress(NoPictureError):
        assert read_picture(bytes(damaged)).width > 0
