"""Redemption codes (兑换码): printed or sent, each good for one coupon; parity.md §3 no. 41.

A code is 80 bits made from the service's secret, so it cannot be guessed, and only its keyed digest
is stored. Guessing is counted per member and stopped. Stock is reserved when codes are made, so a
code that was handed out is good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from services.coupon.claims import must_be_open
from services.coupon.coupons import Coupon
from services.coupon.errors import (
    CodeExpired,
    CodeNotFound,
    CodeUsed,
    GrantBatchExists,
    MemberMerged,
    MemberMoved,
    TooManyAttempts,
)
from services.coupon.issuing import Issue, issue_reads
from services.coupon.members import Standing
from services.coupon.stocks import Stock, release, reserve
from services.coupon.templates import CouponTemplate, must_be_active, must_be_eligible

CODES_TIMER: Final = "coupon_codes"
WRONG_LIMIT: Final = 10
WRONG_WINDOW: Final = timedelta(hours=1)


class CodeBatch(Row, frozen=True):
    """Codes made at one time, and how many of them were redeemed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "code_batch_id")

    merchant_id: str
    code_batch_id: str
    template_id: str
    number: int
    redeemed: int
    # What is reserved for each, in fen.
    each_fen: int
    state: Literal["OPEN", "ENDED"]
    created_at: datetime
    expires_at: datetime


class RedemptionCode(Row, frozen=True):
    """One code."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "code_hash")

    merchant_id: str
    code_hash: str
    code_id: str
    code_batch_id: str
    template_id: str
    state: Literal["ISSUED", "REDEEMED"]
    coupon_id: str = ""
    redeemed_by: str = ""


class CodeAttempts(Row, frozen=True):
    """The wrong codes one member tried since ``since``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    wrong: int
    since: datetime


class CreateCodes(Command, frozen=True, kw_only=True):
    """Makes codes and reserves a coupon for each. The same batch id again answers the same.

    Refuses TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE, SOLD_OUT, BUDGET_EXHAUSTED, GRANT_BATCH_EXISTS
    if the batch id was used for other codes.
    """

    RESULT: ClassVar[type] = CodeBatch

    code_batch_id: str
    template_id: str
    expires_at: datetime
    # Keyed digests of the codes, which follow from the batch id.
    code_hashes: list[str]

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, f"codes:{self.code_batch_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield CodeBatch, (self.merchant_id, self.code_batch_id)
        yield from issue_reads(self.merchant_id, self.template_id, ())

    def decide(self, state: State) -> Decision:
        old = state.get(CodeBatch, (self.merchant_id, self.code_batch_id))
        number = len(self.code_hashes)
        if old is not None:
            if (old.template_id, old.number) != (self.template_id, number):
                raise GrantBatchExists(field="code_batch_id")
            return Decision(result=old)
        key = (self.merchant_id, self.template_id)
        template = must_be_active(state.get(CouponTemplate, key), self.template_id)
        stock = state.get(Stock, key)
        assert stock is not None, "Bug: a template without its stock"
        each_fen = template.terms.most_fen
        batch = CodeBatch(
            self.merchant_id, self.code_batch_id, self.template_id, number, 0, each_fen, "OPEN",
            self.at, self.expires_at,
        )  # fmt: skip
        codes = [
            RedemptionCode(
                self.merchant_id, code_hash, f"{self.code_batch_id}.{place}", self.code_batch_id,
                self.template_id, "ISSUED",
            )
            for place, code_hash in enumerate(self.code_hashes)
        ]  # fmt: skip
        timer = Timer(self.merchant_id, CODES_TIMER, self.code_batch_id, self.expires_at)
        kept = reserve(stock, number, each_fen)
        return Decision(result=batch, rows=[kept, batch, timer, *codes])


