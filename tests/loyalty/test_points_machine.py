"""The engine against the model: one command at a time, and the same in batches, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import count
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.commands import Command
from common.errors import Refusal
from common.verify import run_checks
from services.loyalty.days import natural_days, next_year_end
from services.loyalty.earnings import EarnPoints, RevokeEarned
from services.loyalty.order_points import EarnOrder, OrderLine, RecordOrder
from services.loyalty.points_accounts import PointsAccount, PointsProgramme, SetProgramme
from services.loyalty.points_due import RunDue
from services.loyalty.points_holds import ConsumeHold, HoldPoints, ReleaseHold, RevertConsumed
from services.loyalty.store_verify_points import CHECKS
from tests.conftest import Migrated
from tests.loyalty.points_desk import Desk, cst, desk_on
from tests.loyalty.points_model import Model, ModelEarning

POINTS = st.integers(1, 120)
# Which of the holds or earnings so far, counted from the last one.
WHICH = st.integers(0, 3)
# How much of what there is, in percent; more than there is is refused.
SHARE = st.sampled_from([10, 50, 100, 100, 130])
GIVE = st.tuples(st.just("give"), POINTS, st.sampled_from([2, 9, 40]))
STEP = st.one_of(
    GIVE,
    GIVE,
    st.tuples(st.just("order"), POINTS, st.just(0)),
    st.tuples(st.just("hold"), SHARE, st.just(0)),
    st.tuples(st.just("spend"), SHARE, st.just(0)),
    st.tuples(st.just("consume"), st.just(0), WHICH),
    st.tuples(st.just("release"), st.just(0), WHICH),
    st.tuples(st.just("revert"), SHARE, WHICH),
    st.tuples(st.just("revoke"), SHARE, WHICH),
    st.tuples(st.just("wait"), st.sampled_from([1, 3, 8]), st.just(0)),
)
_merchants = count(1)
TABLES = ("points_accounts", "points_lots", "points_holds", "points_earnings", "points_entries")


class Script:
    """Steps as commands of one merchant, and what the model says of each."""

    def __init__(self, merchant_id: str, grace_days: int) -> None:
        self.merchant_id = merchant_id
        self.model = Model(grace_days)
        self.commands: list[Command] = []
        self.expected: list[str] = []
        self.states: list[tuple[int, int, int, int]] = []
        self.now = cst("2026-05-01 10:00")
        self.earned = 0
        programme = PointsProgramme(merchant_id, grace_days=grace_days, notice_days=1)
        self._add(SetProgramme, "OK", programme=programme, operator="admin")

    def _add(self, cls: type[Command], expected: str, **fields: Any) -> None:
        number = len(self.commands)
        self.commands.append(
            cls(
                id=f"c{number}", merchant_id=self.merchant_id, at=self.now, new_id=f"n{number:04}",
                **fields,
            )
        )  # fmt: skip
        self.expected.append(expected)
        self.states.append(self.model.balances())

    def step(self, kind: str, amount: int, name: int) -> None:
        self.now += timedelta(minutes=1)
        if kind == "wait":
            self.now += timedelta(days=amount)
            self.model.expire(self.now)
            self.model.mature(self.now)
            self._add(RunDue, "OK", member_id="ann")
        elif kind in ("give", "order"):
            self._earn(kind, amount, name)
        elif kind == "revoke":
            source = f"s{self.earned - 1 - name}"
            known = self.model.earnings.get(source)
            amount = (known.points - known.revoked) * amount // 100 if known else amount
            expected = self._writes(lambda: self.model.revoke(source, amount))
            self._add(
                RevokeEarned, expected, source_type=known.kind if known else "MANUAL",
                source_id=source, points=amount, clawback_id=f"k{len(self.commands)}",
            )  # fmt: skip
        elif kind == "hold":
            self._hold(amount)
        elif kind == "spend":
            if self._hold(amount) == "OK":
                self._of_hold("consume", 0, 0)
        else:
            self._of_hold(kind, amount, name)

    def _writes(self, change: Any) -> str:
        """A command that is refused writes nothing, not even what expired."""
        before = deepcopy(self.model)
        self.model.expire(self.now)
        outcome: str = change()
        if outcome != "OK":
            self.model = before
        return "OK" if outcome == "SAME" else outcome

    def _earn(self, kind: str, amount: int, days: int) -> None:
        source = f"s{self.earned}"
        self.earned += 1
        if kind == "give":
            self.model.expire(self.now)
            until = natural_days(self.now, days)
            self.model.earn(source, ModelEarning(amount, "MANUAL", until, None))
            self._add(
                EarnPoints, "OK", member_id="ann", source_type="MANUAL", source_id=source,
                points=amount, expiry_days=days,
            )  # fmt: skip
            return
        line = OrderLine("l1", "s", "c", amount * 100, 0, 0)
        self._add(RecordOrder, "OK", member_id="ann", order_id=source, channel="MINI", lines=[line])
        self.model.expire(self.now)
        self.model.earn(
            source,
            ModelEarning(amount, "ORDER", next_year_end(self.now), self.now + timedelta(days=7)),
        )
        self._add(EarnOrder, "OK", order_id=source)

    def _hold(self, share: int) -> str:
        points = max(1, self.model.balances()[0] * share // 100)
        name = f"n{len(self.commands):04}"
        expected = self._writes(lambda: self.model.hold(name, points))
        self._add(
            HoldPoints, expected, member_id="ann", order_id=f"o-{name}", points=points,
            ttl_s=90 * 86_400,
        )  # fmt: skip
        return expected

    def _of_hold(self, kind: str, share: int, which: int) -> None:
        names = list(self.model.holds)
        name = names[-1 - which] if which < len(names) else "none"
        if kind == "consume":
            expected = self._writes(lambda: self.model.consume(name))
            self._add(ConsumeHold, expected, hold_id=name)
        elif kind == "release":
            expected = self._writes(lambda: self.model.release(name, self.now))
            self._add(ReleaseHold, expected, hold_id=name)
        else:
            hold = self.model.holds.get(name)
            taken = sum(points for _, points in hold.shares) if hold else 1
            points = max(1, taken * share // 100)
            expected = self._writes(lambda: self.model.revert(name, points, self.now))
            refund_id = f"r{len(self.commands)}"
            self._add(RevertConsumed, expected, hold_id=name, points=points, refund_id=refund_id)


def said(outcome: Any) -> str:
    """An outcome in the model's words; a bug is raised."""
    if isinstance(outcome, Refusal):
        return outcome.reason
    if isinstance(outcome, BaseException):
        raise outcome
    return "OK"


