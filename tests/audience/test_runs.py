"""Work over all members: policies, the categories' medians, RFM, and the rebuild of stages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from common.commands import Decision
from common.rows import State
from services.audience import store_profiles, store_runs, timers_runs
from services.audience.erasures import EraseMember
from services.audience.lifecycle import LifecycleTerms
from services.audience.member_runs import MemberRun, RunKind, StartNight, StartRun
from services.audience.policies import SetLifecyclePolicy
from tests.audience.desk import MERCHANT, Desk, cst, line


async def ended(desk: Desk, kind: RunKind) -> MemberRun:
    """The run of that kind, brought to its end."""
    await desk.timers.run_due()
    found = await store_runs.run(desk.pool, MERCHANT, kind)
    assert found is not None and found.state == "DONE"
    return found


async def scores(desk: Desk, member: str) -> tuple[int, int, int]:
    """R, F and M."""
    return (await store_profiles.rfm(desk.pool, MERCHANT, member))[:3]


async def test_a_new_policy_derives_every_stage_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_runs, "RECOMPUTED", 2)  # so that it takes several chunks
    for number in range(5):
        await desk.pays(f"m{number}", "2026-01-01")
    await desk.due("2026-02-10")  # day 40 of a default cycle of 30 days: in the cycle up to 45
    assert await desk.stage("m0") == "NEW"
    await desk.run(SetLifecyclePolicy, terms=LifecycleTerms(default_cycle_days=20), actor="boss")
    run = await ended(desk, "LIFECYCLE")
    assert (run.members, run.changed) == (5, 5)
    assert await desk.stage("m4") == "SILENT"
    assert len(await desk.told("LifecycleStageChanged")) == 10


async def test_a_policy_that_contradicts_itself_is_refused(desk: Desk) -> None:
    for terms in (
        LifecycleTerms(silent_bp=10_000),
        LifecycleTerms(default_cycle_days=300),
        LifecycleTerms(returning_orders=5),
    ):
        refused = await desk.refused(SetLifecyclePolicy, terms=terms, actor="boss")
        assert refused == "POLICY_INVALID"


async def test_a_rebuild_finds_nothing_to_change_and_mends_what_was_damaged(desk: Desk) -> None:
    for number in range(4):
        await desk.pays(f"m{number}", "2026-01-01")
        await desk.pays(f"m{number}", "2026-01-11")
    await desk.due("2026-03-01")
    await desk.run(StartRun, kind="LIFECYCLE")
    assert (await ended(desk, "LIFECYCLE")).changed == 0
    right = await desk.profile("m1")
    await desk.pool.execute(
        "UPDATE profiles SET net_sales_fen = 7, cycle_days = 99 WHERE member_id = 'm1'"
    )
    assert set(await desk.findings()) == {
        "profiles_count_their_orders",
        "stages_follow_from_the_facts",
    }
    await desk.run(StartRun, kind="LIFECYCLE")
    assert (await ended(desk, "LIFECYCLE")).changed == 1
    assert await desk.profile("m1") == right


async def test_who_has_no_rhythm_goes_by_that_of_the_category(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """domain.md §2.11: the member's own median, else the cohort's, else the default."""
    monkeypatch.setattr(store_runs, "MEDIANS", store_runs.MEDIANS.replace(">= 20", ">= 3"))
    day = date(2026, 1, 1)
    for number, gap in enumerate((9, 10, 14)):
        for visit in range(3):
            on = (day + timedelta(days=gap * visit)).isoformat()
            await desk.pays(f"regular{number}", on, line(category_id="milk"))
    await desk.pays("once", "2026-01-25", line(category_id="milk"))
    await desk.pays("other", "2026-01-25", line(category_id="tea"))
    assert (await desk.profile("once")).cycle_source == "DEFAULT"
    desk.at += timedelta(days=40)
    await desk.run(StartRun, kind="COHORTS")
    # Nobody else's cycle is a median, so nobody else is looked at.
    run = await ended(desk, "LIFECYCLE")
    assert (run.terms, run.members, run.changed) == ({"categories": ["milk"]}, 1, 1)
    once = await desk.profile("once")
    assert (once.cycle_days, once.cycle_source) == (10, "COHORT")
    assert (await desk.profile("other")).cycle_days == 30
    assert (await desk.profile("regular2")).cycle_days == 14
    # The same medians again change nothing, and start nothing.
    before = await store_runs.run(desk.pool, MERCHANT, "LIFECYCLE")
    await desk.run(StartRun, kind="COHORTS")
    await ended(desk, "COHORTS")
    assert await store_runs.run(desk.pool, MERCHANT, "LIFECYCLE") == before


async def test_new_medians_do_not_cut_short_a_run_over_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_runs, "MEDIANS", store_runs.MEDIANS.replace(">= 20", ">= 1"))
    for day in ("2026-01-01", "2026-01-10", "2026-01-19"):
        await desk.pays("regular", day, line(category_id="milk"))
    await desk.pays("other", "2026-01-19", line(category_id="tea"))
    await desk.pool.execute("UPDATE profiles SET net_sales_fen = 7 WHERE member_id = 'other'")
    await desk.run(StartRun, kind="LIFECYCLE")
    await desk.run(StartRun, kind="COHORTS")
    (found,) = await timers_runs.medians(desk.pool)(desk.at)
    await desk.engine.run(found)
    run = await ended(desk, "LIFECYCLE")
    assert (run.terms, run.members, run.changed) == ({}, 2, 1)
    assert (await desk.profile("other")).net_sales_fen != 7
    assert await desk.findings() == {}


async def test_rfm_scores_are_quintiles_and_ties_score_alike(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_runs, "SCORED", 3)
    for number in range(10):
        await desk.pays(f"m{number}", f"2026-01-{number + 1:02d}", line(1_000 * (number + 1)))
    await desk.pays("m9", "2026-01-20", line(1))
    await desk.run(StartRun, kind="RFM")
    run = await ended(desk, "RFM")
    assert (run.members, run.changed) == (10, 10)
    assert [await scores(desk, f"m{n}") for n in range(10)] == [
        # One order is what nine in ten have: all of them score alike.
        (1, 1, 1), (1, 1, 1), (2, 1, 2), (2, 1, 2), (3, 1, 3),
        (3, 1, 3), (4, 1, 4), (4, 1, 4), (5, 1, 5), (5, 5, 5),
    ]  # fmt: skip
    again = [await scores(desk, f"m{n}") for n in range(10)]
    await desk.run(StartRun, kind="RFM")
    await ended(desk, "RFM")
    assert [await scores(desk, f"m{n}") for n in range(10)] == again


async def test_scores_outlive_later_facts_and_go_with_the_last_order(desk: Desk) -> None:
    order = await desk.pays("m", "2026-01-01")
    await desk.run(StartRun, kind="RFM")
    await ended(desk, "RFM")
    assert await scores(desk, "m") == (1, 1, 1)
    await desk.refunds(order, 1_000, full=True)
    assert await scores(desk, "m") == (1, 1, 1)
    await desk.run(StartRun, kind="RFM")
    await ended(desk, "RFM")
    assert await scores(desk, "m") == (0, 0, 0)


async def test_the_night_comes_by_itself(desk: Desk) -> None:
    await desk.pays("m", "2026-01-01")
    assert await scores(desk, "m") == (0, 0, 0)
    await desk.due("2026-01-03")
    run = await ended(desk, "RFM")
    assert (run.as_of, await scores(desk, "m")) == (date(2026, 1, 3), (1, 1, 1))
    timers = await desk.pool.fetch("SELECT kind, due_at FROM timers")
    assert [row["kind"] for row in timers] == ["audience_night"]


async def test_who_left_is_scored_no_more_and_measures_nobody(desk: Desk) -> None:
    """Seen wrong: a score was given, night after night, to who had their personal data erased."""
    for number in range(5):
        await desk.pays(f"m{number}", f"2026-01-0{number + 1}", line(1_000 * (number + 1)))
    await desk.pays("leaver", "2026-01-09", line(99_000))
    await desk.run(StartRun, kind="RFM")
    await ended(desk, "RFM")
    assert [(await scores(desk, f"m{n}"))[0] for n in range(5)] != [1, 2, 3, 4, 5]
    await desk.run(EraseMember, member_id="leaver", reason="CLOSED", closes=True)
    await desk.run(StartRun, kind="RFM")
    await ended(desk, "RFM")
    assert await scores(desk, "leaver") == (0, 0, 0)
    assert [(await scores(desk, f"m{n}"))[0] for n in range(5)] == [1, 2, 3, 4, 5]


async def nights(desk: Desk) -> list[datetime]:
    """When the nights are due that are to come."""
    rows = await desk.pool.fetch("SELECT due_at FROM timers WHERE kind = 'audience_night'")
    return [row["due_at"] for row in rows]


async def test_nights_before_the_merchant_was_known_are_not_made_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen wrong: an order of ten years ago ran 3,653 nights one by one."""
    begun: list[Any] = []
    decide = StartNight.decide

    def counted(night: StartNight, state: State) -> Decision:
        begun.append(night)
        return decide(night, state)

    monkeypatch.setattr(StartNight, "decide", counted)
    await desk.pays("m", "2016-01-01")
    assert await desk.due("2026-01-03") < 12
    assert len(begun) == 1
    run = await ended(desk, "RFM")
    assert (run.as_of, run.started_at) == (date(2026, 1, 3), cst("2026-01-03 03:00"))
    assert await nights(desk) == [cst("2026-01-04 03:00")]
    # Neither are those that passed while the service was down.
    assert await desk.due("2026-03-01") < 12
    assert len(begun) == 2
    assert (await ended(desk, "RFM")).as_of == date(2026, 3, 1)
    assert await nights(desk) == [cst("2026-03-02 03:00")]


async def test_the_first_night_is_the_next_one_and_each_has_one_after_it(desk: Desk) -> None:
    await desk.pays("m", cst("2026-01-01 02:59"))
    assert await nights(desk) == [cst("2026-01-01 03:00")]
    for day in ("02", "03", "04"):
        await desk.due(cst(f"2026-01-{day} 03:00"))
        assert (await ended(desk, "RFM")).started_at == cst(f"2026-01-{day} 03:00")
    assert await nights(desk) == [cst("2026-01-05 03:00")]


async def test_a_newer_run_takes_the_place_of_an_older_one(desk: Desk) -> None:
    await desk.pays("m", "2026-01-01")
    await desk.run(StartRun, kind="LIFECYCLE")
    (stale,) = await timers_runs.recomputing(desk.pool)(desk.at)
    await desk.run(StartRun, kind="LIFECYCLE")
    outcome: list[Any] = await desk.engine.run_each([stale])
    assert outcome[0].reason == "RUN_REPLACED"
    assert replace(await ended(desk, "LIFECYCLE"), run_id="").changed == 0
