"""Keeps personal data out of logs: by a field's name, and by what a text looks like."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import os
import re
import uuid
from typing import Any

import msgspec
from structlog.typing import EventDict

MASK = "***"
# Deeper than anything we log; a structure that contains itself ends here.
DEPTH_LIMIT = 6
# A log line is read by people and shipped whole.
TEXT_LIMIT_CHARS = 16_000

_PERSONAL = (
    r"phone|mobile|open_?id|union_?id|passw|passcode|pwd|secret|token|authorization|cookie"
    r"|credential|id_?card|id_?number|e_?mail|birth|nick_?name|real_?name|full_?name|member_name"
    r"|private_?key|pepper|dsn|database_?url|jwks|address_line"
)
_PERSONAL_KEY = re.compile(
    rf"{_PERSONAL}|(^|_)(codes?|pin|otp|address)$|^(user_?)?name$|^remark$", re.IGNORECASE
)
# Codes that name a kind of outcome, not a person's secret.
_HARMLESS_KEYS = frozenset(
    {"status_code", "grpc_code", "error_code", "reason_code", "exit_code", "country_code"}
)
_IN_TEXT = (
    # A token, wherever it stands.
    (re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), MASK),
    (re.compile(r"(?i)\bbearer\s+\S+"), f"Bearer {MASK}"),
    # The password of a DSN.
    (re.compile(r"(://[^\s:/@]*:)[^\s@]+@"), rf"\1{MASK}@"),
    # A mainland mobile number.
    (re.compile(r"(?<![\w.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\w.]\d|\w)"), MASK),
    # What Postgres quotes from a row.
    (re.compile(r"(Failing row contains \().*?(\)\.|$)", re.MULTILINE), rf"\1{MASK}\2"),
    (re.compile(r"(Key \([^)]*\)=\().*?(\) )"), rf"\1{MASK}\2"),
    # phone='…', "openid": "…": how reprs and JSON show a field.
    (
        re.compile(
            rf"(?i)(\b\w*(?:{_PERSONAL})\w*[\"']?\s*[=:]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;)}\]\"']+)"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(\bcode=)(?:\"[^\"]*\"|'[^']*'|[^\s,;)}\]]+)"), rf"\1{MASK}"),
)
_PLAIN = (dt.date, dt.time, dt.timedelta, decimal.Decimal, uuid.UUID, os.PathLike)


def mask(_: Any, __: str, event: EventDict) -> EventDict:
    """A structlog processor: personal data out, and only what JSON can say left."""
    return {str(key): masked(value, str(key)) for key, value in event.items()}


def to_json(_: Any, __: str, event: EventDict) -> str:
    """A structlog renderer; ``mask`` has left nothing it could not write."""
    return msgspec.json.encode(event).decode()


def masked(value: Any, key: str = "", depth: int = 0) -> Any:
    """``value`` as it may be logged under ``key``.

    An object we do not know shows its type only: its repr could hold anything.
    """
    if key and key not in _HARMLESS_KEYS and _PERSONAL_KEY.search(key):
        return MASK if value not in (None, "") else value
    match value:
        case None | bool() | float():
            return value
        case enum.Enum():
            return value.name
        case int():
            # Beyond 64 bits JSON readers lose digits, and msgspec refuses. A number may be a phone.
            shown = masked_text(str(value))
            return value if shown == str(value) and abs(value) < 2**63 else shown
        case str():
            return masked_text(value)
        case BaseException():
            return masked_text(f"{type(value).__name__}: {value}")
        case _ if isinstance(value, _PLAIN):
            return masked_text(str(value))
    return _masked_inside(value, depth)


def masked_text(text: str) -> str:
    """``text`` without tokens, passwords, mobile numbers and personal fields it may quote."""
    if len(text) > TEXT_LIMIT_CHARS:
        # The end tells most: a traceback's last line is the error.
        text = "…" + text[-TEXT_LIMIT_CHARS:]
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    # Half a surrogate pair cannot be written as UTF-8, and a log line must never fail.
    return text.encode("utf-8", "replace").decode()


def _masked_inside(value: Any, depth: int) -> Any:
    if depth >= DEPTH_LIMIT:
        return "…"
    match value:
        case msgspec.Struct():
            return _masked_inside(msgspec.structs.asdict(value), depth)
        case dict():
            return {str(key): masked(v, str(key), depth + 1) for key, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [masked(one, "", depth + 1) for one in value]
    return f"<{type(value).__name__}>"
