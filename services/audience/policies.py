"""A merchant's lifecycle policy: the terms, and how often members of each category come back.

Either is configuration to the stages: whenever one changes, every stage is derived anew by a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from services.audience.errors import PolicyInvalid
from services.audience.lifecycle import SCOPE, LifecyclePolicy, LifecycleTerms
from services.audience.member_runs import (
    CATEGORIES,
    MemberRun,
    moved_run,
    new_run,
    open_run,
    run_key,
)
from services.audience.nights import next_night
from services.audience.profiles import policy_of

POLICY_KEY = "policy"


class SetLifecyclePolicy(Command, frozen=True, kw_only=True):
    """Sets a merchant's terms and derives every stage anew. Refuses POLICY_INVALID."""

    RESULT: ClassVar[type] = LifecyclePolicy

    terms: LifecycleTerms
    actor: str

    def lane(self) -> str:
        return POLICY_KEY

    def keys(self, found: State) -> Sequence[str]:
        return POLICY_KEY, run_key("LIFECYCLE")

    def reads(self, found: State) -> Iterable[Read]:
        yield LifecyclePolicy, (self.merchant_id, SCOPE)
        yield MemberRun, (self.merchant_id, "LIFECYCLE")

    def decide(self, state: State) -> Decision:
        terms = self.terms
        if not terms.cycle_bp < terms.silent_bp < terms.sleeping_bp:
            raise PolicyInvalid(field="silent_bp", expected="cycle_bp < silent_bp < sleeping_bp")
        if not terms.least_cycle_days <= terms.default_cycle_days <= terms.most_cycle_days:
            raise PolicyInvalid(
                field="default_cycle_days", expected="between the least and the most cycle"
            )
        if not 1 < terms.returning_orders < terms.active_orders:
            raise PolicyInvalid(
                field="active_orders", expected="1 < returning_orders < active_orders"
            )
        known = policy_of(state, self.merchant_id, self.at)
        policy = replace(
            known, version=known.version + 1, terms=terms, set_at=self.at, set_by=self.actor
        )
        run = new_run(self.merchant_id, "LIFECYCLE", self.new_id, self.at)
        return Decision(result=policy, rows=[policy, run, next_night(self.merchant_id, self.at)])


class SetCohorts(Command, frozen=True, kw_only=True):
    """The night found these medians by category. Where one is another now, stages are derived anew.

    They concern who last bought in such a category and has no rhythm of their own; all members, if
    the run before is not done. Refuses RUN_REPLACED.
    """

    run_id: str
    medians: dict[str, int]

    def lane(self) -> str:
        return POLICY_KEY

    def keys(self, found: State) -> Sequence[str]:
        return POLICY_KEY, run_key("COHORTS"), run_key("LIFECYCLE")

    def reads(self, found: State) -> Iterable[Read]:
        yield LifecyclePolicy, (self.merchant_id, SCOPE)
        yield MemberRun, (self.merchant_id, "COHORTS")
        yield MemberRun, (self.merchant_id, "LIFECYCLE")

    def decide(self, state: State) -> Decision:
        run = open_run(state, self.merchant_id, "COHORTS", self.run_id)
        known = policy_of(state, self.merchant_id, self.at)
        is_new = known.cohorts != self.medians
        done = moved_run(run, "", len(self.medians), int(is_new), self.at, ends=True)
        if not is_new:
            return Decision(rows=[done])
        policy = replace(known, version=known.version + 1, cohorts=self.medians)
        again = new_run(self.merchant_id, "LIFECYCLE", self.new_id, self.at)
        going = state.get(MemberRun, (self.merchant_id, "LIFECYCLE"))
        if going is None or going.state == "DONE":
            changed = known.cohorts.items() ^ self.medians.items()
            categories = sorted({category for category, _ in changed})
            again = replace(again, terms={CATEGORIES: categories})
        return Decision(rows=[done, policy, again])
