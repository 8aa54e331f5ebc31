"""Redemption codes, codes at the till, and coupons handed to friends."""

from __future__ import annotations

from datetime import timedelta

from common.from_door import FromDoor
from services.coupon.codes import CreateCodes, RedeemCode
from services.coupon.coupons import Coupon
from services.coupon.locks import LockCoupons
from services.coupon.pos import IssueVerifyCode, RevertVerify, VerifyAtPos
from services.coupon.templates import Audience
from services.coupon.terms import Scope, Terms
from services.coupon.transfers import AcceptTransfer, EndTransfer, OfferCoupon
from tests.coupon.desk import CASH, Desk, locking


async def _codes(desk: Desk, number: int) -> None:
    await desk.run(
        CreateCodes, code_batch_id="print", template_id="t",
        expires_at=desk.at + timedelta(days=10), code_hashes=[f"h{n}" for n in range(number)],
    )  # fmt: skip


async def test_a_code_is_good_for_one_coupon_and_its_stock_is_kept(desk: Desk) -> None:
    await desk.template("t", total=3, audience=Audience(how="GRANT_ONLY"))
    await _codes(desk, 3)
    assert (await desk.stock("t")).left == 0
    coupon = await desk.run(RedeemCode, code_hash="h0", member_id="u")
    assert coupon.source == "CODE"
    assert await desk.run(RedeemCode, code_hash="h0", member_id="u") == coupon
    assert await desk.why(RedeemCode, code_hash="h0", member_id="w") == "CODE_USED"
    end = desk.at + timedelta(days=10)
    why = await desk.why(RedeemCode, code_hash="h1", member_id="u", at=end)
    assert why == "CODE_EXPIRED"
    await desk.until(end)
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved, stock.left, stock.spent_fen) == (1, 0, 2, 3_000)


async def test_guessing_is_counted_and_stopped_for_an_hour(desk: Desk) -> None:
    await desk.template("t")
    await _codes(desk, 1)
    for guess in range(10):
        why = await desk.why(RedeemCode, code_hash=f"guess{guess}", member_id="thief")
        assert why == "CODE_NOT_FOUND"
    right = {"code_hash": "h0", "member_id": "thief"}
    assert await desk.why(RedeemCode, **right) == "TOO_MANY_ATTEMPTS"
    await desk.run(RedeemCode, **right, at=desk.at + timedelta(hours=1))


async def _shown(desk: Desk, coupon: Coupon, code: str) -> None:
    await desk.run(
        IssueVerifyCode, coupon_id=coupon.coupon_id, member_id=coupon.member_id,
        code_hash=FromDoor.of(code),
    )  # fmt: skip


async def test_a_code_at_the_till_uses_the_coupon_once(desk: Desk) -> None:
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, scope=Scope(store_ids=["s1"])))
    coupon = await desk.claim("t", "u")
    await _shown(desk, coupon, "c1")
    till = {"code_hash": "c1", "staff_id": "sam", "discount_fen": 3_000}
    assert await desk.why(VerifyAtPos, **till, store_id="s2") == "STORE_NOT_ALLOWED"
    old = desk.at + timedelta(minutes=5)
    assert await desk.why(VerifyAtPos, **till, store_id="s1", at=old) == "CODE_EXPIRED"
    done = await desk.run(VerifyAtPos, **till, store_id="s1")
    assert (await desk.run(VerifyAtPos, **till, store_id="s1")).verification == done.verification
    (used,) = await desk.told("CouponUsed")
    assert (used["scene"], used["store_id"], used["discount_fen"]) == ("POS", "s1", 3_000)
    assert await desk.why(LockCoupons, **locking(coupon, "o")) == "COUPON_NOT_AVAILABLE"
    assert await desk.why(VerifyAtPos, **till | {"code_hash": "x"}, store_id="s1") == (
        "CODE_NOT_FOUND"
    )


async def test_a_verification_is_reverted_within_a_day(desk: Desk) -> None:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    await _shown(desk, coupon, "c1")
    done = await desk.run(VerifyAtPos, code_hash="c1", staff_id="sam", store_id="s1")
    revert = {"verification_id": done.verification.verification_id, "staff_id": "sam"}
    too_late = desk.at + timedelta(hours=24, seconds=1)
    assert await desk.why(RevertVerify, **revert, at=too_late) == "REVERT_WINDOW_PASSED"
    for _ in range(2):
        assert (await desk.run(RevertVerify, **revert)).coupon.state == "AVAILABLE"
    await desk.lock(coupon, "o")


async def test_a_friend_takes_the_coupon_and_hands_it_on_no_further(desk: Desk) -> None:
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, transfers=1), per_member=1)
    coupon = await desk.claim("t", "u")
    offer = (await desk.run(OfferCoupon, coupon_id=coupon.coupon_id, member_id="u")).transfer
    assert await desk.why(LockCoupons, **locking(coupon, "o")) == "COUPON_NOT_AVAILABLE"
    accept = {"transfer_id": offer.transfer_id}
    assert await desk.why(AcceptTransfer, **accept, friend_id="u") == "SELF_TRANSFER"
    theirs = (await desk.run(AcceptTransfer, **accept, friend_id="f")).coupon
    assert (await desk.run(AcceptTransfer, **accept, friend_id="f")).coupon == theirs
    assert (theirs.member_id, theirs.valid_to, theirs.face_fen) == ("f", coupon.valid_to, 3_000)
    assert await desk.why(AcceptTransfer, **accept, friend_id="g") == "TRANSFER_CLOSED"
    assert (await desk.coupon(coupon.coupon_id)).state == "TRANSFERRED"
    again = {"coupon_id": theirs.coupon_id, "member_id": "f"}
    assert await desk.why(OfferCoupon, **again) == "TRANSFER_NOT_ALLOWED"
    # What was handed to him does not count against the friend's own limit.
    await desk.claim("t", "f")
    await desk.lock(theirs, "o")


async def test_an_offer_is_revoked_or_runs_out(desk: Desk) -> None:
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, transfers=1))
    coupon = await desk.claim("t", "u")
    one = {"coupon_id": coupon.coupon_id, "member_id": "u"}
    offer = (await desk.run(OfferCoupon, **one)).transfer
    end = {"transfer_id": offer.transfer_id, "member_id": "u"}
    assert await desk.why(EndTransfer, **end | {"member_id": "w"}) == "COUPON_NOT_HELD"
    for _ in range(2):
        assert (await desk.run(EndTransfer, **end)).coupon.state == "AVAILABLE"
    second = (await desk.run(OfferCoupon, **one)).transfer
    await desk.until(second.expires_at)
    assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"
    gone = {"transfer_id": second.transfer_id, "friend_id": "f"}
    assert await desk.why(AcceptTransfer, **gone) == "TRANSFER_CLOSED"
    assert CASH.transfers == 0
