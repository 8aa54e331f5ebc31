"""Tasks for guides (导购任务): what a journey or a campaign asks a member's own guide to do.

OPEN → DONE | EXPIRED. A task belongs to the guide whose exclusive customer the member was when it
was asked for, and stays there. A member without a guide has nobody to do it: the task is kept as
EXPIRED with no guide, so that who asked can see it. domain.md §2.13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import commission as events
from services.commission.errors import TaskNotFound, TaskNotOpen
from services.commission.guide_relations import EXCLUSIVE

TaskState = Literal["OPEN", "DONE", "EXPIRED"]
TASK_TIMER: Final = "guide_task"


class GuideTask(Row, frozen=True):
    """One thing to do for one member, until ``due_at``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "task_id")

    merchant_id: str
    # The id of the action that asked for it.
    task_id: str
    # Empty: the member had no guide.
    guide_id: str
    store_id: str
    member_id: str
    title: str
    state: TaskState
    source_kind: str
    source_id: str
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    done_by: str = ""
    note: str = ""


# What ends with a member who leaves.
OPEN_TASKS = Group(GuideTask, ("merchant_id", "member_id"), holds=lambda task: task.state == "OPEN")


def task_key(task_id: str) -> str:
    """The lock of a task."""
    return f"task:{task_id}"


class AskGuide(Command, frozen=True, kw_only=True):
    """A task for the member's exclusive guide; works once per ``task_id``, the action's id."""

    RESULT: ClassVar[Any] = None

    task_id: str
    member_id: str
    title: str
    due_at: datetime
    source_kind: str
    source_id: str

    def lane(self) -> str:
        return self.task_id

    def keys(self, found: State) -> Sequence[str]:
        return (task_key(self.task_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            (GuideTask, (self.merchant_id, self.task_id)),
            (EXCLUSIVE, (self.merchant_id, self.member_id, self.at)),
        )

    def decide(self, state: State) -> Decision:
        if state.get(GuideTask, (self.merchant_id, self.task_id)) is not None:
            return Decision()
        guide_id = store_id = ""
        for relation in state.group(EXCLUSIVE, (self.merchant_id, self.member_id, self.at)):
            guide_id, store_id = relation.guide
        task = GuideTask(
            merchant_id=self.merchant_id,
            task_id=self.task_id,
            guide_id=guide_id,
            store_id=store_id,
            member_id=self.member_id,
            title=self.title,
            state="OPEN",
            source_kind=self.source_kind,
            source_id=self.source_id,
            created_at=self.at,
            due_at=self.due_at,
        )
        if not guide_id:
            return Decision(rows=[replace(task, state="EXPIRED", ended_at=self.at)])
        timer = Timer(self.merchant_id, TASK_TIMER, self.task_id, self.due_at)
        given = events.GuideTaskGiven(
            guide_id=guide_id, task_id=self.task_id, member_id=self.member_id,
            store_id=store_id, due_at=self.due_at, source_kind=self.source_kind,
            source_id=self.source_id,
        )  # fmt: skip
        return Decision(rows=[task, timer], events=[given])


class _OfTask(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = GuideTask

    task_id: str

    def lane(self) -> str:
        return self.task_id

    def keys(self, found: State) -> Sequence[str]:
        return (task_key(self.task_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return ((GuideTask, (self.merchant_id, self.task_id)),)

    def task(self, state: State) -> GuideTask:
        """Refuses TASK_NOT_FOUND."""
        task = state.get(GuideTask, (self.merchant_id, self.task_id))
        if task is None:
            raise TaskNotFound(field="task_id")
        return task


class CompleteTask(_OfTask, frozen=True, kw_only=True):
    """The guide did it. A repeat answers the same. Refuses TASK_NOT_FOUND, TASK_NOT_OPEN.

    Until ``due_at`` exclusive, whether its timer ran or not.
    """

    actor: str
    note: str = ""

    def decide(self, state: State) -> Decision:
        task = self.task(state)
        if task.state == "DONE":
            return Decision(task)
        if task.state != "OPEN" or self.at >= task.due_at:
            raise TaskNotOpen(task_id=self.task_id, state="EXPIRED")
        done = replace(task, state="DONE", ended_at=self.at, done_by=self.actor, note=self.note)
        return _ended(done)


class ExpireTask(_OfTask, frozen=True, kw_only=True):
    """Its time is over; one that was done stays so."""

    def decide(self, state: State) -> Decision:
        task = self.task(state)
        if task.state != "OPEN" or self.at < task.due_at:
            return Decision(task)
        return _ended(replace(task, state="EXPIRED", ended_at=self.at))


def _ended(task: GuideTask) -> Decision:
    timer = (task.merchant_id, TASK_TIMER, task.task_id)
    return Decision(task, [task], [ended(task)], [(Timer, timer)])


def ended(task: GuideTask) -> events.GuideTaskEnded:
    """What is told of a task that is done, or will not be."""
    assert task.state != "OPEN", "Bug: it goes on"
    return events.GuideTaskEnded(
        guide_id=task.guide_id,
        task_id=task.task_id,
        member_id=task.member_id,
        state=task.state,
        source_kind=task.source_kind,
        source_id=task.source_id,
    )
