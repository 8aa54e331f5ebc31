"""Any history, one by one or in batches, on two engines: never one coupon, fen or turn too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.coupon.claims import Claim
from services.coupon.codes import CreateCodes, RedeemCode
from services.coupon.coupons import Coupon
from services.coupon.grants import GrantCoupons
from services.coupon.locks import (
    LockCoupons,
    ReturnCoupons,
    UnlockCoupons,
    UseCoupons,
)
from services.coupon.order_locks import LockedCoupon
from services.coupon.recalls import StartRecall, VoidCoupon
from services.coupon.terms import Terms, Validity
from services.coupon.transfers import AcceptTransfer, EndTransfer, OfferCoupon
from tests.conftest import Migrated
from tests.coupon.desk import Desk, opened

MEMBERS = ("a", "b", "c")
TEMPLATES = {
    "stock": ({"total": 5, "per_member": 3}, Terms(kind="CASH", face_fen=100, transfers=1)),
    "money": (
        {"budget_fen": 1_000, "per_member_day": 2},
        Terms(kind="RANDOM", random_min_fen=50, random_max_fen=300),
    ),
}

member = st.sampled_from(MEMBERS)
template = st.sampled_from(sorted(TEMPLATES))
number = st.integers(0, 9)
step = st.one_of(
    st.tuples(st.just("claim"), template, member),
    st.tuples(st.just("grant"), template, member, st.integers(1, 3)),
    st.tuples(st.just("codes"), template, st.integers(1, 3)),
    st.tuples(st.just("redeem"), number, member),
    st.tuples(st.just("lock"), number, st.integers(0, 3)),
    st.tuples(st.just("use"), st.integers(0, 3)),
    st.tuples(st.just("unlock"), st.integers(0, 3)),
    st.tuples(st.just("return"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("void"), number),
    st.tuples(st.just("offer"), number),
    st.tuples(st.just("accept"), number, member),
    st.tuples(st.just("revoke"), number),
    st.tuples(st.just("recall"), template, st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 60 * 24, 60 * 24 * 3])),
)


class Shop:
    """Makes commands of steps; what earlier steps made is named by number."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.coupons: list[Coupon] = []
        self.offers: list[str] = []
        self.codes: list[str] = []

    def command(self, step: tuple[Any, ...]) -> Any:  # noqa: C901  a list of what there is
        make, (kind, *given) = self.desk.make, step
        coupon = self.coupons[given[0] % len(self.coupons)] if self._is_of_coupon(step) else None
        match kind:
            case "claim":
                return make(Claim, template_id=given[0], member_id=given[1])
            case "grant":
                fields = {"template_id": given[0], "member_id": given[1], "quantity": given[2]}
                return make(GrantCoupons, grant_id=f"g{id(step)}", **fields)
            case "codes":
                batch = f"k{len(self.codes)}"
                hashes = [f"{batch}-{place}" for place in range(given[1])]
                self.codes += hashes
                until = self.desk.at + timedelta(days=2)
                fields = {"code_batch_id": batch, "template_id": given[0], "expires_at": until}
                return make(CreateCodes, **fields, code_hashes=hashes)
            case "redeem" if self.codes:
                code = self.codes[given[0] % len(self.codes)]
                return make(RedeemCode, code_hash=code, member_id=given[1])
            case "use":
                return make(UseCoupons, order_id=f"o{given[0]}")
            case "unlock":
                return make(UnlockCoupons, order_id=f"o{given[0]}")
            case "return":
                fields = {"order_id": f"o{given[0]}", "refund_id": "r", "full": given[1]}
                return make(ReturnCoupons, **fields)
            case "accept" if self.offers:
                offer = self.offers[given[0] % len(self.offers)]
                return make(AcceptTransfer, transfer_id=offer, friend_id=given[1])
            case "revoke" if self.offers:
                offer = self.offers[given[0] % len(self.offers)]
                return make(EndTransfer, transfer_id=offer)
            case "recall":
                recall = make(
                    StartRecall, recall_id="", template_id=given[0], ref="", recycle=given[1],
                    reason="r", actor="a",
                )  # fmt: skip
                return type(recall)(
                    **{f: getattr(recall, f) for f in recall.__struct_fields__}
                    | {"recall_id": recall.id}
                )
        return self._of_coupon(step, coupon) if coupon else None

    def _is_of_coupon(self, step: tuple[Any, ...]) -> bool:
        return step[0] in ("lock", "void", "offer") and bool(self.coupons)

    def _of_coupon(self, step: tuple[Any, ...], coupon: Coupon) -> Any:
        make = self.desk.make
        if step[0] == "lock":
            return make(
                LockCoupons, order_id=f"o{step[2]}", member_id=coupon.member_id, quote_hash="",
                coupons=[LockedCoupon(coupon.coupon_id, 1)], ttl=timedelta(minutes=15),
            )  # fmt: skip
        if step[0] == "void":
            return make(VoidCoupon, coupon_id=coupon.coupon_id, reason="v")
        return make(OfferCoupon, coupon_id=coupon.coupon_id, member_id=coupon.member_id)

    def learn(self, answer: Any) -> None:
        for one in (answer, getattr(answer, "coupon", None)):
            if isinstance(one, Coupon):
                self.coupons.append(one)
        if hasattr(answer, "transfer"):
            self.offers.append(answer.transfer.transfer_id)


