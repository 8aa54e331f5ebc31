"""Growth and tiers under any history: refunds conserve, evaluations fall one level at most."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.commands import Command, Decision
from common.errors import Refusal
from common.rows import State
from common.timers import Timer
from services.loyalty.growth import AdjustGrowth, GrowthEntry, GrowthPolicy
from services.loyalty.members import MEMBER_LINK
from services.loyalty.order_growth import (
    BaseLine,
    OrderGrowth,
    RecordOrderCompleted,
    RecordOrderPaid,
    RecordOrderRefunded,
    RefundPart,
)
from services.loyalty.tier_grants import RecordRecharge, RecordRechargeRefund
from services.loyalty.tier_terms import EvaluateTier, NoticeTier
from services.loyalty.tiers import GIFTS, GRANTS, TERM_TIMER, TierGrant, TierState
from tests.loyalty.club import MERCHANT, START, command

MEMBER = (MERCHANT, "a")


class Memory:
    """One member's rows in memory, decided by the commands' own rules."""

    def __init__(self) -> None:
        self.state = State()
        for group in (MEMBER_LINK, GRANTS, GIFTS):
            self.state.load_group(group, [MEMBER], [])
        self.now = START
        self.told: list[Any] = []
        self.growth = 0

    def run(self, cls: type[Command], **fields: Any) -> Decision:
        made = command(cls, at=fields.pop("at", self.now), **fields)
        for row, key in made.reads(self.state):
            if isinstance(row, type):
                self.state.load(row, [key], [])
        decision = made.decide(self.state)
        for changed in decision.rows:
            self.state.put(changed)
            if isinstance(changed, GrowthEntry):
                self.growth += changed.growth
        for row_cls, key in decision.deletes:
            self.state.delete(row_cls, key)
        self.told += decision.events
        return decision

    @property
    def account(self) -> TierState | None:
        self.state.load(TierState, [MEMBER], [])
        return self.state.get(TierState, MEMBER)

    def grants(self) -> list[TierGrant]:
        rows = self.state.rows.get(TierGrant, {}).values()
        return [row for row in rows if isinstance(row, TierGrant)]

    def due(self) -> list[Timer]:
        rows = self.state.rows.get(Timer, {}).values()
        timers = [row for row in rows if isinstance(row, Timer) and row.due_at <= self.now]
        return sorted(timers, key=lambda timer: (timer.due_at, timer.kind))

    def run_due(self) -> None:
        while due := self.due():
            timer = due[0]
            cls = EvaluateTier if timer.kind == TERM_TIMER else NoticeTier
            before = self.account
            self.run(cls, at=timer.due_at, grant_id=timer.ref)
            after = self.account
            assert before is not None
            assert after is not None
            assert before.level - after.level <= 1, "one level per evaluation"
            held = self.state.get(Timer, (MERCHANT, timer.kind, timer.ref))
            if held is not None and held.due_at == timer.due_at:
                self.state.delete(Timer, (MERCHANT, timer.kind, timer.ref))

    def check(self) -> None:
        account = self.account
        if account is None:
            return
        assert account.growth == self.growth, "the sum of the ledger"
        assert min(account.qualifying.growth, account.qualifying.orders) >= 0
        active = [grant for grant in self.grants() if grant.state == "ACTIVE"]
        assert sum(grant.source == "EARNED" for grant in active) == 1
        assert account.level == max(grant.level for grant in active)
        assert all(grant.window_sums.growth >= 0 for grant in active)


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.integers(0, 9_000)),
        st.tuples(st.just("refund"), st.integers(0, 9)),
        st.tuples(st.just("recharge"), st.integers(0, 4)),
        st.tuples(st.just("unrecharge"), st.integers(0, 4)),
        st.tuples(st.just("adjust"), st.integers(-3_000, 3_000)),
        st.tuples(st.just("later"), st.integers(0, 400)),
    ),
    max_size=25,
)


def _step(memory: Memory, kind: str, size: int, number: int) -> None:
    if kind == "order":
        line = BaseLine("l1", size * 100, size * 100)
        memory.run(RecordOrderPaid, member_id="a", order_id=f"o{number}", lines=[line])
        memory.run(RecordOrderCompleted, order_id=f"o{number}")
    elif kind == "refund":
        orders = sorted(key[1] for key in memory.state.rows.get(OrderGrowth, {}))
        if orders:
            memory.run(
                RecordOrderRefunded, order_id=orders[size % len(orders)],
                refund_id=f"r{number}", full=size % 2 == 0,
                parts=[RefundPart("l1", size * 10_000)],
            )  # fmt: skip
    elif kind == "recharge":
        memory.run(
            RecordRecharge, member_id="a", recharge_id=f"re{size}", tier_id=f"V{size}", growth=50
        )
    elif kind == "unrecharge":
        memory.run(RecordRechargeRefund, member_id="a", recharge_id=f"re{size}")
    elif kind == "adjust":
        memory.run(
            AdjustGrowth, member_id="a", adjustment_id=f"a{number}", growth=size, reason="",
            operator="",
        )  # fmt: skip
    else:
        memory.now += timedelta(days=size)
        memory.run_due()


@given(_STEPS)
def test_any_history_keeps_the_books_and_falls_one_level_per_evaluation(
    steps: list[tuple[str, int]],
) -> None:
    memory = Memory()
    for number, (kind, size) in enumerate(steps):
        with suppress(Refusal):
            _step(memory, kind, size, number)
        memory.check()


@given(
    st.lists(st.tuples(st.integers(1, 50_000), st.integers(0, 5_000)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20_000)), max_size=8),
    st.integers(1, 30_000),
)
def test_refunds_in_pieces_sum_exactly_to_what_was_earned(
    amounts: list[tuple[int, int]], pieces: list[tuple[int, int]], rate: int
) -> None:
    """The last refund is full: whatever came before, nothing is left and nothing is over."""
    memory = Memory()
    policy = GrowthPolicy(MERCHANT, growth_per_yuan_bp=rate)
    memory.state.load(GrowthPolicy, [], [policy])
    lines = [BaseLine(f"l{n}", base + bonus, base) for n, (base, bonus) in enumerate(amounts)]
    memory.run(RecordOrderPaid, member_id="a", order_id="o", lines=lines)
    memory.run(RecordOrderCompleted, order_id="o")
    earned = memory.growth
    left = earned
    for number, (line, amount) in enumerate(pieces):
        memory.run(
            RecordOrderRefunded, order_id="o", refund_id=f"r{number}", full=False,
            parts=[RefundPart(f"l{line}", amount)],
        )  # fmt: skip
        assert 0 <= memory.growth <= left, "each refund takes back, none gives"
        left = memory.growth
    memory.run(RecordOrderRefunded, order_id="o", refund_id="last", full=True, parts=[])
    assert memory.growth == 0
    memory.check()


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20_000)), max_size=5), st.integers(0, 5)
)
def test_nothing_comes_back_of_what_a_full_refund_took(
    pieces: list[tuple[int, int]], full_at: int
) -> None:
    """Refunds in pieces may arrive after the one in full: the order of events changes nothing."""
    memory = Memory()
    lines = [BaseLine(f"l{n}", 10_000, 9_000) for n in range(3)]
    memory.run(RecordOrderPaid, member_id="a", order_id="o", lines=lines)
    memory.run(RecordOrderCompleted, order_id="o")
    parts = [[RefundPart(f"l{line}", amount)] for line, amount in pieces]
    parts.insert(min(full_at, len(parts)), [])
    for number, part in enumerate(parts):
        memory.run(
            RecordOrderRefunded, order_id="o", refund_id=f"r{number}", full=not part, parts=part
        )
    account = memory.state.get(TierState, MEMBER)
    assert account is not None
    assert (account.growth, account.spend_fen, account.orders) == (0, 0, 0)
    memory.check()
