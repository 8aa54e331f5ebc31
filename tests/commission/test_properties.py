"""Money rules under any history: caps, refunds in pieces, debt and credit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from common.rows import State
from services.commission.accounts import OPEN_CREDITS, Account, Credit, Purse
from services.commission.entries import Entry, Line, back_fen, cap_fen, order_shares
from services.commission.programmes import LineRate, Price, Programme
from services.commission.refunds import RefundPart, refunded_lines
from services.commission.tax import LabourMonthly, TaxMonth, withhold

AT = datetime(2026, 5, 1, tzinfo=UTC)
FEN = st.integers(0, 100_000)
PRICES = st.builds(Price, st.integers(0, 10_000), st.none() | st.integers(0, 5_000))


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    found = []
    for n in range(draw(st.integers(1, 4))):
        net = draw(FEN)
        wallet = draw(st.integers(0, net))
        bonus = draw(st.integers(0, wallet))
        found.append(Line(f"l{n}", draw(st.integers(1, 3)), net, wallet, bonus, net))
    return found


@given(lines(), PRICES, PRICES, st.integers(0, 10_000), st.integers(0, 3_000), st.booleans())
def test_an_order_never_pays_more_than_its_cap(
    of: list[Line], l1: Price, l2: Price, cap_bp: int, pool_bp: int, both: bool
) -> None:
    programme = Programme(
        "m1", cap_bp=cap_bp, guide_pool_bp=pool_bp, conflict="BOTH" if both else "EXCLUSIVE"
    )
    shares = order_shares(of, [LineRate("", l1, l2)], programme.terms, "p1", "p2", "g1", "g2")
    total = sum(share.amount_fen for share in shares)
    real = sum(line.real_fen for line in of)
    assert total <= cap_fen(of, programme.terms) <= real * cap_bp // 10_000
    assert all(share.amount_fen > 0 for share in shares)
    # Filled in order: a later role has something only if every earlier one got all of its own.
    wanted = order_shares(
        of, [LineRate("", l1, l2)], replace(programme.terms, cap_bp=10_000, channel_fee_bp=0),
        "p1", "p2", "g1", "g2",
    )  # fmt: skip
    if any(share.role == "L2" for share in shares):
        first = [sum(s.amount_fen for s in some if s.role == "L1") for some in (shares, wanted)]
        assert first[0] == first[1]


@given(
    lines(),
    st.integers(1, 10_000),
    st.lists(st.tuples(st.integers(0, 3), FEN, FEN), max_size=6),
)
def test_refunds_in_pieces_take_back_exactly_the_whole(
    of: list[Line], amount: int, pieces: list[tuple[int, int, int]]
) -> None:
    for line_id in ("", "l0"):
        entry = Entry(
            "m1", "e", "s", "ORDER", "o", line_id, "L1", "PROMOTER:p", 1, 0, 1, amount, 0,
            "FROZEN", AT,
        )  # fmt: skip
        current = of
        before = 0
        for number, cash, wallet in pieces:
            current = refunded_lines(current, [RefundPart(f"l{number}", cash, wallet)])
            back = back_fen(entry, current, full=False)
            assert before <= back <= amount
            before = back
        assert back_fen(entry, current, full=True) == amount
        done = [
            replace(one, cash_refunded_fen=one.net_fen - one.wallet_fen,
                    wallet_refunded_fen=one.wallet_fen)
            for one in of
        ]  # fmt: skip
        if sum(one.real_fen for one in of if line_id in ("", one.line_id)):
            assert back_fen(entry, done, full=False) == amount


def purse(account: Account, kept: dict[str, Credit]) -> Purse:
    state = State()
    key = ("m1", "PROMOTER:p")
    state.load(Account, [key], [account])
    open_ones = [credit for credit in kept.values() if credit.remaining_fen > 0]
    state.load_group(OPEN_CREDITS, [key], open_ones)
    return Purse(state, "m1", "PROMOTER:p", AT)


STEPS = st.lists(
    st.tuples(st.sampled_from(["settle", "claw", "draw", "return", "pay"]), st.integers(1, 5_000)),
    max_size=25,
)


@settings(max_examples=150)
@given(STEPS)
def test_nobody_ever_has_and_owes(steps: list[tuple[str, int]]) -> None:
    account = Account("m1", "PROMOTER:p")
    kept: dict[str, Credit] = {}
    flying: list[tuple[str, Any]] = []
    settled = clawed = paid = 0
    for number, (what, amount) in enumerate(steps):
        one = purse(account, kept)
        ref = f"r{number}"
        if what == "settle":
            one.settle(f"s{number}", amount, AT)
            settled += amount
        elif what == "claw":
            one.claw(f"s{number - 1}", ref, amount)
            clawed += amount
        elif what == "draw" and one.account.debt_fen == 0 and one.available_fen >= amount:
            flying.append((ref, one.draw(ref, amount)))
        elif what in ("return", "pay") and flying:
            ref, parts = flying.pop()
            total = sum(part.amount_fen for part in parts)
            if what == "return":
                one.give_back(ref, parts, [kept[part.credit_id] for part in parts])
            else:
                one.paid(ref, total)
                paid += total
        for row in one.rows():
            if isinstance(row, Account):
                account = row
            elif isinstance(row, Credit):
                kept[row.credit_id] = row
        available = sum(credit.remaining_fen for credit in kept.values())
        assert available >= 0
        assert account.debt_fen >= 0
        assert not (available and account.debt_fen)
        in_flight = sum(part.amount_fen for _, parts in flying for part in parts)
        assert account.withdrawing_fen == in_flight
        assert settled - clawed == available + in_flight + paid - account.debt_fen


@given(st.lists(st.integers(1, 3_000_000), max_size=8))
def test_tax_of_a_month_does_not_depend_on_how_it_is_drawn(parts: list[int]) -> None:
    month = TaxMonth("m1", "PROMOTER:p", "2026-05")
    for gross in parts:
        taxed = withhold(LabourMonthly(), month, gross)
        assert 0 <= taxed.tax_fen <= gross
        month = taxed.month
    assert month.tax_fen == LabourMonthly().total_fen(sum(parts))
