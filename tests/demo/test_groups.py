"""Which groups the replay derives from a day's baskets, and what its books make of their events."""

from __future__ import annotations

from demo.groups import GroupBooks, derive
from demo.plan import Planner
from tests.demo.shop import OPENS, basket

DAY = OPENS.date()


def test_households_that_bought_the_same_product_form_groups_in_order() -> None:
    baskets = [basket(number, number, 1_000 + number) for number in range(1, 9)]
    orders = Planner().plan(DAY, baskets).orders
    (offer,) = derive(DAY, orders)
    assert (offer.activity_id, offer.product_id, offer.price_fen) == ("g20170102-p1", 1, 1_001)
    assert [len(group.members) for group in offer.groups] == [3, 3, 2]
    ids = [member.household.household_id for group in offer.groups for member in group.members]
    assert ids == list(range(1, 9))
    assert all(group.members[0].pays for group in offer.groups)
    assert not offer.groups[-1].succeeds
    assert derive(DAY, orders)[0].groups == offer.groups


def test_a_household_is_once_in_a_group_and_small_products_have_none() -> None:
    twice = [basket(1, 1), basket(2, 1), basket(3, 2)]
    assert derive(DAY, Planner().plan(DAY, twice).orders) == []
    three = [*twice, basket(4, 3)]
    (offer,) = derive(DAY, Planner().plan(DAY, three).orders)
    assert len(offer.groups[0].members) == 3


def test_only_the_products_most_households_bought_are_offered() -> None:
    baskets = [basket(number, number, *([500] * (8 if number < 4 else 6))) for number in range(9)]
    offers = derive(DAY, Planner().plan(DAY, baskets).orders)
    assert [offer.product_id for offer in offers] == [1, 2, 3, 4, 5]


def test_the_books_begin_empty() -> None:
    books = GroupBooks()
    assert not books.sums
    assert all(callable(taker) for taker in books.takers.values())
