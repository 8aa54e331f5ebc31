"""Whose customer a member is among the guides: exclusive (专属) and opening (开卡) relations.

An exclusive relation has validity and protection (抢客) as bindings have. A transfer takes effect
24 hours later, without anything having to run then. domain.md §2.13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.commission import GuideCustomerBound
from services.commission.errors import (
    GuideNotActive,
    GuideNotFound,
    RelationNotFound,
    RelationProtected,
)
from services.commission.guides import Guide
from services.commission.programmes import (
    FOR_EVER,
    NEVER,
    Programme,
    programme_key,
    programme_of,
)
from services.commission.promoters import member_key

TRANSFER_DELAY: Final = timedelta(hours=24)
TRANSFER_LIMIT: Final = 100


class GuideRelation(Row, frozen=True):
    """Which guide a customer is exclusive to, and to which one a transfer will bring it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "customer_id")

    merchant_id: str
    customer_id: str
    guide_id: str
    bound_at: datetime
    valid_until: datetime | None
    protected: bool
    protected_until: datetime | None
    # From ``next_at`` on the customer is this guide's.
    next_guide_id: str = ""
    next_at: datetime | None = None

    def guide_at(self, at: datetime) -> str:
        """The guide's id at this time; empty if there is none."""
        if self.next_at is not None and at >= self.next_at:
            return self.next_guide_id
        valid = self.valid_until is None or at < self.valid_until
        return self.guide_id if valid else ""

    def is_protected(self, at: datetime) -> bool:
        """Whether no other guide may take the customer."""
        if not self.protected or not self.guide_at(at):
            return False
        return self.protected_until is None or at < self.protected_until


class GuideRelationChange(Row, frozen=True):
    """One change of a relation. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "change_id")

    merchant_id: str
    change_id: str
    customer_id: str
    from_guide_id: str
    to_guide_id: str
    # CLICK, MANUAL, OPENING, TRANSFER, MERGE
    cause: str
    actor: str
    effective_at: datetime


class OpeningGuide(Row, frozen=True):
    """Who opened a member's card (开卡导购): once, for ever."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    guide_id: str
    at: datetime


