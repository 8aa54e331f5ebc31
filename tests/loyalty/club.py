"""Loyalty without doors: commands on members and tiers through the real engine and database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

import asyncpg
import msgspec

from common.commands import Command
from common.engine import Engine
from common.timers import Timer
from common.verify import run_checks
from services.loyalty import store, store_tiers, store_verify_members, timers_members
from services.loyalty.growth import AdjustGrowth
from services.loyalty.members import Claim, Enroll, Enrolled, IdentityKind
from services.loyalty.order_growth import (
    BaseLine,
    RecordOrderCompleted,
    RecordOrderPaid,
    RecordOrderRefunded,
    RefundPart,
)
from services.loyalty.tier_schemes import Tier, UpgradeGift
from services.loyalty.tiers import TierState

C = TypeVar("C", bound=Command)
MERCHANT = "m1"
# 10:00 in Shanghai.
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
# Apart from those of points_desk.py: both may be at work on one database.
_numbers = count(1_000_001)


def claim(value: str, kind: IdentityKind = "PHONE", realm: str = "") -> Claim:
    """An identity as a door would hand it over; sealed anew each time."""
    fingerprint = sha256(f"{kind}/{realm}/{value}".encode()).hexdigest()
    return Claim(kind, realm, fingerprint, f"sealed-{next(_numbers)}")


def tiers(*steps: tuple[int, int], gift: UpgradeGift | None = None) -> list[Tier]:
    """Tiers V1, V2 … with (threshold, keep threshold), each but the first with the same gift."""
    return [
        Tier(f"V{n}", n, f"V{n}", threshold, keep, gift if n > 1 else None)
        for n, (threshold, keep) in enumerate(steps, 1)
    ]


def command(cls: type[C], at: datetime = START, **fields: Any) -> C:
    """A command with an id and a new id of its own."""
    number = next(_numbers)
    fields.setdefault("id", f"c{number}")
    fields.setdefault("new_id", f"n{number}")
    fields.setdefault("merchant_id", MERCHANT)
    return cls(at=at, **fields)


class Club:
    """One merchant's members, and shorthand for what most tests do with them."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, dsn: str) -> None:
        self.engine = engine
        self.pool = pool
        self.dsn = dsn
        self.now = START

    async def run(self, cls: type[Command], **fields: Any) -> Any:
        """Runs one command now."""
        fields.setdefault("at", self.now)
        return await self.engine.run(command(cls, **fields))

    def later(self, **delta: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**delta)

    async def enrol(self, member_id: str, *claims: Claim, **fields: Any) -> Enrolled:
        """A member with this id; with a phone number of its own if no claim is given."""
        fields.setdefault("channel", "MINI")
        enrolled: Enrolled = await self.run(
            Enroll, member_id=member_id, claims=claims or [claim(member_id)], **fields
        )
        return enrolled

    async def grow(self, member_id: str, growth: int) -> TierState:
        """So much growth by an operator, or taken off."""
        state: TierState = await self.run(
            AdjustGrowth, member_id=member_id, adjustment_id=f"a{next(_numbers)}", growth=growth,
            reason="test", operator="tester",
        )  # fmt: skip
        return state

    async def order(self, member_id: str, yuan: int, order_id: str = "") -> str:
        """A paid and completed order of one line, worth so much growth; its id."""
        order_id = order_id or f"o{next(_numbers)}"
        line = BaseLine("l1", yuan * 100, yuan * 100)
        await self.run(RecordOrderPaid, member_id=member_id, order_id=order_id, lines=[line])
        await self.run(RecordOrderCompleted, order_id=order_id)
        return order_id

    async def refund(self, order_id: str, yuan: int = 0, *, full: bool = False) -> Any:
        """A refund of so much of the order's only line."""
        return await self.run(
            RecordOrderRefunded, order_id=order_id, refund_id=f"r{next(_numbers)}",
            parts=[RefundPart("l1", yuan * 100)], full=full,
        )  # fmt: skip

    async def state(self, member_id: str) -> TierState:
        """The member's tier and sums as stored."""
        found = await store_tiers.tier_state(self.pool, MERCHANT, member_id)
        assert found is not None
        return found

    async def run_due(self) -> int:
        """Runs the timers that are due now, in order, timers set by timers included."""
        done = 0
        while due := sorted(
            (timer for timer in await self.timers() if timer.due_at <= self.now),
            key=lambda timer: (timer.due_at, timer.kind),
        ):
            timer = due[0]
            handler = timers_members.HANDLERS[timer.kind]
            await self.engine.run(handler(timer, f"n{next(_numbers)}"))
            await self.pool.execute(
                "DELETE FROM timers WHERE kind = $1 AND ref = $2 AND due_at = $3",
                timer.kind, timer.ref, timer.due_at,
            )  # fmt: skip
            done += 1
        return done

    async def timers(self) -> list[Timer]:
        """What waits for a time."""
        rows = await self.pool.fetch(
            "SELECT merchant_id, kind, ref, due_at, leased_until, attempts FROM timers"
        )
        return [Timer(*row) for row in rows]

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
        found = await run_checks(self.dsn, store_verify_members.CHECKS)
        return {finding.check.name: finding.rows for finding in found if finding.rows}


@asynccontextmanager
async def club_on(dsn: str, **engine: Any) -> AsyncIterator[Club]:
    """An engine on this migrated database."""
    running = Engine(dsn, store.TABLES, service="loyalty", **engine)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        await running.start()
        try:
            yield Club(running, pool, dsn)
        finally:
            await running.stop()