class RedeemCode(Command, frozen=True, kw_only=True):
    """A member turns a code into a coupon. The same member again gets the same answer.

    A wrong code is counted: ten within an hour and no code is compared until it is over. Refuses
    TOO_MANY_ATTEMPTS, CODE_NOT_FOUND, CODE_USED, CODE_EXPIRED, and what a claim refuses.
    """

    RESULT: ClassVar[type] = Coupon

    code_hash: str
    member_id: str
    segment_ids: list[str] = []  # noqa: RUF012  a struct copies its mutable defaults

    def lane(self) -> str:
        return f"codes:{self.member_id}"

    def locate(self) -> Sequence[Read]:
        return ((RedemptionCode, (self.merchant_id, self.code_hash)),)

    def keys(self, found: State) -> tuple[str, ...]:
        code = found.get(RedemptionCode, (self.merchant_id, self.code_hash))
        return (self.lane(), *((code.template_id,) if code else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield CodeAttempts, (self.merchant_id, self.member_id)
        yield RedemptionCode, (self.merchant_id, self.code_hash)
        code = found.get(RedemptionCode, (self.merchant_id, self.code_hash))
        if code is not None:
            yield CodeBatch, (self.merchant_id, code.code_batch_id)
            yield Standing, (self.merchant_id, self.member_id)
            yield from issue_reads(self.merchant_id, code.template_id, (self.member_id,))
            if code.coupon_id:
                yield Coupon, (self.merchant_id, code.coupon_id)

    def decide(self, state: State) -> Decision:
        attempts = state.get(CodeAttempts, (self.merchant_id, self.member_id))
        if attempts is None or self.at >= attempts.since + WRONG_WINDOW:
            attempts = CodeAttempts(self.merchant_id, self.member_id, 0, self.at)
        if attempts.wrong >= WRONG_LIMIT:
            raise TooManyAttempts(until=attempts.since + WRONG_WINDOW)
        code = state.get(RedemptionCode, (self.merchant_id, self.code_hash))
        if code is None:
            counted = replace(attempts, wrong=attempts.wrong + 1)
            raise CodeNotFound(keep=Decision(rows=[counted]), left=WRONG_LIMIT - counted.wrong)
        batch_key = (self.merchant_id, code.code_batch_id)
        if not state.knows(CodeBatch, batch_key):
            raise MemberMoved(code_id=code.code_id)  # it was made this very moment
        if code.state == "REDEEMED":
            return self._again(state, code)
        batch = state.get(CodeBatch, batch_key)
        assert batch is not None, "Bug: a code without its batch"
        if batch.state == "ENDED" or self.at >= batch.expires_at:
            raise CodeExpired(expired_at=batch.expires_at)
        issue = Issue(self, state, code.template_id)
        must_be_open(self, issue.template, by_code=True)
        into = issue.holder(self.member_id)
        if into != self.member_id:
            raise MemberMerged(field="member_id", into_member_id=into)
        standing = state.get(Standing, (self.merchant_id, self.member_id))
        must_be_eligible(issue.template.audience, standing, self.segment_ids)
        issue.limit(self.member_id)
        # The reserve was made at the price of then.
        issue.stock = release(issue.stock, 1, batch.each_fen)
        coupon = issue.one(self.member_id, "CODE", code.code_id)
        used = replace(
            code, state="REDEEMED", coupon_id=coupon.coupon_id, redeemed_by=self.member_id
        )
        rows = [used, replace(batch, redeemed=batch.redeemed + 1), *issue.rows()]
        return Decision(result=coupon, rows=rows, events=issue.events)

    def _again(self, state: State, code: RedemptionCode) -> Decision:
        key = (self.merchant_id, code.coupon_id)
        if code.redeemed_by != self.member_id:
            raise CodeUsed()
        if not state.knows(Coupon, key):
            raise MemberMoved(code_id=code.code_id)
        return Decision(result=state.get(Coupon, key))


class EndCodes(Command, frozen=True, kw_only=True):
    """The codes' time is over: what was reserved for the rest goes back to stock."""

    code_batch_id: str

    def lane(self) -> str:
        return self.code_batch_id

    def locate(self) -> Sequence[Read]:
        return ((CodeBatch, (self.merchant_id, self.code_batch_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        batch = found.get(CodeBatch, (self.merchant_id, self.code_batch_id))
        return (batch.template_id if batch else self.code_batch_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield CodeBatch, (self.merchant_id, self.code_batch_id)
        batch = found.get(CodeBatch, (self.merchant_id, self.code_batch_id))
        if batch is not None:
            yield Stock, (self.merchant_id, batch.template_id)

    def decide(self, state: State) -> Decision:
        batch = state.get(CodeBatch, (self.merchant_id, self.code_batch_id))
        if batch is None or batch.state == "ENDED":
            return Decision()
        stock = state.get(Stock, (self.merchant_id, batch.template_id))
        assert stock is not None, "Bug: codes without their template's stock"
        left = release(stock, batch.number - batch.redeemed, batch.each_fen)
        return Decision(rows=[left, replace(batch, state="ENDED")])
