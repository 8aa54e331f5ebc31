"""What the replay decides: by fixed rules, within what a wallet may do, and never money lost."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st

from demo import data, messages, replay, rules
from demo.data import Basket
from demo.plan import DayPlan, Planner
from tests.demo.shop import OPENS, basket

MONDAY = OPENS.date()


def households(wanted: Callable[[int], bool]) -> list[int]:
    return list(islice((n for n in count(1) if wanted(n)), 3))


def baskets(wanted: Callable[[Basket], bool], *nets: int) -> Basket:
    return next(b for n in count(1) if wanted(b := basket(n, 1, *nets)))


def test_rules_are_the_same_in_every_run_and_about_as_frequent_as_they_say() -> None:
    assert rules.number("plan", 7) == 5_613
    shares = {
        "value": sum(map(rules.holds_value, range(10_000))),
        "check-in": sum(map(rules.checks_in, range(10_000))),
    }
    assert abs(shares["value"] - 3_000) < 150
    assert abs(shares["check-in"] - 500) < 100
    assert sum(plan.share_bp for plan in rules.PLANS) == rules.BP


def test_a_holder_recharges_before_paying_and_once_a_day_at_most() -> None:
    household = households(lambda n: rules.holds_value(n) and not rules.regrets(n))[0]
    plan_of = rules.plan_of(household)
    loaded = plan_of.pay_fen + plan_of.bonus_fen
    planner = Planner()
    day = planner.plan(
        MONDAY, [basket(1, household, loaded), basket(2, household, 1), basket(3, household, 1)]
    )
    assert [recharge.plan for recharge in day.recharges] == [plan_of]
    assert [order.by_wallet for order in day.orders] == [True, False, False]
    assert planner.households[household].balance_fen == 0


def test_who_regrets_pays_cash_ever_after() -> None:
    household = households(lambda n: rules.holds_value(n) and rules.regrets(n))[0]
    planner = Planner()
    day = planner.plan(MONDAY, [basket(1, household, 100), basket(2, household, 100)])
    assert [recharge.regretted for recharge in day.recharges] == [True]
    assert not any(order.by_wallet for order in day.orders)
    assert planner.households[household].balance_fen == 0


def test_a_whole_basket_comes_back_in_two_refunds_line_by_line() -> None:
    bought = baskets(lambda b: len(rules.refund_days(b)) == 2, 300, 900, 0, 500)
    planner = Planner()
    planner.plan(MONDAY, [bought])
    returns = []
    for day in range(1, 12):
        returns += planner.plan(basket(1, 1, day=day).at.date(), []).returns
    first, rest = returns
    assert (list(first.lines), first.everything) == ([1], False)
    assert (list(rest.lines), rest.everything) == ([0, 2, 3], True)
    assert first.net_fen + rest.net_fen == bought.net_fen
    assert planner.waiting is None


def test_the_password_is_given_above_the_free_limits_only() -> None:
    rich = households(
        lambda n: (
            rules.holds_value(n)
            and rules.has_password(n)
            and not rules.regrets(n)
            and rules.plan_of(n).pay_fen == 100_000
        )
    )[0]
    day = Planner().plan(
        MONDAY, [basket(1, rich, 20_001), *(basket(n, rich, 19_000) for n in range(2, 7))]
    )
    assert [order.needs_password for order in day.orders] == [True, *[False] * 4, False]
    assert [order.by_wallet for order in day.orders] == [True] * 6 or not day.orders[-1].by_wallet


def test_the_calendar_has_no_gaps_and_ends_when_all_has_happened() -> None:
    bought = baskets(lambda b: len(rules.refund_days(b)) == 1, 300)
    third = data.Day(MONDAY + timedelta(days=2), [], [])
    planner = Planner()
    seen = []
    for day in replay.calendar(data.Day(MONDAY, [bought], []), iter([third]), planner):
        planner.plan(day.day, day.baskets)
        seen.append(day.day)
    last = rules.refund_days(bought)[0]
    assert seen == [MONDAY + timedelta(days=n) for n in range(max(last, 2) + 1)]


@given(
    amount=st.integers(0, 10**9),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(lambda w: sum(w) > 0),
)
def test_spreading_is_exact_and_gives_no_line_more_than_it_costs(
    amount: int, weights: list[int]
) -> None:
    amount = min(amount, sum(weights))
    shares = messages.spread(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_records_of_the_first_two_weeks_add_up_and_never_repeat_an_id() -> None:
    """Real baskets: every order is paid, completed and refunded at most once over, to the fen."""
    planner = Planner()
    paid: Counter[str] = Counter()
    seen: set[str] = set()
    net = 0
    for day in data.days(2):
        plan: DayPlan = planner.plan(day.day, day.baskets)
        planner.settle(plan)
        net += sum(order.basket.net_fen for order in plan.orders)
        for record in messages.order_records(plan):
            assert record.event_id not in seen
            seen.add(record.event_id)
            if record.WhichOneof("event") == "paid":
                lines = sum(line.net_paid_fen for line in record.paid.lines)
                assert lines == sum(part.amount_fen for part in record.paid.payments)
                paid[record.paid.order_id] += lines
            if record.WhichOneof("event") == "refunded":
                back = sum(line.cash_fen + line.wallet_fen for line in record.refunded.lines)
                paid[record.refunded.order_id] -= back
                left = paid[record.refunded.order_id]
                assert left >= 0
                assert (left == 0) == record.refunded.is_full_cumulative
    assert net == 10_384_779
    assert all(household.balance_fen >= 0 for household in planner.households.values())
