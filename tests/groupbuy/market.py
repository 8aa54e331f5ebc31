"""A market for tests of commands: engines of group-buy on one database, ids, times and orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import asyncpg
import msgspec

from common.clock import DevelopmentClock
from common.commands import Command
from common.engine import Engine
from common.timers import Timers
from common.verify import run_checks
from services.groupbuy import store_groups
from services.groupbuy.activities import CreateActivity, PublishActivity, StockEntry
from services.groupbuy.groups import BuyGroup
from services.groupbuy.joining import JoinGroup, OpenGroup
from services.groupbuy.orders import TakeOrderRefunded
from services.groupbuy.seat_payments import ConfirmSeat
from services.groupbuy.seats import Seat, Taken
from services.groupbuy.store import TABLES
from services.groupbuy.store_verify import CHECKS
from services.groupbuy.terms import Simulate, SkuTerms, Terms
from services.groupbuy.timers import HANDLERS

MERCHANT = "m1"
CST = timezone(timedelta(hours=8))
YEARS = timedelta(days=3_000)


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


START = cst("2026-05-01 10:00")
# The prices of G1 and G2.
PLAIN = SkuTerms(sku_id="sku", price_fen=6_900, leader_price_fen=5_900)
LADDER = SkuTerms(sku_id="sku", price_fen=0, tier_prices_fen=[9_900, 8_900, 7_900])


def terms(**fields: Any) -> Terms:
    """Terms of a group of three, unless said otherwise."""
    given: dict[str, Any] = {"mode": "NORMAL", "name": "test", "size": 3, "skus": [PLAIN]}
    if fields.get("mode") in ("LADDER_DYNAMIC", "LADDER_PICK"):
        given |= {"tier_sizes": [2, 5, 10], "skus": [LADDER]}
    return Terms(**(given | fields))


def simulated(**fields: Any) -> Terms:
    """Terms that let virtual members fill a group."""
    rule = {"enabled": True} | fields.pop("simulate", {})
    return terms(simulate=Simulate(**rule), **fields)


class Market:
    """Runs commands of one merchant; ``engines`` are several processes on one database."""

    def __init__(self, dsn: str, engines: list[Engine], pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engines = engines
        self.engine = engines[0]
        self.pool = pool
        self.at = START
        self.clock = DevelopmentClock()
        self.timers = Timers(self.engine, pool, HANDLERS, self.clock)
        self._ids = count(1)

    def fresh(self, letter: str = "x") -> str:
        """An id nobody used."""
        return f"{letter}{next(self._ids)}"

    def make(self, cls: type[Any], **fields: Any) -> Any:
        """A command with a fresh id, at the market's time unless said otherwise."""
        number = next(self._ids)
        given = {"id": f"r{number}", "new_id": f"n{number:05d}", "merchant_id": MERCHANT} | fields
        return cls(**({"at": self.at} | given))

    async def run(self, cls: type[Any], **fields: Any) -> Any:
        """The result of a fresh command."""
        return await self.engine.run(self.make(cls, **fields))

    async def answer(self, command: Command, engine: Engine | None = None) -> Any:
        """The command's result, or the reason of its refusal."""
        (outcome,) = await (engine or self.engine).run_each([command])
        return getattr(outcome, "reason", outcome)

    async def refused(self, cls: type[Any], **fields: Any) -> str:
        """The reason of the refusal of a fresh command."""
        reason = await self.answer(self.make(cls, **fields))
        assert isinstance(reason, str), f"not refused: {reason}"
        return reason

    async def activity(
        self, activity_terms: Terms | None = None, stock: int | None = None, **fields: Any
    ) -> str:
        """A published activity."""
        activity_id = self.fresh("act")
        given: dict[str, Any] = {
            "activity_id": activity_id,
            "terms": activity_terms or terms(),
            "starts_at": self.at,
            "ends_at": self.at + YEARS,
            "actor": "boss",
            "stock": () if stock is None else (StockEntry("sku", stock),),
        }
        await self.run(CreateActivity, **(given | fields))
        await self.run(PublishActivity, activity_id=activity_id)
        return activity_id

    def opening(self, activity_id: str, member: str, **fields: Any) -> OpenGroup:
        """The command that opens a group."""
        given = {"order_id": self.fresh("o"), "sku_id": "sku", "qty": 1} | fields
        command: OpenGroup = self.make(
            OpenGroup, activity_id=activity_id, member_id=member, **given
        )
        return command

    def joining(self, group: BuyGroup, member: str, **fields: Any) -> JoinGroup:
        """The command that joins a group."""
        given = {"order_id": self.fresh("o"), "sku_id": "sku", "qty": 1} | fields
        command: JoinGroup = self.make(
            JoinGroup,
            activity_id=group.activity_id,
            group_id=group.group_id,
            member_id=member,
            **given,
        )
        return command

    def paying(self, seat: Seat, **fields: Any) -> ConfirmSeat:
        """The event that says that a seat is paid."""
        given = {
            "payment_id": self.fresh("pay"),
            "amount_fen": seat.amount_fen,
            "paid_at": fields.get("at", self.at),
            "by_event": True,
        } | fields
        command: ConfirmSeat = self.make(ConfirmSeat, seat_id=seat.seat_id, **given)
        return command

    async def pay(self, seat: Seat | None, **fields: Any) -> Taken:
        """Pays a seat now."""
        assert seat is not None
        taken: Taken = await self.engine.run(self.paying(seat, **fields))
        return taken

    async def opened(self, activity_id: str, member: str = "leader", **fields: Any) -> BuyGroup:
        """A group whose leader has paid."""
        taken = await self.engine.run(self.opening(activity_id, member, **fields))
        return (await self.pay(taken.seat)).group

    async def joined(self, group: BuyGroup, member: str, **fields: Any) -> Taken:
        """A member who joined and paid."""
        taken = await self.engine.run(self.joining(group, member, **fields))
        return await self.pay(taken.seat)

    async def due(self, at: datetime | None = None, **delta: float) -> int:
        """Lets time pass, and what is due by then happen."""
        self.at = at or self.at + timedelta(**delta)
        self.clock.set(self.at)
        return await self.timers.run_due()

    async def give_back(self, refund_id: str, order_id: str, amount_fen: int) -> None:
        """The order system did a refund that was asked for."""
        await self.run(
            TakeOrderRefunded,
            order_id=order_id,
            refund_id=refund_id,
            amount_fen=amount_fen,
            is_full=True,
        )

    async def group(self, group: BuyGroup) -> BuyGroup:
        """The group as stored."""
        found = await store_groups.group(self.pool, MERCHANT, group.group_id)
        assert found is not None
        return found

    async def seat(self, seat: Seat | None) -> Seat:
        """The seat as stored."""
        assert seat is not None
        found = await store_groups.seat(self.pool, MERCHANT, seat.seat_id)
        assert found is not None
        return found

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """The payloads of the events with these names, in order."""
        rows = await self.pool.fetch("SELECT about, payload FROM outbox ORDER BY id")
        return [
            msgspec.json.decode(row["payload"])
            for row in rows
            if msgspec.json.decode(row["about"])["type"].split(".")[-2] in names
        ]

    async def stock(self, activity_id: str) -> tuple[int, int]:
        """Total and taken of the activity's SKU."""
        [row] = await self.pool.fetch(
            "SELECT total, taken FROM sku_stock WHERE activity_id = $1", activity_id
        )
        return row["total"], row["taken"]

    async def findings(self) -> dict[str, Any]:
        """What verification finds: check → rows."""
        found = await run_checks(self.dsn, CHECKS)
        return {one.check.name: one.rows for one in found if one.rows}


@asynccontextmanager
async def market_on(dsn: str, processes: int = 1, **settings: Any) -> AsyncIterator[Market]:
    """So many engines on this migrated database."""
    engines = [Engine(dsn, TABLES, service="groupbuy", **settings) for _ in range(processes)]
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3) as pool:
        for engine in engines:
            await engine.start()
        try:
            yield Market(dsn, engines, pool)
        finally:
            for engine in engines:
                await engine.stop()