async def _play(desk: Desk, script: list[list[tuple[Any, ...]]]) -> None:
    for template_id, (limits, terms) in TEMPLATES.items():
        validity = Validity(kind="DAYS", amount=3)
        await desk.template(template_id, terms, validity, **limits)
    shop = Shop(desk)
    for batch in script:
        waits = [step[1] for step in batch if step[0] == "wait"]
        commands = [one for step in batch if (one := shop.command(step)) is not None]
        halves = [(commands[::2], desk.engine), (commands[1::2], desk.other)]
        answers = await asyncio.gather(*(desk.answers(*half) for half in halves))
        for answer in (one for half in answers for one in half):
            assert isinstance(answer, str) or not isinstance(answer, BaseException), answer
            shop.learn(answer)
        if waits:
            await desk.until(desk.at + timedelta(minutes=max(waits)))
    await _must_hold(desk)


async def _must_hold(desk: Desk) -> None:
    """What a customer, a merchant and an auditor would count, from the coupons alone."""
    assert not await desk.findings()
    rows = await desk.pool.fetch("SELECT template_id, member_id, source, face_fen FROM coupons")
    issued = [row for row in rows if row["source"] != "TRANSFER"]
    stocks = {name: await desk.stock(name) for name in TEMPLATES}
    for template_id, stock in stocks.items():
        mine = [row for row in issued if row["template_id"] == template_id]
        assert stock.issued == len(mine)
        if stock.total is not None:
            assert len(mine) - stock.recycled + stock.reserved <= stock.total
        if stock.budget_fen is not None and not stock.recycled:
            spent = sum(row["face_fen"] for row in mine)
            assert stock.spent_fen == spent and spent + stock.reserved_fen <= stock.budget_fen
    claims = Counter(row["member_id"] for row in issued if row["template_id"] == "stock")
    assert all(claimed <= 3 for claimed in claims.values()), claims


async def test_any_history_keeps_stock_budget_and_limits(migrated: Migrated) -> None:
    """Hypothesis is synchronous, so it only draws the scripts; each is played on a clean desk."""
    scripts: list[list[list[tuple[Any, ...]]]] = []

    @settings(max_examples=12, database=None)
    @given(st.lists(st.lists(step, min_size=1, max_size=8), min_size=1, max_size=10))
    def draw(script: list[list[tuple[Any, ...]]]) -> None:
        scripts.append(script)

    draw()
    for script in scripts:
        async with opened(migrated) as desk:
            try:
                await _play(desk, script)
            except BaseException:
                print(f"script: {script}")
                raise
