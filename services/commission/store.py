"""Commission's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.commission import store_guides, store_money, store_promotion

TABLES: Final = (
    *store_promotion.TABLES,
    *store_money.TABLES,
    *store_guides.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
