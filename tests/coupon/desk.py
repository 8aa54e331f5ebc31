"""A desk for tests of commands: two engines of the service on one database, ids and times."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
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
from services.coupon import store, store_verify, store_verify_fission
from services.coupon.claims import Claim
from services.coupon.coupons import Coupon
from services.coupon.locks import LockCoupons
from services.coupon.order_locks import LockedCoupon
from services.coupon.stocks import Stock
from services.coupon.templates import Audience, ChangeTemplateState, Limits, SetTemplate
from services.coupon.terms import Terms, Validity
from services.coupon.timers import HANDLERS
from tests.conftest import Migrated

CST = timezone(timedelta(hours=8))
MERCHANT = "m1"
CASH = Terms(kind="CASH", face_fen=3_000)
MONTH = Validity(kind="DAYS", amount=30)


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


class Desk:
    """Runs commands of one merchant; ``other`` is a second process on the same database."""

    def __init__(self, dsn: str, engine: Engine, other: Engine, pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engine = engine
        self.other = other
        self.pool = pool
        self.at = cst("2026-05-01 10:00")
        self.clock = DevelopmentClock()
        self.timers = Timers(engine, pool, HANDLERS, self.clock)
        self._ids = count(1)

    def make(self, cls: type[Any], **fields: Any) -> Any:
        """A command with a fresh id, at the desk's time unless said otherwise."""
        number = next(self._ids)
        given = {"id": f"r{number}", "new_id": f"n{number:05d}", "merchant_id": MERCHANT} | fields
        return cls(**({"at": self.at} | given))

    async def run(self, cls: type[Any], **fields: Any) -> Any:
        """The result of a fresh command."""
        return await self.engine.run(self.make(cls, **fields))

    async def why(self, cls: type[Any], **fields: Any) -> str:
        """The reason a fresh command is refused with."""
        (outcome,) = await self.engine.run_each([self.make(cls, **fields)])
        return str(getattr(outcome, "reason", outcome))

    async def answers(self, commands: Sequence[Command], engine: Engine | None = None) -> list[Any]:
        """Each command's result, or the reason of its refusal."""
        outcomes = await (engine or self.engine).run_each(commands)
        return [getattr(outcome, "reason", outcome) for outcome in outcomes]

    async def template(
        self, template_id: str, terms: Terms = CASH, validity: Validity = MONTH, **fields: Any
    ) -> None:
        """An active template; ``fields`` are its limits, or ``audience``, ``notice_hours``."""
        given: dict[str, Any] = {
            "template_id": template_id, "version": 0, "name": template_id, "terms": terms,
            "validity": validity, "audience": fields.pop("audience", Audience()), "actor": "admin",
            "notice_hours": fields.pop("notice_hours", 72),
            "claim_from": fields.pop("claim_from", None),
            "claim_until": fields.pop("claim_until", None),
            "limits": Limits(**fields),
        }  # fmt: skip
        await self.run(SetTemplate, **given)
        await self.run(ChangeTemplateState, template_id=template_id, to="ACTIVE", actor="admin")

    async def claim(self, template_id: str, member_id: str, **fields: Any) -> Coupon:
        """A claimed coupon."""
        claimed: Coupon = await self.run(
            Claim, template_id=template_id, member_id=member_id, **fields
        )
        return claimed

    async def lock(self, coupon: Coupon, order_id: str, minutes: int = 15, **fields: Any) -> Any:
        """The coupon held by an order."""
        return await self.run(LockCoupons, **locking(coupon, order_id, minutes), **fields)

    async def coupon(self, coupon_id: str) -> Coupon:
        """The coupon as stored."""
        found = await store.coupon(self.pool, MERCHANT, coupon_id)
        assert found is not None
        return found

    async def stock(self, template_id: str) -> Stock:
        """The template's counters as stored."""
        found = await store.stock(self.pool, MERCHANT, template_id)
        assert found is not None
        return found

    async def until(self, at: datetime) -> int:
        """Lets time pass: runs every timer that is due until then."""
        self.at = at
        self.clock.set(at)
        return await self.timers.run_due()

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
        found = await run_checks(self.dsn, (*store_verify.CHECKS, *store_verify_fission.CHECKS))
        return {finding.check.name: finding.rows for finding in found if finding.rows}


def locking(coupon: Coupon, order_id: str, minutes: int = 15) -> dict[str, Any]:
    """What locks a coupon for an order."""
    return {
        "order_id": order_id,
        "member_id": coupon.member_id,
        "coupons": [LockedCoupon(coupon.coupon_id, coupon.face_fen)],
        "quote_hash": "",
        "ttl": timedelta(minutes=minutes),
    }


@asynccontextmanager
async def opened(migrated: Migrated, *, sound: bool = True) -> AsyncIterator[Desk]:
    """A desk on a fresh database; verified to be ``sound`` at the end."""
    dsn = await migrated("coupon")
    engines = [Engine(dsn, store.TABLES, service="coupon", lanes=2) for _ in range(2)]
    for engine in engines:
        await engine.start()
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=3)
    try:
        desk = Desk(dsn, engines[0], engines[1], pool)
        yield desk
        assert not (sound and await desk.findings())
    finally:
        await pool.close()
        for engine in engines:
            await engine.stop()
