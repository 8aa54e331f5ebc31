"""The replay: day after day of real shopping through the public doors, then the report.

A day is: enrol, recharge, pay, publish the orders, redeem, and wait until all is quiet. Between
days every service's development clock moves on, so that what is due runs. After the last week
empty days follow until all that was decided has happened.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.clocks import Clocks
from cli.verification import verify_stack
from demo import audience_truth, data, truth
from demo.audience_report import AudienceReport
from demo.audit import audit, owed, parked
from demo.campaign_report import CampaignReport
from demo.campaign_truth import campaign_totals
from demo.campaigns import Campaigns
from demo.data import SHOP_ZONE, Day
from demo.doors import Doors
from demo.groups import Groups, derive
from demo.plan import DayPlan, Planner
from demo.progress import Bar
from demo.report import Report, Twice
from demo.steps import Steps
from demo.steps_audience import Audience
from demo.steps_commission import Distribution
from demo.steps_coupons import Coupons
from demo.steps_journeys import Journeys
from demo.tally import Tally
from deploy.local.stack import Stack

WEEKS: Final = 4
# The day that is sent twice: late enough that refunds and completions are among it.
TWICE: Final = 9
# Whoever waits in vain for an earlier event waits for a day; then it is a dead letter.
LAST_WAIT_DAYS: Final = 2
# Services look at what waits once a second, of the system's time.
RETRY_S: Final = 1.2
LAST_ERRORS: Final = 3
# Besides whole weeks: the Sunday the data begins with, the last morning, and what comes back later.
FRINGE_DAYS: Final = 7


class Replay:
    """One replay in progress."""

    def __init__(
        self, doors: Doors, clocks: Clocks, tally: Tally, campaigns: Campaigns, weeks: int
    ) -> None:
        self.steps = Steps(doors)
        self.groups = Groups(doors)
        self.coupons = Coupons(doors)
        self.distribution = Distribution(doors)
        self.audience = Audience(doors, weeks)
        self.journeys = Journeys(doors)
        self.campaigns = campaigns
        self.clocks = clocks
        self.tally = tally
        self.planner = Planner()
        self.week_of: dict[str, int] = {}
        self.left_out: list[int] = []
        # Orders that came back in full.
        self.returned: set[str] = set()
        # What the clocks say.
        self.now = datetime.min.replace(tzinfo=SHOP_ZONE)
        self.twice: Twice | None = None

    async def prepare(self, first: date) -> None:
        """Sets the clocks to the first day, and what the merchant offers once."""
        await self._run_due(midnight(first))
        await self.steps.offer()
        await self.distribution.offer()
        await self.coupons.offer(self.campaigns.campaigns.values())
        await self.audience.offer()
        await self.journeys.offer()
        await self.clocks.settle()  # a journey is activated once its coupons are known
        await self.journeys.install()

    async def day(self, day: Day, number: int) -> DayPlan:
        """One day from its first member to quiet; one of all days is sent twice."""
        await self._run_due(midnight(day.day))
        await self._pay_back()
        plan = self.planner.plan(day.day, day.baskets)
        for order in plan.orders:
            self.week_of[order.order_id] = order.basket.week
        self.returned |= {back.order.order_id for back in plan.returns if back.everything}
        self.left_out += day.left_out
        await self.carry_out(plan)
        if number == TWICE:
            await self._again(plan)
        self.planner.settle(plan)
        return plan

    async def carry_out(self, plan: DayPlan) -> None:
        """All steps of one day."""
        await self.distribution.hire(plan)
        await self.steps.enrol(plan)
        await self.audience.consent(plan)
        if plan.joins:  # whose customers they are is told by loyalty
            await self.clocks.settle()
            await self._run_due(self.now)  # journeys begin before the shopping does
        await self.distribution.bind(plan)
        await self.distribution.attribute(plan)
        await self.steps.recharge(plan)
        await asyncio.gather(self.steps.pay(plan), self.steps.use(plan))
        await self.steps.publish_orders(plan)
        await self.clocks.settle()
        await self._form_groups(plan)
        await self._campaign(plan)
        await self._run_due(self.now)

    async def _run_due(self, now: datetime) -> None:
        """Sets the clocks and runs what is due, until nothing is."""
        self.now = now
        while any((await self.clocks.set(now)).values()):
            # What timers published is taken before anything else; it may set timers again.
            await self.clocks.settle()

    async def _campaign(self, plan: DayPlan) -> None:
        """Campaigns reach members, who redeem what they got."""
        day = self.campaigns.day(plan.day, self.planner.households)

        async def run_due() -> None:
            # The chunks of a mass grant are due one microsecond after the other.
            self.now = midnight(plan.day) + timedelta(seconds=1)
            await self.clocks.set(self.now)

        await self.coupons.grant(day, run_due)
        await self.coupons.redeem(day)
        await self.clocks.settle()

    async def _form_groups(self, plan: DayPlan) -> None:
        """Groups are derived from the day's baskets; leaders pay before others can join."""
        offers = derive(plan.day, plan.orders)
        if offers:
            await self.groups.offer(offers, midnight(plan.day))
            for step in (self.groups.open, self.groups.join):
                await self.steps.publish_payments(await step(offers))
                await self.clocks.settle()

    async def _pay_back(self) -> None:
        """The payment channel does the refunds that failed groups wait for."""
        records = await self.groups.refunds()
        if records:
            await self.steps.publish_payments(records)
            await self.clocks.settle()

    async def end(self, last: date) -> None:
        """Two more midnights without shopping: what still waits in vain becomes a dead letter."""
        for after in range(1, LAST_WAIT_DAYS + 1):
            await self._run_due(midnight(last + timedelta(days=after)))
            await self._pay_back()
            await asyncio.sleep(RETRY_S)
        await self.clocks.settle()
        await self.tally.caught_up()

    async def _again(self, plan: DayPlan) -> None:
        """The same day once more, request by request: every answer and sum must stay."""
        before = await self._figures(plan)
        sent = self.steps.total
        await self.carry_out(plan)
        after = await self._figures(plan)
        self.twice = Twice(plan.day, self.steps.total - sent, before, after)

    async def _figures(self, plan: DayPlan) -> dict[str, int]:
        """What a second time would change: records by topic, value and points of who was here."""
        await self.tally.caught_up()
        here = {order.household.household_id: order.household for order in plan.orders}
        found = {f"records in {topic}": n for topic, n in self.tally.records.items()}
        for member in await audit(self.steps, here.values()):
            found[f"value of {member.member_id}"] = member.principal_fen + member.bonus_fen
            found[f"points of {member.member_id}"] = member.points.available + member.points.pending
        return found


