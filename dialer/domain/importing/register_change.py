"""What a council's monthly update says of an elector: added, changed or gone from the register."""

from enum import StrEnum
from typing import Final


class Change(StrEnum):
    """What became of an elector since the register before."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"


_WORDS: Final = {
    Change.ADDED: "a, add, added, addition, new, cr, created, insert, inserted, i, ychwanegu, ychwanegwyd,"
    " ychwanegiad, newydd",
    Change.MODIFIED: "m, mod, modify, modified, modification, am, amd, amend, amended, amendment, c, change,"
    " changed, u, update, updated, newid, newidiwyd, diwygio, diwygiwyd, diwygiad",
    Change.DELETED: "d, de, del, delete, deleted, deletion, remove, removed, removal, dileu, dilewyd,"
    " dilëwyd, dilead, tynnwyd",
}
_CHANGES: Final = {word.strip(): change for change, words in _WORDS.items() for word in words.split(",")}


def read_change(text: str) -> Change | None:
    """Read a change type as councils write it: letters, two letters or words, in English or Welsh."""
    return _CHANGES.get(text.strip().rstrip(".").casefold())
