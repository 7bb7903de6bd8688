"""What a text says, by the language of whoever reads it (contract §7: `body`, and `bodies` beside it)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

USUAL: Final = ""
"""Stands for the body of everybody for whose language there is none of its own."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """A text in the words that most people read, and its `others` by language (`cy`)."""

    usual: str = field(repr=False)
    others: Mapping[str, str] = field(default_factory=dict, repr=False)
    picture: str | None = field(default=None, repr=False)
    """The code of the picture that it leads to."""

    def language_of(self, written: str | None) -> str:
        """In which language somebody reads it, by what stands in their record (`cy` for `cy-GB`)."""
        return spoken(written, self.others) if self.others else USUAL

    def of(self, language: str) -> str:
        """The words in a language (`USUAL`, or one of `languages`)."""
        return self.others[language] if language else self.usual

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages for which it has words of their own."""
        return tuple(sorted(self.others))

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every body, the usual one first."""
        return tuple(body for _, body in self.each())

    def each(self) -> Iterator[tuple[str, str]]:
        """Every body with its language, the usual one first."""
        yield USUAL, self.usual
        for language in self.languages:
            yield language, self.others[language]


def spoken(written: str | None, known: Collection[str]) -> str:
    """The language of these that somebody's record names; `USUAL` where it names none of them."""
    code = (written or "").strip(" ").lower().replace("_", "-").split("-")[0]
    return code if code in known else USUAL


def pointer(language: str) -> str:
    """Where a body stands among the fields of a text."""
    return f"/bodies/{language}" if language else "/body"
