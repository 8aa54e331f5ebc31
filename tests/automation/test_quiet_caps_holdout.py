"""The pure rules: quiet hours (M1), calendar periods (M2), holdouts (M3), windows (M4), reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.automation.attributions import Touch, last_touch
from services.automation.caps import day_of, periods_around, week_of
from services.automation.holdout import bucket, is_held_out
from services.automation.quiet import QuietHours, begins_after, release
from services.automation.reports import Counts, rate_bp, report
from services.automation.walking import next_time_of_day
from tests.automation.mailroom import cst

CHINA = "Asia/Shanghai"
EARLIEST = datetime(2024, 1, 1)  # noqa: DTZ001  hypothesis adds the zone
MOMENTS = st.datetimes(
    min_value=EARLIEST, max_value=EARLIEST + timedelta(days=1_500), timezones=st.just(UTC)
)
ZONES = st.sampled_from([CHINA, "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
MINUTES = st.integers(0, 1439)


@pytest.mark.parametrize(
    ("due", "released"),
    [
        ("2026-06-01 20:59:59.999999", "2026-06-01 20:59:59.999999"),
        ("2026-06-01 21:00", "2026-06-02 08:00"),
        ("2026-06-01 23:30", "2026-06-02 08:00"),  # M1
        ("2026-06-02 00:00", "2026-06-02 08:00"),
        ("2026-06-02 07:59:59", "2026-06-02 08:00"),
        ("2026-06-02 08:00", "2026-06-02 08:00"),
    ],
)
def test_m1_the_default_night(due: str, released: str) -> None:
    assert release(QuietHours(), cst(due), CHINA) == cst(released)


def test_a_window_within_a_day_and_none_at_all() -> None:
    noon = QuietHours(12 * 60, 14 * 60)
    assert release(noon, cst("2026-06-01 13:00"), CHINA) == cst("2026-06-01 14:00")
    assert release(noon, cst("2026-06-01 14:00"), CHINA) == cst("2026-06-01 14:00")
    none = QuietHours(60, 60)
    assert release(none, cst("2026-06-01 01:00"), CHINA) == cst("2026-06-01 01:00")
    assert begins_after(none, cst("2026-06-01 01:00"), CHINA) is None


@pytest.mark.parametrize("hour", [5, 6])
def test_the_hour_that_a_zone_has_twice(hour: int) -> None:
    """New York on 1 November 2026. Seen wrong: in its second run the night had ended already."""
    at = datetime(2026, 11, 1, hour, 15, tzinfo=UTC)
    end = at + timedelta(minutes=15)
    york = "America/New_York"
    assert release(QuietHours(0, 90), at, york) == end
    assert begins_after(QuietHours(90, 120), at, york) == end
    assert next_time_of_day(at, 90, [], york) == end
    assert next_time_of_day(end, 90, [], york).astimezone(UTC).day == 2


@given(at=MOMENTS, zone=ZONES, start=MINUTES, end=MINUTES)
def test_what_is_released_is_never_inside_and_never_early(
    at: datetime, zone: str, start: int, end: int
) -> None:
    quiet = QuietHours(start, end)
    out = release(quiet, at, zone)
    assert at <= out <= at + timedelta(hours=25)
    assert release(quiet, out, zone) == out
    following = begins_after(quiet, out, zone)
    if following is not None:
        assert out < following


@given(at=MOMENTS, zone=ZONES)
def test_every_zone_s_day_and_week_is_among_those_that_are_read(at: datetime, zone: str) -> None:
    assert {day_of(at, zone), week_of(at, zone)} <= set(periods_around(at))


def test_days_and_weeks_are_the_zone_s() -> None:
    at = cst("2026-01-01 07:00")  # still the year before in New York
    assert day_of(at, CHINA) == "D2026-01-01"
    assert day_of(at, "America/New_York") == "D2025-12-31"
    assert week_of(at, CHINA) == "W2026-W01"
    assert week_of(cst("2026-06-07 23:59"), CHINA) != week_of(cst("2026-06-08 00:00"), CHINA)


def test_m3_holdout_places() -> None:
    places = [bucket("j-wake-01", f"m{number}") for number in range(1, 9)]
    assert places == [6366, 9162, 6489, 293, 8058, 6219, 3642, 7438]
    held = [n for n in range(1, 9) if is_held_out("j-wake-01", f"m{n}", 1_000)]
    assert held == [4]


@given(member=st.text(min_size=1), key=st.text())
def test_a_holdout_only_grows_with_its_share(member: str, key: str) -> None:
    assert not is_held_out(key, member, 0)
    assert is_held_out(key, member, 10_000)
    held = [is_held_out(key, member, share) for share in (500, 1_000, 5_000)]
    assert held == sorted(held)


def _touch(source: str, at: datetime, until: datetime) -> Touch:
    return Touch("m1", f"DELIVERED/{source}", "u", "DELIVERED", "JOURNEY", source, at, until, True)


@pytest.mark.parametrize(("hours", "end"), [(72, "2026-06-04 22:00"), (48, "2026-06-03 22:00")])
def test_m4_a_live_window_excludes_its_end(hours: int, end: str) -> None:
    ended = cst("2026-06-01 22:00")
    until = ended + timedelta(hours=hours)
    assert until == cst(end)
    touch = _touch("live", ended, until)
    assert touch.covers(until - timedelta(milliseconds=1))
    assert not touch.covers(until)


def test_m6_the_last_message_in_whose_window_the_order_was_paid() -> None:
    week = timedelta(days=7)
    first, second = cst("2026-06-01 10:00"), cst("2026-06-03 10:00")
    touches = [_touch("J1", first, first + week), _touch("J2", second, second + week)]

    def credited(at: datetime) -> str:
        touch = last_touch(touches, at)
        return touch.source_id if touch else ""

    assert credited(cst("2026-06-05 12:00")) == "J2"
    assert credited(second + week) == ""
    assert credited(second + week - timedelta(microseconds=1)) == "J2"
    assert credited(first) == "J1"
    assert credited(first - timedelta(microseconds=1)) == ""


def test_a_wake_up_report_floors_its_rates_and_flags_what_is_below_the_line() -> None:
    # 16 of 333 are 480.48 bp, 3 of 50 are 600: the uplift is negative, and below 5 %.
    found = report(
        Counts(
            treated=333, control=50, treated_buyers=16, control_buyers=3, discount_fen=4_000,
            message_cost_fen=165,
        ),
        500,
    )  # fmt: skip
    assert (found.treated_bp, found.control_bp, found.uplift_bp) == (480, 600, -120)
    # 16 − 333 × 3/50 = −3.98, floored.
    assert found.incremental_buyers == -4
    assert found.cost_fen == 4_165
    assert found.below_reference
    assert not report(Counts(treated=20, treated_buyers=1), 500).below_reference
    assert rate_bp(1, 20) == 500


def test_without_a_control_group_there_is_no_uplift() -> None:
    found = report(Counts(treated=10, treated_buyers=2), 500)
    assert (found.control_bp, found.uplift_bp, found.incremental_buyers) == (None, None, None)
    assert report(Counts(), 500).treated_bp is None
