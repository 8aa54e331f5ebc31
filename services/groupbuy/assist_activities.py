"""Assist activities (助力活动): how much help is needed, in what time, and what it brings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.groupbuy.activities import activity_key
from services.groupbuy.errors import TermsInvalid


class Prize(msgspec.Struct, frozen=True):
    """Points, or one coupon of template ``ref``."""

    kind: Literal["POINTS", "COUPON"]
    amount: int
    ref: str = ""


class AssistTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a member who asks for help is promised."""

    name: str
    needed: int
    ttl_hours: int = 24
    prize: Prize
    # For each helper, at once.
    helper_prize: Prize | None = None
    # How many assists of this activity one helper may help in a day; 0 for no limit.
    daily_helps: int = 3
    new_helpers_only: bool = False
    # How many assists may be open or completed; 0 for no limit.
    budget: int = 0


class AssistActivity(Row, frozen=True):
    """What may be asked help for, between two moments."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id")

    merchant_id: str
    activity_id: str
    stopped: bool
    terms: AssistTerms
    starts_at: datetime
    ends_at: datetime
    # Assists open or completed: what the budget is spent on.
    set_aside: int = 0


class SetAssistActivity(Command, frozen=True, kw_only=True):
    """Makes or edits an activity; open assists keep their terms. Refuses TERMS_INVALID."""

    RESULT: ClassVar[type] = AssistActivity

    activity_id: str
    stopped: bool
    terms: AssistTerms
    starts_at: datetime
    ends_at: datetime

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def reads(self, found: State) -> Iterable[Read]:
        return ((AssistActivity, (self.merchant_id, self.activity_id)),)

    def decide(self, state: State) -> Decision:
        if self.starts_at >= self.ends_at:
            raise TermsInvalid(field="end_time", problem="after start_time")
        for name, prize in (("prize", self.terms.prize), ("helper_prize", self.terms.helper_prize)):
            if prize is None:
                continue
            if prize.kind == "COUPON" and not prize.ref:
                raise TermsInvalid(field=f"terms.{name}.ref", problem="names a template")
            if prize.amount <= 0:
                raise TermsInvalid(field=f"terms.{name}.amount", problem="more than nothing")
        before = state.get(AssistActivity, (self.merchant_id, self.activity_id))
        after = AssistActivity(
            self.merchant_id,
            self.activity_id,
            self.stopped,
            self.terms,
            self.starts_at,
            self.ends_at,
            before.set_aside if before else 0,
        )
        return Decision(result=after, rows=[after])
