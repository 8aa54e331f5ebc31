"""SQL and Python say the same of every rule, every member and every moment."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from common.tables import numbered
from services.audience import store_segments
from services.audience.errors_segments import SegmentRuleInvalid
from services.audience.profiles import Profile, new_profile
from services.audience.segment_judging import RfmScore
from services.audience.segment_rules import Rule, rule_of
from services.audience.segment_tests import Facing, holds, next_change
from services.audience.store_profiles import PROFILES
from services.audience.store_segment_rules import Where
from tests.audience.desk import MERCHANT, Desk, desk_on
from tests.conftest import Migrated

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MEMBERS = 200
TEXTS = ("", "a", "ab", "上海", "%_", "x'y")
NAMES = ("age", "city", "likes", "vip")


def moments(rng: random.Random) -> datetime | None:
    """Often none, often on the very edge of a day before or after now."""
    if rng.random() < 0.3:
        return None
    edge = rng.choice([0, 0, 1, -1]) * timedelta(microseconds=1)
    return NOW - timedelta(days=rng.randint(-3, 4), hours=rng.choice([0, 0, 1, 12])) + edge


def profile_of(number: int, rng: random.Random) -> tuple[Profile, RfmScore]:
    member = f"u{number:03d}"
    attributes: dict[str, Any] = {
        name: rng.choice(
            [1, 18, -2, "a", "ab", "上海", "", True, False, None, ["a"], ["ab", "x"], []]
        )
        for name in rng.sample(NAMES, rng.randint(0, 4))
    }
    behaviour = {
        name: (rng.randint(1, 4), moments(rng) or NOW) for name in rng.sample(("view", "cart"), 1)
    }
    paid = moments(rng)
    profile = replace(
        new_profile(MERCHANT, member, NOW - timedelta(days=9)),
        status=rng.choice(["MEMBER", "MEMBER", "VISITOR", "FROZEN", "CLOSED"]),
        order_count=0 if paid is None else rng.randint(1, 4), last_paid_at=paid, first_paid_at=paid,
        stage="PROSPECT" if paid is None else "NEW", net_sales_fen=rng.choice([0, 99, 100, 101]),
        points=rng.randint(-1, 3), coupons_used=rng.randint(0, 3), is_super=rng.random() < 0.5,
        source=rng.choice(TEXTS), tags=rng.sample(["a", "ab", "vip"], rng.randint(0, 3)),
        consents=rng.sample(["SMS/MARKETING"], rng.randint(0, 1)), attributes=attributes,
        behaviour=behaviour, last_seen_at=moments(rng), paid_member_until=moments(rng),
    )  # fmt: skip
    rfm = RfmScore(MERCHANT, member, rng.randint(0, 5), rng.randint(0, 5), rng.randint(0, 5))
    return profile, rfm


async def filled(desk: Desk) -> list[Facing]:
    """Members with all kinds of values, in the table and in memory."""
    rng = random.Random(20260601)
    made = [profile_of(number, rng) for number in range(MEMBERS)]
    rows = [astuple(profile) for profile, _ in made]
    insert = PROFILES.insert
    await desk.pool.execute(numbered(insert.sql, 1), *insert.columns.arguments(rows))
    await desk.pool.executemany(
        "UPDATE profiles SET rfm_recency = $3, rfm_frequency = $4, rfm_monetary = $5 "
        "WHERE merchant_id = $1 AND member_id = $2",
        [astuple(rfm) for _, rfm in made],
    )
    return [Facing(profile, rfm) for profile, rfm in made]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


OPS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
EQUAL = st.sampled_from(["==", "!="])
NUMBERS = st.sampled_from(
    ["order_count", "points", "net_sales_fen", "rfm_recency", "rfm_monetary", "event_count('view')",
     "attributes['age']", "attributes.city"]
)  # fmt: skip
INTS = st.sampled_from([-1, 0, 1, 2, 3, 18, 99, 100, 101, 2**63 - 1])
TEXT_FIELDS = st.sampled_from(["source", "stage", "attributes.city", "attributes['age']"])
TIMES = st.sampled_from(
    ["last_paid_at", "last_seen_at", "paid_member_until", "last_event('cart')"]
)  # fmt: skip
LISTS = st.sampled_from(["tags", "consents"])
WORDS = st.sampled_from(["a", "ab", "vip", "SMS/MARKETING", "x"])
VALUES = st.sampled_from(TEXTS)
SPANS = st.sampled_from(["0s", "1h", "24h", "-24h", "36h", "72h30m"])
MOMENTS = st.sampled_from(
    ["timestamp('2026-06-01T12:00:00Z')", "timestamp('2026-05-30T20:00:00+08:00')"]
)  # fmt: skip


def listed(words: Sequence[str]) -> str:
    return "[" + ", ".join(map(quoted, words)) + "]"


ATOMS = st.one_of(
    st.builds("{} {} {}".format, NUMBERS, OPS, INTS),
    st.builds("{1} {2} {0}".format, NUMBERS, INTS, OPS),
    st.builds("{} in {}".format, NUMBERS, st.lists(INTS, min_size=1, max_size=3)),
    st.builds("{} {} {}".format, st.just("order_count"), OPS, st.just("coupons_used")),
    st.builds(lambda f, o, v: f"{f} {o} {quoted(v)}", TEXT_FIELDS, EQUAL, VALUES),
    st.builds(
        lambda f, o, v: f"{f}.{o}({quoted(v)})", st.sampled_from(["source", "stage"]),
        st.sampled_from(["startsWith", "endsWith", "contains"]), VALUES,
    ),
    st.builds(
        lambda f, v: f"{f} in {listed(v)}", TEXT_FIELDS, st.lists(VALUES, min_size=1, max_size=3)
    ),
    st.builds(lambda w, f: f"{quoted(w)} in {f}", WORDS, LISTS),
    st.builds(lambda w: f"{quoted(w)} in attributes['likes']", WORDS),
    st.builds(lambda n: f"{quoted(n)} in attributes", st.sampled_from(NAMES)),
    st.builds(
        lambda f, of, w: f"{f}({of}, {listed(w)})",
        st.sampled_from(["has_any", "has_all"]), LISTS,
        st.lists(WORDS, min_size=1, max_size=3),
    ),
    st.sampled_from(["is_super", "is_super == false", "attributes.vip", "attributes.vip != true"]),
    st.builds("known({})".format, st.one_of(TIMES, TEXT_FIELDS)),
    st.builds(
        "{}({}) {} {}".format, st.sampled_from(["days_since", "days_until"]), TIMES, OPS,
        st.integers(0, 4),
    ),
    st.builds("{} {} {}".format, TIMES, OPS, MOMENTS),
    st.builds(
        "{} {} now {} duration('{}')".format, TIMES, st.sampled_from(["<", "<=", ">", ">="]),
        st.sampled_from(["+", "-"]), SPANS,
    ),
)  # fmt: skip
RULES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("!({})".format, inner),
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
    ),
    max_leaves=6,
)


def parsed(text: str) -> Rule | None:
    """None of one that is too deep."""
    try:
        return rule_of(text)
    except SegmentRuleInvalid as refused:
        if "deep" in refused.metadata["why"]:
            return None
        raise


async def test_sql_and_python_agree(migrated: Migrated) -> None:
    # Not the fixture's desk: these profiles have orders that nobody paid.
    async with desk_on(await migrated("audience")) as desk:
        await agrees(desk, await filled(desk))


async def agrees(desk: Desk, members: Sequence[Facing]) -> None:

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(text=RULES, hours=st.sampled_from([0, 0, 1, 24, -24, 720]))
    async def agree(text: str, hours: int) -> None:
        rule = parsed(text)
        if rule is None:
            return
        now = NOW + timedelta(hours=hours)
        found = await store_segments.sample(desk.pool, MERCHANT, rule, now, MEMBERS)
        wanted = [one.profile.member_id for one in members if holds(rule, one, now)]
        assert sorted(found) == wanted, (text, Where(rule, now).sql)

    await examples_of(agree)


async def examples_of(test: Any) -> None:
    """Runs a property whose body awaits, in this loop: its examples are collected, then run."""
    inner = test.hypothesis.inner_test
    cases: list[dict[str, Any]] = []
    test.hypothesis.inner_test = lambda **given_values: cases.append(given_values)
    test()
    assert len(cases) >= 200
    for case in cases:
        await inner(**case)


@settings(max_examples=300)
@given(text=RULES, number=st.integers(0, 10_000), hours=st.integers(-100, 100))
def test_the_next_change_is_the_next_one(text: str, number: int, hours: int) -> None:
    rule = parsed(text)
    if rule is None:
        return
    member = Facing(*profile_of(number, random.Random(number)))
    now = NOW + timedelta(hours=hours)
    answer, at = holds(rule, member, now), next_change(rule, member, now)
    last = at or now + timedelta(days=400)
    for part in range(1, 20):
        between = now + (last - now) * part / 20
        assert holds(rule, member, between) is answer, text
    if at is not None:
        assert holds(rule, member, at - timedelta(microseconds=1)) is answer
        assert holds(rule, member, at) is not answer