class Exclusive(Row, frozen=True):
    """A customer's relation with its guides' stores and states. Read only: joined."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "customer_id")

    merchant_id: str
    customer_id: str
    guide_id: str
    store_id: str
    state: str
    valid_until: datetime | None
    next_guide_id: str
    next_store_id: str
    next_state: str
    next_at: datetime | None

    def at(self, at: datetime) -> tuple[str, str]:
        """Guide and store at this time; empty if there is none, or it was removed."""
        if self.next_at is not None and at >= self.next_at:
            return ("", "") if self.next_state == "REMOVED" else (
                self.next_guide_id, self.next_store_id
            )  # fmt: skip
        if self.state == "REMOVED" or (self.valid_until is not None and at >= self.valid_until):
            return "", ""
        return self.guide_id, self.store_id


EXCLUSIVE = Group(Exclusive, ("merchant_id", "customer_id"))


def _periods(programme: Programme, at: datetime) -> dict[str, Any]:
    validity, protection = programme.guide_validity_days, programme.guide_protection_days
    until = at + timedelta(days=protection) if protection > 0 else None
    return {
        "valid_until": None if validity == FOR_EVER else at + timedelta(days=validity),
        "protected": protection == NEVER or protection > 0,
        "protected_until": until,
    }


class BindGuide(Command, frozen=True, kw_only=True):
    """Makes a customer exclusive to a guide.

    From a click (``polite``) a refusal changes nothing and is no error. Refuses GUIDE_NOT_FOUND,
    GUIDE_NOT_ACTIVE, RELATION_PROTECTED.
    """

    RESULT: ClassVar[Any] = GuideRelation | None

    customer_id: str
    guide_id: str
    actor: str
    cause: str = "MANUAL"
    polite: bool = False

    def lane(self) -> str:
        return self.customer_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.customer_id),)

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        return (
            (GuideRelation, (merchant, self.customer_id)),
            (Guide, (merchant, self.guide_id)),
            (Programme, programme_key(merchant)),
        )

    def decide(self, state: State) -> Decision:
        current = state.get(GuideRelation, (self.merchant_id, self.customer_id))
        try:
            self._check(state.get(Guide, (self.merchant_id, self.guide_id)), current)
        except (GuideNotFound, GuideNotActive, RelationProtected):
            if self.polite:
                return Decision(current)
            raise
        programme = programme_of(state, self.merchant_id)
        before = current.guide_at(self.at) if current else ""
        row = GuideRelation(
            self.merchant_id, self.customer_id, self.guide_id, self.at,
            **_periods(programme, self.at),
        )  # fmt: skip
        if before == self.guide_id:
            return Decision(row, [row])
        change = GuideRelationChange(
            self.merchant_id, self.new_id, self.customer_id, before, self.guide_id, self.cause,
            self.actor, self.at,
        )  # fmt: skip
        event = GuideCustomerBound(
            guide_id=self.guide_id,
            member_id=self.customer_id,
            replaced=before,
            effective_at=self.at,
            valid_until=row.valid_until,
        )
        return Decision(row, [row, change], [event])

    def _check(self, guide: Guide | None, current: GuideRelation | None) -> None:
        if guide is None:
            raise GuideNotFound(field="guide_id")
        if guide.state != "ENABLED":
            raise GuideNotActive(field="guide_id", state=guide.state)
        if current is None or current.guide_at(self.at) == self.guide_id:
            return
        if current.is_protected(self.at):
            raise RelationProtected(guide_id=current.guide_at(self.at))


class TransferCustomer(Command, frozen=True, kw_only=True):
    """Gives a leaving guide's customer to another one, effective 24 hours later.

    One command per customer of a batch of up to 100. Refuses RELATION_NOT_FOUND if the customer is
    not ``from_guide_id``'s, GUIDE_NOT_FOUND, GUIDE_NOT_ACTIVE.
    """

    RESULT: ClassVar[type] = GuideRelation

    customer_id: str
    from_guide_id: str
    to_guide_id: str
    actor: str

    def lane(self) -> str:
        return self.customer_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.customer_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            (GuideRelation, (self.merchant_id, self.customer_id)),
            (Guide, (self.merchant_id, self.to_guide_id)),
        )

    def decide(self, state: State) -> Decision:
        guide = state.get(Guide, (self.merchant_id, self.to_guide_id))
        if guide is None:
            raise GuideNotFound(field="to_guide_id")
        if guide.state != "ENABLED":
            raise GuideNotActive(field="to_guide_id", state=guide.state)
        row = state.get(GuideRelation, (self.merchant_id, self.customer_id))
        if row is None or row.guide_at(self.at) != self.from_guide_id:
            raise RelationNotFound(field="customer_ids", customer_id=self.customer_id)
        due = self.at + TRANSFER_DELAY
        row = replace(row, guide_id=self.from_guide_id, next_guide_id=self.to_guide_id, next_at=due)
        change = GuideRelationChange(
            self.merchant_id, self.new_id, self.customer_id, self.from_guide_id, self.to_guide_id,
            "TRANSFER", self.actor, due,
        )  # fmt: skip
        event = GuideCustomerBound(
            guide_id=self.to_guide_id,
            member_id=self.customer_id,
            replaced=self.from_guide_id,
            effective_at=due,
            valid_until=None,
        )
        return Decision(row, [row, change], [event])


class RecordOpening(Command, frozen=True, kw_only=True):
    """Remembers who opened a member's card; the first one stays. M12."""

    RESULT: ClassVar[type] = OpeningGuide

    member_id: str
    guide_id: str

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.member_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return ((OpeningGuide, (self.merchant_id, self.member_id)),)

    def decide(self, state: State) -> Decision:
        known = state.get(OpeningGuide, (self.merchant_id, self.member_id))
        if known is not None:
            return Decision(known)
        row = OpeningGuide(self.merchant_id, self.member_id, self.guide_id, self.at)
        return Decision(row, [row])
