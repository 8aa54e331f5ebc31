"""Bearer cards have a term, and nothing on them is lost with it; domain.md §2.4."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from services.wallet import store_accounts
from services.wallet.accounts import CloseAccount, MemberLeft, is_stopped
from services.wallet.cards import OpenAccount, ReactivateCard
from services.wallet.errors import (
    AccountClosed,
    AccountNotFound,
    CardCapExceeded,
    PolicyNotAllowed,
    ValueCardExpired,
)
from services.wallet.payments import CapturePayment
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharges import CreateRecharge
from tests.wallet.wallets import MERCHANT, START, Wallets

YEARS = {"days": 3 * 365 + 1}


async def bearer(wallets: Wallets, member_id: str = "b") -> None:
    await wallets.run(OpenAccount, member_id=member_id, card_kind="BEARER", actor="clerk")
    await wallets.recharge(member_id, 50_000)


async def test_a_bearer_card_is_spent_for_three_years_and_not_a_moment_longer(
    wallets: Wallets,
) -> None:
    await bearer(wallets)
    wallets.later(**YEARS)
    wallets.later(microseconds=-1)
    paid = await wallets.pay("b", 1_000)
    held = await wallets.hold("b", 2_000)
    wallets.later(microseconds=1)
    with pytest.raises(ValueCardExpired):
        await wallets.pay("b", 1_000)
    with pytest.raises(ValueCardExpired):
        await wallets.hold("b", 1_000)
    with pytest.raises(ValueCardExpired):
        await wallets.run(CreateRecharge, member_id="b", amount_fen=1_000)
    # What began in time ends well, and a refund comes back: nothing lapses.
    await wallets.run(CapturePayment, payment_id=held.payment.payment_id, amount_fen=0)
    await wallets.give_back(paid, 1_000)
    assert (await wallets.balance("b"))[0] == 48_000


async def test_reactivated_it_is_good_for_another_term(wallets: Wallets) -> None:
    await bearer(wallets)
    wallets.later(days=4 * 365)
    account = await wallets.run(ReactivateCard, member_id="b", actor="clerk")
    assert account.expires_at is not None
    assert (account.expires_at - wallets.now).days == YEARS["days"]
    await wallets.pay("b", 50_000)


async def test_exchanged_for_a_named_card_it_never_expires_and_may_hold_more(
    wallets: Wallets,
) -> None:
    await bearer(wallets)
    with pytest.raises(CardCapExceeded):
        await wallets.run(CreateRecharge, member_id="b", amount_fen=60_000)
    await wallets.run(ReactivateCard, member_id="b", actor="clerk", as_named=True)
    wallets.later(days=40 * 365)
    await wallets.recharge("b", 60_000)
    await wallets.pay("b", 110_000)
    again = await wallets.run(ReactivateCard, member_id="b", actor="clerk")
    assert (again.card_kind, again.expires_at) == ("NAMED", None)


async def test_no_card_and_a_closed_one_cannot_be_reactivated(wallets: Wallets) -> None:
    with pytest.raises(AccountNotFound):
        await wallets.run(ReactivateCard, member_id="nobody", actor="clerk")
    await wallets.run(OpenAccount, member_id="b", card_kind="BEARER", actor="clerk")
    await wallets.run(CloseAccount, member_id="b", actor="clerk")
    with pytest.raises(AccountClosed):
        await wallets.run(ReactivateCard, member_id="b", actor="clerk")


async def test_s10_a_reactivated_card_of_who_left_can_still_be_paid_out(wallets: Wallets) -> None:
    await bearer(wallets)
    await wallets.run(MemberLeft, member_id="b")
    kept = await wallets.run(ReactivateCard, member_id="b", actor="clerk")
    assert kept.status == "FROZEN" and not is_stopped(kept)


async def test_the_policy_may_give_longer_terms_and_no_shorter_ones(wallets: Wallets) -> None:
    policy = Policy(MERCHANT, card_kind="BEARER", bearer_validity_days=YEARS["days"] - 1)
    with pytest.raises(PolicyNotAllowed):
        await wallets.run(SetPolicy, policy=policy, actor="boss")
    longer = replace(policy, bearer_validity_days=2_000)
    await wallets.run(SetPolicy, policy=longer, actor="boss")
    await wallets.recharge("first", 1_000)
    account = await store_accounts.account(wallets.pool, MERCHANT, "first")
    assert account is not None
    assert account.expires_at is not None
    assert (account.expires_at - START).days == 2_000
