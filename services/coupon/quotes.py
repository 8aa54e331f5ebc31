"""Quote (算价): the price of a cart for a shopper, with everything that made it. Pure.

In this order, domain.md §2.0: list → tier and activity price, add-ons → bundles → full reductions
→ coupons → points → shipping. Each discount is divided over its lines by largest remainder, so the
lines always sum to the whole and none costs less than nothing. What stored value pays is payment,
not discount, and no part of a quote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import msgspec

from services.coupon.carts import Offer, Question, Voucher
from services.coupon.prices import Prices, price_lines
from services.coupon.promotion_terms import next_step, total
from services.coupon.quote_answers import Applied, Hint, LinePrice, Quote, Rejected
from services.coupon.quote_combinations import MOST_COUPONS, Settled, goes_with
from services.coupon.quote_rules import (
    coupon_gain,
    facts_of,
    offer_reason,
    voucher_reason,
)
from services.coupon.quote_search import Search

_pack = msgspec.msgpack.Encoder(order="deterministic").encode


def quote(question: Question) -> Quote:
    """The best price of the cart, and why nothing better or other was possible.

    Refuses nothing: whatever does not hold is in ``rejected`` with its reason. Prices and numbers
    must be positive and line ids distinct, which the door sees to.
    """
    listed = [line.list_price_fen * line.qty for line in question.cart.lines]
    # Add-on thresholds and conditions both look at prices: conditions see them without add-ons.
    prices = price_lines(question, (), {})
    facts = facts_of(question, prices.payable)
    reasons = {one.promotion_id: offer_reason(question, one, facts) for one in question.offers}
    if any(one.terms.kind == "ADD_ON" for one in question.offers):
        prices = price_lines(question, question.offers, reasons)
    against = {one.coupon_id: voucher_reason(question, one, facts) for one in question.vouchers}
    for offer in question.offers:
        if offer.terms.kind != "ADD_ON" and offer.terms.exclusive_group in prices.groups:
            reasons[offer.promotion_id] = reasons[offer.promotion_id] or "EXCLUSIVE"
    for voucher in question.vouchers:
        if voucher.terms.exclusive_group in prices.groups:
            against[voucher.coupon_id] = against[voucher.coupon_id] or "EXCLUSIVE"
    search = Search(
        question,
        prices.payable,
        [one for one in question.offers if not reasons[one.promotion_id]],
        [one for one in question.vouchers if not against[one.coupon_id]],
    )
    settled = search.run()
    explained = _Explained(question, prices, search, settled, {**reasons, **against})
    return explained.quote(listed)


def digest(question: Question, answer: Quote) -> str:
    """32 hex digits that two quotes share exactly when they asked and answered the same."""
    return blake2b(_pack((question, answer)), digest_size=16).hexdigest()


class _Explained:
    """Turns a settled combination into an answer with reasons."""

    def __init__(
        self,
        question: Question,
        prices: Prices,
        search: Search,
        settled: Settled,
        reasons: dict[str, str],
    ) -> None:
        self.question = question
        self.prices = prices
        self.search = search
        self.settled = settled
        self.reasons = reasons
        self.net = _less_points(settled)
        used = [*settled.promotions, *filter(None, [settled.free_shipping])]
        self.used = {one.promotion_id: one for one in used}
        coupons = [*settled.coupons, *filter(None, [settled.shipping_coupon])]
        self.coupons = {one.coupon_id: one for one in coupons}
        # An exclusive group and who has it.
        self.groups = {one.terms.exclusive_group: one.promotion_id for one in used}
        self.groups |= {one.terms.exclusive_group: one.coupon_id for one in coupons}
        self.groups |= prices.groups
        self.groups.pop("", None)
        promoted = search.promoting.promote(settled.promotions)
        assert promoted is not None, "the best combination stands"
        self.promoted = promoted
        # Why each coupon that is not used is not.
        self.against = {
            one.coupon_id: self._why_not_coupon(one)
            for one in question.vouchers
            if one.coupon_id not in self.coupons
        }

    def quote(self, listed: Sequence[int]) -> Quote:
        """The answer."""
        lines = self._lines(listed)
        settled, cart = self.settled, self.question.cart
        goods = settled.goods_fen - settled.points_off_fen
        hints = sorted([*self.prices.hints, *self._hints()], key=lambda h: (h.gap_fen, h.rule_id))
        return Quote(
            lines=lines,
            applied=[*self.prices.applied, *self._applied()],
            rejected=[*self.prices.rejected, *self._promotions(), *self._vouchers()],
            hints=hints,
            coupon_ids=sorted(self.coupons),
            list_fen=sum(listed),
            price_off_fen=sum(line.price_off_fen for line in lines),
            promo_off_fen=sum(line.promo_off_fen for line in lines),
            coupon_off_fen=sum(line.coupon_off_fen for line in lines),
            points_off_fen=settled.points_off_fen,
            points_used=settled.points_used,
            goods_fen=goods,
            shipping_fen=cart.shipping_fen,
            shipping_off_fen=settled.shipping_off_fen,
            payable_fen=goods + cart.shipping_fen - settled.shipping_off_fen,
            is_best=not self.search.exhausted,
        )

    def _lines(self, listed: Sequence[int]) -> list[LinePrice]:
        settled = self.settled
        coupons = [0] * len(listed)
        for taken in settled.taken:
            if isinstance(taken.rule, Voucher):
                coupons = [off + share for off, share in zip(coupons, taken.shares)]
        prices, points = self.prices.payable, settled.points_shares
        return [
            LinePrice(
                line.line_id, listed[at], listed[at] - prices[at],
                prices[at] - settled.promoted[at], coupons[at], points[at],
                settled.promoted[at] - coupons[at] - points[at],
            )
            for at, line in enumerate(self.question.cart.lines)
        ]  # fmt: skip

    def _applied(self) -> Iterator[Applied]:
        settled = self.settled
        for taken in settled.taken:
            rule = taken.rule
            what = (taken.off_fen, taken.base_fen, taken.threshold_fen, taken.shares)
            if isinstance(rule, Voucher):
                name, version = rule.coupon_id, rule.terms_version
                yield Applied("COUPON", name, version, *what, rule.template_id)
            else:
                yield Applied(rule.terms.kind, rule.promotion_id, rule.version, *what)
        if settled.points_off_fen:
            shares, off = settled.points_shares, settled.points_off_fen
            yield Applied("POINTS", "points", 0, off, settled.goods_fen, 0, shares)
        shipping = self.question.cart.shipping_fen
        free, coupon = settled.free_shipping, settled.shipping_coupon
        off = settled.shipping_off_fen
        if free is not None:
            part = min(free.terms.cap_fen or shipping, shipping)
            base, threshold = self.search.shipping.base_of(free, self.net), free.terms.threshold_fen
            name = free.promotion_id
            yield Applied("FREE_SHIPPING", name, free.version, part, base, threshold, [])
            off -= part
        if coupon is not None:
            base = total(self.settled.promoted, self.search.eligible[coupon.coupon_id])
            yield Applied(
                "SHIPPING_COUPON", coupon.coupon_id, coupon.terms_version, off, base,
                coupon.terms.threshold_fen, [], coupon.template_id,
            )  # fmt: skip

    # --- why not ------------------------------------------------------------------------------

    def _promotions(self) -> Iterator[Rejected]:
        for offer in self.question.offers:
            name = offer.promotion_id
            if name in self.used or offer.terms.kind == "ADD_ON":
                continue
            reason, fen, qty, other = self._why_not_promotion(offer)
            yield Rejected("PROMOTION", name, offer.version, reason, fen, qty, other)

    def _why_not_promotion(self, offer: Offer) -> tuple[str, int, int, str]:
        """The reason, what is missing in fen and pieces, and what it does not go with."""
        if reason := self.reasons[offer.promotion_id]:
            return reason, 0, 0, self._holder(reason, offer)
        members = self.search.members[offer.promotion_id]
        if not members:
            return "NO_ELIGIBLE_LINES", 0, 0, ""
        gap = self._gap(offer)
        if gap is not None and not self._could_take(offer):
            return "THRESHOLD_NOT_MET", gap[0], gap[1], ""
        if offer.terms.kind == "FREE_SHIPPING" and not self.question.cart.shipping_fen:
            return "NO_EFFECT", 0, 0, ""
        if holder := self.groups.get(offer.terms.exclusive_group):
            return "EXCLUSIVE", 0, 0, holder
        for other in self.settled.promotions:
            same = other.terms.kind == offer.terms.kind
            if same and set(members) & set(self.search.members[other.promotion_id]):
                return "EXCLUSIVE", 0, 0, other.promotion_id
        return ("NOT_BEST" if self._could_take(offer) else "NO_EFFECT"), 0, 0, ""

    def _holder(self, reason: str, rule: Offer | Voucher) -> str:
        return self.groups[rule.terms.exclusive_group] if reason == "EXCLUSIVE" else ""

    def _could_take(self, offer: Offer) -> bool:
        if offer.terms.kind == "FREE_SHIPPING":
            return self.search.shipping.base_of(offer, self.net) >= offer.terms.threshold_fen
        return offer in self.search.offers

    def _gap(self, offer: Offer) -> tuple[int, int, int] | None:
        """What is missing to the promotion's next threshold: fen, pieces, and fen it takes off."""
        members = self.search.members[offer.promotion_id]
        if offer.terms.kind == "FREE_SHIPPING":
            missing = offer.terms.threshold_fen - self.search.shipping.base_of(offer, self.net)
            shipping = self.question.cart.shipping_fen
            off = min(offer.terms.cap_fen or shipping, shipping)
            return (missing, 0, off) if missing > 0 else None
        if offer.terms.kind != "FULL_REDUCTION":
            return None
        pieces = sum(self.question.cart.lines[index].qty for index in members)
        taken = [part for part in self.settled.taken if part.rule is offer]
        base = taken[0].base_fen if taken else total(self.prices.payable, members)
        return next_step(offer.terms, base, pieces)

    def _vouchers(self) -> Iterator[Rejected]:
        for voucher in self.question.vouchers:
            if voucher.coupon_id not in self.coupons:
                reason, gap, other = self.against[voucher.coupon_id]
                name, version = voucher.coupon_id, voucher.terms_version
                yield Rejected("COUPON", name, version, reason, gap, 0, other)
        known = {voucher.coupon_id for voucher in self.question.vouchers}
        for name in sorted(set(self.question.picked or ()) - known):
            yield Rejected("COUPON", name, 0, "NOT_FOUND")

    def _why_not_coupon(self, voucher: Voucher) -> tuple[str, int, str]:
        """The reason, the fen missing, and what it does not go with."""
        if reason := self.reasons[voucher.coupon_id]:
            return reason, 0, self._holder(reason, voucher)
        lines = self.search.open_lines(voucher, self.promoted.closed)
        if not lines:
            closed = bool(self.search.eligible[voucher.coupon_id])
            return ("PROMOTION_EXCLUDES_COUPONS" if closed else "NO_ELIGIBLE_LINES"), 0, ""
        base = total(self.promoted.payable, lines)
        if base < voucher.terms.threshold_fen:
            return "THRESHOLD_NOT_MET", voucher.terms.threshold_fen - base, ""
        if holder := self.groups.get(voucher.terms.exclusive_group):
            return "EXCLUSIVE", 0, holder
        if voucher.terms.is_shipping:
            if self.settled.shipping_coupon is not None:
                return "NOT_COMBINABLE", 0, self.settled.shipping_coupon.coupon_id
            return "NO_EFFECT", 0, ""
        return self._why_not_with_others(voucher, lines)

    def _why_not_with_others(self, voucher: Voucher, lines: Sequence[int]) -> tuple[str, int, str]:
        found = coupon_gain(voucher, lines, self.promoted.payable, self.question.cart.lines)
        if not found.off_fen:
            return "NO_EFFECT", 0, ""
        for other in self.settled.coupons:
            if not goes_with(voucher, [other]):
                return "NOT_COMBINABLE", 0, other.coupon_id
        if len(self.settled.coupons) >= MOST_COUPONS:
            return "TOO_MANY", 0, ""
        # One that was picked yields to no price: the others leave nothing that it could take.
        return ("NOT_BEST" if self.question.picked is None else "NO_EFFECT"), 0, ""

    # --- hints --------------------------------------------------------------------------------

    def _hints(self) -> Iterator[Hint]:
        for offer in self.question.offers:
            if self.reasons[offer.promotion_id] or not self.search.members[offer.promotion_id]:
                continue
            if gap := self._gap(offer):
                yield Hint("PROMOTION", offer.promotion_id, *gap)
        for voucher in self.question.vouchers:
            if voucher.coupon_id in self.coupons or self.reasons[voucher.coupon_id]:
                continue
            reason, missing, _other = self.against[voucher.coupon_id]
            if reason == "THRESHOLD_NOT_MET":
                yield Hint("COUPON", voucher.coupon_id, missing, 0, voucher.face_fen)


def _less_points(settled: Settled) -> list[int]:
    """What the goods cost line by line after everything."""
    left = list(settled.promoted)
    for taken in settled.taken:
        if isinstance(taken.rule, Voucher):
            left = [fen - share for fen, share in zip(left, taken.shares)]
    return [fen - share for fen, share in zip(left, settled.points_shares)]
