"""Games: points of a round, drawn by the server or reported by the game's own; domain.md §2.9.

A player's device never says what was won. A daily cap, and the most a round may give, are the
merchant's; the merchant also answers for the law's limit on prizes (unverified: ¥50 000).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import ClassVar

import msgspec

from common.commands import Decision
from common.rows import Read, State
from services.loyalty.earn_rules import (
    BP,
    RULES,
    Caps,
    PointsRule,
    Prize,
    at_once,
    cap_reads,
    days_near,
    rules_at,
)
from services.loyalty.earnings import EARNED_BY, Earning, Source, earn
from services.loyalty.errors import (
    AlreadyEarned,
    DailyCapReached,
    NotOffered,
    PointsClosed,
    RuleInvalid,
)
from services.loyalty.points_accounts import Balances, balances
from services.loyalty.points_book import Book, BookCommand


class GameResult(msgspec.Struct, frozen=True):
    """What a round gave."""

    round_id: str
    # What was won, and what of it the caps let through.
    won_points: int
    points: int
    balances: Balances


def drawn(prizes: Sequence[Prize], seed: str) -> int:
    """The points that chance gives; the rest of the chances give none.

    The seed is the command's new id, made by the server and unknown to the player beforehand. A
    retry answers the first draw, because the round's earning is kept.
    """
    number = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()) % BP
    for prize in prizes:
        if number < prize.chance_bp:
            return prize.points
        number -= prize.chance_bp
    return 0


class ReportGameResult(BookCommand, frozen=True, kw_only=True):
    """Gives the points of one round of ``game_id`` (the rule's id), once per round.

    With prizes in the rule the server draws and ``points`` must be 0; otherwise the game's server
    says what was won. Refuses NOT_OFFERED (also if the programme is off), POINTS_CLOSED,
    ALREADY_EARNED if the round was another member's or game's, DAILY_CAP_REACHED, RULE_INVALID if
    more is reported than a round may give or points are reported for a game the server draws.
    """

    RESULT: ClassVar[type] = GameResult

    game_id: str
    round_id: str
    points: int = 0

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield RULES, (self.merchant_id, "GAME")
        yield EARNED_BY, (self.merchant_id, "GAME", self.round_id)
        yield from cap_reads(self.merchant_id, self.member(found), days_near(self.at))

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        for known in state.group(EARNED_BY, (self.merchant_id, "GAME", self.round_id)):
            if (known.member_id, known.rule_id) != (book.account.member_id, self.game_id):
                raise AlreadyEarned(field="round_id", points=known.points)
            return Decision(result=self._result(known, book, known.points))
        if not book.programme.earning:
            raise NotOffered(programme="points")
        if book.account.state == "CLOSED":
            raise PointsClosed(member_id=self.member_id)
        rule = self._rule(state)
        won = self._won(rule)
        caps = Caps(state, self.merchant_id, book.account.member_id, days_near(self.at))
        source: Source = ("GAME", self.round_id)
        terms = (rule.rule_id, rule.version, at_once(rule.terms))
        earning = earn(book, caps, source, terms, won, self.at)
        if won and not earning.points:
            raise DailyCapReached(game_id=self.game_id)
        return book.close(self._result(earning, book, won), earning, *caps.rows())

    def _rule(self, state: State) -> PointsRule:
        for rule in rules_at(state, self.merchant_id, "GAME", self.at):
            if rule.rule_id == self.game_id:
                return rule
        raise NotOffered(field="game_id", game_id=self.game_id)

    def _won(self, rule: PointsRule) -> int:
        if rule.terms.prizes:
            if self.points:
                raise RuleInvalid(field="points")
            return drawn(rule.terms.prizes, self.new_id)
        if rule.terms.points and self.points > rule.terms.points:
            raise RuleInvalid(field="points", most_points=rule.terms.points)
        return self.points

    def _result(self, earning: Earning, book: Book, won: int) -> GameResult:
        return GameResult(self.round_id, won, earning.points, balances(book.account))
