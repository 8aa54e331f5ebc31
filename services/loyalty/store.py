"""Loyalty's tables, assembled from those of points and of members in one fixed order."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.loyalty import store_points

TABLES: Final = (
    *store_points.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
