"""Corrections by hand, and the life of a wallet as such."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.wallet import store_accounts
from services.wallet.accounts import (
    CloseAccount,
    FreezeAccount,
    MemberLeft,
    UnfreezeAccount,
)
from services.wallet.adjustments import (
    Adjustment,
    ApproveAdjustment,
    RejectAdjustment,
    RequestAdjustment,
)
from services.wallet.cards import OpenAccount
from services.wallet.errors import (
    AccountClosed,
    AccountExists,
    AccountFrozen,
    AccountNotFound,
    AdjustmentEmpty,
    AdjustmentNotFound,
    BalanceLeft,
    CardCapExceeded,
    CheckerIsMaker,
    HoldsPending,
    InsufficientBalance,
    InvalidState,
)
from services.wallet.merges import MergeMembers
from services.wallet.payments import ReleasePayment
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import (
    ApproveRechargeRefund,
    RequestRechargeRefund,
    SettleRechargeRefund,
)
from services.wallet.recharges import CreateRecharge
from tests.wallet.wallets import MERCHANT, Wallets


async def ask(wallets: Wallets, principal_fen: int, bonus_fen: int, **fields: Any) -> Adjustment:
    given = {"member_id": "m", "reason": "till error", "actor": "ann"} | fields
    made: Adjustment = await wallets.run(
        RequestAdjustment, principal_fen=principal_fen, bonus_fen=bonus_fen, **given
    )
    return made


async def approve(wallets: Wallets, asked: Adjustment, actor: str = "bob") -> Adjustment:
    done: Adjustment = await wallets.run(
        ApproveAdjustment, adjustment_id=asked.adjustment_id, actor=actor
    )
    return done


async def test_nothing_moves_until_another_person_agrees(wallets: Wallets) -> None:
    asked = await ask(wallets, 1_000, 200)
    assert await wallets.balance("m") == (0, 0, 0)
    with pytest.raises(CheckerIsMaker):
        await approve(wallets, asked, actor="ann")
    applied = await approve(wallets, asked)
    assert (applied.state, applied.requested_by, applied.decided_by) == ("APPLIED", "ann", "bob")
    assert await approve(wallets, asked) == applied
    assert await wallets.balance("m") == (1_000, 200, 0)
    assert await wallets.booked(ref=asked.adjustment_id) == {
        ("ADJUSTMENT", "ADJUSTMENT", "PRINCIPAL_LIAB", 1_000),
        ("ADJUSTMENT", "MARKETING_COST", "BONUS_LIAB", 200),
    }
    with pytest.raises(InvalidState):
        await wallets.run(
            RejectAdjustment, adjustment_id=asked.adjustment_id, actor="ann", note="no"
        )


async def test_taken_money_leaves_the_oldest_lots_first(wallets: Wallets) -> None:
    first = await wallets.recharge("m", 1_000, 200)
    wallets.later(minutes=1)
    second = await wallets.recharge("m", 5_000, 1_000)
    await wallets.pay("m", 600)
    await approve(wallets, await ask(wallets, -700, -50))
    one, two = await wallets.lot(first.recharge_id), await wallets.lot(second.recharge_id)
    assert (one.principal_left_fen, one.bonus_left_fen) == (0, 50)
    assert (two.principal_left_fen, two.bonus_left_fen) == (4_800, 1_000)
    [*_, changed] = await wallets.told("BalanceChanged")
    assert (changed["delta_principal_fen"], changed["delta_bonus_fen"]) == (-700, -50)
    assert (changed["principal_fen"], changed["bonus_fen"]) == (4_800, 1_050)
    # What is left still pays to the last fen.
    await wallets.pay("m", 5_850)
    assert await wallets.balance("m") == (0, 0, 0)


async def test_one_part_can_be_given_while_the_other_is_taken(wallets: Wallets) -> None:
    await wallets.recharge("m", 1_000, 200)
    await approve(wallets, await ask(wallets, 200, -200))
    assert await wallets.balance("m") == (1_200, 0, 0)


async def test_a_balance_never_goes_below_zero_and_holds_are_not_touched(
    wallets: Wallets,
) -> None:
    await wallets.recharge("m", 1_000, 200)
    hold = await wallets.hold("m", 600)
    asked = await ask(wallets, -501, 0)
    with pytest.raises(InsufficientBalance):
        await approve(wallets, asked)
    await wallets.run(ReleasePayment, payment_id=hold.payment.payment_id)
    await approve(wallets, asked)
    assert await wallets.balance("m") == (499, 200, 0)


async def test_a_correction_respects_the_cap_and_a_closed_wallet(wallets: Wallets) -> None:
    asked = await ask(wallets, 500_001, 0)
    with pytest.raises(CardCapExceeded):
        await approve(wallets, asked)
    await wallets.run(OpenAccount, member_id="m", card_kind="NAMED", actor="m")
    await wallets.run(CloseAccount, member_id="m", actor="m")
    with pytest.raises(AccountClosed):
        await approve(wallets, await ask(wallets, 1, 0))


async def test_a_correction_can_be_withdrawn_and_must_change_something(
    wallets: Wallets,
) -> None:
    with pytest.raises(AdjustmentEmpty):
        await ask(wallets, 0, 0)
    asked = await ask(wallets, 1, 0)
    for _ in range(2):
        rejected = await wallets.run(
            RejectAdjustment, adjustment_id=asked.adjustment_id, actor="ann", note="typo"
        )
        assert rejected.state == "REJECTED"
    with pytest.raises(InvalidState):
        await approve(wallets, asked)
    with pytest.raises(AdjustmentNotFound):
        await wallets.run(ApproveAdjustment, adjustment_id="?", actor="bob")


# --- the wallet as such ---------------------------------------------------------------------------


async def test_a_frozen_wallet_pays_nothing_and_takes_refunds(wallets: Wallets) -> None:
    await wallets.recharge("m", 1_000)
    paid = await wallets.pay("m", 300)
    frozen = await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="court 7")
    assert (frozen.status, frozen.status_reason) == ("FROZEN", "court 7")
    with pytest.raises(AccountFrozen):
        await wallets.pay("m", 1)
    await wallets.give_back(paid, 300)
    for _ in range(2):
        opened = await wallets.run(UnfreezeAccount, member_id="m", actor="risk")
        assert opened.status == "NORMAL"
    await wallets.pay("m", 1_000)
    told = await wallets.told("WalletStatusChanged")
    assert [event["status"] for event in told] == ["FROZEN", "NORMAL"]


async def test_a_wallet_closes_empty(wallets: Wallets) -> None:
    with pytest.raises(AccountNotFound):
        await wallets.run(CloseAccount, member_id="m", actor="m")
    await wallets.recharge("m", 1_000, 200)
    hold = await wallets.hold("m", 1)
    with pytest.raises(HoldsPending):
        await wallets.run(CloseAccount, member_id="m", actor="m")
    await wallets.run(ReleasePayment, payment_id=hold.payment.payment_id)
    with pytest.raises(BalanceLeft):
        await wallets.run(CloseAccount, member_id="m", actor="m", forfeit_bonus=True)
    await approve(wallets, await ask(wallets, -1_000, 0))
    with pytest.raises(BalanceLeft):
        await wallets.run(CloseAccount, member_id="m", actor="m")
    for _ in range(2):
        closed = await wallets.run(CloseAccount, member_id="m", actor="m", forfeit_bonus=True)
        assert closed.status == "CLOSED"
    assert await wallets.balance("m") == (0, 0, 0)
    with pytest.raises(AccountClosed):
        await wallets.run(OpenAccount, member_id="m", card_kind="NAMED", actor="m")
    with pytest.raises(AccountClosed):
        await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="late")


async def test_a_card_keeps_its_kind(wallets: Wallets) -> None:
    await wallets.run(OpenAccount, member_id="m", card_kind="BEARER", actor="m")
    await wallets.run(OpenAccount, member_id="m", card_kind="BEARER", actor="m")
    with pytest.raises(AccountExists):
        await wallets.run(OpenAccount, member_id="m", card_kind="NAMED", actor="m")


async def test_s10_a_member_who_left_leaves_no_money_unguarded(wallets: Wallets) -> None:
    await wallets.recharge("rich", 1_000)
    assert (await wallets.run(MemberLeft, member_id="rich")).status == "FROZEN"
    assert (await wallets.run(MemberLeft, member_id="poor")).status == "CLOSED"
    with pytest.raises(AccountFrozen):
        await wallets.pay("rich", 1)


async def test_s10_leaving_does_not_lift_a_freeze_by_risk_control(wallets: Wallets) -> None:
    await wallets.recharge("m", 1_000)
    await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="court 7")
    left = await wallets.run(MemberLeft, member_id="m")
    assert (left.status, left.status_reason) == ("FROZEN", "court 7")


@pytest.mark.parametrize("risk_first", [True, False])
async def test_s10_who_left_is_nobodys_member_whoever_froze_him_too(
    wallets: Wallets, *, risk_first: bool
) -> None:
    """The money under way goes back, nobody spends what he left, and it can be paid out."""
    recharge = await wallets.recharge("m", 1_000)
    unpaid = await wallets.run(CreateRecharge, member_id="m", amount_fen=500)
    if not risk_first:
        await wallets.run(MemberLeft, member_id="m")
    await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="court 7")
    if risk_first:
        await wallets.run(MemberLeft, member_id="m")
    assert (await wallets.credit(unpaid)).state_reason == "ACCOUNT_CLOSED"
    ask = {"recharge_id": recharge.recharge_id, "basis": "NOT_CONSUMER_FAULT", "actor": "ann"}
    asked = (await wallets.run(RequestRechargeRefund, **ask)).refund.refund_id
    with pytest.raises(AccountFrozen):
        await wallets.run(ApproveRechargeRefund, refund_id=asked, actor="bob")
    for _ in range(2):
        thawed = await wallets.run(UnfreezeAccount, member_id="m", actor="risk")
        assert (thawed.status, thawed.status_reason) == ("FROZEN", "MEMBER_CLOSED")
    with pytest.raises(AccountFrozen):
        await wallets.pay("m", 1)
    await wallets.run(ApproveRechargeRefund, refund_id=asked, actor="bob")


async def test_a_refund_to_a_closed_wallet_can_be_paid_out(wallets: Wallets) -> None:
    """The order is returned after the wallet was closed: the money may not be stuck in there."""
    recharge = await wallets.recharge("m", 1_000)
    paid = await wallets.pay("m", 1_000)
    await wallets.run(CloseAccount, member_id="m", actor="m")
    for _ in range(2):
        await wallets.give_back(paid, 400, refund_id="r1")
    kept = await store_accounts.account(wallets.pool, MERCHANT, "m")
    assert kept is not None
    assert (kept.status, kept.status_reason) == ("FROZEN", "REFUND_AFTER_CLOSURE")
    with pytest.raises(AccountFrozen):
        await wallets.pay("m", 1)
    asked = await wallets.run(
        RequestRechargeRefund, recharge_id=recharge.recharge_id, basis="NOT_CONSUMER_FAULT",
        actor="ann",
    )  # fmt: skip
    done = await wallets.run(ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="bob")
    assert (done.refund.state, done.refund.amount_fen) == ("REFUNDING", 400)
    await wallets.run(SettleRechargeRefund, refund_id=asked.refund.refund_id, paid_back=True)
    await wallets.run(CloseAccount, member_id="m", actor="m")
    told = await wallets.told("WalletStatusChanged")
    assert [event["status"] for event in told] == ["CLOSED", "FROZEN", "CLOSED"]


async def test_no_money_leaves_a_wallet_that_risk_control_froze(wallets: Wallets) -> None:
    """What can be asked for only in time may be asked for; it is granted when the freeze ends."""
    ask_for = {"recharge_id": (await wallets.recharge("m", 1_000)).recharge_id, "actor": "m"}
    await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="court 7")
    asked = await wallets.run(RequestRechargeRefund, basis="COOLING_OFF", **ask_for)
    assert asked.refund.state == "REQUESTED"
    wallets.later(days=20)
    approval = {"refund_id": asked.refund.refund_id, "actor": "bob"}
    with pytest.raises(AccountFrozen):
        await wallets.run(ApproveRechargeRefund, **approval)
    # Nor does a merge into a wallet nobody froze let it out.
    await wallets.run(MergeMembers, merge_id="x", from_member="m", into_member="n")
    with pytest.raises(AccountFrozen):
        await wallets.run(ApproveRechargeRefund, **approval)
    await wallets.run(UnfreezeAccount, member_id="n", actor="risk")
    granted = await wallets.run(ApproveRechargeRefund, **approval)
    assert (granted.refund.state, granted.refund.amount_fen) == ("REFUNDING", 1_000)


async def test_the_statement_carries_its_running_balance(wallets: Wallets) -> None:
    await wallets.recharge("m", 1_000, 200)
    wallets.later(minutes=1)
    paid = await wallets.pay("m", 600)
    wallets.later(minutes=1)
    await wallets.give_back(paid, 300)
    wallets.later(minutes=1)
    await approve(wallets, await ask(wallets, -100, 0))
    lines: list[store_accounts.StatementLine] = []
    before = (wallets.now.replace(year=2100), "")
    while page := await store_accounts.statement(wallets.pool, MERCHANT, "m", before, 3):
        lines += page
        before = (page[-1].at, page[-1].ref)
    figures = [
        (line.kind, line.principal_fen, line.bonus_fen, line.principal_after_fen)
        for line in reversed(lines)
    ]
    assert figures == [
        ("RECHARGE", 1_000, 200, 1_000),
        ("PAYMENT", -500, -100, 500),
        ("PAYMENT_REFUND", 250, 50, 750),
        ("ADJUSTMENT", -100, 0, 650),
    ]
    assert lines[0].bonus_after_fen == 150


async def test_a_hold_lasts_as_long_as_the_policy_says(wallets: Wallets) -> None:
    await wallets.recharge("m", 100)
    held = await wallets.hold("m", 1, ttl=None)
    assert held.payment.expires_at == wallets.now + timedelta(minutes=30)
    await wallets.run(SetPolicy, policy=Policy(MERCHANT, hold_ttl_seconds=60), actor="admin")
    held = await wallets.hold("m", 1, ttl=None)
    assert held.payment.expires_at == wallets.now + timedelta(seconds=60)
