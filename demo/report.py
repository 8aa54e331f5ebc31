"""What the replay found: figures, where each comes from, and checks that decide the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec
from rich.console import Console

from cli.verification import Report as Verified
from demo import rules, tables
from demo.audience_report import JOURNEY_COUPON, AudienceReport
from demo.campaign_report import CampaignReport
from demo.commission_report import CommissionReport
from demo.data import category_id
from demo.progress import DayPace
from demo.tally import Books, Points
from demo.truth import Totals

# A difference is shown, not all of them.
SHOWN: Final = 5


class Check(msgspec.Struct, frozen=True):
    """One sentence that must be true, and what was compared."""

    says: str
    ok: bool
    detail: str = ""


class Member(msgspec.Struct, frozen=True):
    """What the services answer about one member, and what the rules expect of the wallet."""

    member_id: str
    expected_fen: int
    principal_fen: int
    bonus_fen: int
    points: Points
    tier: str


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """What the services' reports say the merchant owes, in fen and points."""

    principal_fen: int = 0
    bonus_fen: int = 0
    cards_fen: int = 0
    issued_points: int = 0
    redeemed_points: int = 0
    expired_points: int = 0
    revoked_points: int = 0
    # Usable or held; not yet usable; owed by members.
    outstanding_points: int = 0
    pending_points: int = 0
    debt_points: int = 0
    # Of the outstanding ones, at the rate at which they pay for orders.
    worth_fen: int = 0


class Twice(msgspec.Struct, frozen=True):
    """One day sent twice: what was there before and after the second time."""

    day: date
    requests: int
    before: dict[str, int]
    after: dict[str, int]

    @property
    def changed(self) -> dict[str, tuple[int, int]]:
        """What differs."""
        names = sorted({*self.before, *self.after})
        return {
            name: (self.before.get(name, 0), self.after.get(name, 0))
            for name in names
            if self.before.get(name, 0) != self.after.get(name, 0)
        }


