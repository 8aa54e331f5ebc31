"""The report's tables of members, journeys and forecasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rich.panel import Panel
from rich.table import Table

from demo.audience_books import JourneyBooks
from demo.audience_report import BP, CANNOT_REACT, AudienceReport
from demo.audience_truth import LEAST_WEEKS, NEAR_DAYS

STAGES: Final = ("PROSPECT", "NEW", "RETURNING", "ACTIVE", "SILENT", "SLEEPING", "LOST")


def all_of(report: AudienceReport, books: JourneyBooks, weeks: int) -> Iterator[Table | Panel]:
    """Stages, journeys, uplift, forecasts."""
    yield _stages(report)
    yield _journeys(report, books)
    yield _skipped(books)
    yield _uplift(report)
    yield _forecasts(report, weeks)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", min_width=min(len(title), 76))
    for column in columns:
        figures = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if figures else "left")
    return table


def _stages(report: AudienceReport) -> Table:
    answers = report.answers
    columns = (f">to {stage}" for stage in STAGES[1:])
    table = _table("Members by stage, and moves (audience)", "stage", ">members", *columns)
    for stage in STAGES:
        moves = (answers.moves.get((stage, to), 0) for to in STAGES[1:])
        cells = (f"{n:,}" if n else "" for n in moves)
        table.add_row(stage, f"{answers.members.get(stage, 0):,}", *cells)
    return table


def _journeys(report: AudienceReport, books: JourneyBooks) -> Table:
    table = _table(
        "Journeys of the default pack (automation's answers; points and tasks: its topic)",
        "journey", ">entered", ">held out", ">goal reached", ">completed", ">exited", ">on the way",
        ">coupons", ">points", ">tasks", ">delivered", ">skipped",
    )  # fmt: skip
    sums: Counter[int] = Counter()
    for one in report.journeys:
        name = one.journey_id
        ended = (one.goal_reached, one.completed, one.exited, one.running)
        figures = (
            sum(ended) + one.held_out, one.held_out, *ended, one.coupons,
            books.steps[name, "POINTS"], books.steps[name, "GUIDE_TASK"],
            one.messages.get("DELIVERED", 0), one.skipped,
        )  # fmt: skip
        sums.update(dict(enumerate(figures)))
        table.add_row(name.removeprefix("pack-"), *(f"{n:,}" if n else "" for n in figures))
    table.add_section()
    table.add_row("all", *(f"{sums[n]:,}" for n in range(11)))
    return table


def _skipped(books: JourneyBooks) -> Table:
    table = _table("Messages (danke.automation.message.v1)", "", ">messages")
    table.add_row("delivered", f"{books.delivered.total():,}")
    reasons: Counter[str] = Counter()
    for (_, reason), times in books.skipped.items():
        reasons[reason] += times
    for reason, times in reasons.most_common():
        table.add_row(f"not sent: {reason}", f"{times:,}")
    table.add_row("failed", f"{books.failed.total():,}")
    return table


def _uplift(report: AudienceReport) -> Table:
    table = _table(
        "Uplift against holdout (automation's reports)",
        "journey", ">treated", ">ordered", ">held out", ">ordered", ">uplift in points",
    )  # fmt: skip
    sums: Counter[str] = Counter()
    for one in report.journeys:
        if not one.treated and not one.control:
            continue
        figures = (one.treated, one.treated_buyers, one.control, one.control_buyers)
        sums.update(dict(zip("abcd", figures)))
        table.add_row(one.journey_id.removeprefix("pack-"), *_rates(*figures))
    table.add_section()
    table.add_row("all", *_rates(*(sums[name] for name in "abcd")))
    table.caption = CANNOT_REACT
    return table


def _rates(treated: int, treated_buyers: int, control: int, control_buyers: int) -> list[str]:
    ours = treated_buyers * BP // treated if treated else None
    theirs = control_buyers * BP // control if control else None
    uplift = f"{(ours - theirs) / 100:+.1f}" if ours is not None and theirs is not None else ""
    return [f"{treated:,}", _percent(ours), f"{control:,}", _percent(theirs), uplift]


def _percent(bp: int | None) -> str:
    return "" if bp is None else f"{bp / 100:.1f} %"


def _forecasts(report: AudienceReport, weeks: int) -> Table | Panel:
    title = "Forecasts tried on the last quarter"
    if weeks < LEAST_WEEKS:
        return Panel(f"{weeks} weeks are too short: from {LEAST_WEEKS} on.", title=title)
    table = _table(title, "", ">forecast", ">naive guess", ">happened")
    trial, model = report.replenishment, report.answers.model
    if trial is not None:
        table.add_row(
            f"replenishment from {trial.cut}: {trial.forecasts:,} told,"
            f" bought within {NEAR_DAYS} days of it",
            f"{trial.near:,}", f"{trial.naive_near:,}", f"{trial.bought_again:,} bought again",
        )  # fmt: skip
        table.add_row(
            "mean error in days", f"{trial.error_days:.2f}", f"{trial.naive_error_days:.2f}", ""
        )
    if model is None:
        table.add_row("the orders carry no buying model", "", "", "")
        return table
    table.add_row(
        f"BG/NBD from {model.cut_date}: days with a purchase of {model.members:,} members",
        f"{model.expected:,.0f}", f"{model.naive:,.0f}", f"{model.actual:,}",
    )  # fmt: skip
    table.add_row(
        "root mean square error per member", f"{model.error:.3f}", f"{model.naive_error:.3f}", ""
    )
    table.caption = (
        "Naive: the category's median interval from the member's last purchase on; going on at"
        " each member's own rate."
    )
    return table