def chunks(commands: Sequence[Command], sizes: Sequence[int]) -> list[list[Command]]:
    """The commands in batches of these sizes.

    A command that names a row which an earlier one of its batch makes is decided after all of its
    batch, by the engine's rule; here such a command begins a batch, so that the order stays.
    """
    batches: list[list[Command]] = [[]]
    made: set[str] = set()
    turn = 0
    for one in commands:
        names = {getattr(one, name, "") for name in ("hold_id", "order_id")} - {""}
        follows = isinstance(one, ConsumeHold | ReleaseHold | RevertConsumed | EarnOrder)
        if len(batches[-1]) >= sizes[turn % len(sizes)] or (follows and names & made):
            batches.append([])
            made = set()
            turn += 1
        batches[-1].append(one)
        made |= {one.new_id} if isinstance(one, HoldPoints) else names
    return batches


async def rows_of(pool: asyncpg.Pool, merchant_id: str) -> dict[str, list[Any]]:
    """Everything there is about one merchant's points, without the merchant."""
    return {
        table: sorted(
            record[0]
            for record in await pool.fetch(
                f"SELECT (to_jsonb(t) - 'merchant_id')::text FROM {table} t WHERE merchant_id = $1",
                merchant_id,
            )
        )
        for table in TABLES
    }


@pytest.mark.timeout(300)
async def test_the_engine_does_what_the_model_does_one_by_one_and_in_batches(
    migrated: Migrated,
) -> None:
    """Every outcome and balance as the model says; the same rows however commands are batched."""
    async with desk_on(await migrated("loyalty")) as desk:
        loop = asyncio.get_running_loop()

        @settings(max_examples=50)
        @given(
            steps=st.lists(STEP, min_size=25, max_size=40),
            sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
            grace=st.sampled_from([0, 5]),
        )
        def explore(steps: list[Any], sizes: list[int], grace: int) -> None:
            future = asyncio.run_coroutine_threadsafe(compare(desk, steps, sizes, grace), loop)
            future.result()

        await asyncio.to_thread(explore)
        found = await run_checks(desk.dsn, CHECKS)
        assert not [(one.check.name, one.rows) for one in found if one.rows]


async def compare(desk: Desk, steps: list[Any], sizes: list[int], grace: int) -> None:
    """One script, twice."""
    number = next(_merchants)
    single, batched = Script(f"s{number}", grace), Script(f"b{number}", grace)
    for step in steps:
        single.step(*step)
        batched.step(*step)
    table = desk.engine.tables[PointsAccount]
    for one, expected, state in zip(single.commands, single.expected, single.states, strict=True):
        assert said((await desk.engine.run_each([one]))[0]) == expected, one
        account = await table.get(desk.pool, (single.merchant_id, "ann"))
        if account is not None:
            assert (
                account.available_points, account.pending_points, account.frozen_points,
                account.debt_points,
            ) == state, one  # fmt: skip
    outcomes = []
    for batch in chunks(batched.commands, sizes):
        outcomes += await desk.engine.run_each(batch, lane_keys=["ann"] * len(batch))
    assert [said(one) for one in outcomes] == batched.expected
    assert await rows_of(desk.pool, batched.merchant_id) == await rows_of(
        desk.pool, single.merchant_id
    )
