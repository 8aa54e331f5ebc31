"""Which promotions and coupons together are best for the customer. Pure.

A combination is: bundles and full reductions, of which no two of a kind share a line; at most three
goods coupons, of which at most one is not stackable and no two are of one template; at most one
free-shipping promotion and one shipping coupon; and of everything at most one per exclusive group.
The best has the lowest price; points that are spent count as paid. Of equal ones the one with
fewer coupons, then C12's order, then fewer and smaller promotions.

The search is exact: of all that is left it always goes on with what could come out best, and ends
when that cannot beat what it has. That is right because no promotion or coupon takes off more from
goods that cost less. If a merchant's rules are so many that this is not enough it stops after a
fixed number of steps and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from common.allocation import largest_remainder
from services.coupon.carts import Offer, Question, Voucher
from services.coupon.quote_combinations import (
    MOST_COUPONS,
    Promoted,
    Settled,
    Taken,
    goes_with,
    most,
    points_for,
)
from services.coupon.quote_promoting import Promoting, cliques, conflicts, shared
from services.coupon.quote_rules import CartIndex, Gain, coupon_gain, preference
from services.coupon.quote_shipping import Shipping

# Sets of promotions looked at and prices worked out before the search gives up; 50 lines take some
# 40 µs each.
MOST_STEPS: Final = 2_000
# Coupons of one order take effect in this order, whatever order they were named in.
_ORDER: Final = {"EXCHANGE": 0, "DISCOUNT": 1, "FULL_REDUCTION": 2, "CASH": 3, "RANDOM": 4}


class _After(NamedTuple):
    """The lines after some coupons, what took what off them, and their sum."""

    left: list[int]
    taken: list[Taken]
    goods_fen: int


class _Branch:
    """Promotions that were applied, and what goes on from there."""

    def __init__(self, promoted: Promoted, shipping_top: int) -> None:
        self.promoted = promoted
        self.off_fen = sum(part.off_fen for part in promoted.taken)
        # The most that can be taken off the shipping from here.
        self.shipping_top = shipping_top
        # Each coupon and what it takes off by itself, best first.
        self.gains: list[tuple[int, Voucher]] = []
        # What is left of the lines, and what took it, after coupons in the order of their effect.
        self.after: dict[tuple[str, ...], _After | None] = {
            (): _After(promoted.payable, promoted.taken, sum(promoted.payable))
        }
        self.goods_fen = sum(promoted.payable)
        # What each coupon's threshold looks at.
        self.bases: dict[str, int] = {}


class _Node(NamedTuple):
    """A place in the search; the most that can come of it goes first, then the deepest."""

    bound: int
    depth: int
    number: int
    # The promotions decided on, as bits of their places, and what they may take off.
    place: int = 0
    chosen: int = 0
    sure: int = 0
    branch: _Branch | None = None


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
        index = CartIndex(self.lines)
        self.eligible = {one.coupon_id: index.of_voucher(one) for one in vouchers}
        self.members = {one.promotion_id: index.of_promotion(one) for one in offers}
        self.promoting = Promoting(self.lines, self.base, self.members)
        self._friends: dict[str, set[str]] = {}
        self._open: dict[tuple[str, frozenset[int]], Sequence[int]] = {}
        ceilings = {
            one.promotion_id: self.promoting.ceiling(one)
            for one in offers
            if one.terms.kind in ("BUNDLE", "FULL_REDUCTION")
        }
        self.offers = sorted(
            (one for one in offers if ceilings.get(one.promotion_id)),
            key=lambda one: (-ceilings[one.promotion_id], one.promotion_id),
        )
        self.ceilings = [ceilings[one.promotion_id] for one in self.offers]
        # A coupon the shopper insists on is worth more than any price.
        self.bonus = 0 if question.picked is None else self.all_fen + 1
        self.preferences = {one.coupon_id: preference(one) for one in vouchers}
        self.shipping = Shipping(
            self.shipping_fen, self.base, self.members, self.open_lines,
            [one for one in offers if one.terms.kind == "FREE_SHIPPING"],
            [one for one in vouchers if one.terms.is_shipping], self.bonus,
        )  # fmt: skip
        goods = [one for one in vouchers if not one.terms.is_shipping]
        self.tops = {one.coupon_id: self._top(one) for one in goods}
        self.goods = sorted(
            (one for one in goods if self.tops[one.coupon_id]),
            key=lambda one: (-self.tops[one.coupon_id], self.preferences[one.coupon_id]),
        )
        # The most that coupons could take off besides promotions of some groups, and that two could
        # besides a third.
        self._coupons_tops: dict[frozenset[str], int] = {}
        self.others_top = most(self._tops(frozenset()), MOST_COUPONS - 1)
        self.conflicts = conflicts(self.offers, self.members)
        self.cliques = cliques(self.conflicts)
        self.steps = 0
        self.best: Settled | None = None
        self._nodes: list[_Node] = []

    @property
    def exhausted(self) -> bool:
        """Whether the search stopped before it had weighed everything."""
        return self.steps > MOST_STEPS

    def run(self) -> Settled:
        """The best combination."""
        plain = self.promoting.promote(())
        assert plain is not None, "to take nothing is a combination too"
        self._weigh(_Branch(plain, self.shipping.top), ())
        self._grow(0, 0, 0)
        while self._nodes and not self.exhausted:
            node = heappop(self._nodes)
            if self._beaten(-node.bound):
                break
            self.steps += 1
            if node.branch is not None:
                self._weigh(node.branch, ())
                self._stack(node.branch, node.branch.gains, (), 0)
            elif node.place == len(self.offers):
                self._branch(node)
            else:
                self._choose(node)
        assert self.best is not None, "the first of all was weighed"
        return self.best

    # --- promotions ---------------------------------------------------------------------------

    def _choose(self, node: _Node) -> None:
        """With the next promotion, and without it."""
        place = node.place
        if not self.conflicts[place] & node.chosen:
            self._grow(place + 1, node.chosen | 1 << place, node.sure + self.ceilings[place])
        self._grow(place + 1, node.chosen, node.sure)

    def _grow(self, place: int, chosen: int, sure: int) -> None:
        """Every set of promotions that begins like this; ``sure`` is what it may take off."""
        groups = frozenset(
            [
                one.terms.exclusive_group
                for at, one in enumerate(self.offers[:place])
                if chosen >> at & 1 and one.terms.exclusive_group
            ]
        )
        coupons = self._coupons_top(groups)
        bound = sure + self._left(place, chosen) + coupons + self.shipping.top
        self._push(bound, place, place=place, chosen=chosen, sure=sure)

    def _push(self, bound: int, depth: int, **what: Any) -> None:
        if not self._beaten(bound):
            # Of equal ones the deepest goes first, then the one that was found first.
            heappush(self._nodes, _Node(-bound, -depth, self.steps + len(self._nodes), **what))

    def _left(self, place: int, chosen: int) -> int:
        """The most that the promotions from ``place`` on could still take off."""
        seen, top = 0, 0
        for number in range(place, len(self.offers)):
            clique = 1 << self.cliques[number]
            # The largest of a clique comes first.
            if not seen & clique and not self.conflicts[number] & chosen:
                seen |= clique
                top += self.ceilings[number]
        return top

    # --- coupons ------------------------------------------------------------------------------

    def _top(self, voucher: Voucher) -> int:
        """The most the coupon could take off, or more if the shopper insists on it; or 0."""
        lines = self.eligible[voucher.coupon_id]
        off = coupon_gain(voucher, lines, self.base, self.lines).off_fen
        return off + self.bonus if off else 0

    def _tops(self, groups: frozenset[str]) -> list[tuple[int, Voucher]]:
        """The goods coupons of no such group and the most each could take off, best first."""
        return [
            (self.tops[one.coupon_id], one)
            for one in self.goods
            if one.terms.exclusive_group not in groups
        ]

    def _coupons_top(self, groups: frozenset[str]) -> int:
        """The most that coupons could take off besides promotions of these groups."""
        if groups not in self._coupons_tops:
            self._coupons_tops[groups] = most(self._tops(groups))
        return self._coupons_tops[groups]

    def open_lines(self, voucher: Voucher, closed: frozenset[int]) -> Sequence[int]:
        """The lines a coupon counts that no promotion keeps it from."""
        eligible = self.eligible[voucher.coupon_id]
        if not closed:
            return eligible
        key = voucher.coupon_id, closed
        if key not in self._open:
            self._open[key] = [index for index in eligible if index not in closed]
        return self._open[key]

    def _branch(self, node: _Node) -> None:
        """Applies the promotions, and looks what coupons could take off after them."""
        chosen = [one for place, one in enumerate(self.offers) if node.chosen >> place & 1]
        promoted = self.promoting.promote(chosen)
        if promoted is None:
            return
        # Coupons only lower what free shipping looks at, and take groups away from it.
        shipped = self.shipping.best(promoted, promoted.payable, promoted.groups)
        branch = _Branch(promoted, shipped.off_fen + (self.bonus if shipped.voucher else 0))
        sure = branch.off_fen + branch.shipping_top
        if self._beaten(sure + self._coupons_top(promoted.groups)):
            return
        for voucher in self.goods:
            if self._beaten(sure + self.tops[voucher.coupon_id] + self.others_top):
                break  # neither it nor those after it, which take off less
            if voucher.terms.exclusive_group in promoted.groups:
                continue
            lines = self.open_lines(voucher, promoted.closed)
            gain = coupon_gain(voucher, lines, promoted.payable, self.lines)
            if gain.off_fen:
                branch.gains.append((gain.off_fen + self.bonus, voucher))
                branch.bases[voucher.coupon_id] = gain.base_fen
        branch.gains.sort(key=lambda pair: (-pair[0], self.preferences[pair[1].coupon_id]))
        self._push(sure + most(branch.gains), len(self.offers) + 1, branch=branch)

    def _stack(
        self,
        branch: _Branch,
        gains: Sequence[tuple[int, Voucher]],
        chosen: tuple[Voucher, ...],
        taken: int,
    ) -> None:
        """Every set that begins with ``chosen``; ``gains`` are what goes with it, best first.

        ``chosen`` take off at most ``taken``: what they really do as far as it is known, for with
        one more none of them takes more.
        """
        sure = branch.off_fen + branch.shipping_top + taken
        slots = MOST_COUPONS - len(chosen)
        for number, (gain, voucher) in enumerate(gains):
            if self.exhausted or self._beaten(sure + most(gains[number:], slots)):
                return
            together, off = (*chosen, voucher), taken + gain
            if not self._beaten(sure + gain):
                weighed = self._weigh(branch, together)
                if weighed is None:
                    continue  # one takes nothing, nor would it along with more
                off = weighed
            if slots > 1:
                friends = self._goes_with(voucher)
                rest = [pair for pair in gains[number + 1 :] if pair[1].coupon_id in friends]
                if rest:
                    self._stack(branch, rest, together, off)

    def _goes_with(self, voucher: Voucher) -> set[str]:
        """The goods coupons that may be used along with this one."""
        name = voucher.coupon_id
        if name not in self._friends:
            others = (one for one in self.goods if goes_with(one, (voucher,)))
            self._friends[name] = {one.coupon_id for one in others}
        return self._friends[name]

    def _beaten(self, ceiling: int) -> bool:
        """Whether nothing that takes off at most this can be as good as the best so far."""
        return self.best is not None and self.all_fen - ceiling > self.best.rank[0]

    # --- one combination ----------------------------------------------------------------------

    def _weigh(self, branch: _Branch, coupons: Sequence[Voucher]) -> int | None:
        """Keeps this combination if it is the best so far; what its coupons take off.

        None if one of them takes nothing. Most cannot win: only what still can is divided over the
        lines of the last coupon, and goes on to points and shipping.
        """
        self.steps += 1
        ordered = tuple(sorted(coupons, key=lambda one: (_ORDER[one.terms.kind], one.coupon_id)))
        after = self._after(branch, ordered[:-1])
        if after is not None and ordered:
            before, voucher = after, ordered[-1]
            gain = self._gain_of(branch, voucher, before)
            if gain is None:
                return None
            off = branch.goods_fen - before.goods_fen + gain.off_fen + self.bonus * len(ordered)
            if self._beaten(branch.off_fen + off + branch.shipping_top):
                return off
            after = self._less(branch, voucher, before, gain)
            branch.after[tuple([one.coupon_id for one in ordered])] = after
        if after is None:
            return None
        settled = self._settle(branch, ordered, after)
        if self.best is None or settled.rank < self.best.rank:
            self.best = settled
        return branch.goods_fen - after.goods_fen + self.bonus * len(ordered)

    def _after(self, branch: _Branch, ordered: tuple[Voucher, ...]) -> _After | None:
        """What these coupons leave of the lines; None if one of them takes nothing.

        Kept, because many sets of coupons begin alike.
        """
        name = tuple([one.coupon_id for one in ordered])
        if name not in branch.after:
            branch.after[name] = None
            before = self._after(branch, ordered[:-1])
            if before and (gain := self._gain_of(branch, ordered[-1], before)):
                branch.after[name] = self._less(branch, ordered[-1], before, gain)
        return branch.after[name]

    def _gain_of(self, branch: _Branch, voucher: Voucher, before: _After) -> Gain | None:
        """What the coupon takes off what others left, or None for nothing."""
        lines = self.open_lines(voucher, branch.promoted.closed)
        gain = coupon_gain(
            voucher, lines, branch.promoted.payable, self.lines, before.left,
            branch.bases.get(voucher.coupon_id),
        )  # fmt: skip
        return gain if gain.off_fen else None

    def _less(self, branch: _Branch, voucher: Voucher, before: _After, gain: Gain) -> _After:
        lines = self.open_lines(voucher, branch.promoted.closed)
        shares = shared(gain.off_fen, lines if gain.line < 0 else (gain.line,), before.left)
        threshold = voucher.terms.threshold_fen
        part = Taken(voucher, gain.off_fen, gain.base_fen, threshold, shares)
        left = [fen - share for fen, share in zip(before.left, shares)]
        return _After(left, [*before.taken, part], before.goods_fen - gain.off_fen)

    def _settle(self, branch: _Branch, ordered: tuple[Voucher, ...], after: _After) -> Settled:
        """What these promotions and coupons come to, points and shipping included."""
        left, taken, goods = after
        promoted = branch.promoted
        used, points_off = points_for(self.question.points, goods)
        points_shares = largest_remainder(points_off, left)
        net = [fen - share for fen, share in zip(left, points_shares)]
        groups = promoted.groups | {one.terms.exclusive_group for one in ordered} - {""}
        off, coupon, free = self.shipping.best(promoted, net, groups)
        everyone = [*ordered, coupon] if coupon else ordered
        names = tuple(one.promotion_id for one in promoted.promotions)
        rank = (
            goods + self.shipping_fen - off - self.bonus * len(everyone),
            len(everyone),
            sorted([self.preferences[one.coupon_id] for one in everyone]),
            len(names),
            names,
        )
        return Settled(
            promoted.promotions, ordered, free, coupon, taken, promoted.payable, goods,
            points_off, used, points_shares, off, rank,
        )  # fmt: skip
