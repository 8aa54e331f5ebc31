"""Where a join goes whose group is full (自动拼入下一团): decided by the activity's rule.

parity.md §2 8: the next open group that strangers may join, soonest to end first, at a price that
is not higher than that of the group that was asked for.
"""

from __future__ import annotations

from common.rows import Group
from services.groupbuy.draft import Draft
from services.groupbuy.groups import BuyGroup, terms_of
from services.groupbuy.terms import Terms

# At most so many are looked at; each has a seat, so a whole batch of joins finds one.
CANDIDATES = 256


def _takes_strangers(group: BuyGroup) -> bool:
    return group.status == "OPEN" and group.gather and group.free > 0


# Loaded for activities whose rule is NEXT_GROUP only.
GATHERABLE = Group(
    BuyGroup,
    ("merchant_id", "activity_id"),
    holds=_takes_strangers,
    order=lambda group: (group.expires_at, group.group_id),
)


def is_filled(group: BuyGroup) -> bool:
    """Whether its seats ran out, and nothing else ended it."""
    if group.status == "OPEN":
        return group.free <= 0
    return group.status == "SUCCEEDED" and group.outcome in ("FULL", "LADDER") and group.free <= 0


def next_group(
    draft: Draft, full: BuyGroup, sku_id: str, *, new: bool, least_fen: int = 0, most_fen: int
) -> BuyGroup | None:
    """The group that takes a member ``full`` has no seat for; prices are per unit."""
    for group in draft.group(GATHERABLE, full.activity_id):
        if group.group_id == full.group_id or group.pickup_point_id != full.pickup_point_id:
            continue
        if group.expires_at is None or draft.at >= group.expires_at:
            continue
        if group.mode == "LADDER_PICK" and group.tier != full.tier:
            continue
        terms = terms_of(draft, group)
        if not may_enter(terms, group, new=new):
            continue
        price_fen = price_of(terms, group, sku_id)
        if price_fen is not None and least_fen <= price_fen <= most_fen:
            return group
    return None


def price_of(terms: Terms, group: BuyGroup, sku_id: str) -> int | None:
    """What a member who joins pays per unit; None if the SKU is not offered."""
    if all(sku.sku_id != sku_id for sku in terms.skus):
        return None
    return terms.price_fen(terms.sku(sku_id), group.tier, leads=False)


def may_enter(terms: Terms, group: BuyGroup, *, new: bool) -> bool:
    """老带新: only new customers join, or so many seats are kept for them. G6."""
    if new:
        return True
    if terms.mode == "NEWCOMER":
        return False
    kept = terms.min_new_members - group.new_paid
    return kept <= 0 or group.free > kept
