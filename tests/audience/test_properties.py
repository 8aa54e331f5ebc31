"""Whatever the order in which facts arrive, the profile is the same, and so is a rebuilt one."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from danke.events import trade
from services.audience.days import day_of
from services.audience.lifecycle import SCOPE, LifecyclePolicy, LifecycleTerms
from services.audience.order_facts import FactLine, OrderFact, with_order, with_orders
from services.audience.profiles import Profile, new_profile
from services.audience.stages import Outcome, pass_time, settle
from tests.audience.desk import MERCHANT, START, Desk, desk_on, line
from tests.audience.test_members import behaved, enrolled, merged
from tests.conftest import Migrated

POLICY = LifecyclePolicy(MERCHANT, SCOPE, 1, LifecycleTerms(), {"milk": 12}, START, "")


def fact(number: int, days: float, net_fen: int, *, is_full_refund: bool = False) -> OrderFact:
    """A paid order so many days after the start."""
    category = "milk" if number % 2 else "tea"
    return OrderFact(
        merchant_id=MERCHANT, order_id=f"o{number:03}", member_id="m", channel="MINI",
        store_id=f"s{number}", guide_id="", paid_at=START + timedelta(days=days),
        completed_at=None, net_fen=net_fen, shipping_fen=0, refunded_fen=0,
        shipping_refunded_fen=0, is_full_refund=is_full_refund, refunded_at=None,
        category_id=category, lines=[FactLine("L1", "k", "", category, 1, net_fen)],
        refund_ids=[],
    )  # fmt: skip


orders = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 100_000), st.booleans()), max_size=25
)


@given(orders, st.randoms(use_true_random=False))
def test_orders_add_up_whatever_their_order(
    drawn: list[tuple[int, int, bool]], rng: random.Random
) -> None:
    """One by one in any order gives what all at once gives: the rows are a cache of the facts."""
    facts = [
        fact(number, days, fen, is_full_refund=gone)
        for number, (days, fen, gone) in enumerate(drawn)
    ]
    whole = with_orders(new_profile(MERCHANT, "m", START), facts)
    rng.shuffle(facts)
    one_by_one = new_profile(MERCHANT, "m", START)
    for one in facts:
        if not one.is_full_refund:
            one_by_one = with_order(one_by_one, one)
    assert one_by_one == whole
    assert whole.order_count == sum(not one.is_full_refund for one in facts)


def _settled(profile: Profile, facts: list[OrderFact], days: int) -> Outcome:
    at = START + timedelta(days=days)
    return settle(Outcome(profile), with_orders(profile, facts), at, POLICY)


@given(orders, st.lists(st.integers(600, 2_000), max_size=6))
def test_the_stage_depends_on_facts_and_day_alone(
    drawn: list[tuple[int, int, bool]], looks: list[int]
) -> None:
    """However often and when the sweep came by, the stage is that of who looks for the first time.

    And each change is told once: one chain from PROSPECT to where the member is.
    """
    facts = [fact(n, days, fen, is_full_refund=gone) for n, (days, fen, gone) in enumerate(drawn)]
    fresh = new_profile(MERCHANT, "m", START)
    walked = _settled(fresh, facts, 600)
    told = list(walked.events)
    for days in sorted(looks):
        walked = pass_time(walked.profile, START + timedelta(days=days), POLICY)
        told += walked.events
    at_once = _settled(fresh, facts, max([600, *looks]))
    assert walked.profile.stage == at_once.profile.stage
    assert walked.profile.next_stage_at == at_once.profile.next_stage_at
    chain: list[Any] = [one for one in told if hasattr(one, "to_stage")]
    stages = ["PROSPECT", *(one.to_stage for one in chain)]
    assert [one.from_stage for one in chain] == stages[:-1]
    assert stages[-1] == walked.profile.stage


def story(seed: int) -> list[tuple[str, Any]]:
    """What a few members do in a year, as events with ids."""
    rng = random.Random(seed)
    told: list[tuple[str, Any]] = []
    for number in range(40):
        member = f"m{rng.randrange(5)}"
        at = START + timedelta(days=rng.randrange(365), minutes=number)
        told.append(
            (
                f"e-{number}",
                trade.OrderPaid(
                    order_id=f"o{number}", member_id=member, channel="MINI", paid_at=at,
                    lines=[line(rng.randrange(1, 9_000), category_id=rng.choice("ab"))],
                ),
            )
        )  # fmt: skip
        if rng.random() < 0.4:
            told.append(
                (
                    f"r-{number}",
                    trade.OrderRefunded(
                        order_id=f"o{number}", refund_id=f"rf{number}",
                        lines=[trade.RefundedLine(line_id="L1", qty=1, cash_fen=1)],
                        is_full_cumulative=rng.random() < 0.5, refunded_at=at + timedelta(days=2),
                    ),
                )
            )  # fmt: skip
        if rng.random() < 0.5:
            name = rng.choice(("share", "review", "store_visit"))
            told.append((f"b-{number}", behaved(member, name, happened_at=at)))
    told += [(f"n-{n}", enrolled(f"m{n}", channel_code=f"QR{n}")) for n in range(5)]
    told.append(("g-1", merged("m1", "m2")))
    return told


async def applied(desk: Desk, events: list[tuple[str, Any]]) -> list[Profile]:
    """The profiles after these events, whatever waits for another one being tried again."""
    waiting = list(events)
    while waiting:
        left = []
        for event_id, event in waiting:
            if "ORDER_NOT_PAID" in await desk.take(event, event_id):
                left.append((event_id, event))
        assert len(left) < len(waiting), "something waits for ever"
        waiting = left
    await desk.due(START + timedelta(days=500))
    assert await desk.findings() == {}
    rows = await desk.pool.fetch("SELECT member_id FROM profiles WHERE status <> 'MERGED'")
    found = [await desk.profile(row["member_id"]) for row in rows]
    return sorted(map(without_history, found), key=lambda one: one.member_id)


def without_history(profile: Profile) -> Profile:
    """The profile without what is history: when a stage was seen to begin, and how many there were.

    Facts that come out of order are judged when they come, so the way there may differ; where the
    member stands does not.
    """
    epoch = START
    return replace(profile, stage_since=epoch, stage_number=0, evaluated_at=epoch, updated_at=epoch)


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_arrival_gives_the_same_profiles(seed: int, migrated: Migrated) -> None:
    """Edge case 62: late and out-of-order events; refunds before payments, merges before orders."""
    events = story(seed)
    async with desk_on(await migrated("audience")) as desk:
        in_time = await applied(desk, events)
    random.Random(seed).shuffle(events)
    async with desk_on(await migrated("audience")) as desk:
        shuffled = await applied(desk, events)
    assert shuffled == in_time
    assert sum(one.order_count for one in in_time) > 0
    assert {day_of(one.created_at).year for one in in_time} <= {2026, 2027}
