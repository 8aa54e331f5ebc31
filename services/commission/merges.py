"""Merging two members: whose customer, promoter's account, guide's customer; saga S9.

What ``into`` has stands, else what ``from`` had. Money moves as postings; what is earned under the
old id later settles on the new account. Works once per merge id, and a merge that comes twice, or
whose ``into`` was merged meanwhile, ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.commission import PromoterChanged, ReferralRejected
from danke.events.envelope import Event
from services.commission.accounts import (
    MERGED_ACCOUNTS,
    Purse,
    account_of,
    purse_reads,
)
from services.commission.bindings import (
    ALL_ABOVE,
    CUSTOMERS_OF,
    GRAPH,
    NEAREST,
    Binding,
    BindingChange,
    change_of,
)
from services.commission.days import day
from services.commission.errors import BindingMoved
from services.commission.guide_relations import (
    GuideRelation,
    OpeningGuide,
)
from services.commission.guide_relations import change_of as guide_change_of
from services.commission.promoters import MERGED_INTO, Promoter, member_key
from services.commission.referrals import Referral
from services.commission.tax import TaxMonth
from services.commission.withdrawals import OPEN_WITHDRAWALS, DayTotal

TAX_MONTHS = Group(TaxMonth, ("merchant_id", "account_id"), order=lambda row: row.month)


class MemberMerge(Row, frozen=True):
    """One merge, by its id. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "merge_id")

    merchant_id: str
    merge_id: str
    from_member_id: str
    into_member_id: str
    at: datetime


