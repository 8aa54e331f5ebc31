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
    BindingMoved,
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
from services.commission.promoters import Promoter, member_key, stands

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

    def since(self, at: datetime) -> datetime:
        """Since when the customer is the guide's of this time."""
        return self.next_at if self.next_at is not None and at >= self.next_at else self.bound_at

    def is_protected(self, at: datetime) -> bool:
        """Whether no other guide may take the customer."""
        if not self.protected or not self.guide_at(at):
            return False
        return self.protected_until is None or at < self.protected_until


class Customer(Row, frozen=True):
    """Who a member is by now, and whose customer: both guides may be empty. Read only: joined."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    # The member, or whom it was merged into.
    customer_id: str
    guide_id: str
    next_guide_id: str


CUSTOMER = Group(Customer, ("merchant_id", "member_id"))


def customer_of(found: State, merchant_id: str, member_id: str) -> Customer:
    """Who a member is; for a command that located, and reads, ``CUSTOMER``."""
    return found.group(CUSTOMER, (merchant_id, member_id))[0]


def customer_now(state: State, merchant_id: str, member_id: str) -> str:
    """Who a member is now that it is locked. Refuses BINDING_MOVED if it was merged meanwhile."""
    customer_id = customer_of(state, merchant_id, member_id).customer_id
    stands(state, merchant_id, customer_id)
    return customer_id


class GuideRelationChange(Row, frozen=True):
    """One change of a relation. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "change_id")

    merchant_id: str
    change_id: str
    customer_id: str
    from_guide_id: str
    to_guide_id: str
    # CLICK, MANUAL, OPENING, TRANSFER, MERGE, MEMBER_CLOSED
    cause: str
    actor: str
    effective_at: datetime
    # When it was decided, and what the relation said until then: an order created before may be
    # told of at any time after, and belongs to whose the customer was when it was created.
    at: datetime | None = None
    held_guide_id: str = ""
    held_since: datetime | None = None
    held_until: datetime | None = None
    held_next_guide_id: str = ""
    held_next_at: datetime | None = None


def change_of(
    command: Command, customer_id: str, before: GuideRelation | None, guides: tuple[str, str],
    cause: str, actor: str, effective_at: datetime, change_id: str = "",
) -> GuideRelationChange:  # fmt: skip
    """The history's row of one change from and to these ``guides``."""
    return GuideRelationChange(
        command.merchant_id,
        change_id or command.new_id,
        customer_id,
        *guides,
        cause,
        actor,
        effective_at,
        command.at,
        before.guide_id if before else "",
        before.bound_at if before else None,
        before.valid_until if before else None,
        before.next_guide_id if before else "",
        before.next_at if before else None,
    )


class OpeningGuide(Row, frozen=True):
    """Who opened a member's card (开卡导购): once, for ever."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    guide_id: str
    at: datetime


class Exclusive(Row, frozen=True):
    """A customer's relation as of a moment, with its guides' stores and states. Read only: joined.

    From the history, as bindings are; the guides' states are those of now.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "customer_id", "as_of")

    merchant_id: str
    customer_id: str
    as_of: datetime
    guide_id: str
    store_id: str
    state: str
    # Whether the guide was removed between the binding and ``as_of``.
    lost: bool
    valid_until: datetime | None
    next_guide_id: str
    next_store_id: str
    next_state: str
    next_lost: bool
    next_at: datetime | None

    @property
    def guide(self) -> tuple[str, str]:
        """Guide and store at that time; empty if there was none, or it was removed."""
        if self.next_at is not None and self.as_of >= self.next_at:
            gone = self.next_lost or self.next_state == "REMOVED"
            return ("", "") if gone else (self.next_guide_id, self.next_store_id)
        over = self.valid_until is not None and self.as_of >= self.valid_until
        if over or self.lost or self.state == "REMOVED":
            return "", ""
        return self.guide_id, self.store_id


