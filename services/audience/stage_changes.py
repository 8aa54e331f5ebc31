"""The history of stages: one row per change, never altered."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from common.rows import Row
from services.audience.lifecycle import Stage


class StageChange(Row, frozen=True):
    """A member's ``number``-th change of stage. ``days_since`` counts from the last order."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "number")

    merchant_id: str
    member_id: str
    number: int
    changed_at: datetime
    from_stage: Stage
    to_stage: Stage
    order_count: int
    days_since: int
    cycle_days: int
