"""What a referral brings, and takes back: rewards by condition, ladder and caps; M03, D11.

A referral is looked at whenever something may have changed: enrolment, a phone, an order completed
or refunded. What is due follows from what is known then, so the order of events does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import commission as events
from danke.events.envelope import Event
from services.commission.accounts import HOMES, Purse, account_of, purse_reads
from services.commission.accruals import (
    ORDERS_OF,
    Accrual,
    one_off,
    purse_rows,
    purses_of,
    source_of,
)
from services.commission.days import day, month
from services.commission.entries import ENTRIES_OF, Share
from services.commission.errors import SourceMoved
from services.commission.promoters import member_key
from services.commission.referral_programmes import CONDITIONS, Condition, Reward
from services.commission.referrals import ONE_REFERRAL, Given, Referral
from services.commission.refunds import reversed_entries


class ReferralCount(Row, frozen=True):
    """How many referrals of one referrer qualified in a month or on a day."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "count_id")

    merchant_id: str
    # <account>|<period>
    count_id: str
    qualified: int = 0


class RewardHome(Row, frozen=True):
    """An account that rewards of one referral are paid on. Read only: joined."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "home_id")

    merchant_id: str
    member_id: str
    home_id: str


REWARD_HOMES = Group(RewardHome, ("merchant_id", "member_id"))


class LookAtReferral(Command, frozen=True, kw_only=True):
    """Gives what has become due of a referral, and takes back what a refunded order earned."""

    RESULT: ClassVar[Any] = Referral | None

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        # A group: most members were referred by nobody, and that defers nothing.
        key = (self.merchant_id, self.member_id)
        return ((ONE_REFERRAL, key), (REWARD_HOMES, key))

    def _found(self, found: State) -> Referral | None:
        rows = found.group(ONE_REFERRAL, (self.merchant_id, self.member_id))
        return rows[0] if rows else None

    def keys(self, found: State) -> Sequence[str]:
        row = self._found(found)
        own = member_key(self.member_id)
        if row is None:
            return (own,)
        sources = (source_of("REFERRAL", one.reward_id) for one in row.given)
        return sorted({own, row.account_id, *self._homes(found), *sources})

    def _homes(self, found: State) -> list[str]:
        rows = found.group(REWARD_HOMES, (self.merchant_id, self.member_id))
        return sorted({row.home_id for row in rows})

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        yield Referral, (merchant, self.member_id)
        row = self._found(found)
        if row is None:
            return
        yield ORDERS_OF, (merchant, self.member_id)
        for count_id in self._counts(row):
            yield ReferralCount, (merchant, count_id)
        for given in row.given:
            key = (merchant, source_of("REFERRAL", given.reward_id))
            yield Accrual, key
            yield ENTRIES_OF, key
            yield HOMES, key
            for account_id in self._homes(found):
                yield from purse_reads(merchant, account_id)

    def _counts(self, row: Referral) -> tuple[str, str]:
        return f"{row.account_id}|{month(self.at)}", f"{row.account_id}|{day(self.at)}"

    def decide(self, state: State) -> Decision:
        row = state.get(Referral, (self.merchant_id, self.member_id))
        if row is None or row.state in ("CLICKED", "REJECTED", "CLAWED_BACK"):
            return Decision(row)
        if not state.knows(ORDERS_OF, (self.merchant_id, self.member_id)):
            raise SourceMoved
        if row.state == "REWARDED":
            return self._claw(state, row)
        return self._give(state, row)

    def _met(self, state: State, row: Referral) -> tuple[set[Condition], str]:
        """Which conditions hold now, and by which order the last one does."""
        met: set[Condition] = {"ENROLLED"}
        if row.phone_verified:
            met.add("PHONE_VERIFIED")
        orders = [
            one
            for one in state.group(ORDERS_OF, (self.merchant_id, self.member_id))
            if one.kind == "ORDER" and one.completed_at is not None and not one.fully_refunded
        ]
        for one in sorted(orders, key=lambda order: (order.paid_at, order.source_id)):
            if _is_enough(one, row):
                return met | {"FIRST_ORDER_COMPLETED"}, one.source_id
        return met, ""

    def _give(self, state: State, row: Referral) -> Decision:
        met, source_id = self._met(state, row)
        rows: list[Row] = []
        told: list[Event] = []
        if row.terms.qualifies_on in met:
            counts = [
                state.get(ReferralCount, (self.merchant_id, count_id))
                or ReferralCount(self.merchant_id, count_id)
                for count_id in self._counts(row)
            ]
            for cap, count in zip((row.terms.month_cap, row.terms.day_cap), counts, strict=True):
                if cap and count.qualified >= cap:
                    row = replace(row, state="REJECTED", reason="CAPPED")
                    return Decision(
                        row, [row], [events.ReferralRejected(**row.about, reason="CAPPED")]
                    )
            rows += [replace(count, qualified=count.qualified + 1) for count in counts]
            number = counts[0].qualified + 1
            last = row.terms.qualifies_on == CONDITIONS[-1]
            row = replace(
                row,
                state="REWARDED",
                number=number,
                source_id=source_id if last else "",
                qualified_at=self.at,
            )
            told.append(events.ReferralQualified(**row.about, number=number, month=month(self.at)))
        given = {one.place for one in row.given}
        for place, reward in enumerate(row.terms.rewards):
            if reward.on in met and place not in given:
                row, more, events_ = self._reward(row, place, reward)
                rows += more
                told += events_
        if not rows and not told:
            return Decision(row)
        return Decision(row, [row, *rows], told)

    def _reward(
        self, row: Referral, place: int, reward: Reward
    ) -> tuple[Referral, list[Row], list[Event]]:
        amount = reward.amount(row.number or 1)
        one = Given(f"{row.member_id}.{place}", place, amount)
        row = replace(row, given=[*row.given, one])
        rewarded = events.ReferralRewarded(
            **row.about,
            reward_id=one.reward_id,
            to=reward.to,
            kind=reward.kind,
            amount=amount,
            template_id=reward.template_id,
        )
        if reward.kind != "CASH" or amount == 0:
            return row, [], [rewarded]
        to_referrer = reward.to == "REFERRER"
        account = row.account_id if to_referrer else account_of("PROMOTER", row.member_id)
        share = Share("REFERRAL", account, "", amount, 0, amount)
        _, rows, told = one_off(
            self, "REFERRAL", one.reward_id, share, member_id=row.member_id, store_id="",
            window_days=row.terms.refund_window_days, version=row.terms.version,
        )  # fmt: skip
        return row, rows, [rewarded, *told]

    def _claw(self, state: State, row: Referral) -> Decision:
        if not row.source_id:
            return Decision(row)
        orders = state.group(ORDERS_OF, (self.merchant_id, self.member_id))
        if all(_is_enough(one, row) for one in orders if one.source_id == row.source_id):
            return Decision(row)
        rows: list[Row] = []
        told: list[Event] = []
        by_home: dict[str, Purse] = {}
        # What enrolling or a phone brought was not the order's, and stays.
        lost = [
            one for one in row.given if row.terms.rewards[one.place].on == "FIRST_ORDER_COMPLETED"
        ]
        for one in lost:
            key = (self.merchant_id, source_of("REFERRAL", one.reward_id))
            if not state.knows(Accrual, key):
                raise SourceMoved
            accrual = state.get(Accrual, key)
            if accrual is None or accrual.fully_refunded:
                continue
            accrual = replace(accrual, fully_refunded=True, refund_ids=[row.source_id])
            purses = {}
            if accrual.state == "SETTLED":
                purses = purses_of(state, accrual, self, by_home)
            entries = state.group(ENTRIES_OF, key)
            more, events_ = reversed_entries(accrual, entries, purses, row.source_id, self)
            rows += [accrual, *more]
            told += events_
        rows += purse_rows(by_home.values())
        row = replace(row, state="CLAWED_BACK", reason="ORDER_REFUNDED")
        back = events.ReferralClawedBack(
            **row.about,
            reward_ids=[one.reward_id for one in lost],
            reason="ORDER_REFUNDED",
        )
        return Decision(row, [row, *rows], [*told, back])


def _is_enough(order: Accrual, row: Referral) -> bool:
    """Whether what refunds left of an order is what the referral's programme asks for."""
    left = sum(line.real_fen - line.real_refunded_fen for line in order.lines)
    return not order.fully_refunded and left >= row.terms.min_order_fen
