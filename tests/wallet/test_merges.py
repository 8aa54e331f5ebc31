"""Two members turn out to be one: wallets move, no money does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from common.rows import State
from services.wallet import store_accounts
from services.wallet.accounts import Account, CloseAccount, FreezeAccount
from services.wallet.errors import (
    AccountClosed,
    InsufficientBalance,
    MemberMoved,
    SameMember,
)
from services.wallet.lots import OPEN_LOTS, Share
from services.wallet.merges import MemberMerge, MergeMembers
from services.wallet.payment_refunds import (
    PaymentRefund,
    Refunded,
    RefundOrder,
    RefundPayment,
)
from services.wallet.payments import CapturePayment, Paid, Payment
from services.wallet.recharge_refunds import RequestRechargeRefund, SettleRechargeRefund
from services.wallet.recharges import CreateRecharge
from tests.wallet.wallets import MERCHANT, START, Wallets, command


async def merge(wallets: Wallets, source: str, into: str, merge_id: str = "x") -> Any:
    return await wallets.run(MergeMembers, merge_id=merge_id, from_member=source, into_member=into)


async def account(wallets: Wallets, member_id: str) -> Account:
    found = await store_accounts.account(wallets.pool, MERCHANT, member_id)
    assert found is not None
    return found


async def test_s9_everything_moves_once_and_the_books_say_so(wallets: Wallets) -> None:
    old = await wallets.recharge("old", 1_000, 200)
    await wallets.recharge("new", 500)
    paid = await wallets.pay("old", 600, order_id="o1")
    hold = await wallets.hold("old", 60)
    unpaid = await wallets.run(CreateRecharge, member_id="old", amount_fen=700)
    for _ in range(2):  # the same merge from another event
        done: MemberMerge = await merge(wallets, "old", "new")
        assert (done.principal_fen, done.bonus_fen) == (500, 100)
    assert await wallets.balance("old") == (0, 0, 0)
    assert await wallets.balance("new") == (1_000, 100, 60)
    assert await wallets.booked(ref="x") == {
        ("MERGE", "PRINCIPAL_LIAB", "ADJUSTMENT", 500),
        ("MERGE", "BONUS_LIAB", "ADJUSTMENT", 100),
        ("MERGE", "ADJUSTMENT", "PRINCIPAL_LIAB", 500),
        ("MERGE", "ADJUSTMENT", "BONUS_LIAB", 100),
    }
    with pytest.raises(AccountClosed) as refused:
        await wallets.pay("old", 1)
    assert refused.value.metadata["merged_into"] == "new"
    # What the old member began goes on, in the new wallet.
    await wallets.run(CapturePayment, payment_id=hold.payment.payment_id)
    await wallets.run(RefundOrder, order_id="o1", refund_id="r1", amount_fen=600)
    await wallets.credit(unpaid)
    assert await wallets.balance("new") == (2_150, 190, 0)
    [*_, told] = await wallets.told("BalanceChanged")
    assert (told["member_id"], told["principal_fen"]) == ("new", 2_150)
    lot = await wallets.lot(old.recharge_id)
    assert (lot.member_id, lot.used_fen) == ("new", 60)
    assert paid.payment.member_id == "old"


async def test_a_refund_under_way_survives_the_merge(wallets: Wallets) -> None:
    recharge = await wallets.recharge("old", 1_000)
    granted = await wallets.run(
        RequestRechargeRefund,
        recharge_id=recharge.recharge_id,
        basis="COOLING_OFF",
        actor="old",
    )
    await merge(wallets, "old", "new")
    await wallets.run(SettleRechargeRefund, refund_id=granted.refund.refund_id, paid_back=True)
    assert await wallets.balance("new") == (0, 0, 0)


async def test_chains_of_merges_lead_to_the_last_wallet_in_any_order(wallets: Wallets) -> None:
    for member in "abc":
        await wallets.recharge(member, 100)
    await merge(wallets, "b", "c", "bc")
    await merge(wallets, "a", "b", "ab")  # overtaken: b is gone already
    assert await wallets.balance("c") == (300, 0, 0)
    await merge(wallets, "c", "d", "cd")
    assert {(await account(wallets, member)).merged_into for member in "abc"} == {"d"}
    assert await wallets.balance("d") == (300, 0, 0)
    await merge(wallets, "a", "b", "again")  # nothing is left to move
    assert await wallets.balance("d") == (300, 0, 0)
    with pytest.raises(SameMember):
        await merge(wallets, "d", "a", "circle")


async def test_a_freeze_is_not_escaped_by_a_merge(wallets: Wallets) -> None:
    await wallets.recharge("old", 100)
    await wallets.run(FreezeAccount, member_id="old", actor="risk", reason="court 7")
    await merge(wallets, "old", "new")
    found = await account(wallets, "new")
    assert (found.status, found.status_reason) == ("FROZEN", "court 7")


async def test_a_closed_wallet_that_gets_money_opens_again(wallets: Wallets) -> None:
    await wallets.recharge("old", 100)
    await wallets.run(CreateRecharge, member_id="new", amount_fen=1)
    await wallets.run(CloseAccount, member_id="new", actor="new")
    await merge(wallets, "old", "new")
    assert (await account(wallets, "new")).status == "NORMAL"
    await wallets.pay("new", 100)


async def test_a_payment_racing_the_merge_is_refused_or_counted_never_lost(
    wallets: Wallets,
) -> None:
    await wallets.recharge("old", 1_000)
    paid = await wallets.pay("old", 500)
    outcomes = await asyncio.gather(
        *(wallets.give_back(paid, 10) for _ in range(20)),
        merge(wallets, "old", "new"),
        *(wallets.pay(member, 1) for member in ("new", "old") * 5),
        return_exceptions=True,
    )
    refunds = [outcome for outcome in outcomes if isinstance(outcome, Refunded)]
    payments = [outcome for outcome in outcomes if isinstance(outcome, Paid)]
    principal, _, frozen = await wallets.balance("new")
    assert await wallets.balance("old") == (0, 0, 0)
    assert (principal, frozen) == (500 + 10 * len(refunds) - len(payments), 0)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(
        isinstance(one, (MemberMoved, AccountClosed, InsufficientBalance)) for one in refused
    )


def test_a_command_that_located_the_old_owner_is_sent_to_look_again() -> None:
    """The merge came between its look and its lock: its lock protects the wrong wallet."""
    share = Share("l", 10, 10, 0)
    payment = Payment("m1", "p", "o", "new", "", "CAPTURED", 10, 10, 0, 0, [share], START)
    state = State()
    state.load_group(OPEN_LOTS, [("m1", "old")], [])
    state.load(Payment, [("m1", "p")], [payment])
    state.load(PaymentRefund, [("m1", "r")], [])
    with pytest.raises(MemberMoved):
        command(RefundPayment, payment_id="p", refund_id="r", amount_fen=1).decide(state)
