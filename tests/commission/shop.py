"""A shop without doors: commission's commands through the real engine on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any, TypeVar

import asyncpg
import msgspec

from common.commands import Command
from common.engine import Engine
from common.timers import Timers
from common.verify import run_checks
from services.commission import store, store_guides, store_money, store_promotion, timers
from services.commission.accounts import account_of
from services.commission.accruals import Accrual, AccrueOrder, source_of
from services.commission.attributions import AttributeOrder, Buying, Item
from services.commission.bindings import BindCustomer
from services.commission.entries import Line
from services.commission.guides import UpsertGuide
from services.commission.programmes import Programme, SetProgramme
from services.commission.refunds import RefundPart, RefundSource
from services.commission.settlements import CompleteOrder
from services.commission.store_verify import CHECKS

C = TypeVar("C", bound=Command)
MERCHANT = "m1"
CST = timezone(timedelta(hours=8))
_numbers = count(1)


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


START = cst("2026-05-01 12:00")


class At:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


def line(line_id: str = "l1", net: int = 10_000, **fields: Any) -> Line:
    """A line paid in cash unless said otherwise."""
    given = {"qty": 1, "wallet_fen": 0, "bonus_fen": 0, "list_fen": net} | fields
    return Line(line_id, net_fen=net, **given)


class Shop:
    """One merchant, and shorthand for what most tests do."""

    def __init__(self, dsn: str, engine: Engine, pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engine = engine
        self.pool = pool
        self.clock = At()
        self.timers = Timers(engine, pool, timers.HANDLERS, self.clock)  # type: ignore[arg-type]

    @property
    def now(self) -> datetime:
        return self.clock.time

    def make(self, cls: type[C], **fields: Any) -> C:
        """A command with an id and a new id of its own, now."""
        number = next(_numbers)
        given = {"id": f"c{number}", "new_id": f"n{number:06d}", "merchant_id": MERCHANT}
        return cls(**({"at": self.now} | given | fields))

    async def run(self, cls: type[Command], **fields: Any) -> Any:
        """Runs one command now."""
        return await self.engine.run(self.make(cls, **fields))

    async def until(self, text: str) -> None:
        """Lets time pass and runs what was due, each at its own time."""
        self.clock.time = cst(text)
        await self.timers.run_due()

    async def programme(self, **fields: Any) -> Programme:
        """A programme: L1 10 %, no guide pool, settled after 7 days."""
        current = await store_promotion.programme(self.pool, MERCHANT)
        given = {"l1_bp": 1_000, "validity_days": 90} | fields
        made = msgspec.structs.replace(current, **given)
        result: Programme = await self.run(
            SetProgramme, programme=made, acknowledge=True, actor="ann"
        )
        return result

    async def bind(self, customer: str, promoter: str, **fields: Any) -> Any:
        """Binds by an operator's word."""
        return await self.run(
            BindCustomer, customer_id=customer, promoter_id=promoter, actor="ann", **fields
        )

    async def guide(self, guide_id: str, store_id: str) -> Any:
        """A guide."""
        return await self.run(UpsertGuide, guide_id=guide_id, store_id=store_id, actor="ann")

    def buying(self, order_id: str, member: str = "buyer", **fields: Any) -> Buying:
        """What an order says of itself."""
        given = {"store_id": "", "items": [Item("l1", "s1", "p1")]} | fields
        return Buying(order_id, member, **given)

    async def create(self, order_id: str, member: str = "buyer", **fields: Any) -> Any:
        """The order was created now."""
        buying = self.buying(order_id, member, **fields)
        return await self.run(AttributeOrder, buying=buying, created_at=self.now)

    async def pay(self, order_id: str, *lines: Line, member: str = "buyer", **fields: Any) -> None:
        """The order was paid now."""
        channel = fields.pop("channel", "MINI")
        await self.run(
            AccrueOrder,
            buying=self.buying(order_id, member, **fields),
            channel=channel,
            lines=list(lines) or [line()],
            paid_at=self.now,
        )

    async def complete(self, order_id: str) -> Accrual:
        """The customer has the goods now."""
        result: Accrual = await self.run(CompleteOrder, source_id=source_of("ORDER", order_id))
        return result

    async def refund(
        self, order_id: str, refund_id: str, *parts: RefundPart, full: bool = False
    ) -> Accrual:
        """Part or all of it came back now."""
        result: Accrual = await self.run(
            RefundSource,
            source_id=source_of("ORDER", order_id),
            refund_id=refund_id,
            parts=list(parts),
            full=full,
        )
        return result

    async def entries(self, source: str) -> dict[tuple[str, str], tuple[int, str]]:
        """Role and payee → what is left of it over all lines, and its state."""
        source_id = source if ":" in source else source_of("ORDER", source)
        _, rows, _ = await store_money.of_source(self.pool, MERCHANT, source_id)
        found: dict[tuple[str, str], tuple[int, str]] = {}
        for row in rows:
            key = (row.role, row.account_id.partition(":")[2])
            before = found.get(key, (0, ""))[0]
            found[key] = (before + row.left_fen, row.state)
        return found

    async def balance(self, payee_id: str, kind: Any = "PROMOTER") -> store_money.Balance:
        """What a payee has."""
        return await store_money.balance(self.pool, MERCHANT, account_of(kind, payee_id))

    async def sold(self, guide_id: str) -> dict[str, int]:
        """A guide's performance by kind and month."""
        rows = await store_guides.guide_months(self.pool, MERCHANT, guide_id, "2000-01", "2999-12")
        return {f"{row.kind} {row.period}": row.amount_fen for row in rows}

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """The payloads of the events with these names, in order."""
        rows = await self.pool.fetch("SELECT about, payload FROM outbox ORDER BY id")
        return [
            msgspec.json.decode(row["payload"])
            for row in rows
            if msgspec.json.decode(row["about"])["type"].split(".")[-2] in names
        ]

    async def findings(self, only: Sequence[str] = ()) -> dict[str, Any]:
        """What verification finds: check → rows."""
        return {
            finding.check.name: finding.rows
            for finding in await run_checks(self.dsn, CHECKS)
            if finding.rows and (not only or finding.check.name in only)
        }


@asynccontextmanager
async def shop_on(dsn: str, **engine: Any) -> AsyncIterator[Shop]:
    """An engine on this migrated database."""
    running = Engine(dsn, store.TABLES, service="commission", **engine)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        await running.start()
        try:
            yield Shop(dsn, running, pool)
        finally:
            await running.stop()
