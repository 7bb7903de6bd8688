"""Logs: one JSON object a line on standard error, with constant phrases and ids, never names or numbers."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LIBRARIES_OF_FEW_WORDS = ("rq", "rq.worker", "rq.job", "sqlalchemy", "alembic", "urllib3", "asyncio", "redis")
"""Their informational lines show arguments of jobs and statements, which may be personal."""


def configure_logs(level: str, process: str) -> None:
    """Send our lines and those of libraries through one formatter. Call once, at the start of a process."""
    _Process.name = process
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _only_place_of_exception,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in LIBRARIES_OF_FEW_WORDS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


class _Process:
    """Which process this is; looked up for each line, since loggers outlive a fork."""

    name = ""


def _add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["process"] = _Process.name
    return event


def _only_place_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kind and the lines that raised it: its message may hold a person's data
    (a database error quotes the row that it refused).
    """
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["trace"] = _frames(error)
    return event


def _frames(error: BaseException) -> list[str]:
    lines: list[str] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return lines
