"""One day of the shop, decided: who joins, recharges, pays how, returns what. No I/O.

The planner goes through the baskets in order and keeps what the rules need to know of each
household, its expected balance included: at the end of the replay the wallet must say the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from demo import rules
from demo.data import Basket


class Household(msgspec.Struct):
    """What the rules need to know about one household."""

    household_id: int
    # The id that loyalty gave it.
    member_id: str = ""
    visits: int = 0
    # What its wallet should be able to spend.
    balance_fen: int = 0
    recharges: int = 0
    recharged_on: date | None = None
    keeps_value: bool = False
    has_password: bool = False
    # What it paid today without its password.
    free_on: date | None = None
    free_fen: int = 0
    card_id: str = ""
    coffees_left: int = 0


class Order(msgspec.Struct):
    """A basket on its way through the doors. Shares are per line, in fen."""

    basket: Basket
    household: Household
    by_wallet: bool
    mini: bool
    first: bool
    needs_password: bool
    # Known once the wallet has paid.
    payment_id: str = ""
    principal_fen: int = 0
    bonus_fen: int = 0
    wallet_shares: Sequence[int] = ()
    bonus_shares: Sequence[int] = ()
    # Which lines came back so far.
    returned: frozenset[int] = frozenset()

    @property
    def order_id(self) -> str:
        """The order's id: the basket's."""
        return f"b{self.basket.basket_id}"


class Recharge(msgspec.Struct):
    """One recharge. ``regretted``: it is taken back at once."""

    household: Household
    plan: rules.Plan
    number: int
    store_id: int
    at: datetime
    regretted: bool
    # Known once it was created, and once its refund was asked for.
    recharge_id: str = ""
    refund_id: str = ""
    refund_fen: int = 0

    @property
    def ref(self) -> str:
        """What its request and payment are named after."""
        return f"recharge-{self.household.household_id}-{self.number}"


class Return(msgspec.Struct, frozen=True):
    """Goods that come back: the ``number``-th refund of an order, and the lines in it."""

    order: Order
    number: int
    lines: Sequence[int]
    everything: bool
    at: datetime

    @property
    def refund_id(self) -> str:
        """The order system's id of this refund."""
        return f"r{self.order.basket.basket_id}-{self.number}"

    @property
    def wallet_fen(self) -> int:
        """What goes back to the wallet."""
        shares = self.order.wallet_shares
        return sum(shares[line] for line in self.lines) if shares else 0

    @property
    def net_fen(self) -> int:
        """What the lines were sold for."""
        return sum(self.order.basket.lines[line].net_fen for line in self.lines)


class Visit(msgspec.Struct, frozen=True):
    """A household that does something else on the occasion of this basket."""

    household: Household
    basket: Basket


class DayPlan(msgspec.Struct):
    """All that happens on one day. Each list is in the order of time."""

    day: date
    joins: list[Visit] = []
    recharges: list[Recharge] = []
    passwords: list[Household] = []
    cards: list[Visit] = []
    orders: list[Order] = []
    completed: list[tuple[Order, datetime]] = []
    returns: list[Return] = []
    coffees: list[Visit] = []
    exchanges: list[Visit] = []
    # How many gifts each of them took, by basket; known once loyalty told the points.
    gifts: dict[int, int] = {}
    check_ins: list[Household] = []