class MergeMembers(Command, frozen=True, kw_only=True):
    """Two members turned out to be one person. Changes nothing if they are one already."""

    RESULT: ClassVar[Any] = None

    merge_id: str
    from_id: str
    into_id: str

    def lane(self) -> str:
        return self.from_id

    def locate(self) -> Sequence[Read]:
        merchant = self.merchant_id
        return [
            (group, (merchant, member))
            for group in (NEAREST, ALL_ABOVE)
            for member in (self.from_id, self.into_id)
        ]

    def _into(self, found: State) -> str:
        for one in found.group(NEAREST, (self.merchant_id, self.into_id)):
            if one.depth == 0:
                return one.promoter_id
        return self.into_id

    def _accounts(self, found: State) -> tuple[str, str]:
        return account_of("PROMOTER", self.from_id), account_of("PROMOTER", self._into(found))

    def keys(self, found: State) -> Sequence[str]:
        members = {member_key(self.from_id), member_key(self._into(found))}
        return [*sorted({*members, *self._accounts(found)}), GRAPH]

    def reads(self, found: State) -> Iterable[Read]:
        merchant, into = self.merchant_id, self._into(found)
        yield MemberMerge, (merchant, self.merge_id)
        yield NEAREST, (merchant, self.into_id)
        for group in (MERGED_INTO, CUSTOMERS_OF):
            yield group, (merchant, self.from_id)
        for member in {self.from_id, into}:
            for row in (Promoter, Binding, GuideRelation, OpeningGuide):
                yield row, (merchant, member)
        yield Referral, (merchant, self.from_id)
        for member in (self.from_id, self.into_id):
            for one in found.group(ALL_ABOVE, (merchant, member)):
                yield Binding, (merchant, one.promoter_id)
        for account in set(self._accounts(found)):
            yield from purse_reads(merchant, account)
            yield TAX_MONTHS, (merchant, account)
            yield DayTotal, (merchant, account, day(self.at))
        yield OPEN_WITHDRAWALS, (merchant, self._accounts(found)[0])
        yield MERGED_ACCOUNTS, (merchant, self._accounts(found)[0])

    def decide(self, state: State) -> Decision:
        merchant, into = self.merchant_id, self._into(state)
        if not state.knows(Promoter, (merchant, into)):
            raise BindingMoved
        gone = state.get(Promoter, (merchant, self.from_id))
        merged = gone is not None and gone.state == "MERGED"
        if state.get(MemberMerge, (merchant, self.merge_id)) or merged or into == self.from_id:
            return Decision()
        rows: list[Row] = [
            MemberMerge(merchant, self.merge_id, self.from_id, into, self.at),
        ]
        told: list[Event] = []
        deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
        self._promoters(state, into, rows, told)
        self._bindings(state, into, rows)
        self._guides(state, into, rows, deletes)
        self._money(state, rows)
        referral = state.get(Referral, (merchant, self.from_id))
        if referral is not None and referral.state in ("CLICKED", "ENROLLED"):
            rows.append(replace(referral, state="REJECTED", reason="MERGED"))
            told.append(ReferralRejected(**referral.about, reason="MERGED"))
        return Decision(None, rows, told, deletes)

    def _promoters(self, state: State, into: str, rows: list[Row], told: list[Event]) -> None:
        """Whoever promoted under either id promotes under ``into``; the active state stands."""
        merchant = self.merchant_id
        gone = state.get(Promoter, (merchant, self.from_id)) or Promoter(merchant, self.from_id)
        kept = state.get(Promoter, (merchant, into)) or Promoter(merchant, into)
        if kept.state == "NONE" and gone.state != "NONE":
            kept = replace(kept, state=gone.state, level_id=gone.level_id, reason=gone.reason)
        kept = replace(kept, has_customers=kept.has_customers or gone.has_customers)
        rows.append(kept)
        rows.append(
            replace(
                gone, state="MERGED", merged_into=into, reason=self.merge_id, changed_at=self.at
            )
        )
        rows += [
            replace(earlier, merged_into=into)
            for earlier in state.group(MERGED_INTO, (merchant, self.from_id))
        ]
        told.append(
            PromoterChanged(
                member_id=self.from_id, state="MERGED", level_id="", reason=self.merge_id
            )
        )

    def _above(self, state: State, member: str) -> list[str]:
        """Everybody above ``member`` now, walked on the rows themselves."""
        found: list[str] = []
        one = member
        while True:
            if not state.knows(Binding, (self.merchant_id, one)):
                raise BindingMoved
            edge = state.get(Binding, (self.merchant_id, one))
            if edge is None or not edge.is_valid(self.at) or edge.promoter_id in found:
                return found
            one = edge.promoter_id
            found.append(one)

    def _bindings(self, state: State, into: str, rows: list[Row]) -> None:
        """``into``'s binding stands, else ``from``'s; one that would lead in a circle ends."""
        merchant = self.merchant_id
        ours = state.get(Binding, (merchant, into))
        theirs = state.get(Binding, (merchant, self.from_id))
        kept = ours if ours is not None and ours.is_valid(self.at) else None
        if kept is None and theirs is not None and theirs.is_valid(self.at):
            kept = replace(theirs, customer_id=into)
        above_kept = self._above(state, into if kept is ours else self.from_id) if kept else []
        if kept is not None and {into, self.from_id} & set(above_kept):
            kept = None
        none = Binding(merchant, into, "", "", self.at, None, None, protected=False)
        after = kept or (none if ours else None)
        if after is not None and after != ours:
            rows.append(after)
            rows.append(self._change(f"{self.new_id}.0", into, ours, after.promoter_id))
        if theirs is not None and theirs.promoter_id:
            rows.append(replace(theirs, promoter_id="", protected=False, protected_until=None))
        customers = state.group(CUSTOMERS_OF, (merchant, self.from_id))
        for number, one in enumerate(customers, 1):
            if one.customer_id in (into, self.from_id):
                continue
            rows.append(replace(one, promoter_id=into))
            change_id = f"{self.new_id}.{number}"
            rows.append(self._change(change_id, one.customer_id, one, into))

    def _change(
        self, change_id: str, customer: str, before: Binding | None, after: str
    ) -> BindingChange:
        return change_of(self, customer, before, after, "MERGE", self.merge_id, change_id)

    def _guides(
        self, state: State, into: str, rows: list[Row],
        deletes: list[tuple[type[Row], tuple[Any, ...]]],
    ) -> None:  # fmt: skip
        merchant = self.merchant_id
        theirs = state.get(GuideRelation, (merchant, self.from_id))
        ours = state.get(GuideRelation, (merchant, into))
        if theirs is not None:
            held = theirs.guide_at(self.at)
            deletes.append((GuideRelation, (merchant, self.from_id)))
            # Orders made under the old id before, and told of later, are of that id's guide.
            rows.append(
                guide_change_of(
                    self, self.from_id, theirs, (held, ""), "MERGE", self.merge_id, self.at,
                    f"{self.new_id}.f",
                )
            )  # fmt: skip
            if ours is None or not ours.guide_at(self.at):
                rows.append(replace(theirs, customer_id=into))
                rows.append(
                    guide_change_of(
                        self, into, ours, ("", held), "MERGE", self.merge_id, self.at,
                        f"{self.new_id}.g",
                    )
                )  # fmt: skip
        opened = state.get(OpeningGuide, (merchant, self.from_id))
        if opened is not None and state.get(OpeningGuide, (merchant, into)) is None:
            rows.append(replace(opened, member_id=into))

    def _money(self, state: State, rows: list[Row]) -> None:
        merchant = self.merchant_id
        old, new = self._accounts(state)
        theirs = Purse(state, merchant, old, self.at)
        ours = Purse(state, merchant, new, self.at)
        ours.absorb(theirs, self.merge_id)
        rows += [*ours.rows(), *theirs.rows()]
        for one in state.group(OPEN_WITHDRAWALS, (merchant, old)):
            rows.append(replace(one, account_id=new))
        for account in state.group(MERGED_ACCOUNTS, (merchant, old)):
            rows.append(replace(account, merged_into=new))
        mine = {row.month: row for row in state.group(TAX_MONTHS, (merchant, new))}
        for month in state.group(TAX_MONTHS, (merchant, old)):
            known = mine.get(month.month) or TaxMonth(merchant, new, month.month)
            rows.append(
                replace(
                    known,
                    gross_fen=known.gross_fen + month.gross_fen,
                    tax_fen=known.tax_fen + month.tax_fen,
                )
            )
            rows.append(replace(month, gross_fen=0, tax_fen=0))
        # What was applied for today counts for one limit; earlier days limit nothing any more.
        today = (merchant, old, day(self.at))
        applied = state.get(DayTotal, today)
        if applied is not None:
            here = (merchant, new, day(self.at))
            total = state.get(DayTotal, here) or DayTotal(*here)
            rows.append(replace(total, gross_fen=total.gross_fen + applied.gross_fen))
            rows.append(replace(applied, gross_fen=0))
