"""Rounds: commands run one by one for one merchant and in one batch for another, and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.commands import Command
from common.errors import Refusal
from services.wallet import store_accounts
from tests.wallet.wallet_model import Model
from tests.wallet.wallets import START, Wallets, wallets_on

CAP = 5_000
MEMBERS = ("ann", "bob")
TABLES = (
    "accounts lots payments payment_refunds recharges recharge_refunds adjustments transfers timers"
)
# A small world: every amount has a chance to meet a boundary.
AMOUNTS = st.one_of(st.integers(1, 1_500), st.sampled_from([1, 7, 10, 300, 400, 1_000, 1_200]))
_examples = count(1)
_RUN: dict[str, Any] = {}

Expect = Callable[[Any], None]


class Rounds(RuleBasedStateMachine):
    """Collects commands with what the model expects of each, and runs them a round at a time."""

    def open(self) -> None:
        """Two merchants of their own for this example, and a model of both."""
        example = next(_examples)
        self.single, self.batched = f"s{example}", f"b{example}"
        self.model = Model(CAP)
        self.numbers = count(1)
        self.round: list[tuple[type[Command], dict[str, Any], Expect]] = []

    def add(self, cls: type[Command], expect: Expect, **fields: Any) -> str:
        """Adds a command to the round; the id of what it creates."""
        number = next(self.numbers)
        fields |= {"id": f"c{number}", "new_id": f"n{number}"}
        self.round.append((cls, fields, expect))
        return f"n{number}"

    # Twice, so that rounds are short enough for a history to get somewhere.
    @precondition(lambda self: self.round)
    @rule()
    def run_round_now(self) -> None:
        self.run_round()

    @precondition(lambda self: self.round)
    @rule()
    def run_round_soon(self) -> None:
        self.run_round()

    def run_round(self) -> None:
        wallets: Wallets = _RUN["wallets"]
        runner: asyncio.Runner = _RUN["runner"]
        at = START + timedelta(seconds=next(self.numbers))
        batch = [cls(merchant_id=self.batched, at=at, **f) for cls, f, _ in self.round]

        async def run() -> tuple[list[Any], list[Any]]:
            alone = []
            for cls, fields, _ in self.round:
                one = cls(merchant_id=self.single, at=at, **fields)
                alone += await wallets.engine.run_each([one])
            return alone, await wallets.engine.run_each(batch)

        alone, together = runner.run(run())
        for (cls, fields, expect), single, joint in zip(self.round, alone, together, strict=True):
            assert told(single, self.single) == told(joint, self.batched), (cls, fields)
            expect(single)
        self.round = []
        runner.run(self.check_balances(wallets))

    async def check_balances(self, wallets: Wallets) -> None:
        for member in MEMBERS:
            principal, bonus, frozen = await balance(wallets, self.single, member)
            assert (principal, bonus) == self.model.owed(member)
            assert frozen == self.model.frozen(member)

    def teardown(self) -> None:
        if not hasattr(self, "round"):
            return
        if self.round:
            self.run_round()
        runner: asyncio.Runner = _RUN["runner"]
        runner.run(self.check_rows(_RUN["wallets"]))

    async def check_rows(self, wallets: Wallets) -> None:
        """Every row of one merchant equals the other's."""
        for table in TABLES.split():
            rows = [
                await wallets.pool.fetch(
                    f"SELECT to_jsonb(t) - 'merchant_id' AS row FROM {table} t"
                    " WHERE merchant_id = $1 ORDER BY 1",
                    merchant,
                )
                for merchant in (self.single, self.batched)
            ]
            assert rows[0] == rows[1], table


def refused(outcome: Any, *reasons: str) -> None:
    assert isinstance(outcome, Refusal), f"not refused: {outcome}"
    assert outcome.reason in reasons


def told(outcome: Any, merchant: str) -> str:
    """An outcome as text, without the merchant's name."""
    text = f"{type(outcome).__name__} {outcome!r} {getattr(outcome, 'metadata', '')}"
    return text.replace(f"'{merchant}'", "'m'")


async def balance(wallets: Wallets, merchant: str, member: str) -> tuple[int, int, int]:
    found = await store_accounts.balance(wallets.pool, merchant, member)
    return found.principal_fen, found.bonus_fen, found.frozen_fen


def run_machine(machine: type[Rounds], dsn: str, examples: int) -> None:
    """In a thread of its own, because hypothesis is not asynchronous."""
    with asyncio.Runner() as runner:

        async def start() -> tuple[AsyncExitStack, Wallets]:
            stack = AsyncExitStack()
            # One lane, so that a round is one batch in its order.
            return stack, await stack.enter_async_context(wallets_on(dsn, lanes=1))

        stack, wallets = runner.run(start())
        _RUN.update(runner=runner, wallets=wallets)
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(max_examples=examples, stateful_step_count=60, deadline=None),
            )
            assert not runner.run(wallets.findings(dsn))
        finally:
            runner.run(stack.aclose())
