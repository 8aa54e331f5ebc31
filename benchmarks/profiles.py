"""An audience database to measure on: profiles of many members, and segments over them."""

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
from services.audience.main import SERVICE
from services.audience.segments import CreateSegment

_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
# When the members' last orders and visits are counted back from.
NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)

# Spread as shops know it: most bought once or never, few often; one in four has a tag.
_PROFILES: Final = """
INSERT INTO audience.profiles (
    merchant_id, member_id, status, merged_into, created_at, updated_at, enrol_channel, store_id,
    source, referrer_id, opening_guide_id, guide_id, order_count, first_paid_at, last_paid_at,
    order_days, net_sales_fen, refunded_fen, avg_order_fen, last_order_id, last_category_id,
    last_store_id, last_channel, stage, stage_since, evaluated_at, cycle_days, cycle_source,
    stage_number, wake_round, is_habit, is_super, feedback_count, referral_count, tier_id,
    tier_level, points, principal_fen, bonus_fen, coupons_received, coupons_used, groups_joined,
    promoter_id, birthday, tags, attributes, consents, behaviour, last_seen_at, rfm_recency,
    rfm_frequency, rfm_monetary
)
SELECT $1, 'u' || lpad(i::text, 9, '0'), 'MEMBER', '', $3::timestamptz - interval '400 days', $3,
    'MINI', 's' || i % 50,
    (ARRAY['WECHAT', 'POS', 'LIVE', 'SHARE'])[1 + i % 4], '', '', 'g' || i % 200,
    orders, paid, paid, '["2026-01-03", "2026-02-04", "2026-03-09"]', orders * (500 + h % 9000), 0,
    CASE WHEN orders = 0 THEN 0 ELSE 500 + h % 9000 END, 'o' || i, 'c' || h % 30, 's' || h % 50,
    'MINI',
    CASE WHEN orders = 0 THEN 'PROSPECT' WHEN days < 45 AND orders > 4 THEN 'ACTIVE'
        WHEN days < 45 THEN 'RETURNING' WHEN days < 75 THEN 'SILENT' WHEN days < 150 THEN 'SLEEPING'
        ELSE 'LOST' END,
    $3, $3, CASE WHEN orders = 0 THEN 0 ELSE 30 END,
    CASE WHEN orders = 0 THEN '' ELSE 'DEFAULT' END, 3, 0, orders > 4, h % 97 = 0, 0, 0,
    't' || h % 4, h % 4, h % 2000, CASE WHEN h % 5 = 0 THEN h % 50000 ELSE 0 END, 0, h % 9, h % 4,
    0, '', lpad((1 + h % 12)::text, 2, '0') || '-15',
    CASE WHEN h % 4 = 0 THEN '["vip", "milk"]'::jsonb ELSE '[]' END,
    jsonb_build_object('education', CASE WHEN h % 3 = 0 THEN 'BACHELOR' ELSE 'OTHER' END,
        'age', 18 + h % 50),
    CASE WHEN h % 2 = 0 THEN '["SMS/MARKETING"]'::jsonb ELSE '[]' END,
    jsonb_build_object('cart_add', jsonb_build_array(h % 6, '2026-05-20T10:00:00Z')),
    $3::timestamptz - make_interval(days => (h % 90)::int), 1 + h % 5, 1 + h / 7 % 5, 1 + h / 11 % 5
FROM (
    SELECT i, h, days, CASE WHEN h % 10 < 4 THEN 0 ELSE 1 + h / 100 % 8 END AS orders,
        CASE WHEN h % 10 < 4 THEN NULL
            ELSE $3::timestamptz - make_interval(days => days, mins => (h % 1440)::int)
        END AS paid
    FROM (
        SELECT i, abs(hashint8(i)) AS h, (abs(hashint8(i + 7)) % 240)::int AS days
        FROM generate_series(1, $2::bigint) AS i
    ) AS numbers
) AS members
"""
_MEMBERSHIP: Final = """
INSERT INTO audience.segment_members (merchant_id, segment_id, member_id, rule_version, entered_at)
SELECT p.merchant_id, '{segment}', p.member_id, 1, now() FROM audience.profiles p WHERE {where}
"""


