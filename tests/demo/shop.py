"""Baskets made by hand, for tests of what the replay decides about them."""

from datetime import datetime, timedelta

from demo.data import SHOP_ZONE, Basket, Line

OPENS = datetime(2017, 1, 2, 10, tzinfo=SHOP_ZONE)


def line(net_fen: int, product_id: int = 1) -> Line:
    return Line(product_id, "SOUP", 1, net_fen, 0, 0, net_fen)


def basket(
    basket_id: int, household_id: int, *nets: int, day: int = 0, voucher_fen: int = 0
) -> Basket:
    lines = [line(net, product) for product, net in enumerate(nets or (1_000,), 1)]
    total = sum(each.net_fen for each in lines)
    at = OPENS + timedelta(days=day)
    return Basket(basket_id, household_id, 330, 2, at, lines, total, voucher_fen)
