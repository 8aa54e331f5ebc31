"""Standing: one member's tier grants and sums while a command counts, grants, upgrades and reverts.

A working copy: a command makes one from its state, works on it, and ends with ``decision``. What a
term's end does to it is in tier_terms.py, upgrade gifts are in tier_gifts.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Key, Row, State
from common.timers import Timer
from danke.events.envelope import Event
from danke.events.loyalty import TierChanged, TierReason, TierSource
from services.loyalty.errors_members import MemberIsClosed
from services.loyalty.members import MEMBER_LINK, must_be_declared
from services.loyalty.tier_gifts import Gifts
from services.loyalty.tier_progress import has_moved, progress_of
from services.loyalty.tier_schemes import Sums, Tier, scheme_of
from services.loyalty.tiers import (
    EVALUATED,
    GIFTS,
    GRANTS,
    NOTICE_TIMER,
    TERM_TIMER,
    GrantState,
    TierGrant,
    TierState,
)

# Reasons for which a better tier brings no gift: it was not reached, or was had before.
_NO_GIFT: frozenset[TierReason] = frozenset(
    {"REVERT", "SCHEME", "ENDED", "REVOKED", "DOWNGRADE", "IMPORT", "TRIAL", "MERGE"}
)


class Standing:
    """The grants by id, the account (``TierState``), and what is to be written and told.

    Who has left has no tier any more: what comes late is counted, for the ledger, and that is all.
    """

    def __init__(self, state: State, command: Command, member_id: str, prefix: str = "") -> None:
        """Refuses MEMBER_MOVED if ``standing_reads`` of this member was not declared.

        ``prefix`` keeps the ids apart that two standings of one command make (a merge).
        """
        key = (command.merchant_id, member_id)
        must_be_declared(state, TierState, key)
        self.merchant_id, self.member_id = key
        self.at = command.at
        self.scheme = scheme_of(state, self.merchant_id)
        self.has_left = any(m.status == "CLOSED" for m in state.group(MEMBER_LINK, key))
        known = state.get(TierState, key)
        self.account = self._before = known or self._blank()
        self._is_new = known is None
        self._counted = False
        self.grants = {grant.grant_id: grant for grant in state.group(GRANTS, key)}
        self.gifts = Gifts(state.group(GIFTS, key), self.scheme)
        self._undone: list[TierGrant] = []
        self.events: list[Event] = []
        self._rows: dict[tuple[type[Row], str], Row] = {}
        self._deletes: dict[Key, type[Row]] = {}
        self._prefix = f"{command.new_id}.{prefix}"
        self._made = 0

    def _blank(self) -> TierState:
        tier = self.scheme.lowest
        return TierState(
            self.merchant_id,
            self.member_id,
            tier.tier_id,
            tier.level,
            source="BASE",
            valid_until=None,
            growth=0,
            points=0,
            spend_fen=0,
            orders=0,
            qualifying=Sums(),
            qualifying_from_n=1,
            last_n=0,
            scheme_version=self.scheme.version,
        )

    # --- what is there ------------------------------------------------------------------------

    def tier(self, grant: TierGrant) -> Tier:
        """The tier a grant stands for in the scheme in force."""
        return self.scheme.stands_for(grant.tier_id, grant.level)

    def active(self, *sources: TierSource) -> list[TierGrant]:
        """Grants in force, best first: the higher tier, then the one that lasts longer."""
        grants = [grant for grant in self.grants.values() if grant.state == "ACTIVE"]
        if sources:
            grants = [grant for grant in grants if grant.source in sources]
        return sorted(grants, key=self._rank, reverse=True)

    def _rank(self, grant: TierGrant) -> tuple[int, float, str]:
        until = grant.valid_until
        lasts = until.timestamp() if until else float("inf")
        return (self.tier(grant).level, lasts, grant.grant_id)

    def by_ref(self, source: TierSource, ref: str) -> TierGrant | None:
        """The grant in force that this recharge, plan or order gave."""
        return next((grant for grant in self.active(source) if grant.ref == ref), None)

    @property
    def earned(self) -> TierGrant:
        """The earned grant in force. Everybody has one, if only of the lowest tier."""
        for grant in self.active("EARNED"):
            return grant
        grant = self.new_grant("EARNED", "", self.scheme.lowest, None)
        return self.put(replace(grant, from_n=self.account.qualifying_from_n))

    def must_be_here(self) -> None:
        """Refuses MEMBER_IS_CLOSED: an operator gives nothing to who has left."""
        if self.has_left:
            raise MemberIsClosed(member_id=self.member_id)

    # --- counting -----------------------------------------------------------------------------

    def count(
        self,
        delta: Sums,
        counts_n: int | None = None,
        *,
        window: Sums | None = None,
        qualifying: Sums | None = None,
    ) -> int:
        """Adds what a ledger entry says and returns its number.

        A reversal names in ``counts_n`` the entry it takes back: it counts where that one did. A
        merge brings ``window`` and ``qualifying`` of its own: not all there ever was counts still.
        """
        number = self.account.last_n + 1
        origin = counts_n or number
        extra = delta if window is None else window
        for grant in self._windows(origin):
            counted = replace(grant, window_sums=(grant.window_sums + extra).at_least_zero())
            self.put(counted)
            if self._falls_short(grant, counted):
                self._schedule(NOTICE_TIMER, grant.grant_id, self.at)
        account = self.account
        after = account.qualifying
        if origin >= account.qualifying_from_n:
            after = (after + (delta if qualifying is None else qualifying)).at_least_zero()
        self.account = replace(
            account,
            growth=account.growth + delta.growth,
            points=account.points + delta.points,
            spend_fen=account.spend_fen + delta.spend_fen,
            orders=account.orders + delta.orders,
            qualifying=after,
            last_n=number,
        )
        return number

    def _falls_short(self, before: TierGrant, after: TierGrant) -> bool:
        """Whether what kept a tier was taken back when the notice of its end was due already."""
        until, days = after.valid_until, self.scheme.notice_days
        if after.state != "ACTIVE" or until is None or days == 0:
            return False
        if self.at < until - timedelta(days=days):
            return False
        keep, metric = self.tier(after).keep_threshold, self.scheme.metric
        return after.window_sums.of(metric) < keep <= before.window_sums.of(metric)

    def _windows(self, origin: int) -> list[TierGrant]:
        """The grants in whose window an entry of this number counts."""
        if self.has_left:
            return []
        ladder = [self.earned, *self._superseded()]
        targets = [grant for grant in ladder if grant.from_n <= origin][:1]
        others = self.active("RECHARGE", "MANUAL")
        return targets + [grant for grant in others if grant.from_n <= origin]

    def _superseded(self) -> list[TierGrant]:
        """The earned grants below the one in force, the latest first."""
        below = [grant for grant in self.grants.values() if grant.state == "SUPERSEDED"]
        return sorted(below, key=lambda grant: (grant.from_n, grant.level), reverse=True)

    def promote(self, reason: TierReason, ref: str) -> None:
        """Upgrades at once if a higher threshold is met, for a new validity from now; L8."""
        if self.has_left:
            return
        earned = self.earned
        tier = self.scheme.reached(self.account.qualifying.of(self.scheme.metric))
        if tier.level > self.tier(earned).level:
            self.end(earned, "SUPERSEDED")
            grant = self.new_grant("EARNED", ref, tier, self.at + self.scheme.validity)
            self.put(replace(grant, threshold=tier.threshold, level_before=self.tier(earned).level))
        self.refresh(reason, ref)

    def demote(self, ref: str) -> None:
        """Undoes upgrades whose growth a refund took back, none below what was before it.

        A tier that was kept since, or given for another reason, stays; domain.md §2.10.
        """
        while not self.has_left:
            grant = self.earned
            value = self.account.qualifying.of(grant.metric)
            if grant.threshold is None or value >= grant.threshold:
                break
            self.end(grant, "REVERTED")
            tier = self.scheme.reached(value)
            if tier.level > grant.level_before:  # reached too, by an upgrade that skipped it
                self._instead(grant, tier, ref)
                break
            for below in self._superseded()[:1]:
                window = below.window_sums + grant.window_sums
                self.put(replace(below, state="ACTIVE", window_sums=window))
        self.refresh("REVERT", ref)

    def _instead(self, grant: TierGrant, tier: Tier, ref: str) -> None:
        lower = self.new_grant("EARNED", ref, tier, grant.valid_until)
        self.put(
            replace(
                lower,
                threshold=tier.threshold,
                level_before=grant.level_before,
                obtained_at=grant.obtained_at,
                from_n=grant.from_n,
                window_sums=grant.window_sums,
            )
        )

    # --- grants -------------------------------------------------------------------------------

    def grant(
        self, source: TierSource, ref: str, tier: Tier, valid_until: datetime | None
    ) -> TierGrant:
        """Adds a grant to the stack; ``refresh`` afterwards says what it changed."""
        if source != "EARNED":
            _ = self.earned  # whoever is given a tier has an earned one below it
        return self.put(self.new_grant(source, ref, tier, valid_until))

    def end(self, grant: TierGrant, state: GrantState) -> None:
        """Takes a grant off the stack, or sets it below a better earned one."""
        self._cancel(grant)
        self.put(replace(grant, state=state))
        if state in ("REVOKED", "REVERTED"):
            self._undone.append(grant)

    def new_grant(
        self, source: TierSource, ref: str, tier: Tier, valid_until: datetime | None
    ) -> TierGrant:
        """A grant from now on, not yet put on the stack."""
        self._made += 1
        return TierGrant(
            self.merchant_id,
            f"{self._prefix}{self._made}",
            self.member_id,
            source,
            ref,
            state="ACTIVE",
            tier_id=tier.tier_id,
            level=tier.level,
            level_before=self.account.level,
            obtained_at=self.at,
            valid_until=valid_until,
            from_n=self.account.last_n + 1,
            window_sums=Sums(),
            threshold=None,
            metric=self.scheme.metric,
        )

    def put(self, grant: TierGrant) -> TierGrant:
        """The grant's new version, and the timers that follow from it."""
        old = self.grants.get(grant.grant_id)
        self.grants[grant.grant_id] = grant
        self._rows[TierGrant, grant.grant_id] = grant
        if old and old.state == grant.state and old.valid_until == grant.valid_until:
            return grant
        if grant.state == "ACTIVE" and grant.valid_until is not None:
            self._schedule(TERM_TIMER, grant.grant_id, grant.valid_until)
            notice = timedelta(days=self.scheme.notice_days)
            if notice and grant.source in EVALUATED:
                self._schedule(NOTICE_TIMER, grant.grant_id, grant.valid_until - notice)
        return grant

    def _schedule(self, kind: str, ref: str, due_at: datetime) -> None:
        self._deletes.pop((self.merchant_id, kind, ref), None)
        self._rows[Timer, f"{kind}/{ref}"] = Timer(self.merchant_id, kind, ref, due_at)

    def _cancel(self, grant: TierGrant) -> None:
        for kind in (TERM_TIMER, NOTICE_TIMER):
            self._rows.pop((Timer, f"{kind}/{grant.grant_id}"), None)
            self._deletes[self.merchant_id, kind, grant.grant_id] = Timer

    # --- the effective tier -------------------------------------------------------------------

    def refresh(self, reason: TierReason, ref: str = "", *, gifts: bool = True) -> None:
        """Sets the effective tier from the grants and tells if it is another one."""
        if self.has_left:
            return
        best = (self.active() or [self.earned])[0]
        tier = self.tier(best)
        before = self.account
        base = best.source == "EARNED" and tier.tier_id == self.scheme.lowest.tier_id
        self.account = replace(
            before,
            tier_id=tier.tier_id,
            level=tier.level,
            source="BASE" if base else best.source,
            valid_until=best.valid_until,
            scheme_version=self.scheme.version,
        )
        self.gifts.take_back(self._undone, self.active())
        self._undone = []
        if before.tier_id == tier.tier_id:
            return
        if tier.tier_id != best.tier_id:  # the scheme in force lacks it
            reason = "SCHEME"
        self._tell(before, reason, ref)
        if tier.level > before.level and gifts and reason not in _NO_GIFT:
            self._made += 1
            self.gifts.give(tier, best, self.at, f"{self._prefix}{self._made}")
        if tier.level < before.level and reason in ("REVERT", "REVOKED"):
            self.gifts.take_back_of(before.tier_id)

    def _tell(self, before: TierState, reason: TierReason, ref: str) -> None:
        self.events.append(
            TierChanged(
                member_id=self.member_id,
                from_tier_id=before.tier_id,
                to_tier_id=self.account.tier_id,
                from_level=before.level,
                to_level=self.account.level,
                reason=reason,
                source=self.account.source,
                ref=ref,
                valid_until=self.account.valid_until,
            )
        )

    def progress(self) -> None:
        """Something was counted: ``decision`` tells how far the next tier is, if that is news."""
        self._counted = True

    def _has_news(self) -> bool:
        if self.has_left:
            return False
        first = self._is_new or self._before.scheme_version != self.scheme.version
        return (first and self._counted) or has_moved(self.scheme, self._before, self.account)

    # --- the end ------------------------------------------------------------------------------

    def decision(self, result: object = None, rows: tuple[Row, ...] = ()) -> Decision:
        """Everything that changed, with the command's own ``rows``."""
        told = [*self.events, *self.gifts.events]
        if self._has_news():
            told.append(progress_of(self.scheme, self.account))
        deletes = [(row, key) for key, row in self._deletes.items()]
        changed = [self.account, *self._rows.values(), *self.gifts.rows.values(), *rows]
        return Decision(result, changed, told, deletes)
