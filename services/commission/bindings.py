"""Customers bound to promoters (锁客): modes, validity, protection, history, and no cycles.

An edge customer → promoter may close a circle only if the customer has customers of its own. Such
bindings are serialised per merchant and walk up from the promoter; all others hold the locks of
both ends, which is as exact and does not contend. domain.md §2.2, D2, D4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.commission import CustomerBound, CustomerUnbound
from services.commission.errors import (
    BindingCycle,
    BindingMoved,
    BindingNotFound,
    BindingProtected,
    CustomerNotNew,
    PromoterNotActive,
    SelfBinding,
)
from services.commission.programmes import (
    ANY_TIME,
    FOR_EVER,
    NEVER,
    Programme,
    programme_key,
    programme_of,
)
from services.commission.promoters import SPENDING, Promoter, admitted, changed, member_key, stands

# Bindings of customers that have customers: one at a time per merchant.
GRAPH = "bindings"
Cause = Literal["CLICK", "MANUAL", "TRANSFER", "MERGE", "UNBIND"]


class Binding(Row, frozen=True):
    """Whose customer a member is now. What it was before is in ``binding_changes``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "customer_id")

    merchant_id: str
    customer_id: str
    # Empty: bound to nobody.
    promoter_id: str
    click_id: str
    # Or since when the customer has been nobody's.
    bound_at: datetime
    # None: for ever.
    valid_until: datetime | None
    # None with ``protected`` set: never grabbed.
    protected_until: datetime | None
    protected: bool
    # Whose the customer was until then.
    before_id: str = ""

    def is_valid(self, at: datetime) -> bool:
        """Whether it attributes orders at this time; the end is exclusive."""
        return bool(self.promoter_id) and (self.valid_until is None or at < self.valid_until)

    def is_protected(self, at: datetime) -> bool:
        """Whether no other promoter may take the customer."""
        if not self.protected or not self.is_valid(at):
            return False
        return self.protected_until is None or at < self.protected_until


# For merges: everybody bound to one promoter.
CUSTOMERS_OF = Group(Binding, ("merchant_id", "promoter_id"), order=lambda row: row.customer_id)


class BindingChange(Row, frozen=True):
    """One change of whose customer a member is. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "change_id")

    merchant_id: str
    change_id: str
    customer_id: str
    from_promoter_id: str
    to_promoter_id: str
    cause: Cause
    actor: str
    at: datetime
    # What ``from_promoter_id`` held until then, its renewals included: an order created before may
    # be told of at any time after, and belongs to whoever held the customer when it was created.
    from_click_id: str = ""
    from_valid_until: datetime | None = None
    from_protected: bool = False
    from_protected_until: datetime | None = None


def change_of(
    command: Command, customer_id: str, before: Binding | None, to_promoter_id: str, cause: Cause,
    actor: str, change_id: str = "",
) -> BindingChange:  # fmt: skip
    """The history's row of one change; ``before`` is what held until now, valid or not."""
    return BindingChange(
        command.merchant_id,
        change_id or command.new_id,
        customer_id,
        before.promoter_id if before else "",
        to_promoter_id,
        cause,
        actor,
        command.at,
        before.click_id if before else "",
        before.valid_until if before else None,
        before.protected if before else False,
        before.protected_until if before else None,
    )


class Held(Row, frozen=True):
    """One promoter above a member as of a moment, ``depth`` steps up. Read only: from the history.

    Only edges that were valid then are walked. ``depth`` 0 is the member itself, or whom it was
    merged into.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "as_of", "depth")

    merchant_id: str
    member_id: str
    as_of: datetime
    depth: int
    promoter_id: str
    # The promoter's standing and level now.
    state: str
    level_id: str
    click_id: str
    # Whether no other promoter could have taken the customer then.
    protected: bool


# The member and the next two above: all that an order can pay.
HELD = Group(Held, ("merchant_id", "member_id", "as_of"), order=lambda row: row.depth)


class Above(Row, frozen=True):
    """One promoter above a member, ``depth`` steps up. Read only: walked up the bindings.

    ``depth`` 0 is the member itself, or whom it was merged into.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "depth")

    merchant_id: str
    member_id: str
    depth: int
    promoter_id: str
    state: str
    level_id: str
    has_customers: bool


_BY_DEPTH: Any = lambda row: row.depth  # noqa: E731
# The member and the next two above.
NEAREST = Group(Above, ("merchant_id", "member_id"), order=_BY_DEPTH)
# Everybody above, to the top.
ALL_ABOVE = Group(Above, ("merchant_id", "member_id"), order=_BY_DEPTH)


