"""Loyalty's tables, assembled from those of members, tiers and points in one fixed order."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.loyalty import store_members, store_points, store_tiers

TABLES: Final = (
    *store_members.TABLES,
    *store_tiers.TABLES,
    *store_points.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