class Planner:
    """Plans one day after the other."""

    def __init__(self) -> None:
        self.households: dict[int, Household] = {}
        self._completions: defaultdict[date, list[tuple[Order, datetime]]] = defaultdict(list)
        self._returns: defaultdict[date, list[tuple[Order, int, datetime]]] = defaultdict(list)

    @property
    def waiting(self) -> date | None:
        """The last day on which something that was decided is still to happen."""
        return max((*self._completions, *self._returns), default=None)

    def plan(self, day: date, baskets: Iterable[Basket]) -> DayPlan:
        """What happens on ``day``. Days must come in order; one without baskets is fine."""
        plan = DayPlan(day)
        known = list(self.households.values())
        for basket in baskets:
            self._visit(plan, basket)
        plan.completed += self._completions.pop(day, [])
        plan.completed.sort(key=lambda due: (due[1], due[0].basket.basket_id))
        plan.returns = [_return(*due) for due in self._returns.pop(day, [])]
        plan.returns.sort(key=lambda back: (back.at, back.refund_id))
        plan.check_ins = [
            household
            for household in known
            if rules.checks_in(household.household_id)
            and rules.checks_in_on(household.household_id, day)
        ]
        return plan

    def settle(self, plan: DayPlan) -> None:
        """Counts what the day's returns bring back; after it, balances are those of the evening."""
        for back in plan.returns:
            back.order.household.balance_fen += back.wallet_fen

    def _visit(self, plan: DayPlan, basket: Basket) -> None:
        household = self.households.get(basket.household_id)
        visit = Visit(household, basket) if household else self._join(plan, basket)
        household = visit.household
        household.visits += 1
        self._recharge(plan, visit)
        self._order(plan, visit)
        self._card(plan, visit)
        due = household.visits % rules.EXCHANGE_EVERY_VISITS == 0
        if due and rules.exchanges(household.household_id):
            plan.exchanges.append(visit)

    def _join(self, plan: DayPlan, basket: Basket) -> Visit:
        household = Household(
            basket.household_id, keeps_value=rules.holds_value(basket.household_id)
        )
        self.households[basket.household_id] = household
        visit = Visit(household, basket)
        plan.joins.append(visit)
        return visit

    def _recharge(self, plan: DayPlan, visit: Visit) -> None:
        household, basket = visit.household, visit.basket
        covered = household.balance_fen >= basket.payable_fen
        if not household.keeps_value or covered or household.recharged_on == plan.day:
            return
        household.recharges += 1
        household.recharged_on = plan.day
        terms = rules.plan_of(household.household_id)
        regretted = rules.regrets(household.household_id)
        plan.recharges.append(
            Recharge(household, terms, household.recharges, basket.store_id, basket.at, regretted)
        )
        if regretted:
            household.keeps_value = False
            return
        household.balance_fen += terms.pay_fen + terms.bonus_fen
        if rules.has_password(household.household_id) and not household.has_password:
            household.has_password = True
            plan.passwords.append(household)

    def _order(self, plan: DayPlan, visit: Visit) -> None:
        household, basket = visit.household, visit.basket
        payable_fen = basket.payable_fen
        by_wallet = household.keeps_value and 0 < payable_fen <= household.balance_fen
        if by_wallet:
            household.balance_fen -= payable_fen
        order = Order(
            basket,
            household,
            by_wallet,
            mini=rules.in_mini_program(basket),
            first=household.visits == 1,
            needs_password=by_wallet and _needs_password(household, plan.day, payable_fen),
        )
        plan.orders.append(order)
        completed_at = basket.at + timedelta(days=rules.completion_days(basket))
        self._completions[completed_at.date()].append((order, completed_at))
        for number, days in enumerate(rules.refund_days(basket), 1):
            at = basket.at + timedelta(days=days)
            self._returns[at.date()].append((order, number, at))

    def _card(self, plan: DayPlan, visit: Visit) -> None:
        household = visit.household
        if household.coffees_left and rules.uses_card(visit.basket):
            household.coffees_left -= 1
            plan.coffees.append(visit)
        buys = household.visits == rules.CARD_FROM_VISIT
        if buys and rules.buys_card(household.household_id):
            household.coffees_left = rules.COFFEE.visits
            plan.cards.append(visit)


def _needs_password(household: Household, day: date, fen: int) -> bool:
    """Whether a payment is above what this household may pay without its password."""
    if not household.has_password:
        return False
    used = household.free_fen if household.free_on == day else 0
    if fen > rules.FREE_TXN_FEN or used + fen > rules.FREE_DAY_FEN:
        return True
    household.free_on, household.free_fen = day, used + fen
    return False


def _return(order: Order, number: int, at: datetime) -> Return:
    """What comes back now. A line alone is the one of most value: not a bag, not a coupon."""
    lines = order.basket.lines
    left = [n for n in range(len(lines)) if n not in order.returned]
    last = number == len(rules.refund_days(order.basket))
    alone = number == 1 and not (last and rules.takes_all_back(order.basket))
    back = [max(left, key=lambda n: (lines[n].net_fen, -n))] if alone else left
    order.returned |= frozenset(back)
    everything = not any(line.net_fen for n, line in enumerate(lines) if n not in order.returned)
    return Return(order, number, back, everything, at)
