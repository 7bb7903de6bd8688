"""Connections that don't wait for ever for a database that fell silent without closing them."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import psycopg
from psycopg import OperationalError
from psycopg.abc import PQGen
from sqlalchemy import Engine, event

Answer = TypeVar("Answer")

_INTERVAL_S: Final = 0.1


class PatientConnection(psycopg.Connection[Any]):
    """One whose server may take `patience_s` seconds for an answer; then it is closed, as if it had broken.

    The server's own time-out ends slow statements; this is for one that is frozen, or gone with the network.
    """

    patience_s: float | None = None

    def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL_S, timeout: float | None = None) -> Answer:
        """Wait for an answer; `OperationalError` when there is none in time."""
        try:
            return super().wait(gen, interval, timeout or self.patience_s)
        except OperationalError as error:
            if error.sqlstate is None:  # not said by the server: it hasn't answered
                self.pgconn.finish()
            raise


def be_patient(engine: Engine, patience_s: float) -> None:
    """Let every connection of an engine wait for its server so long and no longer."""

    class Patient(PatientConnection):
        pass

    Patient.patience_s = patience_s

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        return Patient.connect(*arguments, **options)
