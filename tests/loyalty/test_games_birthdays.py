"""Games draw on the server and within their caps; birthdays come once a year."""

from __future__ import annotations

from datetime import date

import pytest

from services.loyalty.birthdays import AwardBirthday, SetBirthday, celebrated
from services.loyalty.closures import CloseMember
from services.loyalty.earn_rules import Prize
from services.loyalty.errors import (
    AlreadyEarned,
    DailyCapReached,
    NotOffered,
    PointsClosed,
    RuleInvalid,
)
from services.loyalty.games import ReportGameResult, drawn
from services.loyalty.members import Enroll
from tests.loyalty.club import claim
from tests.loyalty.points_desk import Desk, cst, hours


async def test_a_round_counts_once_and_the_day_has_a_cap(desk: Desk) -> None:
    await desk.rule("wheel", "GAME", daily_cap_points=50, points=30)
    play = {"member_id": "ann", "game_id": "wheel"}
    for _ in range(2):
        done = await desk.run(ReportGameResult, round_id="g1", points=30, **play)
        assert done.points == 30
    assert (await desk.run(ReportGameResult, round_id="g2", points=30, **play)).points == 20
    with pytest.raises(DailyCapReached):
        await desk.run(ReportGameResult, round_id="g3", points=1, **play)
    with pytest.raises(RuleInvalid):
        await desk.run(ReportGameResult, round_id="g4", points=31, **play)
    with pytest.raises(NotOffered):
        await desk.run(ReportGameResult, member_id="ann", game_id="none", round_id="g5")
    assert await desk.available("ann") == 50
    desk.now += hours(24)
    assert (await desk.run(ReportGameResult, round_id="g3", points=1, **play)).points == 1


async def test_a_round_is_one_members_and_one_games(desk: Desk) -> None:
    for game in ("wheel", "box"):
        await desk.rule(game, "GAME", points=30)
    play = {"round_id": "g1", "points": 30}
    await desk.run(ReportGameResult, member_id="ann", game_id="wheel", **play)
    for member_id, game_id in (("bob", "wheel"), ("ann", "box")):
        with pytest.raises(AlreadyEarned):
            await desk.run(ReportGameResult, member_id=member_id, game_id=game_id, **play)


async def test_a_game_that_gives_nothing_says_why(desk: Desk) -> None:
    await desk.rule("wheel", "GAME", points=30)
    play = {"game_id": "wheel", "round_id": "g1", "points": 30}
    await desk.programme(earning=False)
    with pytest.raises(NotOffered):
        await desk.run(ReportGameResult, member_id="ann", **play)
    await desk.run(Enroll, member_id="gone", claims=[claim("gone")], channel="MINI")
    await desk.run(CloseMember, member_id="gone", reason="asked")
    await desk.programme(version=1)
    with pytest.raises(PointsClosed):
        await desk.run(ReportGameResult, member_id="gone", **play)


async def test_a_drawn_game_takes_no_result_from_outside(desk: Desk) -> None:
    await desk.rule("wheel", "GAME", prizes=[Prize(10_000, 7)])
    play = {"member_id": "ann", "game_id": "wheel", "round_id": "g1"}
    with pytest.raises(RuleInvalid):
        await desk.run(ReportGameResult, points=9, **play)
    for _ in range(2):
        assert (await desk.run(ReportGameResult, **play)).points == 7


async def test_a_round_that_won_nothing_stays_lost(desk: Desk) -> None:
    await desk.rule("wheel", "GAME", prizes=[Prize(0, 7)])
    play = {"member_id": "ann", "game_id": "wheel", "round_id": "g1"}
    assert (await desk.run(ReportGameResult, **play)).points == 0
    rows = await desk.rows("SELECT points FROM points_earnings WHERE source_id = 'g1'")
    assert rows == [(0,)]


def test_chances_are_what_they_say() -> None:
    prizes = [Prize(1_000, 100), Prize(3_000, 10)]
    found = [drawn(prizes, f"seed-{n}") for n in range(10_000)]
    assert abs(found.count(100) - 1_000) < 100 and abs(found.count(10) - 3_000) < 150


async def test_L7_a_leap_day_is_celebrated_on_the_28th(desk: Desk) -> None:
    await desk.rule("birthday", "BIRTHDAY", points=88)
    desk.now = cst("2026-05-01 10:00")
    await desk.run(SetBirthday, member_id="ann", month=2, day=29)
    await desk.advance(cst("2027-02-27 23:59"))
    assert await desk.available("ann") == 0
    await desk.advance(cst("2027-02-28"))
    assert await desk.available("ann") == 88
    await desk.advance(cst("2028-02-28"))
    assert await desk.available("ann") == 88
    await desk.advance(cst("2028-02-29"))
    assert await desk.available("ann") == 176


async def test_L7_a_birthday_changed_after_the_award_brings_no_second_one(desk: Desk) -> None:
    await desk.rule("birthday", "BIRTHDAY", points=88)
    await desk.run(SetBirthday, member_id="ann", month=6, day=1)
    await desk.advance(cst("2026-06-01 09:00"))
    assert await desk.available("ann") == 88
    await desk.run(SetBirthday, member_id="ann", month=7, day=1)
    await desk.advance(cst("2026-12-31"))
    assert await desk.available("ann") == 88
    await desk.advance(cst("2027-07-01"))
    assert await desk.available("ann") == 176


async def test_who_enrols_on_the_birthday_is_awarded_that_day(desk: Desk) -> None:
    await desk.rule("birthday", "BIRTHDAY", points=88)
    await desk.run(SetBirthday, member_id="ann", month=5, day=1)
    await desk.advance(desk.now)
    assert await desk.available("ann") == 88
    await desk.run(AwardBirthday, member_id="ann")
    assert await desk.available("ann") == 88


async def test_without_a_rule_the_day_passes(desk: Desk) -> None:
    await desk.run(SetBirthday, member_id="ann", month=6, day=1)
    await desk.advance(cst("2026-06-02"))
    assert await desk.rows("SELECT due_at FROM timers") == [(cst("2027-06-01"),)]
    with pytest.raises(RuleInvalid):
        await desk.run(SetBirthday, member_id="ann", month=2, day=30)


def test_only_the_29th_of_february_moves() -> None:
    assert celebrated(2, 29, 2027) == date(2027, 2, 28)
    assert celebrated(2, 29, 2028) == date(2028, 2, 29)
    assert celebrated(2, 28, 2027) == date(2027, 2, 28)
