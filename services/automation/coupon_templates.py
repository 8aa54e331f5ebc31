"""Which coupon templates there are, as coupon tells: a journey cannot give what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from common.commands import Command, Decision
from common.rows import Read, Row, State

TemplateState = Literal["DRAFT", "ACTIVE", "PAUSED", "ENDED", "VOIDED"]


class CouponTemplate(Row, frozen=True):
    """One template as it was last told."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id")

    merchant_id: str
    template_id: str
    version: int
    state: TemplateState
    changed_at: datetime


class TakeCouponTemplate(Command, frozen=True, kw_only=True):
    """Coupon told how a template is now. What is older than what is known changes nothing."""

    template_id: str
    version: int
    state: TemplateState

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> Sequence[str]:
        return (f"template:{self.template_id}",)

    def reads(self, found: State) -> Iterable[Read]:
        return ((CouponTemplate, (self.merchant_id, self.template_id)),)

    def decide(self, state: State) -> Decision:
        known = state.get(CouponTemplate, (self.merchant_id, self.template_id))
        if known is not None and (known.version, known.changed_at) >= (self.version, self.at):
            return Decision()
        row = CouponTemplate(self.merchant_id, self.template_id, self.version, self.state, self.at)
        return Decision(rows=[row])
