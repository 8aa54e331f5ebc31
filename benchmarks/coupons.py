"""A coupon database to measure on: one hot template, and how to look into what was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from benchmarks.database import MERCHANT
from common import migrations
from common.engine import Engine
from services.coupon.main import SERVICE
from services.coupon.templates import Audience, ChangeTemplateState, Limits, SetTemplate
from services.coupon.terms import Terms, Validity

_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
# What issuing coupons leaves, besides counters that are updated in place.
WRITTEN: Final = ("coupons", "outbox", "event_sequences", "command_log", "grant_chunks")


class Counter:
    """One coupon database."""

    def __init__(self, admin_dsn: str, admin: asyncpg.Connection[Any]) -> None:
        self.admin = admin
        self.dsn = migrations.service_dsn(admin_dsn, SERVICE.name, _PASSWORD)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The service's engine, in this process."""
        engine = Engine(self.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()

    async def template(self, template_id: str, total: int) -> None:
        """An active cash coupon."""
        about: dict[str, Any] = {
            "merchant_id": MERCHANT,
            "at": datetime.now(UTC),
            "template_id": template_id,
            "actor": "bench",
        }
        async with self.engine() as engine:
            await engine.run(
                SetTemplate(
                    **about,
                    id=f"{template_id}-set",
                    version=0,
                    name="hot",
                    terms=Terms(kind="CASH", face_fen=3_000),
                    validity=Validity(kind="DAYS", amount=30),
                    limits=Limits(total=total, per_member=1),
                    audience=Audience(),
                )
            )
            await engine.run(ChangeTemplateState(**about, id=f"{template_id}-on", to="ACTIVE"))

    async def rest(self) -> None:
        """An empty outbox, as a relay leaves it, and no work left for the next turn to pay for."""
        await self.admin.execute("TRUNCATE coupon.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")

    async def issued(self, template_id: str) -> tuple[int, int]:
        """How many coupons the counters say were issued, and how many there are."""
        found = await self.admin.fetchrow(
            "SELECT issued, (SELECT count(*) FROM coupon.coupons c WHERE c.template_id = $1) "
            "FROM coupon.coupon_stocks WHERE template_id = $1",
            template_id,
        )
        assert found is not None, "a template has its stock"
        return int(found[0]), int(found[1])

    async def check(self, template_id: str, issued: int) -> None:
        """Fails unless exactly so many coupons were issued, and counted."""
        found = await self.issued(template_id)
        if found != (issued, issued):
            raise SystemExit(f"{issued} of {template_id} should have been issued, not {found}")


@asynccontextmanager
async def counter_on(server_dsn: str) -> AsyncIterator[Counter]:
    """A fresh coupon database on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "the coupon service has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        yield Counter(dsn, admin)
        await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()
