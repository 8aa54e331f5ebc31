"""Which coupons the replay gives and redeems by the data's campaigns, and that it counts alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from danke.events import coupon
from demo.campaign_report import CampaignReport
from demo.campaign_truth import CampaignTotals, campaign_totals
from demo.campaigns import Campaigns, CouponBooks
from demo.plan import Household
from demo.steps_coupons import Granted

FIRST = date(2017, 1, 1)
AT = datetime(2017, 1, 2, tzinfo=UTC)


def households(campaigns: Campaigns) -> dict[int, Household]:
    """Everybody targeted, as a member."""
    ids = {each for one in campaigns.campaigns.values() for each in one.households}
    return {each: Household(each, member_id=f"m{each}") for each in ids}


def test_the_year_reaches_all_targets_and_redeems_what_was_redeemed() -> None:
    campaigns = Campaigns(53)
    members = households(campaigns)
    days = [campaigns.day(FIRST + timedelta(days=n), members) for n in range(365)]
    assert len(campaigns.campaigns) == 27
    assert sum(len(batch.households) for day in days for batch in day.batches) == 6_589
    redemptions = [one for day in days for one in day.redemptions]
    assert len(redemptions) == len({one.order_id for one in redemptions}) == 2_102
    # With everybody a member from the first day on there is one mass grant per campaign.
    batches = [batch for day in days for batch in day.batches]
    assert len({batch.batch_id for batch in batches}) == len(batches) == 27


def test_a_household_is_reached_when_it_joins_and_redeems_then() -> None:
    campaigns = Campaigns(4)
    everybody = households(campaigns)
    one = everybody[1029]
    others = {key: value for key, value in everybody.items() if key != 1029}
    before = campaigns.day(FIRST, others)
    assert campaigns.day(FIRST, everybody) is before
    assert not before.redemptions
    joined = campaigns.day(FIRST + timedelta(days=1), everybody)
    assert [batch.batch_id for batch in joined.batches] == ["c26-20170102"]
    assert [batch.households for batch in joined.batches] == [[one]]
    # Its two redemptions of the first day, which it could not make before.
    assert [each.order_id for each in joined.redemptions] == ["c26-h1029-0", "c26-h1029-1"]


def test_four_weeks_count_what_began_and_was_redeemed_in_them() -> None:
    totals = campaign_totals(4)
    assert list(totals) == [24, 25, 26]
    assert [one.targeted for one in totals.values()] == [8, 15, 110]
    assert sum(one.redemptions for one in totals.values()) == 14
    assert set(Campaigns(4).campaigns) == set(totals)


def told(books: CouponBooks, members: int, used: int) -> None:
    for number in range(members):
        about = {"coupon_id": f"c{number}", "template_id": "campaign-1", "member_id": f"m{number}"}
        granted = coupon.CouponGranted(
            **about, face_fen=100, valid_from=AT, valid_to=AT, state="AVAILABLE", source="BATCH",
            ref="b", batch_id="b",
        )  # fmt: skip
        books.takers[coupon.CouponGranted](granted)
        if number < used:
            event = coupon.CouponUsed(**about, order_id="o", discount_fen=100, scene="ORDER")
            books.takers[coupon.CouponUsed](event)


def test_one_redemption_too_few_is_told() -> None:
    report = CampaignReport({1: CampaignTotals("Type B", 3, 2, 2)}, {1: Granted(3, 3, 3, 2)})
    for used, holds in ((2, True), (1, False)):
        books = CouponBooks()
        told(books, 3, used)
        assert [ok for _says, ok, _detail in report.checks(books)] == [holds, holds]
        (row,) = report.rows(books)
        assert (row.rate_bp, row.truth_bp) == (used * 10_000 // 3, 6_666)


def test_a_campaign_nobody_was_asked_for_is_told() -> None:
    report = CampaignReport({1: CampaignTotals("Type B", 3, 2, 2)}, {})
    assert not any(ok for _says, ok, _detail in report.checks(CouponBooks()))
