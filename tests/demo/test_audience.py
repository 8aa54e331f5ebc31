"""Stages made of the data once more, forecasts tried, and a report that tells what is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest
from rich.console import Console

from benchmarks.year import figures
from danke.events.audience import LifecycleStageChanged
from danke.events.audience_predictions import ReplenishmentDue
from danke.events.automation import (
    EnrollmentStarted,
    MessageDelivered,
    MessageSkipped,
    StepExecuted,
    WakeRoundEnded,
)
from danke.events.envelope import event_type
from demo import audience_truth
from demo.audience_report import (
    AudienceAnswers,
    AudienceReport,
    FunnelSums,
    JourneyAnswer,
    ModelTrial,
)
from demo.audience_tables import all_of
from demo.audience_truth import Bought, Trial, stage
from demo.progress import DayPace
from demo.steps_audience import agrees
from demo.tally import Books
from services.audience.lifecycle import LifecycleTerms, Standing, cycle_of, stage_on

FIRST = date(2026, 3, 1)


def bought(*days: int, category: str = "SOUP") -> list[Bought]:
    return [
        Bought(pd.Timestamp(FIRST) + pd.Timedelta(days=day, hours=12), f"b{n}", category)
        for n, day in enumerate(days)
    ]


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


@pytest.mark.parametrize(
    ("since", "found"),
    [(15, "RETURNING"), (16, "SILENT"), (25, "SILENT"), (26, "SLEEPING"), (50, "SLEEPING"),
     (51, "LOST")],
)  # fmt: skip
def test_a1_a_rhythm_of_ten_days(since: int, found: str) -> None:
    assert stage(bought(0, 10, 20), {}, None, on(20 + since)) == (found, 10)


def test_who_has_no_rhythm_goes_by_the_category_or_the_default() -> None:
    assert stage(bought(0), {}, None, on(1)) == ("NEW", 30)
    assert stage(bought(0), {"SOUP": 12}, None, on(1)) == ("NEW", 12)
    assert stage(bought(0), {"SOUP": 2}, None, on(1)) == ("NEW", 7)
    assert stage([], {}, None, on(1)) == ("PROSPECT", 0)


def test_a_member_who_slept_through_the_last_round_is_lost() -> None:
    assert stage(bought(0, 10, 20), {}, (3, on(48)), on(50)) == ("LOST", 10)
    assert stage(bought(0, 10, 20), {}, (2, on(48)), on(50)) == ("SLEEPING", 10)
    assert stage(bought(0, 10, 20), {}, (3, on(45)), on(50)) == ("SLEEPING", 10)


@pytest.mark.parametrize("days", [(0,), (0, 9), (0, 1, 9), (0, 0, 5, 30), (0, 90, 95, 100, 250)])
@pytest.mark.parametrize("wake", [None, (3, 70), (3, 20)])
def test_it_is_the_rule_that_audience_follows(days: tuple[int, ...], wake: Any) -> None:
    woken = (wake[0], on(wake[1])) if wake else None
    standing = Standing(
        len(days), [on(day) for day in sorted(set(days))], "SOUP", *(woken or (0, None))
    )
    terms, cohorts = LifecycleTerms(), {"SOUP": 11}
    cycle, _ = cycle_of(standing, terms, cohorts)
    for since in range(200):
        today = on(days[-1] + since)
        expected = stage_on(today, standing, cycle, terms)
        assert stage(bought(*days), cohorts, woken, today) == (expected, cycle), today


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """One household that buys soup every ten days, and another that buys every five."""
    rows = [
        {
            "household_id": household, "basket_id": 100 * household + n, "product_id": 1,
            "quantity": 1, "sales_value": 1.5, "week": 1,
            "transaction_timestamp": pd.Timestamp(FIRST) + pd.Timedelta(days=every * n, hours=9),
        }
        for household, every, times in ((1, 10, 6), (2, 5, 11))
        for n in range(times)
    ]  # fmt: skip
    slip = rows[0] | {"basket_id": 1, "quantity": 0, "sales_value": 0.0}
    pd.DataFrame([*rows, slip]).to_parquet(tmp_path / "transactions.parquet")
    products = pd.DataFrame([{"product_id": 1, "product_category": "SOUP MIX"}])
    products.to_parquet(tmp_path / "products.parquet")
    return tmp_path


def test_orders_of_the_data_leave_slips_out(shop: Path) -> None:
    found = audience_truth.orders(4, shop)
    assert [len(found[1]), len(found[2])] == [6, 11]
    assert {one.category_id for one in found[1]} == {"SOUP_MIX"}
    stages = audience_truth.stages(found, {"b105"}, {}, {}, on(50))
    assert stages == {1: ("ACTIVE", 10), 2: ("ACTIVE", 7)}
    assert audience_truth.stages(found, {"b104", "b105"}, {}, {}, on(50))[1] == ("SILENT", 10)


def test_forecasts_against_the_naive_guess(shop: Path) -> None:
    """The member's own rhythm is right; the category's, which is five days, is not."""
    told = [
        (1, "SOUP_MIX", on(44), on(47)),  # bought on day 50, three days later
        (1, "SOUP_MIX", on(40), on(43)),  # before the last quarter
        (2, "SOUP_MIX", on(49), on(52)),  # after the data's end
    ]
    trial = audience_truth.replenishment(4, told, shop)
    assert trial.cut == on(43)
    assert (trial.forecasts, trial.bought_again, trial.near) == (1, 1, 1)
    assert trial.error_days == 3.0
    # Five days after day 40 is day 45.
    assert (trial.naive_near, trial.naive_error_days) == (0, 5.0)


def test_figures_of_the_year_compare_its_quarters() -> None:
    pace = [
        DayPace(*day)
        for day in ((100, 1.0, 30), (0, 9.0, 1), (100, 1.0, 9), (100, 2.0, 9), (80, 2.0, 90))
    ]
    whole, last, told = figures([*pace, DayPace(0, 5.0, 0)], 9)
    assert (whole.name, round(whole.value, 2)) == ("year.9_weeks", 63.33)
    assert (last.value, last.limit, last.ratio, last.is_reached) == (40.0, 100.0, 0.4, False)
    assert (told.value, told.limit, told.ratio, told.is_reached) == (45.0, 30.0, 1.5, True)


def test_consent_is_derived_and_fixed() -> None:
    share = sum(map(agrees, range(10_000)))
    assert 7_800 < share < 8_200
    assert agrees(7) == agrees(7)


def taken(books: Books, event: type[Any], subject: str, sequence: int, **fields: Any) -> None:
    headers = {
        "ce_type": event_type(event), "ce_subject": subject, "ce_sequence": str(sequence),
        "ce_time": "2026-03-01T16:00:00Z",
    }  # fmt: skip
    value = msgspec.json.encode(fields)
    books.take(event.TOPIC.name, {name: text.encode() for name, text in headers.items()}, value)


def told_books() -> Books:
    """One member who became NEW, entered a journey and got a message; another is held out."""
    books = Books()
    taken(
        books, LifecycleStageChanged, "m1", 1, member_id="m1", from_stage="PROSPECT",
        to_stage="NEW", order_count=1, days_since=0, cycle_days=30, changed_at=FIRST_AT,
    )  # fmt: skip
    journey = {"journey_id": "j", "version": 1, "entry_key": "once", "trigger": "ORDER_PAID"}
    for member, out in (("m1", False), ("m2", True)):
        taken(
            books, EnrollmentStarted, f"e-{member}", 1, **journey, enrollment_id=f"e-{member}",
            member_id=member, held_out=out,
        )  # fmt: skip
    taken(
        books, MessageDelivered, "x1", 1, message_id="x1", member_id="m1", source_kind="JOURNEY",
        source_id="j", channel="SMS", delivered_at=FIRST_AT,
    )  # fmt: skip
    taken(
        books, MessageSkipped, "x2", 1, message_id="x2", member_id="m1", source_kind="JOURNEY",
        source_id="j", reason="CAPPED",
    )  # fmt: skip
    return books


FIRST_AT = "2026-03-01T04:00:00Z"
ANSWERS = AudienceAnswers(
    moves={("PROSPECT", "NEW"): 1},
    members={"NEW": 1, "PROSPECT": 1},
    standings={"m1": ("NEW", 30), "m2": ("PROSPECT", 0)},
    funnel=FunnelSums(1, 1, 1, 500),
)
JOURNEY = JourneyAnswer(
    journey_id="j", running=1, held_out=1, treated=1, control=1, treated_buyers=1, coupons=2,
    messages={"DELIVERED": 1, "SKIPPED_CAPPED": 1},
)  # fmt: skip
TRUTH = {"m1": ("NEW", 30), "m2": ("PROSPECT", 0)}


def wrong(report: AudienceReport, books: Books, kept: tuple[int, int] = (1, 500)) -> list[str]:
    found = report.checks(books.audience, books.journeys, {"journey-a": 2}, kept)
    return [says for says, ok, _ in found if not ok]


def test_a_flawless_report_of_members_and_journeys() -> None:
    books = told_books()
    report = AudienceReport(ANSWERS, [JOURNEY], TRUTH)
    assert wrong(report, books) == []
    assert len(list(all_of(report, books.journeys, 4))) == 5


def test_forecasts_are_shown_once_there_are_weeks_enough() -> None:
    model = ModelTrial("2026-03-01", 10, 7, 6.6, 9.1, 0.5, 0.75)
    trial = Trial(
        cut=FIRST, forecasts=5, bought_again=4, near=3, naive_near=2, error_days=1.5,
        naive_error_days=2.5,
    )  # fmt: skip
    report = AudienceReport(msgspec.structs.replace(ANSWERS, model=model), [], {}, trial)
    for weeks, shown in ((4, "too short"), (12, "0.750")):
        console = Console(width=160, file=StringIO())
        for each in all_of(report, Books().journeys, weeks):
            console.print(each)
        assert shown in console.file.getvalue()  # type: ignore[attr-defined]


def test_every_difference_is_told() -> None:
    books = told_books()
    other = AudienceReport(ANSWERS, [JOURNEY], TRUTH | {"m1": ("NEW", 29)})
    assert wrong(other, books) == [
        "Every member's stage and cycle are what the lifecycle's rule makes of the data"
    ]
    report = AudienceReport(ANSWERS, [JOURNEY], TRUTH)
    assert wrong(report, books, (1, 499)) == [
        "The funnel's sales are the data's less what came back, to the fen"
    ]
    less = msgspec.structs.replace(JOURNEY, coupons=1)
    assert wrong(AudienceReport(ANSWERS, [less], TRUTH), books) == [
        "Each journey's messages and coupons are what their topics told"
    ]
    gone = msgspec.structs.replace(JOURNEY, running=0)
    assert wrong(AudienceReport(ANSWERS, [gone], TRUTH), books) == [
        "Each journey's members entered and ended as its topic told"
    ]


def test_a_step_for_who_is_held_out_is_told() -> None:
    books = told_books()
    taken(
        books, StepExecuted, "e-m2", 2, enrollment_id="e-m2", journey_id="j", version=1,
        member_id="m2", step_id="gift", action="COUPON", ref="a1",
    )  # fmt: skip
    report = AudienceReport(ANSWERS, [JOURNEY], TRUTH)
    assert wrong(report, books) == ["Nothing was done for who was held out"]


def test_a_stage_that_nobody_told_is_told() -> None:
    books = told_books()
    books.audience.stages["m1"] = "LOST"
    books.audience.moves["NEW", "LOST"] += 1
    found = wrong(AudienceReport(ANSWERS, [JOURNEY], TRUTH), books)
    assert found == ["… and what the topic told last",
                     "Audience's matrix of stages is what its topic told"]  # fmt: skip


def test_days_of_the_topics_are_the_shops() -> None:
    """16:00 UTC is midnight in the shop."""
    books = Books()
    taken(
        books, ReplenishmentDue, "m1", 1, member_id="m1", category_id="SOUP",
        due_date="2026-03-05", confidence=8_000, suggested_qty=1,
    )  # fmt: skip
    taken(
        books, WakeRoundEnded, "m1", 1, member_id="m1", round=1, rounds=3,
        ended_at="2026-03-01T16:00:00Z",
    )  # fmt: skip
    assert books.audience.foretold == [("m1", "SOUP", date(2026, 3, 2), date(2026, 3, 5))]
    assert books.audience.wakes == {"m1": (1, date(2026, 3, 2))}