def periods(programme: Programme, at: datetime) -> tuple[datetime | None, bool, datetime | None]:
    """When a binding made now ends, whether it is protected, and until when; domain.md §2.2."""
    validity, protection = programme.validity_days, programme.protection_days
    if programme.binding_mode == "PERMANENT":
        validity = FOR_EVER
    if programme.binding_mode == "TEMPORARY":
        protection = ANY_TIME
    ends = None if validity == FOR_EVER else at + timedelta(days=validity)
    if protection == NEVER:
        return ends, True, None
    if protection <= 0:
        return ends, False, None
    return ends, True, at + timedelta(days=protection)


class Bound(msgspec.Struct, frozen=True):
    """The answer to a binding: what holds now, and why nothing changed if nothing did."""

    binding: Binding | None
    bound: bool
    reason: str = ""


def real(found: State, merchant_id: str, member_id: str) -> str:
    """The member, or whom it was merged into. ``NEAREST`` is located, and read."""
    for one in found.group(NEAREST, (merchant_id, member_id)):
        if one.depth == 0:
            return one.promoter_id
    return member_id


class Binder(Command, frozen=True, kw_only=True):
    """A command that may bind one customer to one promoter."""

    RESULT: ClassVar[type] = Bound

    customer_id: str
    promoter_id: str

    def lane(self) -> str:
        return self.customer_id

    def locate(self) -> Sequence[Read]:
        merchant = self.merchant_id
        return (
            # Neither needs to exist; a group does not defer the command.
            (NEAREST, (merchant, self.customer_id)),
            (NEAREST, (merchant, self.promoter_id)),
            (ALL_ABOVE, (merchant, self.promoter_id)),
        )

    def real(self, found: State, member_id: str) -> str:
        """The member, or whom it was merged into."""
        return real(found, self.merchant_id, member_id)

    def above(self, found: State) -> list[str]:
        """Everybody above the promoter, itself first."""
        chain = found.group(ALL_ABOVE, (self.merchant_id, self.promoter_id))
        return [self.real(found, self.promoter_id), *(one.promoter_id for one in chain)]

    def has_customers(self, found: State) -> bool:
        """Whether the customer may be above somebody."""
        nearest = found.group(NEAREST, (self.merchant_id, self.customer_id))
        return any(one.has_customers for one in nearest if one.depth == 0)

    def keys(self, found: State) -> Sequence[str]:
        ends = {self.real(found, self.customer_id), self.real(found, self.promoter_id)}
        keys = [member_key(one) for one in sorted(ends)]
        return [*keys, GRAPH] if self.has_customers(found) else keys

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        customer, promoter = (self.real(found, one) for one in (self.customer_id, self.promoter_id))
        yield NEAREST, (merchant, self.customer_id)
        yield NEAREST, (merchant, self.promoter_id)
        yield Programme, programme_key(merchant)
        yield Promoter, (merchant, customer)
        yield Promoter, (merchant, promoter)
        yield Binding, (merchant, customer)
        yield SPENDING, (merchant, customer)
        if self.has_customers(found):
            # Who declares this holds the merchant's lock.
            yield ALL_ABOVE, (merchant, self.promoter_id)
            for one in self.above(found):
                yield Binding, (merchant, one)

    def bind(
        self, state: State, cause: Cause, *, force: bool, click_id: str, actor: str
    ) -> Decision:
        """Binds, and says so.

        Refuses SELF_BINDING, BINDING_CYCLE, BINDING_PROTECTED, PROMOTER_NOT_ACTIVE and
        CUSTOMER_NOT_NEW. A merchant's own transfer (``force``) ignores protection and newness.
        """
        merchant = self.merchant_id
        customer, promoter = (self.real(state, one) for one in (self.customer_id, self.promoter_id))
        for one in (customer, promoter):
            stands(state, merchant, one)
        if customer == promoter:
            raise SelfBinding(field="promoter_id")
        programme = programme_of(state, merchant)
        known = state.get(Promoter, (merchant, promoter))
        row = admitted(programme, known, merchant, promoter)
        if row is None:
            raise PromoterNotActive(field="promoter_id")
        current = state.get(Binding, (merchant, customer))
        valid = current is not None and current.is_valid(self.at)
        if not force:
            self.refuse_grab(state, programme, current, customer, promoter)
        self._refuse_cycle(state, customer, promoter)
        ends, protected, until = periods(programme, self.at)
        binding = Binding(
            merchant,
            customer,
            promoter,
            click_id,
            self.at,
            ends,
            until,
            protected,
            before_id=current.promoter_id if current and valid else "",
        )
        rows: list[Row] = [binding]
        events: list[Any] = []
        if known is None or known.state != "ACTIVE" or not known.has_customers:
            row = replace(row, has_customers=True)
            rows.append(row)
            if known is None or known.state != "ACTIVE":
                events.append(changed(row))
        if valid and current is not None and current.promoter_id == promoter:
            # A further click prolongs what holds.
            return Decision(Bound(binding, bound=True, reason="RENEWED"), rows, events)
        change, told = self._told(programme, binding, current, cause, actor)
        return Decision(Bound(binding, bound=True), [*rows, change], [*events, told])

    def _told(
        self, programme: Programme, binding: Binding, before: Binding | None, cause: Cause,
        actor: str,
    ) -> tuple[BindingChange, CustomerBound]:  # fmt: skip
        change = change_of(self, binding.customer_id, before, binding.promoter_id, cause, actor)
        told = CustomerBound(
            member_id=binding.customer_id,
            promoter_id=binding.promoter_id,
            mode=programme.binding_mode,
            valid_until=binding.valid_until,
            replaced=binding.before_id,
            cause=cause,
        )
        return change, told

    def refuse_grab(
        self, state: State, programme: Programme, current: Binding | None, customer: str,
        promoter: str,
    ) -> None:  # fmt: skip
        """Protection, and the rule that only new customers are bound."""
        if current is not None and current.is_valid(self.at):
            if current.promoter_id != promoter and current.is_protected(self.at):
                raise BindingProtected(promoter_id=current.promoter_id)
            return
        orders = state.group(SPENDING, (self.merchant_id, customer))
        if programme.bind_scope == "NEW_ONLY" and any(one.orders for one in orders):
            raise CustomerNotNew(field="customer_id")

    def _refuse_cycle(self, state: State, customer: str, promoter: str) -> None:
        merchant = self.merchant_id
        itself = state.get(Promoter, (merchant, customer))
        if itself is None or not itself.has_customers:
            return
        if not state.knows(ALL_ABOVE, (merchant, self.promoter_id)):
            raise BindingMoved  # it got its first customer meanwhile: take the merchant's lock
        one = promoter
        while True:
            if not state.knows(Binding, (merchant, one)):
                raise BindingMoved
            edge = state.get(Binding, (merchant, one))
            if edge is None or not edge.is_valid(self.at):
                return
            one = edge.promoter_id
            if one == customer:
                raise BindingCycle(field="promoter_id")


