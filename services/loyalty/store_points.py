"""The tables of points and the set-based queries that read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from services.loyalty.birthdays import BIRTHDAY, Birthday
from services.loyalty.checkins import CALENDAR, CheckInCalendar
from services.loyalty.earn_rules import (
    CAPS,
    RULES,
    PointsCap,
    PointsRule,
    PointsRuleVersion,
)
from services.loyalty.earnings import ALL_EARNINGS, EARNED_BY, PENDING, Clawback, Earning
from services.loyalty.exchange_items import ExchangeItem
from services.loyalty.exchanges import ALL_EXCHANGES, EXCHANGED, HOLD_OF, Exchange
from services.loyalty.order_points import ALL_ORDERS, PointsOrder
from services.loyalty.points_accounts import PointsAccount, PointsProgramme, programme_key
from services.loyalty.points_book import PointsEntry
from services.loyalty.points_holds import ALL_HOLDS, HOLDS_OF_ORDER, PointsHold, PointsRevert
from services.loyalty.points_lots import ALL_LOTS, OPEN_LOTS, PointsLot

_ACCOUNTS: Final = Table(PointsAccount, "points_accounts")
_PROGRAMMES: Final = Table(PointsProgramme, "points_programmes")
_LOTS: Final = Table(
    PointsLot, "points_lots", groups={OPEN_LOTS: "t.state = 'AVAILABLE'", ALL_LOTS: ""}
)
_HOLDS: Final = Table(
    PointsHold,
    "points_holds",
    groups={HOLDS_OF_ORDER: "t.state NOT IN ('RELEASED', 'EXPIRED')", HOLD_OF: "", ALL_HOLDS: ""},
)
_EARNINGS: Final = Table(
    Earning,
    "points_earnings",
    groups={EARNED_BY: "", PENDING: "t.state = 'PENDING'", ALL_EARNINGS: ""},
)
_RULES: Final = Table(PointsRule, "points_rules", groups={RULES: ""})
_CALENDARS: Final = Table(CheckInCalendar, "check_in_calendars", groups={CALENDAR: ""})
_ITEMS: Final = Table(ExchangeItem, "exchange_items")
_EXCHANGES: Final = Table(
    Exchange,
    "exchanges",
    groups={EXCHANGED: "t.state <> 'CANCELLED'", ALL_EXCHANGES: ""},
)
_ENTRIES: Final = Table(PointsEntry, "points_entries", mode="append")

TABLES: Final[tuple[Table, ...]] = (
    _ACCOUNTS,
    _PROGRAMMES,
    _LOTS,
    _HOLDS,
    Table(PointsRevert, "points_reverts", mode="append"),
    _EARNINGS,
    Table(Clawback, "points_clawbacks", mode="append"),
    Table(PointsOrder, "points_orders", groups={ALL_ORDERS: ""}),
    _RULES,
    Table(PointsRuleVersion, "points_rule_versions", mode="append"),
    Table(PointsCap, "points_caps", groups={CAPS: ""}),
    _CALENDARS,
    Table(Birthday, "birthdays", groups={BIRTHDAY: ""}),
    _ITEMS,
    _EXCHANGES,
    _ENTRIES,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"
