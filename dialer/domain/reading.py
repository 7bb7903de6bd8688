"""Reading a form whole: what is wrong with any of its fields is said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from dialer.domain.errors import FieldError, ValidationFailed

Read = TypeVar("Read")


class Reading:
    """The fields of one form, and what couldn't be read of them."""

    def __init__(self) -> None:
        self._faults: list[FieldError] = []

    def take(self, read: Callable[[], Read], otherwise: Read) -> Read:
        """What a field says. Where it can't be read that is kept, and `otherwise` stands in for it, which
        should break no rule.
        """
        try:
            return read()
        except ValidationFailed as error:
            self._faults += error.errors
            return otherwise

    def check(self, faults: Iterable[FieldError] = ()) -> None:
        """Raise ValidationFailed where something couldn't be read, or where there are `faults` of what could
        be, with all of them.
        """
        if found := [*self._faults, *faults]:
            raise ValidationFailed(errors=found)
