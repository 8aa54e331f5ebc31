"""A marketer's desk for tests of commands: engines on one database, ids, times and journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import count
from typing import Any

import asyncpg
import msgspec

from common.clock import DevelopmentClock
from common.commands import Command
from common.engine import Engine
from common.from_door import FromDoor
from common.timers import Timers
from common.verify import run_checks
from services.automation import store_enrollments, store_journeys
from services.automation.coupon_templates import TakeCouponTemplate
from services.automation.definition_rules import coupon_templates, message_templates
from services.automation.definitions import (
    AddPoints,
    AnyStep,
    Definition,
    Trigger,
    Wait,
)
from services.automation.enrollments import Enrollment
from services.automation.journey_states import ActivateJourney
from services.automation.journeys import Journey, UpsertJourney
from services.automation.member_events import TakeHappening
from services.automation.members import Member
from services.automation.occurrences import Occurrence
from services.automation.order_events import (
    TakeOrderCompleted,
    TakeOrderPaid,
    TakeOrderRefunded,
)
from services.automation.store import TABLES
from services.automation.store_verify import CHECKS
from services.automation.templates import SetMessageTemplate, Variant
from services.automation.timers import HANDLERS
from services.automation.timers_journeys import next_chunks, next_reminders

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
        sweeps = (partial(next_reminders, pool), partial(next_chunks, pool))
        self.timers = Timers(self.engine, pool, HANDLERS, self.clock, sweeps)
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

    async def words(self, template_id: str) -> None:
        """A message template for one channel, if there is none of the name yet."""
        variant = Variant(channel="SMS", platform_template_id=f"p-{template_id}")
        await self.answer(
            self.make(
                SetMessageTemplate, template_id=template_id, version=0, name=template_id,
                purpose="MARKETING", channels=["SMS"], variants=[variant], actor="boss",
            )
        )  # fmt: skip

    async def saved(self, journey_id: str, what: Definition | None = None) -> Journey:
        """A journey with a new version of this definition, not activated."""
        known = await store_journeys.journey(self.pool, MERCHANT, journey_id)
        journey: Journey = await self.run(
            UpsertJourney, journey_id=journey_id, version=known.version if known else 0,
            name=journey_id, definition=what or definition(), actor="boss",
        )  # fmt: skip
        return journey

    async def journey(self, journey_id: str, what: Definition | None = None) -> Journey:
        """A journey that members enter by this definition; the templates it names exist."""
        saved = await self.saved(journey_id, what)
        for template_id in message_templates(what) if what else ():
            await self.words(template_id)
        for template_id in coupon_templates(what) if what else ():
            await self.template(template_id)
        return await self.activated(journey_id, saved.version)

    async def activated(self, journey_id: str, version: int) -> Journey:
        """The journey, entered by this version now."""
        journey: Journey = await self.run(
            ActivateJourney, journey_id=journey_id, version=version, actor="boss"
        )
        return journey

    def about(self, member_id: str, **fields: Any) -> dict[str, Any]:
        """What every command of a member has; told now unless said otherwise."""
        at = fields.get("at", self.at)
        now = FromDoor.of(fields.get("now", at))
        return {"member_id": member_id, "at": at, "now": now}

    async def order(self, member_id: str, paid_fen: int = 10_000, **fields: Any) -> str:
        """A paid order; its id."""
        order_id: str = fields.pop("order_id", "") or self.fresh("o")
        await self.run(
            TakeOrderPaid, **self.about(member_id, **fields), order_id=order_id,
            paid_fen=paid_fen, channel=fields.get("channel", "MINI"), store_id="s1",
            category_ids=fields.get("category_ids", ["tea"]), sku_ids=["sku"],
        )  # fmt: skip
        return order_id

    async def complete(self, order_id: str) -> None:
        """The goods arrived; the event does not say whose they are."""
        await self.run(TakeOrderCompleted, **self.about(""), order_id=order_id)

    async def refund(self, order_id: str, *, full: bool = True) -> None:
        """Money went back, all of it or one fen."""
        await self.run(
            TakeOrderRefunded, **self.about(""), order_id=order_id,
            refund_id=self.fresh("rf"), amount_fen=1, is_full=full,
        )  # fmt: skip

    async def happened(self, member_id: str, kind: Any, ref: str = "", **fields: Any) -> None:
        """Something happened to a member."""
        occurrence = Occurrence(kind, ref or self.fresh(kind), self.at, **fields)
        await self.run(TakeHappening, **self.about(member_id), happened=occurrence)

    async def enrolled(self, journey_id: str) -> list[Enrollment]:
        """The journey's enrolments in the order in which they began."""
        found = await store_enrollments.enrollments(self.pool, MERCHANT, journey_id, "", 1_000)
        return sorted(found, key=lambda one: (one.started_at, one.member_id))

    async def only(self, journey_id: str, member_id: str = "") -> Enrollment:
        """The journey's, or the member's, only enrolment."""
        found = await self.enrolled(journey_id)
        [one] = [one for one in found if member_id in ("", one.member_id)]
        return one

    async def member(self, member_id: str) -> Member:
        """What is known of a member."""
        found = await store_enrollments.member(self.pool, MERCHANT, member_id)
        assert found is not None
        return found

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
