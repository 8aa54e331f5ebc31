"""After the faults: is what was acknowledged there, once? Asked of the database itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg

from tests.faults.load import (
    HOLD_FEN,
    ORDER_EARNS,
    PAY_FEN,
    POINTS,
    RECHARGE_FEN,
    Load,
    Operation,
)
from tests.faults.rig import SCHEMAS, Rig

# Kind of operation, and how often its effect is there, by the operation's id.
EFFECTS = (
    ("pay", """SELECT substr(order_id, 5), count(*) FROM wallet.payments
        WHERE merchant_id = $1 AND order_id LIKE 'pay-%' AND state = 'CAPTURED' GROUP BY 1"""),
    ("hold", """SELECT substr(order_id, 6), count(*) FROM wallet.payments
        WHERE merchant_id = $1 AND order_id LIKE 'hold-%' GROUP BY 1"""),
    ("earn", """SELECT source_id, count(*) FROM loyalty.points_earnings
        WHERE merchant_id = $1 AND source_type = 'MANUAL' GROUP BY 1"""),
    ("grant", """WITH given AS (
            SELECT grant_id, jsonb_array_elements_text(coupon_ids) AS coupon_id
            FROM coupon.coupon_grants WHERE merchant_id = $1
        )
        SELECT coalesce(grant_id, 'a coupon'), count(*)
        FROM coupon.coupons LEFT JOIN given USING (coupon_id)
        WHERE merchant_id = $1 GROUP BY 1"""),
    ("group", """SELECT substr(order_id, 7), count(*) FROM groupbuy.seats
        WHERE merchant_id = $1 GROUP BY 1"""),
    # An order is counted by whoever reads orders.
    ("order", """SELECT order_id, count(*) FROM loyalty.order_growth
        WHERE merchant_id = $1 AND state = 'COUNTED' GROUP BY 1"""),
    ("order", """SELECT order_id, count(*) FROM commission.entries
        WHERE merchant_id = $1 AND role = 'L1' GROUP BY 1"""),
    ("order", """SELECT order_id, count(*) FROM audience.order_facts
        WHERE merchant_id = $1 AND completed_at IS NOT NULL GROUP BY 1"""),
)  # fmt: skip
# A timer whose runner died is leased for a minute of real time before another takes it.
LEASED_S = 120.0
DUE = "SELECT count(*) FROM {}.timers WHERE due_at <= $1"


@dataclass
class Verdict:
    """What was found wrong: ids that are not there, ids that are there twice, sums that differ."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not (self.lost or self.doubled or self.sums or self.checks)


async def judge(rig: Rig, load: Load) -> Verdict:
    """Looks at every operation so far. All of them must be known, and all must be quiet."""
    await _run_out(rig, datetime.now(UTC) + timedelta(hours=3))
    verdict = Verdict()
    admin = await asyncpg.connect(rig.stack.database_url)
    try:
        for kind, sql in EFFECTS:
            rows = await admin.fetch(sql, load.shop.merchant_id)
            there: dict[str, int] = {row[0]: row[1] for row in rows}
            _compare(kind, load.ledger.operations, there, verdict)
    finally:
        await admin.close()
    await _sums(load, verdict)
    verdict.checks += (await rig.verify()).violations
    await rig.system.set_time(datetime.now(UTC))
    return verdict


async def _run_out(rig: Rig, at: datetime) -> None:
    """Whatever is held by then runs out; no timer that is due is left."""
    async with asyncio.timeout(LEASED_S):
        await rig.system.set_time(at)
        while any([await rig.system.ask_database(DUE.format(name), at) for name in SCHEMAS]):
            await asyncio.sleep(1)
            await rig.system.set_time(at)


def _compare(
    kind: str, operations: list[Operation], there: dict[str, int], verdict: Verdict
) -> None:
    for one in operations:
        if one.kind != kind:
            continue
        times = there.pop(one.id, 0)
        if one.state == "acknowledged" and not times:
            verdict.lost.append(f"{kind} {one.id}")
        if times > 1 or (one.state == "refused" and times):
            verdict.doubled.append(f"{kind} {one.id}: {one.state}, {times} times")
    verdict.doubled += [f"{kind} {id_}: nobody asked for it" for id_ in there]


async def _sums(load: Load, verdict: Verdict) -> None:
    """Each member has what the acknowledged operations add up to, to the fen and the point."""
    spent: Counter[str] = Counter(one.member for one in load.ledger.of("pay"))
    earned: Counter[str] = Counter(one.member for one in load.ledger.of("earn"))
    ordered: Counter[str] = Counter(one.member for one in load.ledger.of("order"))
    for member in load.members:
        has = await load.shop.balances(member)
        found = {
            "fen": (
                has.principal_fen + has.bonus_fen, RECHARGE_FEN - PAY_FEN * spent[member]
            ),
            f"frozen, of {HOLD_FEN} each": (has.frozen_fen, 0),
            "points": (
                has.points + has.pending_points,
                POINTS * earned[member] + ORDER_EARNS * ordered[member],
            ),
            "growth": (has.growth, ORDER_EARNS * ordered[member]),
            "orders": (has.orders, ordered[member]),
        }  # fmt: skip
        verdict.sums += [
            f"{member}: {what} {is_}, expected {should}"
            for what, (is_, should) in found.items()
            if is_ != should
        ]
