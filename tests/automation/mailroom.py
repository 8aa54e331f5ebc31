"""A mailroom for tests of messages and campaigns: two engines on one database, ids and times."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import asyncpg
import msgspec

from common.clock import DevelopmentClock
from common.commands import Command, Decision
from common.engine import Engine
from common.rows import Row, State
from common.timers import Timers
from common.verify import run_checks
from services.automation import store, store_messages, store_verify_messages
from services.automation.caps import Cap
from services.automation.consents import SetConsent
from services.automation.messages import Message, plan_message, step_message_id
from services.automation.messages_results import ReportDelivery
from services.automation.policies import Rules, SetPolicy
from services.automation.quotas import GrantQuota
from services.automation.templates import SetMessageTemplate, Variant
from services.automation.timers import HANDLERS
from tests.conftest import Migrated

CST = timezone(timedelta(hours=8))
MERCHANT = "m1"
NO_CAPS = Rules(caps=())
ONE_A_DAY = Rules(caps=(Cap(per_day=1),))


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-06-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


class Plan(Command, frozen=True, kw_only=True):
    """Plans a message, as a journey's step does."""

    member_id: str
    fields: dict[str, Any]

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Sequence[Any]:
        return ()

    def decide(self, state: State) -> Decision:
        rows: list[Row] = plan_message(
            merchant_id=self.merchant_id, member_id=self.member_id, at=self.at, **self.fields
        )
        return Decision(rows=rows)


class Keep(Command, frozen=True, kw_only=True):
    """Writes rows as they are, as another noun of the service would."""

    rows: Any

    def lane(self) -> str:
        return "keep"

    def reads(self, found: State) -> Sequence[Any]:
        return ()

    def decide(self, state: State) -> Decision:
        return Decision(rows=self.rows)


class Mailroom:
    """Runs commands of one merchant; ``other`` is a second process on the same database."""

    def __init__(self, dsn: str, engine: Engine, other: Engine, pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engine = engine
        self.other = other
        self.pool = pool
        self.at = cst("2026-06-01 10:00")
        self.clock = DevelopmentClock()
        self.timers = Timers(engine, pool, HANDLERS, self.clock)
        self._ids = count(1)

    def make(self, cls: type[Any], **fields: Any) -> Any:
        """A command with a fresh id, at the room's time unless said otherwise."""
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

    async def policy(self, rules: Rules) -> None:
        """Sets the merchant's policy."""
        found = await store_messages.policy(self.pool, MERCHANT)
        version = found.version if found else 0
        await self.run(SetPolicy, version=version, rules=rules, actor="a")

    async def template(
        self, template_id: str = "t", channels: Sequence[str] = ("OA",),
        purpose: str = "MARKETING", **fields: Any,
    ) -> None:  # fmt: skip
        """A message template whose platform templates are named after their channels."""
        variants = fields.pop("variants", None) or [
            Variant(channel=channel, platform_template_id=f"p-{channel}")  # type: ignore[arg-type]
            for channel in channels
        ]
        given: dict[str, Any] = {"version": 0, "name": "n", "actor": "a"} | fields
        await self.run(
            SetMessageTemplate, template_id=template_id, purpose=purpose, channels=list(channels),
            variants=variants, **given,
        )  # fmt: skip

    async def agrees(
        self, member_id: str, channel: str, purpose: str = "MARKETING", granted: bool = True
    ) -> None:
        """The member's consent."""
        await self.run(
            SetConsent, member_id=member_id, channel=channel, purpose=purpose, granted=granted,
            given_at=self.at, evidence="form-1", actor="gw",
        )  # fmt: skip

    async def allows(self, member_id: str, number: int, channel: str = "SUBSCRIBE") -> None:
        """The member taps "allow" so often."""
        template = "p-SUBSCRIBE" if channel == "SUBSCRIBE" else ""
        await self.run(
            GrantQuota, grant_id=f"g{next(self._ids)}", member_id=member_id, channel=channel,
            template_id=template, count=number,
        )  # fmt: skip

    async def plan(self, member_id: str, step: str, due_at: datetime, **fields: Any) -> str:
        """A planned message of a journey's enrolment ``e-<member>``; its id."""
        given: dict[str, Any] = {
            "source_kind": "JOURNEY", "source_id": "j", "ref": f"e-{member_id}", "step": step,
            "template_id": "t", "due_at": due_at, "window_hours": 168,
        }  # fmt: skip
        await self.run(Plan, member_id=member_id, fields=given | fields)
        return step_message_id(f"e-{member_id}", step)

    async def report(self, message_id: str, *, delivered: bool = True, **fields: Any) -> Message:
        """The channel's report of an attempt, the first unless said otherwise."""
        given: dict[str, Any] = {"attempt": 1} | fields
        done: Message = await self.run(
            ReportDelivery, message_id=message_id, delivered=delivered, **given
        )
        return done

    async def message(self, message_id: str) -> Message:
        """The message as stored."""
        found = await store_messages.message(self.pool, MERCHANT, message_id)
        assert found is not None
        return found

    async def ends(self) -> dict[str, str]:
        """How every message stands: id → STATE, or STATE(REASON)."""
        rows = await self.pool.fetch("SELECT message_id, state, reason FROM messages")
        return {
            row["message_id"]: f"{row['state']}({row['reason']})" if row["reason"] else row["state"]
            for row in rows
        }

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
        found = await run_checks(self.dsn, store_verify_messages.CHECKS)
        return {finding.check.name: finding.rows for finding in found if finding.rows}


@asynccontextmanager
async def opened(migrated: Migrated, *, sound: bool = True) -> AsyncIterator[Mailroom]:
    """A room on a fresh database; verified to be ``sound`` at the end."""
    dsn = await migrated("automation")
    engines = [Engine(dsn, store.TABLES, service="automation", lanes=2) for _ in range(2)]
    for engine in engines:
        await engine.start()
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=3)
    try:
        room = Mailroom(dsn, engines[0], engines[1], pool)
        yield room
        assert not (sound and await room.findings())
    finally:
        await pool.close()
        for engine in engines:
            await engine.stop()
