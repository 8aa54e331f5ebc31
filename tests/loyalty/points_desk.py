"""Points without doors: commands through the real engine on a real database, and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from common.commands import Command
from common.engine import Engine
from common.timers import DONE, Timer
from common.verify import run_checks
from danke.events import loyalty_points
from danke.events.envelope import Event
from services.loyalty import store, store_verify_points, timers_points
from services.loyalty.earn_rules import RuleKind, RuleTerms, SetRule
from services.loyalty.earnings import EarnPoints
from services.loyalty.order_points import EarnOrder, LineRefund, OrderLine, RecordOrder, RefundOrder
from services.loyalty.points_accounts import (
    Balances,
    PointsAccount,
    PointsProgramme,
    SetProgramme,
    balances,
)
from services.loyalty.points_holds import ConsumeHold, Held, HoldPoints, RevertConsumed
from services.loyalty.points_lots import PointsLot

C = TypeVar("C", bound=Command)
MERCHANT = "m1"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)
_EVENTS = {
    cls.__name__: cls
    for cls in vars(loyalty_points).values()
    if isinstance(cls, type) and issubclass(cls, Event)
}


def cst(text: str) -> datetime:
    """A time of Shanghai, as UTC: ``cst("2026-05-01 10:00")``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def command(cls: type[C], at: datetime, **fields: Any) -> C:
    """A command with an id and a new id of its own."""
    number = next(_numbers)
    fields.setdefault("id", f"c{number}")
    fields.setdefault("new_id", f"n{number:08}")
    fields.setdefault("merchant_id", MERCHANT)
    return cls(at=at, **fields)


class Desk:
    """One merchant's points, and shorthand for what most tests do with them."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, dsn: str) -> None:
        self.engine = engine
        self.pool = pool
        self.dsn = dsn
        self.now = cst("2026-05-01 10:00")

    # --- commands -----------------------------------------------------------------------------

    async def run(self, cls: type[Command], **fields: Any) -> Any:
        """Runs one command, now or ``at``."""
        return await self.engine.run(command(cls, fields.pop("at", self.now), **fields))

    async def run_each(self, commands: Sequence[Command]) -> list[Any]:
        """Runs commands together."""
        return await self.engine.run_each(commands)

    async def give(self, member_id: str, points: int, **fields: Any) -> Any:
        """Points of an operator, usable at once."""
        fields.setdefault("source_type", "MANUAL")
        fields.setdefault("source_id", f"s{next(_numbers)}")
        return await self.run(EarnPoints, member_id=member_id, points=points, **fields)

    async def spend(self, member_id: str, order_id: str, points: int, **fields: Any) -> Held:
        """Points held and consumed for an order."""
        fields.setdefault("at", self.now)
        held = await self.run(
            HoldPoints, member_id=member_id, order_id=order_id, points=points, **fields
        )
        done: Held = await self.run(ConsumeHold, hold_id=held.hold.hold_id, **fields)
        return done

    async def revert(self, hold_id: str, points: int, refund_id: str, **fields: Any) -> Any:
        """Used points come back."""
        return await self.run(
            RevertConsumed, hold_id=hold_id, points=points, refund_id=refund_id, **fields
        )

    async def pay(self, member_id: str, order_id: str, net_fen: int, **fields: Any) -> None:
        """An order of one line is paid in cash."""
        lines = fields.pop("lines", [OrderLine("l1", "sku", "cat", net_fen, 0, 0)])
        fields.setdefault("channel", "MINI")
        await self.run(RecordOrder, member_id=member_id, order_id=order_id, lines=lines, **fields)

    async def complete(self, order_id: str, **fields: Any) -> Balances:
        """The customer has the goods."""
        done: Balances = await self.run(EarnOrder, order_id=order_id, **fields)
        return done

    async def refund(
        self, order_id: str, refund_id: str, cash_fen: int, *, full: bool = False, **fields: Any
    ) -> Balances:
        """Part of the order's line l1 is refunded in cash."""
        fields.setdefault("lines", [LineRefund("l1", cash_fen, 0)])
        fields.setdefault("points", 0)
        done: Balances = await self.run(
            RefundOrder, order_id=order_id, refund_id=refund_id, full=full, **fields
        )
        return done

    async def programme(self, **terms: Any) -> None:
        """Sets the merchant's terms."""
        programme = PointsProgramme(MERCHANT, **terms)
        await self.run(SetProgramme, programme=programme, operator="admin")

    async def rule(self, rule_id: str, kind: RuleKind, **terms: Any) -> None:
        """Adds an earning rule."""
        await self.run(
            SetRule, rule_id=rule_id, kind=kind, version=0, state="ACTIVE", name=rule_id,
            terms=RuleTerms(**terms), operator="admin",
        )  # fmt: skip

    # --- time ---------------------------------------------------------------------------------

    async def advance(self, to: datetime) -> None:
        """Lets time pass: every timer that is due runs at its own time."""
        self.now = to
        while True:
            records = await self.pool.fetch(
                "SELECT merchant_id, kind, ref, due_at, leased_until, attempts FROM timers"
                " WHERE due_at <= $1 ORDER BY due_at, ref LIMIT 1",
                to,
            )
            if not records:
                return
            timer = Timer(*records[0])
            made = timers_points.HANDLERS[timer.kind](timer, f"n{next(_numbers):08}")
            await self.engine.run(made)
            key = (timer.merchant_id, timer.kind, timer.ref, timer.due_at)
            await self.pool.execute(DONE, *([value] for value in key))

    # --- what it looks like -------------------------------------------------------------------

    async def balances(self, member_id: str) -> Balances:
        """The member's balances as they are stored."""
        table = self.engine.tables[PointsAccount]
        account = await table.get(self.pool, (MERCHANT, member_id))
        return balances(account) if account else Balances(member_id, 0, 0, 0, 0)

    async def available(self, member_id: str) -> int:
        """What the member can use."""
        return (await self.balances(member_id)).available_points

    async def lots(self, member_id: str, state: str = "AVAILABLE") -> list[PointsLot]:
        """The member's lots in their order."""
        table = self.engine.tables[PointsLot]
        names = ", ".join(column.name for column in table.columns)
        records = await self.pool.fetch(
            f"SELECT {names} FROM points_lots WHERE member_id = $1 AND state = $2"
            " ORDER BY expires_at, earned_at, lot_id",
            member_id,
            state,
        )
        return [table.decode(record) for record in records]  # type: ignore[arg-type, misc]

    async def events(self, kind: type[Event], member_id: str) -> list[Any]:
        """The events of one kind about a member, in order."""
        records = await self.pool.fetch(
            "SELECT payload FROM outbox WHERE key = $1 AND about::jsonb ->> 'type' LIKE $2"
            " ORDER BY id",
            member_id,
            f"%.{kind.__name__}.v1",
        )
        return [msgspec.json.decode(record["payload"], type=kind) for record in records]

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        """Whatever a test wants to look at."""
        return [tuple(record) for record in await self.pool.fetch(sql, *arguments)]

    async def findings(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """What the checks find wrong."""
        found = await run_checks(self.dsn, store_verify_points.CHECKS)
        return [(finding.check.name, finding.rows) for finding in found if finding.rows]


@asynccontextmanager
async def desk_on(dsn: str, *, batch_limit: int = 256) -> AsyncIterator[Desk]:
    """A desk on a migrated database."""
    engine = Engine(dsn, store.TABLES, service="loyalty", lanes=2, batch_limit=batch_limit)
    await engine.start()
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
    try:
        yield Desk(engine, pool, dsn)
    finally:
        await pool.close()
        await engine.stop()


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)