class BindCustomer(Binder, frozen=True, kw_only=True):
    """Binds a customer by an operator's or the gateway's word. Refuses as ``bind`` says."""

    actor: str
    transfer: bool = False

    def decide(self, state: State) -> Decision:
        cause: Cause = "TRANSFER" if self.transfer else "MANUAL"
        return self.bind(state, cause, force=self.transfer, click_id="", actor=self.actor)


class UnbindCustomer(Command, frozen=True, kw_only=True):
    """Ends a binding; orders created before keep their attribution. Refuses BINDING_NOT_FOUND."""

    RESULT: ClassVar[type] = Binding

    customer_id: str
    actor: str

    def lane(self) -> str:
        return self.customer_id

    def locate(self) -> Sequence[Read]:
        return ((NEAREST, (self.merchant_id, self.customer_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(real(found, self.merchant_id, self.customer_id)),)

    def reads(self, found: State) -> Iterable[Read]:
        key = self.merchant_id, real(found, self.merchant_id, self.customer_id)
        return (NEAREST, (self.merchant_id, self.customer_id)), (Promoter, key), (Binding, key)

    def decide(self, state: State) -> Decision:
        customer_id = real(state, self.merchant_id, self.customer_id)
        stands(state, self.merchant_id, customer_id)
        binding = state.get(Binding, (self.merchant_id, customer_id))
        if binding is None or not binding.promoter_id:
            raise BindingNotFound(field="customer_id")
        before = binding.promoter_id
        after = replace(
            binding, promoter_id="", bound_at=self.at, protected=False, protected_until=None
        )
        change = change_of(self, customer_id, binding, "", "UNBIND", self.actor)
        event = CustomerUnbound(member_id=customer_id, promoter_id=before)
        return Decision(after, [after, change], [event])
