"""A wallet without doors: commands through the real engine on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import asyncpg
import msgspec

from common.commands import Command
from common.engine import Engine
from common.timers import Timer
from common.verify import run_checks
from services.wallet import store, store_accounts, store_verify
from services.wallet.lots import Lot
from services.wallet.payment_refunds import RefundPayment
from services.wallet.payments import FreezePayment, Paid, Pay
from services.wallet.plans import SetPlan
from services.wallet.recharges import CreateRecharge, CreditRecharge, Recharge

C = TypeVar("C", bound=Command)
MERCHANT = "m1"
# 10:00 in Shanghai.
START = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
_numbers = count(1)


def command(cls: type[C], at: datetime = START, **fields: Any) -> C:
    """A command with an id and a new id of its own."""
    number = next(_numbers)
    fields.setdefault("id", f"c{number}")
    fields.setdefault("new_id", f"n{number}")
    fields.setdefault("merchant_id", MERCHANT)
    return cls(at=at, **fields)


class Wallets:
    """One merchant's wallets, and shorthand for what most tests do with them."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool) -> None:
        self.engine = engine
        self.pool = pool
        self.now = START

    async def run(self, cls: type[Command], **fields: Any) -> Any:
        """Runs one command now."""
        fields.setdefault("at", self.now)
        return await self.engine.run(command(cls, **fields))

    def later(self, **delta: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**delta)

    async def recharge(
        self, member_id: str, paid_fen: int, bonus_fen: int = 0, **fields: Any
    ) -> Recharge:
        """A credited recharge; with a bonus by a plan of its own."""
        fields["amount_fen"] = paid_fen
        if bonus_fen:
            fields["plan_id"] = f"p{next(_numbers)}"
            plan = command(
                SetPlan,
                plan_id=fields["plan_id"],
                version=0,
                name="",
                pay_fen=paid_fen,
                bonus_fen=bonus_fen,
                actor="admin",
            )
            await self.engine.run(plan)
        created = await self.run(CreateRecharge, member_id=member_id, **fields)
        return await self.credit(created)

    async def credit(self, recharge: Recharge, **fields: Any) -> Recharge:
        """The payment of a recharge arrives."""
        fields.setdefault("payment_id", f"pay-{recharge.recharge_id}")
        fields.setdefault("amount_fen", recharge.pay_fen)
        fields.setdefault("paid_at", self.now)
        result: Recharge = await self.run(
            CreditRecharge, recharge_id=recharge.recharge_id, **fields
        )
        return result

    async def pay(self, member_id: str, amount_fen: int, **fields: Any) -> Paid:
        """A direct payment of an order of its own."""
        fields.setdefault("order_id", f"o{next(_numbers)}")
        paid: Paid = await self.run(Pay, member_id=member_id, amount_fen=amount_fen, **fields)
        return paid

    async def hold(self, member_id: str, amount_fen: int, **fields: Any) -> Paid:
        """A hold for an order of its own."""
        fields.setdefault("order_id", f"o{next(_numbers)}")
        fields.setdefault("ttl", timedelta(minutes=30))
        held: Paid = await self.run(
            FreezePayment, member_id=member_id, amount_fen=amount_fen, **fields
        )
        return held

    async def give_back(self, paid: Paid, amount_fen: int, **fields: Any) -> Any:
        """A refund of a payment."""
        fields.setdefault("refund_id", f"r{next(_numbers)}")
        return await self.run(
            RefundPayment, payment_id=paid.payment.payment_id, amount_fen=amount_fen, **fields
        )

    async def lot(self, lot_id: str) -> Lot:
        """The lot as stored."""
        found = await store.LOTS.get(self.pool, (MERCHANT, lot_id))
        assert isinstance(found, Lot)
        return found

    async def balance(self, member_id: str) -> tuple[int, int, int]:
        """Principal, bonus and what of both is frozen."""
        found = await store_accounts.balance(self.pool, MERCHANT, member_id)
        return found.principal_fen, found.bonus_fen, found.frozen_fen

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """The payloads of the events with these names, in order."""
        rows = await self.pool.fetch("SELECT about, payload FROM outbox ORDER BY id")
        return [
            msgspec.json.decode(row["payload"])
            for row in rows
            if msgspec.json.decode(row["about"])["type"].split(".")[-2] in names
        ]

    async def timers(self) -> list[Timer]:
        """What waits for a time."""
        rows = await self.pool.fetch(
            "SELECT merchant_id, kind, ref, due_at, leased_until, attempts FROM timers"
        )
        return [Timer(*row) for row in rows]

    async def booked(self, *, ref: str) -> set[tuple[str, str, str, int]]:
        """The transfers of one operation: kind, debit, credit, amount."""
        rows = await self.pool.fetch(
            "SELECT kind, debit, credit, amount_fen FROM transfers WHERE ref = $1", ref
        )
        return {tuple(row) for row in rows}

    async def findings(self, dsn: str, only: Sequence[str] = ()) -> dict[str, Any]:
        """What verification finds: check → rows."""
        found = await run_checks(dsn, store_verify.CHECKS)
        return {
            finding.check.name: finding.rows
            for finding in found
            if finding.rows and (not only or finding.check.name in only)
        }


@asynccontextmanager
async def wallets_on(dsn: str, **engine: Any) -> AsyncIterator[Wallets]:
    """An engine on this migrated database."""
    running = Engine(dsn, store.TABLES, service="wallet", **engine)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        await running.start()
        try:
            yield Wallets(running, pool)
        finally:
            await running.stop()
