"""What a quote answers: prices line by line, and why; every rule with its version and its inputs.

Plain figures. ``quotes.py`` fills them in.
"""

from __future__ import annotations

from typing import Literal

import msgspec

StepName = Literal[
    "TIER_PRICE",
    "ACTIVITY_PRICE",
    "ADD_ON",
    "BUNDLE",
    "FULL_REDUCTION",
    "COUPON",
    "POINTS",
    "FREE_SHIPPING",
    "SHIPPING_COUPON",
]
RuleKind = Literal["COUPON", "PROMOTION"]


class LinePrice(msgspec.Struct, frozen=True):
    """One line: list price × pieces, less four kinds of discount, is what is to be paid."""

    line_id: str
    list_fen: int
    # Tier, activity and add-on prices.
    price_off_fen: int
    # Bundles and full reductions.
    promo_off_fen: int
    coupon_off_fen: int
    points_off_fen: int
    net_fen: int


class Applied(msgspec.Struct, frozen=True):
    """One rule that took something off, in the order in which they were applied."""

    step: StepName
    # A promotion, a coupon, or the rule a price came from.
    rule_id: str
    version: int
    off_fen: int
    # What it was measured by: the goods it looked at and what they had to come to.
    base_fen: int
    threshold_fen: int
    # Its share of each line, in the cart's order; empty for shipping.
    shares: list[int]
    # The template of a coupon.
    template_id: str = ""


class Rejected(msgspec.Struct, frozen=True):
    """A rule that was not applied, and the first reason why."""

    kind: RuleKind
    rule_id: str
    version: int
    reason: str
    # What is missing to its threshold, where that is the reason.
    gap_fen: int = 0
    gap_qty: int = 0
    # The coupon or promotion it does not go with, where that is the reason.
    conflicts_with: str = ""


class Hint(msgspec.Struct, frozen=True):
    """「还差 X 元」: with so much more of its goods, a rule would take off more."""

    kind: RuleKind
    rule_id: str
    gap_fen: int
    gap_qty: int
    off_fen: int


class Quote(msgspec.Struct, frozen=True):
    """The price of a cart. ``payable_fen`` is goods and shipping after everything."""

    lines: list[LinePrice]
    applied: list[Applied]
    rejected: list[Rejected]
    hints: list[Hint]
    # The coupons to lock with this quote.
    coupon_ids: list[str]
    list_fen: int
    price_off_fen: int
    promo_off_fen: int
    coupon_off_fen: int
    points_off_fen: int
    points_used: int
    goods_fen: int
    shipping_fen: int
    shipping_off_fen: int
    payable_fen: int
    # Whether every combination was weighed, or so many that the search ended before.
    is_best: bool

    def coupon_discount(self, coupon_id: str) -> int:
        """What one of its coupons took off."""
        return sum(
            part.off_fen
            for part in self.applied
            if part.rule_id == coupon_id and part.step in ("COUPON", "SHIPPING_COUPON")
        )
