"""Bargains (砍价): friends cut the price of one SKU, step by step, down to a floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import groupbuy_social as events
from services.groupbuy.bargain_activities import BargainActivity, BargainTerms
from services.groupbuy.customers import (
    PERSON,
    member_key,
    person_now,
    person_of,
    person_reads,
)
from services.groupbuy.days import day_of
from services.groupbuy.draft import Draft
from services.groupbuy.errors import BargainNotFound, SoldOut
from services.groupbuy.helps import Helps, help_reads, may_help, may_open

BargainState = Literal["OPEN", "REACHED", "ORDERED", "EXPIRED"]
BARGAIN_TIMER = "bargain_expiry"


class Bargain(Row, frozen=True):
    """One member's bargain, under the terms it was opened with."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "bargain_id")

    merchant_id: str
    bargain_id: str
    activity_id: str
    member_id: str
    state: BargainState
    terms: BargainTerms
    price_fen: int
    cuts: int
    opened_at: datetime
    expires_at: datetime
    order_id: str = ""
    # The last order that closed unpaid: should it be paid all the same, the bargain is its again.
    closed_order_id: str = ""
    # Whether what was ordered came back by a full refund, and is for sale again.
    goods_back: bool = False


class BargainHelp(Row, frozen=True):
    """One friend's cut. ``inviter_id`` is whose share the friend followed: the chain."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "bargain_id", "helper_id")

    merchant_id: str
    bargain_id: str
    helper_id: str
    activity_id: str
    day: date
    inviter_id: str
    is_new: bool
    cut_fen: int
    at: datetime


OPEN_BARGAINS = Group(
    Bargain,
    ("merchant_id", "activity_id", "member_id"),
    holds=lambda bargain: bargain.state in ("OPEN", "REACHED"),
)
MEMBER_BARGAINS = Group(Bargain, ("merchant_id", "member_id"))
HELPS_OF_DAY = Group(BargainHelp, ("merchant_id", "activity_id", "helper_id", "day"))
BARGAIN_HELP = Helps(Bargain, BargainHelp, HELPS_OF_DAY)


def bargain_key(bargain_id: str) -> str:
    """The lock that covers one bargain."""
    return f"bargain/{bargain_id}"


class OpenBargain(Command, frozen=True, kw_only=True):
    """A member begins to bargain.

    Refuses ACTIVITY_NOT_FOUND, ACTIVITY_NOT_RUNNING, ALREADY_OPEN, SOLD_OUT.
    """

    RESULT: ClassVar[type] = Bargain

    activity_id: str
    member_id: str

    def lane(self) -> str:
        return member_key(self.member_id)

    def locate(self) -> Sequence[Read]:
        return ((PERSON, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        # The activity's row is only looked at: whether the stock lasts is decided at the order.
        member = person_of(found, self.merchant_id, self.member_id)[0]
        return member_key(self.member_id), member_key(member), bargain_key(self.new_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield BargainActivity, (self.merchant_id, self.activity_id)
        member = person_of(found, self.merchant_id, self.member_id)[0]
        yield OPEN_BARGAINS, (self.merchant_id, self.activity_id, member)
        yield from person_reads(found, self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = draft.get(BargainActivity, self.activity_id)
        member_id, _ = person_now(draft, self.member_id)
        mine = draft.group(OPEN_BARGAINS, self.activity_id, member_id)
        activity = may_open(draft, activity, self.activity_id, member_id, mine)
        terms = activity.terms
        if terms.stock and activity.ordered >= terms.stock:
            raise SoldOut(sku_id=terms.sku_id, left=0)
        bargain = Bargain(
            self.merchant_id,
            self.new_id,
            self.activity_id,
            member_id,
            "OPEN",
            terms,
            terms.start_fen,
            0,
            self.at,
            self.at + timedelta(hours=terms.ttl_hours),
        )
        draft.put(bargain)
        draft.wake(BARGAIN_TIMER, bargain.bargain_id, bargain.expires_at)
        draft.tell(
            events.BargainOpened(
                bargain_id=bargain.bargain_id,
                activity_id=self.activity_id,
                member_id=member_id,
                sku_id=terms.sku_id,
                start_fen=terms.start_fen,
                floor_fen=terms.floor_fen,
                expires_at=bargain.expires_at,
            )
        )
        return draft.decision(bargain)


class OfBargain(Command, frozen=True, kw_only=True):
    """A command that names a bargain."""

    RESULT: ClassVar[type] = Bargain

    bargain_id: str

    def lane(self) -> str:
        return bargain_key(self.bargain_id)

    def locate(self) -> Sequence[Read]:
        return ((Bargain, (self.merchant_id, self.bargain_id)),)

    def reads(self, found: State) -> Iterable[Read]:
        yield Bargain, (self.merchant_id, self.bargain_id)

    def bargain(self, draft: Draft) -> Bargain:
        """Refuses BARGAIN_NOT_FOUND."""
        bargain = draft.get(Bargain, self.bargain_id)
        if bargain is None:
            raise BargainNotFound(field="bargain_id", bargain_id=self.bargain_id)
        return bargain


class CutPrice(OfBargain, frozen=True, kw_only=True):
    """A friend cuts the price (帮砍).

    Refuses BARGAIN_NOT_FOUND, NOT_OPEN, SELF_HELP, ALREADY_HELPED, HELP_LIMIT, NEW_CUSTOMER_ONLY.
    """

    helper_id: str
    inviter_id: str = ""

    def locate(self) -> Sequence[Read]:
        return *super().locate(), (PERSON, (self.merchant_id, self.helper_id))

    def keys(self, found: State) -> Sequence[str]:
        ids = person_of(found, self.merchant_id, self.helper_id)[1]
        return bargain_key(self.bargain_id), *(member_key(one) for one in ids)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from help_reads(BARGAIN_HELP, self, self.bargain_id, self.helper_id, found)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        bargain = self.bargain(draft)
        helper_id, new = may_help(BARGAIN_HELP, draft, bargain, self.helper_id)
        terms = bargain.terms
        cut_fen = cut_of(
            self.new_id, bargain.price_fen - terms.floor_fen, terms.cuts - bargain.cuts
        )
        price_fen = bargain.price_fen - cut_fen
        reached = price_fen == terms.floor_fen
        bargain = draft.put(
            replace(
                bargain,
                price_fen=price_fen,
                cuts=bargain.cuts + 1,
                state="REACHED" if reached else "OPEN",
            )
        )
        draft.put(
            BargainHelp(
                self.merchant_id, self.bargain_id, helper_id, bargain.activity_id,
                day_of(self.at), self.inviter_id, new, cut_fen, self.at,
            )
        )  # fmt: skip
        self._tell(draft, bargain, helper_id, cut_fen, new=new)
        return draft.decision(bargain)

    def _tell(
        self, draft: Draft, bargain: Bargain, helper_id: str, cut_fen: int, *, new: bool
    ) -> None:
        who = {
            "bargain_id": bargain.bargain_id,
            "activity_id": bargain.activity_id,
            "member_id": bargain.member_id,
        }
        draft.tell(
            events.BargainCut(
                **who,
                helper_id=helper_id,
                inviter_id=self.inviter_id,
                is_new_customer=new,
                cut_fen=cut_fen,
                price_fen=bargain.price_fen,
                cuts=bargain.cuts,
            )
        )
        if bargain.state == "REACHED":
            draft.tell(events.BargainReached(**who, price_fen=bargain.price_fen))


def cut_of(seed: str, left_fen: int, cuts_left: int) -> int:
    """How much of ``left_fen`` the next of ``cuts_left`` friends cuts; the last one all of it.

    Between half and one and a half of an even share, at least 1 fen, and never so much that
    nothing is left for those to come.
    """
    assert left_fen >= cuts_left > 0, "Bug: more cuts than fen"
    if cuts_left == 1:
        return left_fen
    even_fen = left_fen // cuts_left
    drawn = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest())
    cut_fen = even_fen // 2 + drawn % (even_fen + 1)
    return max(1, min(cut_fen, left_fen - (cuts_left - 1)))


class ExpireBargain(OfBargain, frozen=True, kw_only=True):
    """The time of a bargain is over; one that was ordered stays so."""

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        bargain = self.bargain(draft)
        if bargain.state not in ("OPEN", "REACHED") or self.at < bargain.expires_at:
            return Decision(result=bargain)
        return draft.decision(expire(draft, bargain))


def expire(draft: Draft, bargain: Bargain) -> Bargain:
    """The bargain ends without an order."""
    bargain = draft.put(replace(bargain, state="EXPIRED", order_id=""))
    draft.cancel(BARGAIN_TIMER, bargain.bargain_id)
    draft.tell(
        events.BargainExpired(
            bargain_id=bargain.bargain_id,
            activity_id=bargain.activity_id,
            member_id=bargain.member_id,
            price_fen=bargain.price_fen,
        )
    )
    return bargain