async def run(
    stack: Stack,
    *,
    weeks: int = WEEKS,
    console: Console | None = None,
    source: Path | None = None,
) -> Report:
    """Replays the data's first ``weeks`` weeks into a running stack and returns the report.

    The services must be in development mode, and new: the demo's merchant has no members yet.
    """
    console = console or Console()
    addresses = {name: stack.address(name) for name in stack.services}
    async with (
        Doors(addresses) as doors,
        Clocks(addresses, stack.broker) as clocks,
        Tally(stack.broker.bootstrap) as tally,
    ):
        replay = Replay(doors, clocks, tally, Campaigns(weeks, source), weeks)
        try:
            with Bar(console, 7 * (weeks - 1) + FRINGE_DAYS) as bar:
                first, last = await _all_days(replay, data.days(weeks, source), bar)
                seconds, pace = bar.seconds, bar.pace
        except Exception:
            # The stack is thrown away with its logs.
            for line in _errors(stack.root / "logs"):
                console.print(line, markup=False, highlight=False)
            raise
        steps = replay.steps
        return Report(
            weeks=weeks,
            first_day=first,
            last_day=last,
            seconds=seconds,
            truth=truth.totals(weeks, source),
            books=tally.books,
            week_of=replay.week_of,
            left_out=replay.left_out,
            households=set(replay.planner.households),
            members=await audit(steps, replay.planner.households.values()),
            owed=await owed(
                steps, midnight(first), midnight(last + timedelta(days=LAST_WAIT_DAYS + 1))
            ),
            groups_expected=replay.groups.expected,
            commission=await replay.distribution.answers(first, last),
            campaigns=CampaignReport(
                campaign_totals(weeks, source),
                await replay.coupons.answers(replay.campaigns.campaigns.values()),
            ),
            audience=await _audience(replay, weeks, (first, last), source),
            pace=pace,
            twice=replay.twice,
            dead=tally.dead,
            parked=Counter(await parked({n: stack.metrics_address(n) for n in addresses})),
            latencies=doors.latencies(),
            retries=doors.retries,
            records_sent=steps.sent.total(),
            verified=await verify_stack(stack),
        )


async def _all_days(replay: Replay, days: Iterator[Day], bar: Bar) -> tuple[date, date]:
    """The whole replay; the first and the last of its days."""
    first = next(days)
    last = first.day
    await replay.prepare(first.day)
    bar.prepared()
    for number, day in enumerate(calendar(first, days, replay.planner), 1):
        plan = await replay.day(day, number)
        last = day.day
        members, events = len(replay.planner.households), replay.tally.records.total()
        bar.day_done(day.day, len(plan.orders), members, events)
    await replay.end(last)
    return first.day, last


async def _audience(
    replay: Replay, weeks: int, days: tuple[date, date], source: Path | None
) -> AudienceReport:
    """What audience and automation answer of these days, and the same from the data."""
    households, books = replay.planner.households, replay.tally.books.audience
    today = days[1] + timedelta(days=LAST_WAIT_DAYS)
    answers = await replay.audience.answers(households.values(), *days, today)
    number = {household.member_id: each for each, household in households.items()}
    stages = audience_truth.stages(
        audience_truth.orders(weeks, source),
        replay.returned,
        answers.cohorts,
        {number[member]: wake for member, wake in books.wakes.items()},
        today,
    )
    trial = None
    if weeks >= audience_truth.LEAST_WEEKS:
        foretold = [
            (number[member], category, told_on, due_on)
            for member, category, told_on, due_on in books.foretold
        ]
        trial = audience_truth.replenishment(weeks, foretold, source)
    return AudienceReport(
        answers=answers,
        journeys=await replay.journeys.answers(),
        truth={households[each].member_id: found for each, found in stages.items()},
        replenishment=trial,
    )


def _errors(logs: Path) -> Iterator[str]:
    """The last errors of each service's log."""
    for log in sorted(logs.glob("*.log")):
        errors = [line for line in log.read_text().splitlines() if '"level":"error"' in line]
        yield from (f"{log.stem}: {line}" for line in errors[-LAST_ERRORS:])


def midnight(day: date) -> datetime:
    """When the shop's day begins."""
    return datetime.combine(day, time(), SHOP_ZONE)


def calendar(first: Day, others: Iterator[Day], planner: Planner) -> Iterator[Day]:
    """Every day from the first on, without gaps, until nothing that was decided is left to happen.

    It asks the planner after each day, so it must be consumed one by one.
    """
    day, coming = first.day, first
    more = True
    while more or (planner.waiting is not None and day <= planner.waiting):
        if more and coming.day == day:
            yield coming
            following = next(others, None)
            more = following is not None
            coming = following or coming
        else:
            yield Day(day, [], [])
        day += timedelta(days=1)