class Rule:
    """One rule, and the condition a person would write for it."""

    def __init__(self, name: str, cel: str, sql: str) -> None:
        self.name = name
        self.cel = cel
        self.sql = f"p.merchant_id = 'm1' AND p.status IN ('VISITOR','MEMBER','FROZEN') AND ({sql})"


_AGO: Final = "timestamptz '2026-06-01 12:00:00Z' - interval"
RULES: Final = (
    Rule("often", "order_count >= 3", "order_count >= 3"),
    Rule(
        "dormant",
        "order_count >= 3 && days_since(last_paid_at) >= 30",
        f"order_count >= 3 AND last_paid_at <= {_AGO} '30 days'",
    ),
    Rule(
        "fresh",
        "days_since(last_paid_at) < 7 || days_since(last_seen_at) < 3",
        f"last_paid_at > {_AGO} '7 days' OR last_seen_at > {_AGO} '3 days'",
    ),
    Rule("sleepers", "stage in ['SILENT', 'SLEEPING']", "stage IN ('SILENT', 'SLEEPING')"),
    Rule(
        "rich",
        "net_sales_fen >= 20000 && principal_fen > 0",
        "net_sales_fen >= 20000 AND principal_fen > 0",
    ),
    Rule("tagged", "'vip' in tags && !is_super", "tags ? 'vip' AND NOT is_super"),
    Rule(
        "reachable",
        "'SMS/MARKETING' in consents && source in ['LIVE', 'SHARE']",
        "consents ? 'SMS/MARKETING' AND source IN ('LIVE', 'SHARE')",
    ),
    Rule(
        "educated",
        "attributes['education'] == 'BACHELOR' && attributes['age'] >= 30",
        "attributes ->> 'education' = 'BACHELOR' AND (attributes ->> 'age')::int >= 30",
    ),
    Rule(
        "champions",
        "rfm_recency >= 4 && rfm_frequency >= 4 && rfm_monetary >= 4",
        "rfm_recency >= 4 AND rfm_frequency >= 4 AND rfm_monetary >= 4",
    ),
    Rule(
        "carts",
        "event_count('cart_add') >= 3 && birthday.startsWith('06-')",
        "(behaviour -> 'cart_add' ->> 0)::int >= 3 AND birthday LIKE '06-%'",
    ),
)


class Crowd:
    """One audience database with its members."""

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

    async def fill(self, members: int) -> None:
        """So many members. What a load leaves behind is not what is measured."""
        await self.admin.execute("ALTER TABLE audience.profiles DISABLE TRIGGER USER")
        await self.admin.execute(_PROFILES, MERCHANT, members, NOW)
        await self.admin.execute("ALTER TABLE audience.profiles ENABLE TRIGGER USER")
        await self.rest()

    async def draft(self, rule: Rule) -> None:
        """A draft with this rule."""
        async with self.engine() as engine:
            await engine.run(
                CreateSegment(
                    id=f"create-{rule.name}", merchant_id=MERCHANT, at=NOW, segment_id=rule.name,
                    name=rule.name, description="", kind="DYNAMIC", rule=rule.cel, is_quiet=False,
                    actor="bench",
                )
            )  # fmt: skip

    async def join(self, rule: Rule) -> None:
        """Puts into the segment whom the rule holds for, as a run has left it."""
        await self.admin.execute(_MEMBERSHIP.format(segment=rule.name, where=rule.sql))

    async def rest(self) -> None:
        """No work left for the next turn to pay for."""
        await self.admin.execute("TRUNCATE audience.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")


@asynccontextmanager
async def crowd_on(server_dsn: str) -> AsyncIterator[Crowd]:
    """A fresh audience database on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "audience has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        yield Crowd(dsn, admin)
        await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()
