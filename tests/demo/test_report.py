"""The report tells one fen of difference, a lost event, a dead letter and a broken book."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import msgspec
import pytest
from rich.console import Console

from cli.verification import Report as Verified
from cli.verification import ServiceReport
from common.verify import Backlog, Check, Finding
from danke.events.envelope import event_type
from danke.events.trade import OrderPaid, OrderRefunded
from danke.events.wallet import BalanceChanged, RechargeSucceeded
from demo.commission_report import CommissionReport
from demo.report import Member, Owed, Report, Twice
from demo.tally import Books, Points
from demo.truth import Totals

DAY = date(2017, 1, 2)
CHECK = Check("lots", "lots are what the ledger says", "SELECT 1")


def taken(books: Books, event: type[Any], subject: str, sequence: int, **fields: Any) -> None:
    headers = {"ce_type": event_type(event), "ce_subject": subject, "ce_sequence": str(sequence)}
    value = msgspec.json.encode(fields)
    books.take(event.TOPIC.name, {name: text.encode() for name, text in headers.items()}, value)


def paid(books: Books, order_id: str, net_fen: int) -> None:
    line = {"category_id": "SOUP", "net_paid_fen": net_fen}
    fields = {"order_id": order_id, "member_id": "m1", "store_id": "330", "lines": [line]}
    taken(books, OrderPaid, order_id, 0, **fields)


def recharged(books: Books, sequence: int = 1) -> None:
    taken(
        books, RechargeSucceeded, "c1", 1, member_id="m1", recharge_id="c1", plan_id="",
        store_id="", staff_id="", payment_id="", paid_fen=500, bonus_fen=50, gift_points=0,
        gift_coupons=[], tier_grant="", growth=0, credited_at="2017-01-02T00:00:00Z",
    )  # fmt: skip
    taken(
        books, BalanceChanged, "m1", sequence, member_id="m1", delta_principal_fen=500,
        delta_bonus_fen=50, principal_fen=500, bonus_fen=50, reason="RECHARGE", ref="c1",
    )  # fmt: skip


def report(**changed: Any) -> Report:
    """A flawless report of two orders and one recharge, but for what is changed."""
    books = Books()
    paid(books, "b1", 100)
    paid(books, "b2", 200)
    recharged(books)
    books.commission.sold["g330"] = 300
    truth = Totals(
        sales_fen=300, lines=2, baskets=3, households=2, stores=1, by_week={2: 300},
        by_store={330: 300}, by_category={"SOUP": 300, "X": 0},
    )  # fmt: skip
    fields: dict[str, Any] = {
        "weeks": 2,
        "first_day": DAY,
        "last_day": DAY,
        "seconds": 2.0,
        "truth": truth,
        "books": books,
        "week_of": {"b1": 2, "b2": 2},
        "left_out": [9],
        "households": {1},
        "members": [Member("m1", 550, 500, 50, Points(), "V1")],
        "owed": Owed(principal_fen=500, bonus_fen=50),
        "twice": Twice(DAY, 5, {"records": 7}, {"records": 7}),
        "dead": Counter(),
        "parked": Counter(),
        "latencies": [("PaymentService.Pay", 3, 1.0, 2.0)],
        "retries": 0,
        "records_sent": 4,
        "commission": CommissionReport(stores={"330": (300, 0, 2)}),
        "verified": verified(),
    }
    return Report(**(fields | changed))


def verified(rows: list[dict[str, Any]] | None = None, parked: int = 0) -> Verified:
    found = ServiceReport("wallet", [Finding(CHECK, rows or [])], Backlog(0, 0.0, parked))
    return Verified([found], {})


def wrong(of: Report) -> list[str]:
    return [check.says for check in of.checks() if not check.ok]


def test_a_flawless_report_is_ok_and_prints_every_figure() -> None:
    good = report()
    assert wrong(good) == []
    assert good.ok
    console = Console(width=160, file=StringIO())
    good.show(console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    for text in ("¥3.00", "¥5.00", "Made up by rule", "simulated from real", "1 orders/s"):
        assert text in printed
    assert "✗" not in printed


def one_fen_more(good: Report) -> None:
    paid(good.books, "b3", 1)


def an_event_is_missing(good: Report) -> None:
    recharged(good.books, sequence=3)


def a_dead_letter(good: Report) -> None:
    good.dead["trade.order.v1.dlq BAD_PAYLOAD"] += 1


def a_broken_book(good: Report) -> None:
    good.verified = verified([{"lot_id": "l1"}])


def an_event_waits(good: Report) -> None:
    good.verified = verified(parked=1)


def the_second_time_changed_something(good: Report) -> None:
    good.twice = Twice(DAY, 5, {"records": 7}, {"records": 8})


def a_liability_report_that_forgets_points(good: Report) -> None:
    good.members = [Member("m1", 550, 500, 50, Points(pending=7), "V1")]


def a_wallet_with_a_fen_too_little(good: Report) -> None:
    good.members = [Member("m1", 550, 499, 50, Points(), "V1")]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (one_fen_more, "Sales equal the data's own sum, to the fen"),
        (an_event_is_missing, "No event is missing in its sequence"),
        (a_dead_letter, "No dead letters"),
        (a_broken_book, "`danke verify` finds nothing, and nothing waits"),
        (an_event_waits, "`danke verify` finds nothing, and nothing waits"),
        (the_second_time_changed_something, "Replayed day 2017-01-02 twice: nothing changed"),
        (a_liability_report_that_forgets_points, "Loyalty's liability report is the sum"),
        (a_wallet_with_a_fen_too_little, "Each wallet holds what the replay's own bookkeeping"),
    ],
)
def test_what_is_wrong_is_told(harm: Callable[[Report], None], told: str) -> None:
    bad = report()
    bad.week_of["b3"] = 2
    harm(bad)
    assert not bad.ok
    assert any(says.startswith(told) for says in wrong(bad))


def test_an_order_sent_twice_counts_once() -> None:
    books = Books()
    paid(books, "b1", 100)
    paid(books, "b1", 100)
    back = {"refund_id": "r1", "lines": [{"cash_fen": 30, "wallet_fen": 20}]}
    for _ in range(2):
        taken(books, OrderRefunded, "b1", 0, **back, is_full_cumulative=False)
    sales = books.sales
    assert (sum(sales.by_order.values()), sales.repeats) == (100, 2)
    assert (sales.refunds, sales.refunded_cash_fen, sales.refunded_wallet_fen) == (1, 30, 20)
