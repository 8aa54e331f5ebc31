"""Group-buy's tables, in the one order in which they are written."""

from __future__ import annotations

from typing import Final

from common.tables import Table, derived
from common.timers import Timer
from services.groupbuy import store_activities, store_groups, store_social
from services.groupbuy.customers import (
    CUSTOMER_ITSELF,
    MEMBER_ORDERS,
    MERGED_HERE,
    PERSON,
    Customer,
    CustomerOrder,
    Person,
)
from services.groupbuy.orders import ORDER_ITSELF

# Of the id that was asked for: the one that remained, and all that were merged into it.
_PERSON: Final = """
SELECT v.merchant_id, v.member_id, ids.one_id, root.root_id
FROM (
    SELECT coalesce((
        SELECT c.merged_into FROM customers c WHERE c.merchant_id = v.merchant_id
          AND c.member_id = v.member_id AND c.merged_into <> ''
    ), v.member_id) AS root_id
) AS root CROSS JOIN LATERAL (
    SELECT root.root_id AS one_id
    UNION
    SELECT c.member_id FROM customers c
    WHERE c.merchant_id = v.merchant_id AND c.merged_into = root.root_id AND c.merged_into <> ''
) AS ids
"""
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
    derived(Person, {PERSON: _PERSON}),
    Table(Timer, "timers", mode="upsert"),
)
