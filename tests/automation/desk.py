"""A marketer's desk for tests of commands: engines on one database, ids, times and journeys."""

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
from services.automation import store_journeys
from services.automation.coupon_templates import TakeCouponTemplate
from services.automation.definition_rules import coupon_templates
from services.automation.definitions import (
    AddPoints,
    AnyStep,
    Definition,
    Trigger,
    Wait,
)
from services.automation.journeys import ActivateJourney, Journey, UpsertJourney
from services.automation.store import TABLES
from services.automation.store_verify import CHECKS
from services.automation.timers import HANDLERS

MERCHANT = "m1"
CST = timezone(timedelta(hours=8))


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


START = cst("2026-06-01 12:00")
HOUR, DAY = 3_600, 86_400


def chain(*steps: AnyStep) -> list[AnyStep]:
    """Steps that follow each other in this order, unless one says otherwise."""
    linked = list(steps[-1:])
    for step in reversed(steps[:-1]):
        following = step.next or linked[0].step_id
        linked.insert(0, msgspec.structs.replace(step, next=following))
    return linked


def definition(*steps: AnyStep, trigger: Trigger | str = "ORDER_PAID", **fields: Any) -> Definition:
    """A journey of these steps one after the other; ten points an hour later, if none is given."""
    if isinstance(trigger, str):
        trigger = Trigger(kind=trigger)  # type: ignore[arg-type]
    given = steps or (Wait(step_id="wait", seconds=HOUR), AddPoints(step_id="points", points=10))
    return Definition(trigger=trigger, steps=chain(*given), **fields)


class Desk:
    """Runs commands of one merchant; ``engines`` are several processes on one database."""

    def __init__(self, dsn: str, engines: list[Engine], pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engines = engines
        self.engine = engines[0]
        self.pool = pool
        self.at = START
        self.clock = DevelopmentClock()
        self.clock.set(START)
        self.timers = Timers(self.engine, pool, HANDLERS, self.clock)
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

    async def answer(self, command: Command, engine: Engine | None = None) -> Any:
        """The command's result, or its refusal."""
        (outcome,) = await (engine or self.engine).run_each([command])
        return outcome

    async def refused(self, cls: type[Any], **fields: Any) -> str:
        """The reason of the refusal of a fresh command."""
        outcome = await self.answer(self.make(cls, **fields))
        assert hasattr(outcome, "reason"), f"not refused: {outcome}"
        reason: str = outcome.reason
        return reason

    async def template(self, template_id: str, state: str = "ACTIVE", version: int = 1) -> None:
        """Coupon told of a template."""
        await self.run(TakeCouponTemplate, template_id=template_id, version=version, state=state)

    async def saved(self, journey_id: str, what: Definition | None = None) -> Journey:
        """A journey with a new version of this definition, not activated."""
        known = await store_journeys.journey(self.pool, MERCHANT, journey_id)
        journey: Journey = await self.run(
            UpsertJourney, journey_id=journey_id, version=known.version if known else 0,
            name=journey_id, definition=what or definition(), actor="boss",
        )  # fmt: skip
        return journey

    async def journey(self, journey_id: str, what: Definition | None = None) -> Journey:
        """A journey that members enter by this definition; its coupon templates exist."""
        saved = await self.saved(journey_id, what)
        for template_id in coupon_templates(what) if what else ():
            await self.template(template_id)
        return await self.activated(journey_id, saved.version)

    async def activated(self, journey_id: str, version: int) -> Journey:
        """The journey, entered by this version now."""
        journey: Journey = await self.run(
            ActivateJourney, journey_id=journey_id, version=version, actor="boss"
        )
        return journey

    async def due(self, at: datetime | None = None, **delta: float) -> int:
        """Lets time pass, and what is due by then happen."""
        self.at = at or self.at + timedelta(**delta)
        self.clock.set(self.at)
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
        found = await run_checks(self.dsn, CHECKS)
        return {one.check.name: one.rows for one in found if one.rows}


@asynccontextmanager
async def desk_on(dsn: str, processes: int = 1, **settings: Any) -> AsyncIterator[Desk]:
    """So many engines on this migrated database."""
    engines = [Engine(dsn, TABLES, service="automation", **settings) for _ in range(processes)]
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3) as pool:
        for engine in engines:
            await engine.start()
        try:
            yield Desk(dsn, engines, pool)
        finally:
            for engine in engines:
                await engine.stop()
