"""Long work over all members of a merchant, in chunks: which, how far, and what it found.

A run is one row. Sweeps take the next chunk of whatever run is open, so a crash repeats at most one
chunk, and a newer run of the same kind takes the place of an older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from services.audience.days import day_of
from services.audience.errors import RunReplaced
from services.audience.lifecycle import SCOPE, LifecyclePolicy
from services.audience.nights import last_night, next_night
from services.audience.order_facts import MEMBER_ORDERS, with_orders
from services.audience.profiles import Profile, member_key, policy_of
from services.audience.stages import Outcome, pass_time, settle

# LIFECYCLE: every stage from its facts. COHORTS: the categories' medians. RFM: the scores.
RunKind = Literal["LIFECYCLE", "COHORTS", "RFM"]
CATEGORIES: Final = "categories"


class MemberRun(Row, frozen=True):
    """The last run of one kind. ``reached`` is the last member done, ``terms`` what it goes by.

    RFM goes by bounds, LIFECYCLE by ``CATEGORIES`` if only these categories' medians changed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "kind")

    merchant_id: str
    kind: RunKind
    run_id: str
    as_of: date
    state: Literal["RUNNING", "DONE"]
    reached: str
    members: int
    changed: int
    started_at: datetime
    ended_at: datetime | None
    terms: dict[str, Any]


def new_run(merchant_id: str, kind: RunKind, run_id: str, at: datetime) -> MemberRun:
    """A run that begins."""
    return MemberRun(merchant_id, kind, run_id, day_of(at), "RUNNING", "", 0, 0, at, None, {})


def run_key(kind: RunKind) -> str:
    """The lock that covers a kind of run."""
    return f"run/{kind}"


class StartRun(Command, frozen=True, kw_only=True):
    """Starts a run over all members, instead of one of the kind that is not done."""

    RESULT: ClassVar[type] = MemberRun

    kind: RunKind

    def lane(self) -> str:
        return run_key(self.kind)

    def reads(self, found: State) -> Iterable[Read]:
        yield MemberRun, (self.merchant_id, self.kind)

    def decide(self, state: State) -> Decision:
        run = new_run(self.merchant_id, self.kind, self.new_id, self.at)
        return Decision(result=run, rows=[run])


class StartNight(Command, frozen=True, kw_only=True):
    """Starts the night's runs, the medians of the categories and RFM, and sets the next night.

    Runs look at what is known now, so a night that was missed is not made up: of all that passed
    until ``now``, by the door's clock, the last one is run. An order of long ago may have set the
    first one, and a service may have been down for days.
    """

    now: FromDoor[datetime]

    def lane(self) -> str:
        return "night"

    def keys(self, found: State) -> Sequence[str]:
        return run_key("COHORTS"), run_key("RFM")

    def reads(self, found: State) -> Iterable[Read]:
        yield MemberRun, (self.merchant_id, "COHORTS")
        yield MemberRun, (self.merchant_id, "RFM")

    def decide(self, state: State) -> Decision:
        night = max(self.at, last_night(self.now.found))
        runs = [
            new_run(self.merchant_id, kind, f"{self.new_id}.{kind}", night)
            for kind in ("COHORTS", "RFM")
        ]
        return Decision(rows=[*runs, next_night(self.merchant_id, night)])


class MoveRun(Command, frozen=True, kw_only=True):
    """A chunk of a run is done, up to ``reached``, and with ``ends`` the run.

    Refuses RUN_REPLACED if a newer run took its place.
    """

    kind: RunKind
    run_id: str
    reached: str
    members: int
    changed: int
    ends: bool = False
    terms: dict[str, Any] | None = None

    def lane(self) -> str:
        return run_key(self.kind)

    def reads(self, found: State) -> Iterable[Read]:
        yield MemberRun, (self.merchant_id, self.kind)

    def decide(self, state: State) -> Decision:
        run = open_run(state, self.merchant_id, self.kind, self.run_id)
        moved = moved_run(run, self.reached, self.members, self.changed, self.at, ends=self.ends)
        return Decision(rows=[moved if self.terms is None else replace(moved, terms=self.terms)])


class RecomputeChunk(Command, frozen=True, kw_only=True):
    """Derives these members' figures and stages from their facts and the policy, from nothing.

    Of a run over the members of some categories only their cycle is derived anew: their figures
    did not change, and the facts they come from are many. What is as it should be stays untouched.
    Refuses RUN_REPLACED.
    """

    RESULT: ClassVar[type] = int

    run_id: str
    members: tuple[str, ...]
    is_last: bool
    figures: bool = True

    def lane(self) -> str:
        return run_key("LIFECYCLE")

    def keys(self, found: State) -> Sequence[str]:
        return [self.lane(), *map(member_key, self.members)]

    def reads(self, found: State) -> Iterable[Read]:
        yield MemberRun, (self.merchant_id, "LIFECYCLE")
        yield LifecyclePolicy, (self.merchant_id, SCOPE)
        for member in self.members:
            yield Profile, (self.merchant_id, member)
            if self.figures:
                yield MEMBER_ORDERS, (self.merchant_id, member)

    def decide(self, state: State) -> Decision:
        run = open_run(state, self.merchant_id, "LIFECYCLE", self.run_id)
        policy = policy_of(state, self.merchant_id, self.at)
        outcomes = []
        for member in self.members:
            key = (self.merchant_id, member)
            profile = state.get(Profile, key)
            if profile is None:
                continue
            passed = pass_time(profile, self.at, policy)
            derived = passed.profile
            if self.figures:
                derived = with_orders(derived, state.group(MEMBER_ORDERS, key))
            outcome = settle(passed, derived, profile.evaluated_at, policy)
            if outcome.profile != profile:
                outcomes.append(outcome)
        reached = self.members[-1] if self.members else run.reached
        moved = moved_run(
            run, reached, len(self.members), len(outcomes), self.at, ends=self.is_last
        )
        return _all(outcomes, moved)


def _all(outcomes: Sequence[Outcome], run: MemberRun) -> Decision:
    rows: list[Row] = [run]
    for outcome in outcomes:
        rows += [outcome.profile, *outcome.changes]
    events = [event for outcome in outcomes for event in outcome.events]
    return Decision(result=len(outcomes), rows=rows, events=events)


def open_run(state: State, merchant_id: str, kind: RunKind, run_id: str) -> MemberRun:
    """The run of this id, not done. Refuses RUN_REPLACED."""
    run = state.get(MemberRun, (merchant_id, kind))
    if run is None or run.run_id != run_id or run.state != "RUNNING":
        raise RunReplaced(kind=kind)
    return run


def moved_run(
    run: MemberRun, reached: str, members: int, changed: int, at: datetime, *, ends: bool
) -> MemberRun:
    """The run with one chunk more."""
    return replace(
        run,
        reached=reached,
        members=run.members + members,
        changed=run.changed + changed,
        state="DONE" if ends else "RUNNING",
        ended_at=at if ends else None,
    )
