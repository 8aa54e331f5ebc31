"""What the data does not say, chosen by fixed rules: the same choice in every run, no dice.

Each choice is a hash of the rule's name and the data's own id, so it depends on nothing else. The
report prints ``MADE_UP``: whoever reads it sees what was bought and what was decided here.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

from demo.data import Basket

BP: Final = 10_000


class Plan(NamedTuple):
    """A recharge plan: pay, and get on top. ``share_bp`` of the holders always choose it."""

    plan_id: str
    name: str
    pay_fen: int
    bonus_fen: int
    gift_points: int
    share_bp: int


PLANS: Final = (
    Plan("plan-100", "¥100 + ¥5", 10_000, 500, 0, 5_000),
    Plan("plan-300", "¥300 + ¥30", 30_000, 3_000, 100, 3_500),
    Plan("plan-1000", "¥1000 + ¥150", 100_000, 15_000, 500, 1_500),
)


class Card(NamedTuple):
    """The one punch card on sale."""

    template_id: str
    name: str
    item_id: str
    visits: int
    price_fen: int
    list_visit_price_fen: int


COFFEE: Final = Card("card-coffee-10", "10 coffees", "coffee", 10, 10_000, 1_500)


class Tier(NamedTuple):
    """One tier: growth (成长值, one per yuan) to reach it, and in a year to keep it."""

    tier_id: str
    name: str
    threshold: int
    keep: int


TIERS: Final = (
    Tier("V1", "Green", 0, 0),
    Tier("V2", "Silver", 150, 300),
    Tier("V3", "Gold", 600, 1_000),
    Tier("V4", "Black", 2_500, 2_500),
)

STORED_VALUE_BP: Final = 3_000
REGRETS_BP: Final = 200
PASSWORD_BP: Final = 500
FREE_TXN_FEN: Final = 20_000
FREE_DAY_FEN: Final = 100_000
PASSWORD: Final = "285137"  # noqa: S105  one made-up password for all, of a demonstration
MINI_BP: Final = 2_000
CARD_BP: Final = 300
CARD_FROM_VISIT: Final = 3
CARD_USED_BP: Final = 5_000
REFUND_BP: Final = 100
REFUND_PARTIAL_BP: Final = 6_000
REFUND_TWICE_BP: Final = 1_000
REFUND_DAYS: Final = 5
CHECK_IN_BP: Final = 500
CHECK_IN_DAY_BP: Final = 6_000
CHECK_IN_LADDER: Final = (5, 5, 10, 5, 5, 5, 30)
EXCHANGE_BP: Final = 1_000
EXCHANGE_EVERY_VISITS: Final = 5
EXCHANGE_STEP_POINTS: Final = 50

MADE_UP: Final = (
    ("Member", "Each household joins on its first visit, at that store; no phone number."),
    ("Channel", "1 basket in 5 was ordered in the mini-program, the others at the till."),
    ("Completion", "Till orders at once; mini-program orders 1 or 2 days later, same time."),
    (
        "Stored value",
        "3 households in 10 hold a wallet. One whose balance does not cover a basket recharges"
        " first, once a day at most, always by its own plan (¥100, ¥300 or ¥1000), and pays"
        " from the wallet whenever the balance covers the whole basket, vouchers deducted.",
    ),
    ("Change of mind", "1 in 50 holders takes the first recharge back at once, and pays cash."),
    (
        "Payment password",
        "1 in 20 holders sets one and pays below ¥200 without it; at the till holds are not used,"
        " in the mini-program the amount is frozen, then captured.",
    ),
    ("Punch card", "3 households in 100 buy 10 coffees for ¥100 on their third visit, and have"
     " one on every second visit after it."),
    ("Tier", "Growth is ¥1 = 1; silver from 150, gold from 600, black from 2500."),
    (
        "Refund",
        "1 basket in 100 comes back 1 to 5 days after it was received, the way it was paid: 6 in 10"
        " one line of it, 3 in 10 all of it, 1 in 10 one line and two days later the rest.",
    ),
    ("Check-in", "1 household in 20 checks in on 6 days of 10, once it is a member."),
    (
        "Redemption",
        "1 household in 10 spends its usable points, in fifties, on gifts on every fifth visit.",
    ),
)  # fmt: skip


def number(rule: str, *ids: object, below: int = BP) -> int:
    """A fixed number from 0 to ``below`` − 1 for these ids."""
    text = "/".join((rule, *map(str, ids)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % below


def guide_of(store_id: int) -> str:
    """The id of the store's one guide (导购)."""
    return f"g{store_id}"


def holds_value(household_id: int) -> bool:
    """Whether the household keeps stored value."""
    return number("stored-value", household_id) < STORED_VALUE_BP


def plan_of(household_id: int) -> Plan:
    """The recharge plan this household always takes."""
    at = number("plan", household_id)
    for plan in PLANS:
        at -= plan.share_bp
        if at < 0:
            return plan
    raise AssertionError("Bug: the plans' shares are less than everybody")


def regrets(household_id: int) -> bool:
    """Whether it takes its first recharge back and never tries again."""
    return number("regret", household_id) < REGRETS_BP


def has_password(household_id: int) -> bool:
    """Whether it sets a payment password with its first recharge."""
    return number("password", household_id) < PASSWORD_BP


def in_mini_program(basket: Basket) -> bool:
    """Whether the basket was ordered in the mini-program and not at a till."""
    return number("channel", basket.basket_id) < MINI_BP


def completion_days(basket: Basket) -> int:
    """Days from payment to completion."""
    if not in_mini_program(basket):
        return 0
    return 1 + number("completion", basket.basket_id, below=2)


def buys_card(household_id: int) -> bool:
    """Whether the household is one that buys the punch card."""
    return number("card", household_id) < CARD_BP


def uses_card(basket: Basket) -> bool:
    """Whether a holder of the card has a coffee on this visit."""
    return number("card-visit", basket.basket_id) < CARD_USED_BP


def refund_days(basket: Basket) -> tuple[int, ...]:
    """How many days after payment it is refunded: never, once, or a line of it and then the rest.

    ``takes_all_back`` tells what comes back if it is once. Nothing does before it was received.
    """
    if basket.net_fen == 0 or number("refund", basket.basket_id) >= REFUND_BP:
        return ()
    waits = number("refund-day", basket.basket_id, below=REFUND_DAYS)
    first = completion_days(basket) + 1 + waits
    kind = number("refund-kind", basket.basket_id)
    lines_of_value = sum(line.net_fen > 0 for line in basket.lines)
    twice = kind >= BP - REFUND_TWICE_BP and lines_of_value > 1
    return (first, first + 2) if twice else (first,)


def takes_all_back(basket: Basket) -> bool:
    """Whether a basket that is refunded once comes back whole and not one line of it."""
    return number("refund-kind", basket.basket_id) >= REFUND_PARTIAL_BP


def checks_in(household_id: int) -> bool:
    """Whether the household is one that checks in."""
    return number("check-in", household_id) < CHECK_IN_BP


def checks_in_on(household_id: int, day: object) -> bool:
    """Whether it does so on this day."""
    return number("check-in-day", household_id, day) < CHECK_IN_DAY_BP


def exchanges(household_id: int) -> bool:
    """Whether the household spends its points."""
    return number("exchange", household_id) < EXCHANGE_BP
