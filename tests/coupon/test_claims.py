"""Claims: stock, budget and limits, in races over two engines; C1, C2, C9, C11."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from services.coupon.channels import SetChannel
from services.coupon.claims import Claim
from services.coupon.templates import Audience, ChangeTemplateState, Limits, SetTemplate
from services.coupon.terms import Terms, Validity
from tests.coupon.desk import CASH, MONTH, Desk, cst


async def _race(desk: Desk, claims: list[Claim]) -> Counter[str]:
    """Two engines get half of the claims each, at the same time."""
    answers = await asyncio.gather(
        desk.answers(claims[::2]), desk.answers(claims[1::2], desk.other)
    )
    return Counter(one if isinstance(one, str) else "OK" for half in answers for one in half)


async def test_c1_a_thousand_claims_of_a_hundred_coupons(desk: Desk) -> None:
    await desk.template("t", total=100)
    claims = [desk.make(Claim, template_id="t", member_id=f"u{n}") for n in range(1_000)]
    assert await _race(desk, claims) == {"OK": 100, "SOLD_OUT": 900}
    assert (await desk.stock("t")).issued == 100


async def test_c2_a_member_may_have_two(desk: Desk) -> None:
    await desk.template("t", per_member=2)
    claims = [desk.make(Claim, template_id="t", member_id="u") for _ in range(3)]
    assert await _race(desk, claims) == {"OK": 2, "CLAIM_LIMIT_REACHED": 1}


async def test_c11_the_budget_pays_for_thirty_three(desk: Desk) -> None:
    await desk.template("t", budget_fen=100_000)
    claims = [desk.make(Claim, template_id="t", member_id=f"u{n}") for n in range(34)]
    assert await _race(desk, claims) == {"OK": 33, "BUDGET_EXHAUSTED": 1}
    assert (await desk.stock("t")).spent_fen == 99_000


async def test_c9_natural_days_and_hours(desk: Desk) -> None:
    await desk.template("day", validity=Validity(kind="NATURAL_DAYS", amount=1))
    await desk.template("hours", validity=Validity(kind="HOURS", amount=72))
    one = await desk.claim("day", "u", at=cst("2026-03-01 23:50"))
    assert one.valid_to == cst("2026-03-02 00:00")
    other = await desk.claim("hours", "u", at=cst("2026-06-01 22:05"))
    assert other.valid_to == cst("2026-06-04 22:05")


async def test_fixed_and_delayed_validity(desk: Desk) -> None:
    start, end = cst("2026-06-01 00:00"), cst("2026-07-01 00:00")
    await desk.template("fixed", validity=Validity(kind="FIXED", starts_at=start, ends_at=end))
    await desk.template("late", validity=Validity(kind="NATURAL_DAYS", amount=7, delay=1))
    fixed = await desk.claim("fixed", "u")
    assert (fixed.valid_from, fixed.valid_to) == (start, end)
    late = await desk.claim("late", "u")
    assert (late.valid_from, late.valid_to) == (cst("2026-05-02 00:00"), cst("2026-05-09 00:00"))
    claim = {"template_id": "fixed", "member_id": "w"}
    assert await desk.why(Claim, **claim, at=end) == "TEMPLATE_NOT_ACTIVE"


async def test_daily_limits_begin_anew_at_midnight(desk: Desk) -> None:
    await desk.template("t", per_day=2, per_member_day=1)
    await desk.claim("t", "a")
    assert await desk.why(Claim, template_id="t", member_id="a") == "CLAIM_LIMIT_REACHED"
    await desk.claim("t", "b")
    assert await desk.why(Claim, template_id="t", member_id="c") == "DAILY_LIMIT_REACHED"
    await desk.claim("t", "a", at=cst("2026-05-02 00:00"))


async def test_random_faces_stay_in_their_range_and_in_the_budget(desk: Desk) -> None:
    terms = Terms(kind="RANDOM", random_min_fen=100, random_max_fen=900)
    await desk.template("t", terms, budget_fen=20_000)
    claims = [desk.make(Claim, template_id="t", member_id=f"u{n}") for n in range(100)]
    coupons = [one for one in await desk.answers(claims) if not isinstance(one, str)]
    faces = [one.face_fen for one in coupons]
    assert all(100 <= face <= 900 for face in faces) and len(set(faces)) > 10
    assert (await desk.stock("t")).spent_fen == sum(faces) <= 20_000


async def test_a_channel_has_its_quota_and_counts(desk: Desk) -> None:
    await desk.template("t", audience=Audience(how="CHANNEL"))
    await desk.run(
        SetChannel, template_id="t", channel_code="wx-moments", name="朋友圈", quota=2, active=True
    )
    claim = {"template_id": "t", "channel_code": "wx-moments"}
    assert (await desk.claim("t", "a", channel_code="wx-moments")).channel == "wx-moments"
    await desk.run(Claim, **claim, member_id="b")
    assert await desk.why(Claim, **claim, member_id="c") == "CHANNEL_QUOTA_REACHED"
    assert await desk.why(Claim, template_id="t", member_id="c") == "NOT_CLAIMABLE"
    claim["channel_code"] = "other"
    assert await desk.why(Claim, **claim, member_id="c") == "CHANNEL_NOT_FOUND"


async def test_who_may_claim_and_when(desk: Desk) -> None:
    opens = desk.at + timedelta(hours=1)
    closes = desk.at + timedelta(hours=2)
    audience = Audience(segment_ids=["vip"])
    await desk.template("t", audience=audience, claim_from=opens, claim_until=closes)
    claim = {"template_id": "t", "member_id": "u"}
    assert await desk.why(Claim, **claim) == "CLAIM_NOT_OPEN"
    assert await desk.why(Claim, **claim, at=closes) == "CLAIM_NOT_OPEN"
    assert await desk.why(Claim, **claim, at=opens) == "NOT_ELIGIBLE"
    await desk.claim("t", "u", at=opens, segment_ids=["new", "vip"])


async def test_a_template_gives_only_while_it_is_active(desk: Desk) -> None:
    await desk.template("t")
    states = {"PAUSED": "TEMPLATE_NOT_ACTIVE", "ACTIVE": "", "ENDED": "TEMPLATE_NOT_ACTIVE"}
    for to, reason in states.items():
        await desk.run(ChangeTemplateState, template_id="t", to=to, actor="admin")
        if reason:
            assert await desk.why(Claim, template_id="t", member_id="u") == reason
        else:
            await desk.claim("t", "u")
    again = {"template_id": "t", "to": "ACTIVE", "actor": "admin"}
    assert await desk.why(ChangeTemplateState, **again) == "TEMPLATE_STATE_INVALID"
    assert await desk.why(Claim, template_id="none", member_id="u") == "TEMPLATE_NOT_FOUND"


async def test_edited_terms_are_for_later_coupons(desk: Desk) -> None:
    await desk.template("t")
    before = await desk.claim("t", "u")
    change = {
        "template_id": "t", "version": 2, "name": "t", "validity": MONTH, "limits": Limits(),
        "audience": Audience(), "actor": "admin",
    }  # fmt: skip
    await desk.run(SetTemplate, **change, terms=Terms(kind="CASH", face_fen=500))
    after = await desk.claim("t", "u")
    assert (before.terms_version, after.terms_version) == (1, 2)
    assert ((await desk.coupon(before.coupon_id)).face_fen, after.face_fen) == (3_000, 500)
    assert await desk.why(SetTemplate, **change, terms=CASH) == "TEMPLATE_CHANGED"
    change |= {"version": 3, "limits": Limits(total=1)}
    assert await desk.why(SetTemplate, **change, terms=CASH) == "STOCK_BELOW_ISSUED"
