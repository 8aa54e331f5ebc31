"""A hypothesis search: whatever is done in whatever order, seats, stock and money add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import TakeOrderRefunded
from services.groupbuy.refunds import SettleRefund
from services.groupbuy.seats import CancelSeat, Seat
from services.groupbuy.settlement import ForceComplete
from services.groupbuy.terms import Terms
from tests.conftest import Migrated
from tests.groupbuy.market import Market, market_on, simulated, terms

KINDS: dict[str, Terms] = {
    "plain": terms(size=3, member_limit=4, ttl_minutes=60),
    "newcomer": terms(mode="NEWCOMER", size=3, ttl_minutes=60),
    "ladder": terms(mode="LADDER_DYNAMIC", tier_sizes=[2, 3, 5], ttl_minutes=60),
    "simulated": simulated(size=4, ttl_minutes=120, simulate={"hours_before": 1}),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("open", "join", "join", "join", "pay", "pay", "pay", "again", "cancel", "leave",
             "after", "done", "wait", "wait", "complete")
        ),
        st.integers(0, 40),
    ),
    min_size=5,
    max_size=40,
)  # fmt: skip


class Play:
    """One run of steps; each number chooses among what there is."""

    def __init__(self, market: Market, activity: str) -> None:
        self.market = market
        self.activity = activity
        self.seats: list[Seat] = []
        self.groups: list[Any] = []

    async def step(self, what: str, number: int) -> None:
        market, member = self.market, f"m{number % 7}"
        if what == "open":
            taken = await market.answer(market.opening(self.activity, member, qty=1 + number % 2))
            self._keep(taken)
        elif what == "join" and self.groups:
            group = self.groups[number % len(self.groups)]
            self._keep(await market.answer(market.joining(group, member)))
        elif what == "wait":
            await market.due(minutes=1 + number)
        elif what == "complete" and self.groups:
            group = self.groups[number % len(self.groups)]
            await market.answer(market.make(ForceComplete, group_id=group.group_id, actor="boss"))
        elif what == "done":
            await self._refund_done(number)
        elif self.seats:
            await market.answer(self._of_seat(what, self.seats[number % len(self.seats)]))

    def _keep(self, taken: Any) -> None:
        if not isinstance(taken, str):
            self.seats.append(taken.seat)
            self.groups.append(taken.group)

    def _of_seat(self, what: str, seat: Seat) -> Any:
        market = self.market
        if what in ("pay", "again"):
            extra = {"payment_id": f"p-{seat.seat_id}"} if what == "pay" else {}
            return market.paying(seat, **extra)
        if what == "cancel":
            return market.make(CancelSeat, seat_id=seat.seat_id)
        if what == "leave":
            return market.make(LeaveGroup, seat_id=seat.seat_id)
        return market.make(
            TakeOrderRefunded, order_id=seat.order_id, refund_id=market.fresh("rf"),
            amount_fen=seat.amount_fen, is_full=True,
        )  # fmt: skip

    async def _refund_done(self, number: int) -> None:
        asked = await self.market.told("RefundRequested")
        mine = [one for one in asked if one["activity_id"] == self.activity]
        if mine:
            refund_id = mine[number % len(mine)]["refund_id"]
            await self.market.answer(
                self.market.make(SettleRefund, refund_id=refund_id, succeeded=number % 3 > 0)
            )


# Seats, money and ends of one activity, of which each row says what is wrong.
BALANCE = """
SELECT 'unpaid money' AS wrong, s.seat_id FROM seats s
WHERE s.activity_id = $1 AND s.paid_fen <> coalesce((
    SELECT sum(p.amount_fen) FROM seat_payments p
    WHERE p.seat_id = s.seat_id AND p.use IN ('SEAT', 'LATE')), 0)
UNION ALL
SELECT 'more than one end', e.subject FROM (
    SELECT about::jsonb ->> 'subject' AS subject, count(*) AS n FROM outbox
    WHERE about::jsonb ->> 'type' ~ 'Group(Succeeded|Failed|Closed)'
      AND payload::jsonb ->> 'activity_id' = $1 GROUP BY 1
) e WHERE e.n > 1
UNION ALL
SELECT 'asked for twice', r.seat_id FROM refunds r WHERE r.activity_id = $1
  AND r.kind NOT IN ('DUPLICATE', 'UNDERPAID', 'ORDER', 'LADDER_DIFF')
  GROUP BY r.seat_id HAVING count(*) > 1
"""


@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_happens_it_adds_up(migrated: Migrated, kind: str) -> None:
    async with market_on(await migrated("groupbuy")) as market:
        plays: list[list[tuple[str, int]]] = []

        @settings(max_examples=12, database=None)
        @given(STEPS)
        def collect(steps: list[tuple[str, int]]) -> None:
            plays.append(steps)

        collect()
        for steps in plays:
            activity = await market.activity(KINDS[kind], stock=12)
            play = Play(market, activity)
            for what, number in steps:
                await play.step(what, number)
            await market.due(hours=6)
            wrong = await market.pool.fetch(BALANCE, activity)
            assert not wrong, f"{[tuple(row) for row in wrong]} after {steps}"
            assert not await market.findings(), steps
            open_ = "SELECT count(*) FROM buy_groups WHERE activity_id = $1 AND status = 'OPEN'"
            assert await market.pool.fetchval(open_, activity) == 0
