"""What can be taken off the shipping: one free-shipping promotion and one coupon at most. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.coupon.carts import Offer, Voucher
from services.coupon.promotion_terms import total
from services.coupon.quote_combinations import Promoted
from services.coupon.quote_rules import preference, shipping_gain


class Shipped(NamedTuple):
    """What is taken off the shipping, and by what."""

    off_fen: int = 0
    voucher: Voucher | None = None
    offer: Offer | None = None


class Shipping:
    """The ways to pay less for one cart's shipping, the best first."""

    def __init__(
        self,
        shipping_fen: int,
        base: Sequence[int],
        members: Mapping[str, tuple[int, ...]],
        open_lines: Callable[[Voucher, frozenset[int]], Sequence[int]],
        offers: Sequence[Offer],
        vouchers: Sequence[Voucher],
        bonus: int,
    ) -> None:
        """``bonus`` is what the use of a coupon is worth besides what it takes off."""
        self.fen = shipping_fen
        self.bonus = bonus
        self._base = base
        self._members = members
        self._open_lines = open_lines
        ways = [*self._ways([one for one in offers if members[one.promotion_id]], vouchers)]
        self._ways_best_first = [way for _rank, way in sorted(ways, key=lambda pair: pair[0])]
        # The most that can be taken off, whatever holds.
        usable = self.fen and (offers or vouchers)
        self.top = (self.fen + (bonus if vouchers else 0)) if usable else 0

    def _ways(
        self, offers: Sequence[Offer], vouchers: Sequence[Voucher]
    ) -> Iterator[tuple[tuple[Any, ...], Shipped]]:
        for offer in (None, *offers):
            free = offer.terms.cap_fen or self.fen if offer else 0
            left = max(0, self.fen - free)
            for voucher in (None, *vouchers):
                group = offer.terms.exclusive_group if offer else ""
                if group and voucher and group == voucher.terms.exclusive_group:
                    continue
                gain = shipping_gain(voucher, left) if voucher else 0
                off = self.fen - left + gain
                if not off or (voucher and not gain):
                    continue
                rank = (
                    -off - self.bonus * (voucher is not None),
                    voucher is not None,
                    preference(voucher) if voucher else (),
                    offer.promotion_id if offer else "",
                )
                yield rank, Shipped(off, voucher, offer)

    def best(self, promoted: Promoted, net: Sequence[int], groups: frozenset[str]) -> Shipped:
        """The most that can be taken off when the goods cost ``net`` and ``groups`` are taken."""
        for way in self._ways_best_first:
            offer, voucher = way.offer, way.voucher
            if offer and (
                offer.terms.exclusive_group in groups
                or self.base_of(offer, net) < offer.terms.threshold_fen
            ):
                continue
            if voucher and (
                voucher.terms.exclusive_group in groups or not self._ships(voucher, promoted)
            ):
                continue
            return way
        return Shipped()

    def base_of(self, offer: Offer, net: Sequence[int]) -> int:
        """What a free-shipping promotion looks at; C14."""
        values = net if offer.terms.base == "AFTER_DISCOUNTS" else self._base
        return total(values, self._members[offer.promotion_id])

    def _ships(self, voucher: Voucher, promoted: Promoted) -> bool:
        """Whether the goods reach a shipping coupon's threshold, after promotions."""
        lines = self._open_lines(voucher, promoted.closed)
        return bool(lines) and total(promoted.payable, lines) >= voucher.terms.threshold_fen
