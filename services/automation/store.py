"""Automation's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.automation import store_journeys
from services.automation.coupon_templates import CouponTemplate

TABLES: Final = (
    *store_journeys.TABLES,
    Table(CouponTemplate, "coupon_templates"),
    Table(Timer, "timers", mode="upsert"),
)
