"""Timers: everything that waits for a time is a row with a due time; nothing waits in memory."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from common.rows import Row


class Timer(Row, frozen=True):
    """At ``due_at`` the command of this ``kind`` runs for ``ref``. Scheduling again moves it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "kind", "ref")

    merchant_id: str
    kind: str
    ref: str
    due_at: datetime
    leased_until: datetime | None = None
    attempts: int = 0
