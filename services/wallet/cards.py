"""Cards: what kind of card is behind a wallet, and until when a bearer card may be spent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, State
from services.wallet.accounts import Account, CardKind, OfAccount
from services.wallet.errors import AccountClosed, AccountExists
from services.wallet.policies import Policy, policy_key, policy_of


class OpenAccount(OfAccount, frozen=True, kw_only=True):
    """Opens a wallet with a kind of card; the first recharge does it too, with the policy's kind.

    A repeat answers the same. Refuses ACCOUNT_EXISTS if there is one of another kind,
    ACCOUNT_CLOSED.
    """

    card_kind: CardKind

    def reads(self, found: State) -> Iterable[Read]:
        return *super().reads(found), (Policy, policy_key(self.merchant_id))

    def decide(self, state: State) -> Decision:
        wallet = (self.merchant_id, self.member_id)
        known = state.get(Account, wallet)
        if known is not None:
            if known.status == "CLOSED":
                raise AccountClosed(member_id=self.member_id, merged_into=known.merged_into)
            if known.card_kind != self.card_kind:
                raise AccountExists(card_kind=known.card_kind)
            return Decision(result=known)
        days = policy_of(state, self.merchant_id).bearer_validity_days
        account = Account.opened(*wallet, self.card_kind, self.at, days)
        return self.changed(account, "NORMAL", "")


class ReactivateCard(OfAccount, frozen=True, kw_only=True):
    """Makes a bearer card spendable for another term, or exchanges it for a named one (激活, 换卡).

    Free of charge and whenever the member asks: what was left on it never lapses. A named card
    stays as it is. Refuses ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED. domain.md §2.4 (art. 24).
    """

    # Who takes the card's owner down by name; the cap of named cards holds from then on.
    as_named: bool = False

    def reads(self, found: State) -> Iterable[Read]:
        return *super().reads(found), (Policy, policy_key(self.merchant_id))

    def decide(self, state: State) -> Decision:
        account = self.account(state)
        if account.status == "CLOSED":
            raise AccountClosed(member_id=self.member_id, merged_into=account.merged_into)
        if account.card_kind == "NAMED":
            return Decision(result=account)
        days = policy_of(state, self.merchant_id).bearer_validity_days
        kind: CardKind = "NAMED" if self.as_named else "BEARER"
        ends = None if self.as_named else self.at + timedelta(days=days)
        account = replace(account, card_kind=kind, expires_at=ends)
        # Who froze it, if somebody did, stays who he is: what the service froze can be paid out.
        keep = replace(self, actor=account.changed_by)
        return keep.changed(account, account.status, account.status_reason)
