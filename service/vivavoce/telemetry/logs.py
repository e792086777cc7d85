"""The log: lines for people on a terminal, JSON elsewhere. Every line of a request bears its id."""

import logging
import sys
from typing import TextIO

from structlog.contextvars import merge_contextvars
from structlog.dev import ConsoleRenderer
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, Processor

from vivavoce.config import Config
from vivavoce.core import RequestRecord

access_log = logging.getLogger("vivavoce.access")


def configure_logging(config: Config, stream: TextIO | None = None) -> bool:
    """Sends the log of the whole process to `stream` (default: stderr), as the configuration wants it.

    Returns whether its lines are for people.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty()
    for_people = config.log_format == "console" or (config.log_format == "auto" and terminal)
    people, programs = ConsoleRenderer(colors=terminal), JSONRenderer()
    ending: list[Processor] = [_without_empty, people] if for_people else [format_exc_info, programs]
    formatter = ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso", utc=True),
            ExtraAdder(),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, *ending],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=config.log_level.upper(), force=True)
    return for_people


def _without_empty(logger: object, name: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's way
    """Programs want every field in every line; people, those that say something."""
    return {field: value for field, value in event.items() if value not in ("", None)}


def log_request(record: RequestRecord) -> None:
    """The line of a request that is over."""
    access_log.info(
        "request",
        extra={
            "request_id": record.request_id,
            "key": record.key,
            "method": record.method,
            "status": record.status,
            "code": record.code,
            "model": record.model,
            "voice": record.voice,
            "format": record.audio_format,
            "user_id": record.user_id,
            "characters": record.input_characters,
            "audio_seconds": round(record.audio_seconds, 3),
            "first_audio_seconds": round(record.times.first_audio, 4),
            "total_seconds": round(record.times.total, 4),
        },
    )