@dataclass(kw_only=True)
class Report:
    """A replay's result. ``ok`` is what `make run` ends with."""

    weeks: int
    first_day: date
    last_day: date
    seconds: float
    truth: Totals
    books: Books
    # The data's week of each order.
    week_of: dict[str, int]
    # Whose baskets held nothing but coupon slips, one entry per basket.
    left_out: list[int]
    # Households that bought something.
    households: set[int]
    members: list[Member]
    owed: Owed
    twice: Twice | None
    dead: Counter[str]
    # Events that waited for an earlier one on the way, by service.
    parked: Counter[str]
    latencies: list[tuple[str, int, float, float]]
    retries: int
    records_sent: int
    # What `danke verify` found right after it.
    verified: Verified
    # Which derived groups must succeed, by the rule that formed them.
    groups_expected: dict[str, bool] = field(default_factory=dict)
    campaigns: CampaignReport = field(default_factory=lambda: CampaignReport({}, {}))
    commission: CommissionReport = field(default_factory=CommissionReport)
    audience: AudienceReport = field(default_factory=AudienceReport)
    # Each day's, in order.
    pace: list[DayPace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks())

    def checks(self) -> list[Check]:
        """All checks, the sales first."""
        return [
            *self._sales(),
            *self._wallet(),
            *self._points(),
            *self._groups(),
            *self._campaigns(),
            *self._commission(),
            *self._audience(),
            *self._platform(),
        ]

    def show(self, console: Console) -> None:
        """Prints the report."""
        for each in tables.all_of(self):
            console.print(each)
            console.print()
        console.print(tables.checks(self.checks()))
        for note in self.notes:
            console.print(f"[yellow]note[/] {note}")

    def _sales(self) -> list[Check]:
        sales, truth = self.books.sales, self.truth
        total = sum(sales.by_order.values())
        by_store = {str(store): fen for store, fen in truth.by_store.items() if fen}
        by_category: Counter[str] = Counter()
        for name, fen in truth.by_category.items():
            by_category[category_id(name or None)] += fen
        ids = {member.member_id for member in self.members}
        only_slips = len(set(self.left_out) - self.households)
        return [
            Check(
                "Sales equal the data's own sum, to the fen",
                total == truth.sales_fen,
                f"{tables.yuan(total)} by topic, {tables.yuan(truth.sales_fen)} by the data",
            ),
            _same("… of every week", sales.by(self.week_of), truth.by_week),
            _same("… of every store", sales.by_store, by_store),
            _same("… of every category", sales.by_category, by_category),
            Check(
                "Every basket became one order",
                len(sales.by_order) + len(self.left_out) == truth.baskets,
                f"{len(sales.by_order)} orders + {len(self.left_out)} of coupon slips alone,"
                f" {truth.baskets} baskets",
            ),
            Check(
                "Every household became one member",
                len(ids) == len(self.members) == len(sales.orders_of)
                and len(ids) + only_slips == truth.households,
                f"{len(ids)} members + {only_slips} with coupon slips alone,"
                f" {truth.households} households",
            ),
        ]

    def _wallet(self) -> list[Check]:
        books = self.books
        answered = {m.member_id: (m.principal_fen, m.bonus_fen) for m in self.members}
        wrong = [
            m.member_id for m in self.members if m.principal_fen + m.bonus_fen != m.expected_fen
        ]
        by_topic = {member: books.value.get(member, (0, 0)) for member in answered}
        checks = [
            Check(
                "Each wallet holds what the replay's own bookkeeping expects",
                not wrong,
                f"{len(self.members)} members compared" + _some(wrong),
            ),
            Check(
                "Each wallet answers what its topic says, principal and bonus",
                by_topic == answered,
                _difference(by_topic, answered),
            ),
        ]
        for kind, place in (("principal", 0), ("bonus", 1)):
            held = sum(value[place] for value in answered.values())
            moved = tables.moved(books.sums, kind)
            checks.append(
                Check(
                    f"Recharged − returned − spent + refunded = outstanding {kind}",
                    moved == held,
                    f"{tables.yuan(moved)} moved, {tables.yuan(held)} outstanding",
                )
            )
        return [*checks, self._liability()]

    def _liability(self) -> Check:
        owed, sums = self.owed, self.books.sums
        reported = {
            "principal": owed.principal_fen,
            "bonus": owed.bonus_fen,
            "cards": owed.cards_fen,
        }
        added = {
            "principal": sum(member.principal_fen for member in self.members),
            "bonus": sum(member.bonus_fen for member in self.members),
            "cards": sums["card_price_fen"] - sums["card_revenue_fen"],
        }
        says = "The wallet's liability report is the sum of its members"
        return _same(says, reported, added)

    def _points(self) -> list[Check]:
        answered = {m.member_id: m.points for m in self.members}
        by_topic = {member: self.books.points.get(member, Points()) for member in answered}
        return [
            Check(
                "Each member's points are what their topic says",
                by_topic == answered,
                _difference(by_topic, answered),
            ),
            self._points_liability(),
            self._tiers(),
        ]

    def _points_liability(self) -> Check:
        owed, points = self.owed, [member.points for member in self.members]
        reported = {
            "issued": owed.issued_points,
            "pending": owed.pending_points,
            "debt": owed.debt_points,
            "outstanding": owed.outstanding_points,
        }
        added = {
            "issued": self.books.sums["points_PointsEarned"],
            "pending": sum(each.pending for each in points),
            "debt": sum(each.debt for each in points),
            # An available balance is what there is less what is owed.
            "outstanding": sum(each.available + each.debt + each.frozen for each in points),
        }
        return _same("Loyalty's liability report is the sum of its members", reported, added)

    def _tiers(self) -> Check:
        # A member whose tier never changed is in the lowest one, and no event says so.
        answered = {m.member_id: m.tier for m in self.members}
        by_topic = {m: self.books.tiers.get(m, rules.TIERS[0].tier_id) for m in answered}
        return Check(
            "Each member's tier is what its topic says",
            by_topic == answered,
            _difference(by_topic, answered),
        )

    def _groups(self) -> list[Check]:
        books = self.books.groups
        kept = books.sums["paid_fen"] - books.sums["refunded_fen"]
        return [
            Check(
                "Derived groups ended as the rule that formed them says",
                books.succeeded == self.groups_expected,
                _difference(books.succeeded, self.groups_expected),
            ),
            Check(
                "Group-buy: paid − refunded = what successful groups kept, and no refund hangs",
                kept == books.sums["kept_fen"]
                and books.sums["asked_fen"] == books.sums["refunded_fen"],
                f"{tables.yuan(kept)} by seats, {tables.yuan(books.sums['kept_fen'])} by groups",
            ),
        ]

    def _commission(self) -> list[Check]:
        sales = self.books.sales
        back = sales.refunded_cash_fen + sales.refunded_wallet_fen
        found = self.commission.checks(self.books.commission, self.truth.by_store, back)
        return [Check(*each) for each in found]

    def _campaigns(self) -> list[Check]:
        return [Check(*found) for found in self.campaigns.checks(self.books.coupons)]

    def _audience(self) -> list[Check]:
        if not self.audience.answers.standings:
            return []
        books, sales = self.books, self.books.sales
        coupons = {
            template: n
            for template, n in books.coupons.granted.items()
            if template.startswith(JOURNEY_COUPON)
        }
        back = sales.refunded_cash_fen + sales.refunded_wallet_fen
        kept = (len(sales.by_order) - sales.refunded_in_full, self.truth.sales_fen - back)
        found = self.audience.checks(books.audience, books.journeys, coupons, kept)
        return [Check(*each) for each in found]

    def _platform(self) -> list[Check]:
        checks = [
            Check("No dead letters", not self.dead, ", ".join(map(str, self.dead.items()))),
            Check(
                "No event is missing in its sequence",
                not self.books.gaps,
                f"{self.books.events.total():,} events",
            ),
            self._verified(),
        ]
        if self.twice is not None:
            said = f"{self.twice.requests} requests and records repeated"
            for name, (before, after) in list(self.twice.changed.items())[:SHOWN]:
                said += f"; {name} was {before}, is {after}"
            says = f"Replayed day {self.twice.day} twice: nothing changed"
            checks.append(Check(says, not self.twice.changed, said))
        return checks

    def _verified(self) -> Check:
        services = self.verified.services
        said = f"{sum(len(service.findings) for service in services)} checks"
        waits = sum(service.backlog.parked + service.backlog.outbox for service in services)
        if waits:
            said += f"; {waits} events still wait"
        return Check(
            "`danke verify` finds nothing, and nothing waits",
            self.verified.ok and not waits,
            "; ".join([said, *self.verified.violations]),
        )


def _same(says: str, ours: Mapping[Any, int], theirs: Mapping[Any, int]) -> Check:
    return Check(says, +Counter(ours) == +Counter(theirs), _difference(ours, theirs))


def _difference(ours: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> str:
    keys = [key for key in {**ours, **theirs} if (ours.get(key) or 0) != (theirs.get(key) or 0)]
    differ = [f"{key}: {ours.get(key)} and {theirs.get(key)}" for key in keys]
    return f"{len(theirs)} compared" + _some(differ)


def _some(wrong: Sequence[str]) -> str:
    if not wrong:
        return ""
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return f"; {len(wrong)} differ: {', '.join(wrong[:SHOWN])}{more}"
