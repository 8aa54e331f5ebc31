"""Who is a new customer (新客): what a member ordered before, from facts of trade.order.v1.

domain.md §2.1, G6: an unpaid open order or a paid one makes a member old; one that was closed
unpaid, or paid and wholly refunded, does not. A part refunded does not either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.rows import Group, Read, Row, State
from services.groupbuy.draft import Draft
from services.groupbuy.errors import MemberClosed, MemberMoved
from services.groupbuy.terms import Terms

# SEAT: unpaid, but a group's seat: it is judged again when it is paid, so it makes nobody old.
OrderState = Literal["SEAT", "OPEN", "CLOSED", "PAID", "PARTLY_REFUNDED", "REFUNDED"]


def member_key(member_id: str) -> str:
    """The lock that covers a member's orders as far as they decide who is new."""
    return f"member/{member_id}"


def order_key(order_id: str) -> str:
    """The lock that covers one order, known or not."""
    return f"order/{order_id}"


class CustomerOrder(Row, frozen=True):
    """One order of a member and what became of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    state: OrderState


class Customer(Row, frozen=True):
    """How many of a member's orders are open, bought, and wholly refunded."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    open: int = 0
    bought: int = 0
    refunded: int = 0
    # Who this member turned out to be.
    merged_into: str = ""
    # The member left for good: no more seats, no more help.
    closed: bool = False


# As a group of one, so that a member nobody knows yet is located too.
CUSTOMER_ITSELF = Group(Customer, ("merchant_id", "member_id"))
MERGED_HERE = Group(
    Customer, ("merchant_id", "merged_into"), holds=lambda customer: customer.merged_into != ""
)


class Person(Row, frozen=True):
    """One id of the person whom a member's id stands for. Read only: from the merges."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "one_id")

    merchant_id: str
    # The id that was asked for, each id of the person, and the one that remained.
    member_id: str
    one_id: str
    root_id: str


PERSON = Group(Person, ("merchant_id", "member_id"))
MEMBER_ORDERS = Group(CustomerOrder, ("merchant_id", "member_id"))
_COUNTED: dict[str, str] = {
    "OPEN": "open",
    "PAID": "bought",
    "PARTLY_REFUNDED": "bought",
    "REFUNDED": "refunded",
}
# An order moves on in this order only: a late fact of an earlier step changes nothing.
_STEP: dict[str, int] = {
    "SEAT": 0, "OPEN": 0, "CLOSED": 1, "PAID": 2, "PARTLY_REFUNDED": 3, "REFUNDED": 4,
}  # fmt: skip


def counted(customer: Customer, state: OrderState, by: int) -> Customer:
    """The customer with ``by`` more orders in this state."""
    name = _COUNTED.get(state)
    return customer if name is None else replace(customer, **{name: getattr(customer, name) + by})


def person_of(found: State, merchant_id: str, member_id: str) -> tuple[str, list[str]]:
    """The id that remained of the member's, and all of the person's; ``PERSON`` is located."""
    rows = found.group(PERSON, (merchant_id, member_id))
    return (rows[0].root_id if rows else member_id), [member_id, *(row.one_id for row in rows)]


def person_now(draft: Draft, member_id: str) -> tuple[str, list[str]]:
    """As ``person_of``, under the locks. Asks to look again if a merge came in between."""
    itself = draft.get(Customer, member_id)
    root = (itself.merged_into if itself else "") or member_id
    merged = (draft.merchant_id, root)
    if not draft.state.knows(MERGED_HERE, merged):
        raise MemberMoved(member_id=member_id)
    ids = [root, *(one.member_id for one in draft.state.group(MERGED_HERE, merged))]
    if not all(draft.state.knows(Customer, (draft.merchant_id, one)) for one in ids):
        raise MemberMoved(member_id=member_id)
    return root, ids


def person_reads(found: State, merchant_id: str, member_id: str) -> Iterable[Read]:
    """What ``person_now`` looks at."""
    root, ids = person_of(found, merchant_id, member_id)
    yield MERGED_HERE, (merchant_id, root)
    for one in ids:
        yield Customer, (merchant_id, one)


def must_be_member(draft: Draft, member_id: str) -> None:
    """Refuses MEMBER_CLOSED."""
    customer = draft.get(Customer, member_id)
    if customer is not None and customer.closed:
        raise MemberClosed(field="member_id")


def is_new(draft: Draft, member_id: str, order_id: str, terms: Terms) -> bool:
    """Whether the member is new, the order at hand aside."""
    customer = draft.get(Customer, member_id) or Customer(draft.merchant_id, member_id)
    own = draft.get(CustomerOrder, order_id)
    if own is not None and own.member_id == member_id:
        customer = counted(customer, own.state, -1)
    old = customer.open or customer.bought or (terms.refunded_is_old and customer.refunded)
    return not old


def note_order(draft: Draft, member_id: str, order_id: str, state: OrderState) -> None:
    """Writes down what became of an order. Facts may come twice or late."""
    before = draft.get(CustomerOrder, order_id)
    if before is not None and _STEP[before.state] >= _STEP[state]:
        became_a_seat = (before.state, state) == ("OPEN", "SEAT")
        if not became_a_seat:
            return
    customer = draft.get(Customer, member_id) or Customer(draft.merchant_id, member_id)
    if before is not None:
        customer = counted(customer, before.state, -1)
    draft.put(CustomerOrder(draft.merchant_id, order_id, member_id, state))
    changed = counted(customer, state, 1)
    if changed != draft.get(Customer, member_id):
        draft.put(changed)
