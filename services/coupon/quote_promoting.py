"""Applies promotions to a cart's lines, and tells which of them do not go together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.allocation import largest_remainder
from services.coupon.carts import CartLine, Offer
from services.coupon.promotion_terms import bundle_times, reduction, total
from services.coupon.quote_combinations import Promoted, Taken


def shared(off: int, members: Sequence[int], payable: Sequence[int]) -> list[int]:
    """``off`` divided over these lines by what they cost; the others bear nothing."""
    if len(members) == len(payable):
        return largest_remainder(off, payable)
    shares = [0] * len(payable)
    parts = largest_remainder(off, [payable[index] for index in members])
    for index, part in zip(members, parts):
        shares[index] = part
    return shares


class Promoting:
    """The lines of one cart at ``base`` prices, and which of them each promotion counts."""

    def __init__(
        self,
        lines: Sequence[CartLine],
        base: Sequence[int],
        members: Mapping[str, tuple[int, ...]],
    ) -> None:
        self.lines = lines
        self.base = base
        self.members = members
        self._known: dict[tuple[str, ...], Promoted | None] = {}

    def ceiling(self, offer: Offer) -> int:
        """The most this promotion could take off: from goods no other promotion touched."""
        taken = self._take(offer, self.base)
        return taken.off_fen if taken else 0

    def promote(self, chosen: Sequence[Offer]) -> Promoted | None:
        """The lines after these promotions, bundles first; None if one of them takes nothing."""
        bundles_first = sorted(
            chosen, key=lambda one: (one.terms.kind != "BUNDLE", one.promotion_id)
        )
        return self._promoted(tuple(bundles_first))

    def _promoted(self, ordered: tuple[Offer, ...]) -> Promoted | None:
        """Kept, because many sets of promotions begin alike."""
        if not ordered:
            return Promoted((), list(self.base), [], frozenset(), frozenset())
        name = tuple([one.promotion_id for one in ordered])
        if name not in self._known:
            before = self._promoted(ordered[:-1])
            self._known[name] = before and self._more(before, ordered[-1])
        return self._known[name]

    def _more(self, before: Promoted, offer: Offer) -> Promoted | None:
        taken = self._take(offer, before.payable)
        if taken is None:
            return None
        closed, groups = before.closed, before.groups
        if offer.terms.no_coupons:
            closed |= {index for index, share in enumerate(taken.shares) if share}
        if offer.terms.exclusive_group:
            groups |= {offer.terms.exclusive_group}
        left = [fen - share for fen, share in zip(before.payable, taken.shares)]
        return Promoted((*before.promotions, offer), left, [*before.taken, taken], closed, groups)

    def _take(self, offer: Offer, payable: Sequence[int]) -> Taken | None:
        members = self.members[offer.promotion_id]
        if offer.terms.kind == "BUNDLE":
            return self._bundle(offer, members, payable)
        base = total(payable, members)
        pieces = sum(self.lines[index].qty for index in members)
        off, step = reduction(offer.terms, base, pieces)
        if step is None:
            return None
        return Taken(offer, off, base, step.threshold_fen, shared(off, members, payable))

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


def conflicts(offers: Sequence[Offer], members: Mapping[str, tuple[int, ...]]) -> list[int]:
    """For each promotion, by bits of their places, those that it does not go with."""
    lines = [sum(1 << at for at in members[one.promotion_id]) for one in offers]
    found = [0] * len(offers)
    for place, one in enumerate(offers):
        for before in range(place):
            other, group = offers[before], one.terms.exclusive_group
            touch = one.terms.kind == other.terms.kind and lines[place] & lines[before]
            if touch or (group and group == other.terms.exclusive_group):
                found[place] |= 1 << before
                found[before] |= 1 << place
    return found


def cliques(conflicting: Sequence[int]) -> list[int]:
    """A number for each promotion: of those with one number at most one can be chosen."""
    found: list[int] = []
    numbers = []
    for place, against in enumerate(conflicting):
        for number, clique in enumerate(found):
            if clique & against == clique:
                found[number] |= 1 << place
                numbers.append(number)
                break
        else:
            numbers.append(len(found))
            found.append(1 << place)
    return numbers
