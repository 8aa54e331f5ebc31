"""Segment rules: what CEL is taken, what is refused and where, what it says in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.audience.errors_segments import SegmentRuleInvalid
from services.audience.profiles import Profile, new_profile
from services.audience.segment_fields import FIELDS, REFRESHED
from services.audience.segment_judging import RfmScore
from services.audience.segment_rules import LONGEST_CHARS, rule_of
from services.audience.segment_tests import Facing, holds, next_change
from services.audience.segment_words import explain
from tests.audience.desk import Desk

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def facing(**fields: Any) -> Facing:
    profile = new_profile("m1", "u1", NOW - timedelta(days=100))
    rfm = RfmScore("m1", "u1", 0, 0, 0)
    return Facing(
        Profile(**({f: getattr(profile, f) for f in profile.__struct_fields__} | fields)), rfm
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "order_count >= 3 && days_since(last_paid_at) >= 30",
            "has ordered at least 3 times (下单次数) and has not ordered for at least 30 days "
            "(最近消费时间)",
        ),
        ("net_sales_fen < 50000", "has spent less than ¥500.00 (累计消费)"),
        ("3 <= order_count", "has ordered at least 3 times (下单次数)"),
        (
            "is_super || stage in ['SILENT', 'SLEEPING']",
            "is a super user (超级用户) or is in the stage one of 'SILENT', 'SLEEPING' "
            "(生命周期阶段)",
        ),
        ("!('vip' in tags)", "not (has 'vip' (标签))"),
        (
            "order_count > 1 && (points > 5 || days_since(last_paid_at) < 7)",
            "has ordered more than 1 times (下单次数) and (has more than 5 points (积分) or "
            "ordered within the last 7 days (最近消费时间))",
        ),
        (
            "attributes['education'] == '本科'",
            "has the attribute 'education': '本科' (客户属性)",
        ),
        ("last_paid_at < now - duration('72h')", "last order (最近消费时间) before 72 h ago"),
        ("event_count('cart_add') >= 2", "did cart_add at least 2 times (行为次数)"),
        ("true", "is any member"),
    ],
)
def test_a_rule_is_explained(rule: str, words: str) -> None:
    assert explain(rule_of(rule)) == words


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "empty"),
        ("order_count", "gives INT, not BOOL"),
        ("order_count >=", "Syntax error"),
        ("nothing > 1", "undeclared reference to 'nothing'"),
        ("order_count > 1.5", "no matching overload"),
        ("stage == 3", "no matching overload"),
        ("status.matches('a.*')", "matches is not part of segment rules"),
        ("tags.exists(t, t == 'x')", "is not a condition"),
        ("order_count > 1 ? true : false", "is not part of segment rules"),
        ("order_count + 1 > 2", "expected a field"),
        ("1 == 1", "expected a field"),
        ("stage < 'A'", "has no order"),
        ("last_paid_at == now", "no moment is exactly now"),
        ("last_paid_at < first_paid_at", "expected timestamp"),
        ("last_paid_at < timestamp('yesterday')", "expected a time"),
        ("last_paid_at < timestamp('2026-05-01T00:00:00')", "with a zone"),
        ("days_since(last_paid_at) >= 99999", "0 to 36500 days"),
        ("days_since(last_paid_at) >= order_count", "expected a whole number"),
        ("last_paid_at < now - duration('soon')", "expected duration"),
        ("order_count in []", "0 values"),
        ("attributes['x'] == attributes['y']", "does not go here"),
        ("known(tags)", "no matching overload"),
        ("source == 'a\\u0000b'", "printable"),
        ("source == '" + "x" * 201 + "'", "at most 200"),
        ("x" * (LONGEST_CHARS + 1), "longer than"),
        (" && ".join(["order_count > 1"] * 101), "parts, at most"),
        ("!(is_super || (is_habit && " * 5 + "is_super" + "))" * 5, "deep"),
        ("(" * 40 + "is_super" + ")" * 40, "recursion"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_reason(rule: str, why: str) -> None:
    with pytest.raises(SegmentRuleInvalid) as refused:
        rule_of(rule)
    assert why in refused.value.metadata["why"]


def test_the_place_of_a_mistake_is_named() -> None:
    with pytest.raises(SegmentRuleInvalid) as refused:
        rule_of("order_count > 1 && status.matches('a')")
    assert refused.value.metadata["why"].startswith("34:")


@pytest.mark.parametrize(
    ("rule", "hours", "answer"),
    [
        # 47 hours are one whole day since.
        ("days_since(last_paid_at) == 1", 47, True),
        ("days_since(last_paid_at) == 1", 48, False),
        ("days_since(last_paid_at) >= 2", 48, True),
        ("days_since(last_paid_at) > 1", 47, False),
        ("days_since(last_paid_at) <= 1", 47, True),
        ("days_since(last_paid_at) < 2", 48, False),
        ("days_since(last_paid_at) != 1", 23, True),
        ("days_until(paid_member_until) == 2", -47, True),
        ("days_until(paid_member_until) <= 1", -24, True),
        ("days_until(paid_member_until) <= 1", -25, False),
        ("days_until(paid_member_until) > 1", -25, True),
        ("days_until(paid_member_until) >= 2", -24, False),
        ("last_paid_at > now - duration('1h30m')", 1, True),
        ("last_paid_at >= now - duration('1h')", 1, True),
        ("last_paid_at > now - duration('1h')", 1, False),
        ("last_paid_at < now - duration('1h')", 1, False),
        ("last_paid_at <= now - duration('1h')", 1, True),
    ],
)
def test_days_are_whole(rule: str, hours: int, answer: bool) -> None:
    moment = NOW - timedelta(hours=hours)
    member = facing(last_paid_at=moment, paid_member_until=moment)
    assert holds(rule_of(rule), member, NOW) is answer


def test_what_is_unknown_is_not_true_and_its_negation_is() -> None:
    never = facing()
    for rule in ("days_since(last_paid_at) >= 0", "last_paid_at < now", "attributes.age != 3"):
        assert not holds(rule_of(rule), never, NOW)
        assert holds(rule_of(f"!({rule})"), never, NOW)
    assert holds(rule_of("!known(last_paid_at)"), never, NOW)


def test_who_is_gone_is_in_no_segment() -> None:
    assert holds(rule_of("true"), facing(status="FROZEN"), NOW)
    assert not holds(rule_of("true"), facing(status="CLOSED"), NOW)
    assert not holds(rule_of("true"), facing(status="MERGED", merged_into="u2"), NOW)


def test_the_next_moment_that_changes_the_answer_is_known() -> None:
    paid = NOW - timedelta(days=10)
    rule = rule_of("order_count >= 2 && days_since(last_paid_at) >= 30")
    often, once = facing(order_count=2, last_paid_at=paid), facing(order_count=1, last_paid_at=paid)
    assert next_change(rule, often, NOW) == paid + timedelta(days=30)
    assert next_change(rule, once, NOW) is None, "however long it lasts, it stays false"
    band = rule_of("days_since(last_paid_at) == 12")
    assert next_change(band, often, NOW) == paid + timedelta(days=12)
    assert next_change(band, often, paid + timedelta(days=12)) == paid + timedelta(days=13)
    assert next_change(band, often, paid + timedelta(days=13)) is None


async def test_every_field_is_a_column_and_marked_when_it_changes(desk: Desk) -> None:
    columns = {
        row[0]: row[1]
        for row in await desk.pool.fetch(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = 'profiles'"
        )
    }
    source = await desk.pool.fetchval(
        "SELECT prosrc FROM pg_proc WHERE proname = 'mark_changed_profiles'"
    )
    types = {
        "INT": {"bigint", "smallint"}, "FEN": {"bigint"}, "TEXT": {"text"}, "FLAG": {"boolean"},
        "TIME": {"timestamp with time zone"}, "LIST": {"jsonb"}, "MAP": {"jsonb"},
    }  # fmt: skip
    for field in FIELDS.values():
        wanted = {"jsonb"} if field.place != "COLUMN" else types[field.kind]
        assert columns[field.column] in wanted, field.name
        assert f"n.{field.column} IS DISTINCT FROM o.{field.column}" in source, field.name
        if field.name not in REFRESHED:
            assert field.column in Profile.__struct_fields__
