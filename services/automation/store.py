"""Automation's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.automation import (
    store_campaigns,
    store_enrollments,
    store_journeys,
    store_lives,
    store_messages,
    store_sweeps,
)
from services.automation.coupon_templates import CouponTemplate

TABLES: Final = (
    *store_journeys.TABLES,
    *store_enrollments.TABLES,
    *store_sweeps.TABLES,
    *store_lives.TABLES,
    Table(CouponTemplate, "coupon_templates"),
    *store_messages.TABLES,
    *store_campaigns.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
