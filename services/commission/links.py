"""Promotion links and the clicks on them; a click may bind the customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import Busy, Refusal
from common.rows import Read, Row, State
from services.commission.bindings import Binder, Binding, Bound
from services.commission.errors import ClickOutdated, LinkNotFound, PromoterNotActive
from services.commission.programmes import Programme, programme_key, programme_of
from services.commission.promoters import Promoter, admitted, changed, member_key


class PromoLink(Row, frozen=True):
    """A promoter's link to something; the gateway makes the URL or QR code from its id."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "link_id")

    merchant_id: str
    link_id: str
    promoter_id: str
    target: str
    channel_code: str
    created_at: datetime


class Click(Row, frozen=True):
    """One click. Append-only; ``outcome`` says what became of the binding."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "click_id")

    merchant_id: str
    click_id: str
    link_id: str
    promoter_id: str
    customer_id: str
    channel_code: str
    # BOUND, RENEWED, or the reason why not.
    outcome: str
    at: datetime


class CreatePromoLink(Command, frozen=True, kw_only=True):
    """Makes a link. Refuses PROMOTER_NOT_ACTIVE; where anyone may promote, everybody is active."""

    RESULT: ClassVar[type] = PromoLink

    promoter_id: str
    target: str
    channel_code: str

    def lane(self) -> str:
        return self.promoter_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.promoter_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            (Promoter, (self.merchant_id, self.promoter_id)),
            (Programme, programme_key(self.merchant_id)),
        )

    def decide(self, state: State) -> Decision:
        known = state.get(Promoter, (self.merchant_id, self.promoter_id))
        programme = programme_of(state, self.merchant_id)
        row = admitted(programme, known, self.merchant_id, self.promoter_id)
        if row is None:
            raise PromoterNotActive(field="promoter_id")
        link = PromoLink(
            self.merchant_id, self.new_id, self.promoter_id, self.target, self.channel_code,
            self.at,
        )  # fmt: skip
        if row == known:
            return Decision(link, [link])
        row = replace(row, changed_at=self.at)
        return Decision(link, [link, row], [changed(row)])


class RecordClick(Binder, frozen=True, kw_only=True):
    """Records a click and binds if the programme lets it; what forbids the binding is its outcome.

    With ``link_id`` the link says whose click it is, and LINK_NOT_FOUND refuses an unknown one.
    """

    RESULT: ClassVar[type] = Bound

    link_id: str = ""
    channel_code: str = ""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        if self.link_id:
            yield PromoLink, (self.merchant_id, self.link_id)

    def decide(self, state: State) -> Decision:
        if self.link_id:
            link = state.get(PromoLink, (self.merchant_id, self.link_id))
            if link is None or link.promoter_id != self.promoter_id:
                raise LinkNotFound(field="link_id")
        try:
            decision = self.bind(
                state, "CLICK", force=False, click_id=self.new_id, actor=self.customer_id
            )
            outcome = decision.result.reason or "BOUND"
        except Busy:
            raise
        except Refusal as refusal:
            decision = Decision(Bound(None, bound=False, reason=refusal.reason))
            outcome = refusal.reason
        click = Click(
            self.merchant_id, self.new_id, self.link_id, self.promoter_id, self.customer_id,
            self.channel_code, outcome, self.at,
        )  # fmt: skip
        return Decision(decision.result, [*decision.rows, click], decision.events)

    def refuse_grab(
        self, state: State, programme: Programme, current: Binding | None, customer: str,
        promoter: str,
    ) -> None:  # fmt: skip
        """Besides, a click that is told late undoes nothing that was decided after it."""
        if current is not None and self.at < current.bound_at:
            raise ClickOutdated(field="customer_id")
        super().refuse_grab(state, programme, current, customer, promoter)
