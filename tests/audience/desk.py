"""A desk for tests of commands: an engine of audience on one database, events, times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from types import SimpleNamespace
from typing import Any

import asyncpg
import msgspec

from common.clock import DevelopmentClock
from common.consumers import Arrival
from common.engine import Engine
from common.timers import Timers
from common.verify import run_checks
from danke.events import trade
from danke.events.envelope import Envelope, Event
from services.audience import consumers, store_profiles, timers
from services.audience.profiles import Profile
from services.audience.store import TABLES
from services.audience.store_verify import CHECKS

MERCHANT = "m1"
CST = timezone(timedelta(hours=8))


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


START = cst("2026-01-01 10:00")


def line(net_fen: int = 1_000, **fields: Any) -> trade.PaidLine:
    """A paid line of one piece."""
    given: dict[str, Any] = {
        "line_id": "L1", "sku_id": "sku", "category_id": "milk", "qty": 1,
        "list_price_fen": net_fen, "net_paid_fen": net_fen, "cash_fen": net_fen,
    }  # fmt: skip
    return trade.PaidLine(**(given | fields))


class Desk:
    """Runs commands and events of one merchant."""

    def __init__(self, dsn: str, engine: Engine, pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engine = engine
        self.pool = pool
        self.at = START
        self.clock = DevelopmentClock()
        self.clock.set(START)
        config = SimpleNamespace(behaviour_retention_days=400)
        kit: Any = SimpleNamespace(engine=engine, pool=pool, clock=self.clock, config=config)
        self.handlers = consumers.handlers(kit)
        self.timers = Timers(engine, pool, timers.handlers(kit), self.clock, timers.sweeps(kit))
        self._ids = count(1)

    def fresh(self, letter: str = "x") -> str:
        """An id nobody used."""
        return f"{letter}{next(self._ids)}"

    def make(self, cls: type[Any], **fields: Any) -> Any:
        """A command with a fresh id, at the desk's time unless said otherwise."""
        number = next(self._ids)
        given = {"id": f"r{number}", "new_id": f"n{number:05d}", "merchant_id": MERCHANT} | fields
        return cls(**({"at": self.at} | given))

    async def run(self, cls: type[Any], **fields: Any) -> Any:
        """The result of a fresh command."""
        return await self.engine.run(self.make(cls, **fields))

    async def refused(self, cls: type[Any], **fields: Any) -> str:
        """The reason of the refusal of a fresh command."""
        (outcome,) = await self.engine.run_each([self.make(cls, **fields)])
        reason = getattr(outcome, "reason", None)
        assert isinstance(reason, str), f"not refused: {outcome!r}"
        return reason

    def commands(self, event: Event, event_id: str = "", at: datetime | None = None) -> list[Any]:
        """The commands that an event is for."""
        number = next(self._ids)
        envelope = Envelope(
            id=event_id or f"e{number}", type="", source="test", subject="", time=at or self.at,
            key="", merchant_id=MERCHANT, sequence=1,
        )  # fmt: skip
        made = self.handlers[type(event)](event, Arrival(envelope, f"n{number:05d}"))
        return [] if made is None else list(made) if isinstance(made, list | tuple) else [made]

    async def take(self, event: Event, event_id: str = "", at: datetime | None = None) -> list[Any]:
        """What became of the commands that an event is for: results, or reasons of refusals."""
        outcomes = await self.engine.run_each(self.commands(event, event_id, at))
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not hasattr(outcome, "reason"):
                raise outcome
        return [getattr(outcome, "reason", outcome) for outcome in outcomes]

    async def pays(
        self, member: str, on: datetime | str, *lines: trade.PaidLine, **fields: Any
    ) -> str:
        """The member pays an order then; its id."""
        order_id = fields.pop("order_id", None) or self.fresh("o")
        paid_at = cst(f"{on} 10:00") if isinstance(on, str) else on
        given: dict[str, Any] = {"channel": "MINI", "store_id": "s1"} | fields
        event = trade.OrderPaid(
            order_id=order_id, member_id=member, lines=list(lines) or [line()], paid_at=paid_at,
            **given,
        )  # fmt: skip
        await self.take(event)
        return order_id

    async def refunds(self, order_id: str, fen: int, full: bool, **fields: Any) -> list[Any]:
        """So much of the order's first line comes back."""
        event = trade.OrderRefunded(
            order_id=order_id, refund_id=fields.pop("refund_id", None) or self.fresh("rf"),
            lines=[trade.RefundedLine(line_id="L1", qty=1, cash_fen=fen)] if fen else [],
            is_full_cumulative=full, refunded_at=fields.pop("refunded_at", self.at),
        )  # fmt: skip
        return await self.take(event)

    async def due(self, at: datetime | str) -> int:
        """Lets time pass, and what is due by then happen."""
        self.at = cst(f"{at} 10:00") if isinstance(at, str) else at
        self.clock.set(self.at)
        return await self.timers.run_due()

    async def profile(self, member: str) -> Profile:
        """The profile as stored."""
        found = await store_profiles.profile(self.pool, MERCHANT, member)
        assert found is not None, f"no profile of {member}"
        return found

    async def stage(self, member: str) -> str:
        """The stage as stored."""
        return (await self.profile(member)).stage

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """The payloads of the events with these names, in order."""
        rows = await self.pool.fetch("SELECT about, payload FROM outbox ORDER BY id")
        return [
            msgspec.json.decode(row["payload"])
            for row in rows
            if msgspec.json.decode(row["about"])["type"].split(".")[-2] in names
        ]

    async def findings(self) -> dict[str, Any]:
        """What verification finds: check → rows."""
        found = await run_checks(self.dsn, CHECKS)
        return {one.check.name: one.rows for one in found if one.rows}


@asynccontextmanager
async def desk_on(dsn: str, **settings: Any) -> AsyncIterator[Desk]:
    """An engine on this migrated database."""
    engine = Engine(dsn, TABLES, service="audience", **settings)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3) as pool:
        await engine.start()
        try:
            yield Desk(dsn, engine, pool)
        finally:
            await engine.stop()
