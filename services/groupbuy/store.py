"""Group-buy's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.groupbuy import store_activities, store_groups, store_social
from services.groupbuy.customers import (
    CUSTOMER_ITSELF,
    MEMBER_ORDERS,
    MERGED_HERE,
    Customer,
    CustomerOrder,
)
from services.groupbuy.orders import ORDER_ITSELF

TABLES: Final = (
    *store_activities.TABLES,
    *store_groups.TABLES,
    Table(
        Customer,
        "customers",
        groups={CUSTOMER_ITSELF: "", MERGED_HERE: "t.merged_into <> ''"},
    ),
    Table(CustomerOrder, "customer_orders", groups={MEMBER_ORDERS: "", ORDER_ITSELF: ""}),
    *store_social.TABLES,
    Table(Timer, "timers", mode="upsert"),
)
