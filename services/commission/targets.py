"""Monthly targets of guides and stores, and how far they are; M51.

Progress is the sum of the month's performance, told once a day and once after the month's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events.commission import GuideTargetProgress
from services.commission.days import month_ends, next_day
from services.commission.programmes import BP

TARGET_TIMER: Final = "target_progress"


class Target(Row, frozen=True):
    """What a guide or a store shall sell in a month. ``target_id`` says whose and when."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "target_id")

    merchant_id: str
    # GUIDE:<guide_id>:<YYYY-MM> or STORE:<store_id>:<YYYY-MM>
    target_id: str
    kind: Literal["GUIDE", "STORE"]
    owner_id: str
    period: str
    target_fen: int
    changed_by: str
    changed_at: datetime


class Achieved(Row, frozen=True):
    """What was sold towards a target. Read only: the sum of performances.

    A sale to the guide's own exclusive customer is two performances and one sale: SALES counts, and
    of EXCLUSIVE what somebody else sold.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "target_id")

    merchant_id: str
    target_id: str
    achieved_fen: int


ACHIEVED = Group(Achieved, ("merchant_id", "target_id"))


def target_id(kind: str, owner_id: str, period: str) -> str:
    """One target per owner and month."""
    return f"{kind}:{owner_id}:{period}"


def progress(target: Target, achieved_fen: int, *, final: bool) -> GuideTargetProgress:
    """What is told of a guide's target."""
    return GuideTargetProgress(
        guide_id=target.owner_id,
        target_id=target.target_id,
        period=target.period,
        target_fen=target.target_fen,
        achieved_fen=achieved_fen,
        rate_bp=max(0, achieved_fen) * BP // target.target_fen,
        final=final,
    )


class SetTarget(Command, frozen=True, kw_only=True):
    """Sets a month's target; its progress is told every midnight until the month has ended."""

    RESULT: ClassVar[type] = Target

    kind: Literal["GUIDE", "STORE"]
    owner_id: str
    period: str
    target_fen: int
    actor: str

    @property
    def _id(self) -> str:
        return target_id(self.kind, self.owner_id, self.period)

    def lane(self) -> str:
        return self._id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Target, (self.merchant_id, self._id)),)

    def decide(self, state: State) -> Decision:
        row = Target(
            self.merchant_id, self._id, self.kind, self.owner_id, self.period, self.target_fen,
            self.actor, self.at,
        )  # fmt: skip
        due = min(next_day(self.at), month_ends(self.period))
        if due <= self.at:  # a month that is over is told of at once
            due = self.at
        rows: list[Row] = [row]
        if self.kind == "GUIDE":
            rows.append(Timer(self.merchant_id, TARGET_TIMER, row.target_id, due))
        return Decision(row, rows)


class TellProgress(Command, frozen=True, kw_only=True):
    """Tells how far a guide's target is, and comes back the next midnight."""

    RESULT: ClassVar[Any] = None

    target_id: str

    def lane(self) -> str:
        return self.target_id

    def keys(self, found: State) -> Sequence[str]:
        return (self.target_id,)

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.target_id)
        return ((Target, key), (ACHIEVED, key))

    def decide(self, state: State) -> Decision:
        target = state.get(Target, (self.merchant_id, self.target_id))
        if target is None:
            return Decision()
        group = state.group(ACHIEVED, (self.merchant_id, self.target_id))
        final = self.at >= month_ends(target.period)
        event = progress(target, sum(one.achieved_fen for one in group), final=final)
        if final:
            return Decision(None, [], [event])
        due = min(next_day(self.at), month_ends(target.period))
        return Decision(
            None, [Timer(self.merchant_id, TARGET_TIMER, target.target_id, due)], [event]
        )