EXCLUSIVE = Group(Exclusive, ("merchant_id", "customer_id", "as_of"))


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

    def locate(self) -> Sequence[Read]:
        return ((CUSTOMER, (self.merchant_id, self.customer_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(customer_of(found, self.merchant_id, self.customer_id).customer_id),)

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        customer = customer_of(found, merchant, self.customer_id)
        yield CUSTOMER, (merchant, self.customer_id)
        yield Promoter, (merchant, customer.customer_id)
        yield GuideRelation, (merchant, customer.customer_id)
        yield Programme, programme_key(merchant)
        for guide_id in {self.guide_id, customer.guide_id, customer.next_guide_id} - {""}:
            yield Guide, (merchant, guide_id)

    def decide(self, state: State) -> Decision:
        customer_id = customer_now(state, self.merchant_id, self.customer_id)
        current = state.get(GuideRelation, (self.merchant_id, customer_id))
        if self.polite and current is not None and self.at < current.bound_at:
            return Decision(current)  # told late: what holds was decided after this click
        before = self._holder(state, current)
        try:
            self._check(state.get(Guide, (self.merchant_id, self.guide_id)), current, before)
        except (GuideNotFound, GuideNotActive, RelationProtected):
            if self.polite:
                return Decision(current)
            raise
        programme = programme_of(state, self.merchant_id)
        row = GuideRelation(
            self.merchant_id, customer_id, self.guide_id, self.at,
            **_periods(programme, self.at),
        )  # fmt: skip
        if current is not None and before == self.guide_id:
            if current.next_at is not None and self.at < current.next_at:
                # A further click prolongs what holds, and takes no transfer back.
                row = replace(row, next_guide_id=current.next_guide_id, next_at=current.next_at)
            return Decision(row, [row])
        change = change_of(
            self, customer_id, current, (before, self.guide_id), self.cause, self.actor,
            self.at,
        )  # fmt: skip
        event = GuideCustomerBound(
            guide_id=self.guide_id,
            member_id=customer_id,
            replaced=before,
            effective_at=self.at,
            valid_until=row.valid_until,
        )
        return Decision(row, [row, change], [event])

    def _holder(self, state: State, current: GuideRelation | None) -> str:
        """Whose customer it is now; who was removed has none."""
        holder = current.guide_at(self.at) if current else ""
        if current is None or not holder:
            return ""
        if not state.knows(Guide, (self.merchant_id, holder)):
            raise BindingMoved  # bound meanwhile
        guide = state.get(Guide, (self.merchant_id, holder))
        return holder if guide is not None and guide.has_since(current.since(self.at)) else ""

    def _check(self, guide: Guide | None, current: GuideRelation | None, before: str) -> None:
        if guide is None:
            raise GuideNotFound(field="guide_id")
        if guide.state != "ENABLED":
            raise GuideNotActive(field="guide_id", state=guide.state)
        if current is None or before in ("", self.guide_id):
            return
        if current.is_protected(self.at):
            raise RelationProtected(guide_id=before)


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

    def locate(self) -> Sequence[Read]:
        return ((CUSTOMER, (self.merchant_id, self.customer_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(customer_of(found, self.merchant_id, self.customer_id).customer_id),)

    def reads(self, found: State) -> Iterable[Read]:
        customer_id = customer_of(found, self.merchant_id, self.customer_id).customer_id
        return (
            (CUSTOMER, (self.merchant_id, self.customer_id)),
            (Promoter, (self.merchant_id, customer_id)),
            (GuideRelation, (self.merchant_id, customer_id)),
            (Guide, (self.merchant_id, self.to_guide_id)),
        )

    def decide(self, state: State) -> Decision:
        guide = state.get(Guide, (self.merchant_id, self.to_guide_id))
        if guide is None:
            raise GuideNotFound(field="to_guide_id")
        if guide.state != "ENABLED":
            raise GuideNotActive(field="to_guide_id", state=guide.state)
        customer_id = customer_now(state, self.merchant_id, self.customer_id)
        row = state.get(GuideRelation, (self.merchant_id, customer_id))
        if row is None or row.guide_at(self.at) != self.from_guide_id:
            raise RelationNotFound(field="customer_ids", customer_id=self.customer_id)
        due = self.at + TRANSFER_DELAY
        change = change_of(
            self, customer_id, row, (self.from_guide_id, self.to_guide_id), "TRANSFER",
            self.actor, due,
        )  # fmt: skip
        if row.next_at is not None and self.at >= row.next_at:
            # An earlier transfer has no end, whatever was agreed with the guide before.
            row = replace(row, bound_at=row.next_at, valid_until=None)
        row = replace(row, guide_id=self.from_guide_id, next_guide_id=self.to_guide_id, next_at=due)
        event = GuideCustomerBound(
            guide_id=self.to_guide_id,
            member_id=customer_id,
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

    def locate(self) -> Sequence[Read]:
        return ((CUSTOMER, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(customer_of(found, self.merchant_id, self.member_id).customer_id),)

    def reads(self, found: State) -> Iterable[Read]:
        customer_id = customer_of(found, self.merchant_id, self.member_id).customer_id
        return (
            (CUSTOMER, (self.merchant_id, self.member_id)),
            (Promoter, (self.merchant_id, customer_id)),
            (OpeningGuide, (self.merchant_id, customer_id)),
        )

    def decide(self, state: State) -> Decision:
        customer_id = customer_now(state, self.merchant_id, self.member_id)
        known = state.get(OpeningGuide, (self.merchant_id, customer_id))
        if known is not None:
            return Decision(known)
        row = OpeningGuide(self.merchant_id, customer_id, self.guide_id, self.at)
        return Decision(row, [row])
