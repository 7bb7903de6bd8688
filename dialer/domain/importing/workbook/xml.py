"""XML from strangers, read as a stream: nothing in it is expanded, fetched or kept."""

from collections.abc import Callable
from typing import BinaryIO, Final
from xml.parsers import expat

PIECE: Final = 1 << 16
DEEPEST: Final = 64
"""No spreadsheet program nests elements deeper; each that is open takes memory."""

Attributes = dict[str, str]


class DamagedWorkbook(ValueError):  # noqa: N818 - the name says what it is
    """The workbook can't be read; the message says what was seen."""


def hardened() -> expat.XMLParserType:
    """A parser that refuses a document type, and with it every entity of its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = PIECE
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declared: object) -> None:
    raise DamagedWorkbook("a workbook with a document type inside, which no spreadsheet program writes")


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def check_depth(depth: int) -> None:
    """Refuse a workbook whose elements are nested too deep."""
    if depth > DEEPEST:
        raise DamagedWorkbook("a workbook whose parts are nested without end")


def each_element(stream: BinaryIO, meet: Callable[[str, Attributes, str], None]) -> None:
    """Meet every element of a small part in order: its name, its attributes and its parent's name."""
    open_elements = [""]

    def start(name: str, attributes: Attributes) -> None:
        check_depth(len(open_elements))
        meet(local(name), {local(key): value for key, value in attributes.items()}, open_elements[-1])
        open_elements.append(local(name))

    def end(_name: str) -> None:
        open_elements.pop()

    parser = hardened()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    feed(parser, stream)


def feed(parser: expat.XMLParserType, stream: BinaryIO) -> None:
    """Have a whole part parsed. Raises DamagedWorkbook where it is no XML."""
    try:
        while piece := stream.read(PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedWorkbook("a damaged workbook") from error
