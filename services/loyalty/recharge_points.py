"""Points of recharges (储值赠送积分): a plan's gift and what rules add; domain.md W1, S1, S2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from common.commands import Decision
from common.rows import Read, Row, State
from services.loyalty.earn_rules import (
    RULES,
    Caps,
    RuleTerms,
    at_once,
    cap_reads,
    days_near,
    points_for,
    rules_at,
)
from services.loyalty.earnings import EARNED_BY, RevokeEarned, Source, earn
from services.loyalty.errors import RechargeNotEarnedYet
from services.loyalty.points_accounts import Balances, balances
from services.loyalty.points_book import BookCommand

# The rule of the gift that the wallet's plan promised.
GIFT: Final = "recharge-gift"


class EarnRecharge(BookCommand, frozen=True, kw_only=True):
    """Gives the points of a credited recharge, usable at once, once per recharge.

    The gift is what the plan promised and counts in no cap; recharge rules add points per yuan of
    principal. A recharge that gives nothing is remembered all the same, so that its refund is known
    to follow it.
    """

    RESULT: ClassVar[type] = Balances

    recharge_id: str
    gift_points: int
    paid_fen: int

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield EARNED_BY, (self.merchant_id, "RECHARGE", self.recharge_id)
        yield RULES, (self.merchant_id, "RECHARGE")
        yield from cap_reads(self.merchant_id, self.member(found), days_near(self.at))

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        if state.group(EARNED_BY, (self.merchant_id, "RECHARGE", self.recharge_id)):
            return Decision(result=balances(book.account))
        caps = Caps(state, self.merchant_id, book.account.member_id, days_near(self.at))
        source: Source = ("RECHARGE", self.recharge_id)
        gift = (GIFT, 0, at_once(RuleTerms()))
        rows: list[Row] = [earn(book, None, source, gift, self.gift_points, self.at)]
        for rule in rules_at(state, self.merchant_id, "RECHARGE", self.at):
            points = points_for(self.paid_fen, rule.terms.rate_bp)
            terms = (rule.rule_id, rule.version, at_once(rule.terms))
            rows.append(earn(book, caps, source, terms, points, self.at))
        return book.close(balances(book.account), *rows, *caps.rows())


class RevokeRecharge(RevokeEarned, frozen=True, kw_only=True):
    """Takes back what a refunded recharge gave, once per refund; waits if it was not earned yet."""

    def missing(self) -> Exception:
        return RechargeNotEarnedYet(recharge_id=self.source_id)
