"""Audience's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.audience import (
    store_portraits,
    store_predictions,
    store_profiles,
    store_runs,
    store_segments,
    store_snapshots,
    store_wakeups,
)

TABLES: Final = (
    *store_profiles.TABLES,
    *store_portraits.TABLES,
    *store_runs.TABLES,
    *store_predictions.TABLES,
    *store_segments.TABLES,
    *store_snapshots.TABLES,
    *store_wakeups.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
