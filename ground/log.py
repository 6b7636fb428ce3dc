"""The log: one line of JSON for each record, a fixed phrase and ids, never a person."""

import json
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

#: A path segment that could be a token: long, and not the random id of a row.
TOKEN = re.compile(r"(?<=/)(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:[/\s?\"']|$))[\w.~=:+-]{20,}")
SEARCH = re.compile(r"\?[^\s\"']*")
NUMBER = re.compile(r"(?<![\w-])\+?\d[\d ]{8,}\d(?![\w-])")
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
#: Keys of a log line that could tell of a person: never written.
UNSAID = frozenset({"ip", "user_agent", "exc_info", "stack_info", "_record", "_from_structlog", "args", "exception"})


def discreet(text: str) -> str:
    """The text without queries, tokens, mailboxes and phone numbers."""
    return NUMBER.sub("<number>", MAILBOX.sub("<mailbox>", TOKEN.sub("<token>", SEARCH.sub("", text))))


def where_it_broke(exc_info: Any) -> dict[str, Any]:
    """An exception's class and the lines it passed: not its words, which may quote a row."""
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if not isinstance(exc_info, tuple) or exc_info[0] is None:
        return {}
    frames = traceback.extract_tb(exc_info[2])
    kind, cause = exc_info[0], exc_info[1].__cause__ if exc_info[1] else None
    return {
        "fault": f"{kind.__module__}.{kind.__qualname__}",
        "sqlstate": getattr(exc_info[1], "sqlstate", None) or getattr(cause, "sqlstate", None),
        "frames": [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }


def json_line(logger: Any, name: str, event: Mapping[str, Any]) -> str:
    """One log record as one line of JSON: when, how bad, a fixed phrase, ids. Never a person."""
    record = event.get("_record")
    line: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": str(event.get("level") or (record.levelname if record else name)).lower(),
        "logger": record.name if record else str(event.get("logger", "")),
    }
    if record is not None:
        line |= {key: getattr(record, key) for key in ("reference", "route", "alarm", "job", "id") if hasattr(record, key)}
    line |= {key: value for key, value in event.items() if key not in UNSAID and key not in ("level", "logger")}
    exc_info = event.get("exc_info") or (record.exc_info if record else None)
    if exc_info is True and record is not None:
        exc_info = record.exc_info
    line |= where_it_broke(exc_info)
    return json.dumps(
        {key: discreet(value) if isinstance(value, str) else value for key, value in line.items() if value is not None}, default=str
    )


class Lines(structlog.stdlib.ProcessorFormatter):
    """The formatter that settings name: every record, ours or a library's, becomes such a line."""

    def __init__(self) -> None:
        super().__init__(processors=[json_line])
