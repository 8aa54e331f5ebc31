"""Which promotions and coupons together are best for the customer. Pure.

A combination is: bundles and full reductions, of which no two of a kind share a line; at most three
goods coupons, of which at most one is not stackable and no two are of one template; at most one
free-shipping promotion and one shipping coupon; and of everything at most one per exclusive group.
The best has the lowest price; points that are spent count as paid. Of equal ones the one with
fewer coupons, then C12's order, then fewer and smaller promotions.

The search is exact: it leaves out only what cannot beat the best found so far, because no promotion
or coupon takes off more from goods that cost less. If a merchant's rules are so many that this is
not enough it stops after a fixed number of steps and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from common.allocation import largest_remainder
from services.coupon.carts import Offer, Question, Voucher
from services.coupon.promotion_terms import bundle_times, reduction, total
from services.coupon.quote_combinations import (
    MOST_COUPONS,
    Promoted,
    Settled,
    Taken,
    goes_with,
    most,
    points_for,
)
from services.coupon.quote_rules import (
    coupon_gain,
    preference,
    promotion_lines,
    shipping_gain,
    voucher_lines,
)

# Prices worked out before the search gives up; 50 lines take about 40 µs each.
MOST_STEPS: Final = 2_000
# Coupons of one order take effect in this order, whatever order they were named in.
_ORDER: Final = {"EXCHANGE": 0, "DISCOUNT": 1, "FULL_REDUCTION": 2, "CASH": 3, "RANDOM": 4}


class Search:
    """One question's search. ``best`` is the answer after ``run``."""

    def __init__(
        self,
        question: Question,
        payable: Sequence[int],
        offers: Sequence[Offer],
        vouchers: Sequence[Voucher],
    ) -> None:
        """``offers`` and ``vouchers`` are those with nothing against them but the cart."""
        self.question = question
        self.lines = question.cart.lines
        self.base = list(payable)
        self.shipping_fen = question.cart.shipping_fen
        self.all_fen = sum(payable) + self.shipping_fen
        self.eligible = {one.coupon_id: voucher_lines(self.lines, one) for one in vouchers}
        self.members = {one.promotion_id: promotion_lines(self.lines, one) for one in offers}
        ceilings = {
            one.promotion_id: self._ceiling(one)
            for one in offers
            if one.terms.kind in ("BUNDLE", "FULL_REDUCTION")
        }
        self.offers = sorted(
            (one for one in offers if ceilings.get(one.promotion_id)),
            key=lambda one: (-ceilings[one.promotion_id], one.promotion_id),
        )
        self.ceilings = [ceilings[one.promotion_id] for one in self.offers]
        self.free = [one for one in offers if one.terms.kind == "FREE_SHIPPING"]
        # A coupon the shopper insists on is worth more than any price.
        self.bonus = 0 if question.picked is None else self.all_fen + 1
        goods = [one for one in vouchers if not one.terms.is_shipping]
        self.tops = {one.coupon_id: self._gain(one, self.base) for one in goods}
        self.goods = sorted(
            (one for one in goods if self.tops[one.coupon_id]),
            key=lambda one: (-self.tops[one.coupon_id], preference(one)),
        )
        self.shipping = [one for one in vouchers if one.terms.is_shipping and self.shipping_fen]
        self.coupons_top = most([(self.tops[one.coupon_id], one) for one in self.goods])
        self.cliques = self._cliques()
        self.shipping_top = self.shipping_fen if self.free or self.shipping else 0
        self.shipping_top += self.bonus if self.shipping else 0
        self.steps = 0
        self.best: Settled | None = None

    @property
    def exhausted(self) -> bool:
        """Whether the search stopped before it had weighed everything."""
        return self.steps > MOST_STEPS

    def run(self) -> Settled:
        """The best combination."""
        self._choose(0, (), 0)
        assert self.best is not None, "to take nothing is a combination too"
        return self.best

    # --- promotions ---------------------------------------------------------------------------

    def _ceiling(self, offer: Offer) -> int:
        """The most this promotion could take off: from goods no other promotion touched."""
        taken = self._take(offer, self.base)
        return taken.off_fen if taken else 0

    def _choose(self, place: int, chosen: tuple[Offer, ...], sure: int) -> None:
        """Every set of promotions, the larger ones first; ``sure`` is what ``chosen`` may take."""
        ceiling = sure + self._left(place, chosen) + self.coupons_top + self.shipping_top
        if self.exhausted or self._beaten(ceiling):
            return
        if place == len(self.offers):
            promoted = self.promote(chosen)
            if promoted is not None:
                self._combine(promoted)
            return
        offer = self.offers[place]
        if not any(self._conflict(offer, other) for other in chosen):
            self._choose(place + 1, (*chosen, offer), sure + self.ceilings[place])
        self._choose(place + 1, chosen, sure)

    def _cliques(self) -> list[int]:
        """A number for each promotion: of those with one number at most one can be chosen."""
        cliques: list[list[Offer]] = []
        numbers = []
        for offer in self.offers:
            for number, clique in enumerate(cliques):
                if all(self._conflict(offer, other) for other in clique):
                    clique.append(offer)
                    numbers.append(number)
                    break
            else:
                numbers.append(len(cliques))
                cliques.append([offer])
        return numbers

    def _left(self, place: int, chosen: Sequence[Offer]) -> int:
        """The most that the promotions from ``place`` on could still take off."""
        tops: dict[int, int] = {}
        for number in range(place, len(self.offers)):
            offer = self.offers[number]
            # The largest of a clique comes first.
            if self.cliques[number] in tops:
                continue
            if not any(self._conflict(offer, other) for other in chosen):
                tops[self.cliques[number]] = self.ceilings[number]
        return sum(tops.values())

    def _conflict(self, one: Offer, other: Offer) -> bool:
        group = one.terms.exclusive_group
        if group and group == other.terms.exclusive_group:
            return True
        mine, theirs = self.members[one.promotion_id], self.members[other.promotion_id]
        return one.terms.kind == other.terms.kind and not set(mine).isdisjoint(theirs)

    def promote(self, chosen: Sequence[Offer]) -> Promoted | None:
        """The lines after these promotions, bundles first; None if one of them takes nothing."""
        payable, parts = list(self.base), []
        closed: set[int] = set()
        ordered = sorted(chosen, key=lambda one: (one.terms.kind != "BUNDLE", one.promotion_id))
        for offer in ordered:
            taken = self._take(offer, payable)
            if taken is None:
                return None
            payable = [fen - share for fen, share in zip(payable, taken.shares)]
            parts.append(taken)
            if offer.terms.no_coupons:
                closed.update(index for index, share in enumerate(taken.shares) if share)
        groups = frozenset(one.terms.exclusive_group for one in ordered) - {""}
        return Promoted(tuple(ordered), payable, parts, frozenset(closed), groups)

    def _take(self, offer: Offer, payable: Sequence[int]) -> Taken | None:
        members = self.members[offer.promotion_id]
        if offer.terms.kind == "BUNDLE":
            return self._bundle(offer, members, payable)
        base = total(payable, members)
        pieces = sum(self.lines[index].qty for index in members)
        off, step = reduction(offer.terms, base, pieces)
        if step is None:
            return None
        return Taken(offer, off, base, step.threshold_fen, self._shared(off, members, payable))

    def _bundle(self, offer: Offer, members: Sequence[int], payable: Sequence[int]) -> Taken | None:
        pieces: dict[str, int] = {}
        for index in members:
            line = self.lines[index]
            pieces[line.sku_id] = pieces.get(line.sku_id, 0) + line.qty
        times = bundle_times(offer.terms, pieces)
        needed = {item.sku_id: item.qty * times for item in offer.terms.items}
        weights = [0] * len(self.lines)
        for index in members:
            line = self.lines[index]
            used = min(needed[line.sku_id], line.qty)
            needed[line.sku_id] -= used
            weights[index] = payable[index] * used // line.qty
        worth = sum(weights)
        off = worth - offer.terms.price_fen * times
        if times == 0 or off <= 0:
            return None
        return Taken(offer, off, worth, 0, largest_remainder(off, weights))

    def _shared(self, off: int, members: Sequence[int], payable: Sequence[int]) -> list[int]:
        shares = [0] * len(self.lines)
        parts = largest_remainder(off, [payable[index] for index in members])
        for index, part in zip(members, parts):
            shares[index] = part
        return shares

    # --- coupons ------------------------------------------------------------------------------

    def _gain(
        self, voucher: Voucher, payable: Sequence[int], closed: frozenset[int] = frozenset()
    ) -> int:
        """What the coupon takes off by itself, or more if the shopper insists on it; or 0."""
        lines = self.open_lines(voucher, closed)
        off = coupon_gain(voucher, lines, payable, self.lines).off_fen
        return off + self.bonus if off else 0

    def open_lines(self, voucher: Voucher, closed: frozenset[int]) -> Sequence[int]:
        """The lines a coupon counts that no promotion keeps it from."""
        eligible = self.eligible[voucher.coupon_id]
        return [index for index in eligible if index not in closed] if closed else eligible

    def _combine(self, promoted: Promoted) -> None:
        """Every set of coupons that goes with these promotions."""
        sure = sum(part.off_fen for part in promoted.taken)
        # Coupons only lower what free shipping looks at, and take groups away from it.
        off, coupon, _free = self._ship(promoted, promoted.payable, promoted.groups)
        sure += off + (self.bonus if coupon else 0)
        if self._beaten(sure + self.coupons_top):
            return
        self._weigh(promoted, ())
        gains = []
        for voucher in self.goods:
            if voucher.terms.exclusive_group in promoted.groups:
                continue
            gain = self._gain(voucher, promoted.payable, promoted.closed)
            if gain:
                gains.append((gain, voucher))
        gains.sort(key=lambda pair: (-pair[0], preference(pair[1])))
        self._stack(promoted, gains, (), sure)

    def _stack(
        self,
        promoted: Promoted,
        gains: Sequence[tuple[int, Voucher]],
        chosen: tuple[Voucher, ...],
        sure: int,
    ) -> None:
        """Every set that begins with ``chosen``; ``gains`` are what goes with it, best first."""
        slots = MOST_COUPONS - len(chosen)
        for number, (gain, voucher) in enumerate(gains):
            if self.exhausted or self._beaten(sure + most(gains[number:], slots)):
                return
            together = (*chosen, voucher)
            if not self._beaten(sure + gain):
                self._weigh(promoted, together)
            if slots > 1:
                rest = [pair for pair in gains[number + 1 :] if goes_with(pair[1], together)]
                if rest:
                    self._stack(promoted, rest, together, sure + gain)

    def _beaten(self, ceiling: int) -> bool:
        """Whether nothing that takes off at most this can be as good as the best so far."""
        return self.best is not None and self.all_fen - ceiling > self.best.rank[0]

    # --- one combination ----------------------------------------------------------------------

    def _weigh(self, promoted: Promoted, coupons: Sequence[Voucher]) -> None:
        self.steps += 1
        settled = self.settle(promoted, coupons)
        if settled is not None and (self.best is None or settled.rank < self.best.rank):
            self.best = settled

    def settle(self, promoted: Promoted, coupons: Sequence[Voucher]) -> Settled | None:
        """What these promotions and coupons come to; None if one of the coupons takes nothing."""
        left, taken = promoted.payable, list(promoted.taken)
        ordered = sorted(coupons, key=lambda one: (_ORDER[one.terms.kind], one.coupon_id))
        for voucher in ordered:
            lines = self.open_lines(voucher, promoted.closed)
            gain = coupon_gain(voucher, lines, promoted.payable, self.lines, left)
            if not gain.off_fen:
                return None
            members = lines if gain.line < 0 else (gain.line,)
            shares = self._shared(gain.off_fen, members, left)
            left = [fen - share for fen, share in zip(left, shares)]
            threshold = voucher.terms.threshold_fen
            taken.append(Taken(voucher, gain.off_fen, gain.base_fen, threshold, shares))
        goods = sum(left)
        used, points_off = points_for(self.question.points, goods)
        points_shares = largest_remainder(points_off, left)
        net = [fen - share for fen, share in zip(left, points_shares)]
        groups = promoted.groups | {one.terms.exclusive_group for one in ordered} - {""}
        off, coupon, free = self._ship(promoted, net, groups)
        everyone = [*ordered, coupon] if coupon else ordered
        names = tuple(one.promotion_id for one in promoted.promotions)
        rank = (
            goods + self.shipping_fen - off - self.bonus * len(everyone),
            len(everyone),
            sorted(preference(one) for one in everyone),
            len(names),
            names,
        )
        return Settled(
            promoted.promotions, tuple(ordered), free, coupon, taken, promoted.payable, goods,
            points_off, used, points_shares, off, rank,
        )  # fmt: skip

    def free_base(self, offer: Offer, net: Sequence[int]) -> int:
        """What a free-shipping promotion looks at; C14."""
        values = net if offer.terms.base == "AFTER_DISCOUNTS" else self.base
        return total(values, self.members[offer.promotion_id])

    def _ship(
        self, promoted: Promoted, net: Sequence[int], groups: frozenset[str]
    ) -> tuple[int, Voucher | None, Offer | None]:
        """The most that can be taken off the shipping, and by what."""
        if not self.shipping_fen or not self.shipping_top:
            return 0, None, None
        best: tuple[Any, ...] = (0, 0, (), "")
        answer: tuple[int, Voucher | None, Offer | None] = (0, None, None)
        for offer, voucher in self._shippings(promoted, net, groups):
            free = offer.terms.cap_fen or self.shipping_fen if offer else 0
            left = max(0, self.shipping_fen - free)
            gain = shipping_gain(voucher, left) if voucher else 0
            if voucher and not gain:
                continue
            off = self.shipping_fen - left + gain
            rank = (
                -off - self.bonus * (voucher is not None),
                voucher is not None,
                preference(voucher) if voucher else (),
                offer.promotion_id if offer else "",
            )
            if off and rank < best:
                best, answer = rank, (off, voucher, offer)
        return answer

    def _shippings(
        self, promoted: Promoted, net: Sequence[int], groups: frozenset[str]
    ) -> Iterator[tuple[Offer | None, Voucher | None]]:
        offers = [
            one
            for one in self.free
            if one.terms.exclusive_group not in groups
            and self.members[one.promotion_id]
            and self.free_base(one, net) >= one.terms.threshold_fen
        ]
        vouchers = [
            one
            for one in self.shipping
            if one.terms.exclusive_group not in groups and self.ships(one, promoted)
        ]
        for offer in (None, *offers):
            for voucher in (None, *vouchers):
                group = offer.terms.exclusive_group if offer else ""
                if not (group and voucher and group == voucher.terms.exclusive_group):
                    yield offer, voucher

    def ships(self, voucher: Voucher, promoted: Promoted) -> bool:
        """Whether the goods reach a shipping coupon's threshold, after promotions."""
        lines = self.open_lines(voucher, promoted.closed)
        return bool(lines) and total(promoted.payable, lines) >= voucher.terms.threshold_fen
