"""A member leaves: promotes nothing, is nobody's customer; entries and money stay in the books.

Loyalty closes nobody whose withdrawal is open; what is available stays owed to the pseudonym.
domain.md saga S10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events.commission import CustomerUnbound
from danke.events.envelope import Event
from services.commission.bindings import Binding, change_of
from services.commission.guide_relations import GuideRelation
from services.commission.guide_relations import change_of as guide_change_of
from services.commission.guide_tasks import OPEN_TASKS, TASK_TIMER, ended, task_key
from services.commission.promoters import Promoter, changed, member_key


class LeaveMember(Command, frozen=True, kw_only=True):
    """Ends everything a member takes part in. Works once."""

    RESULT: ClassVar[Any] = None

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        return ((OPEN_TASKS, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        tasks = found.group(OPEN_TASKS, (self.merchant_id, self.member_id))
        return (member_key(self.member_id), *(task_key(task.task_id) for task in tasks))

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.member_id)
        return ((Promoter, key), (Binding, key), (GuideRelation, key), (OPEN_TASKS, key))

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.member_id)
        rows: list[Row] = []
        told: list[Event] = []
        promoter = state.get(Promoter, key) or Promoter(*key)
        if promoter.state not in ("REMOVED", "MERGED"):
            promoter = replace(
                promoter, state="REMOVED", reason="MEMBER_CLOSED", changed_at=self.at
            )
            rows.append(promoter)
            told.append(changed(promoter))
        binding = state.get(Binding, key)
        if binding is not None and binding.promoter_id:
            before = binding.promoter_id
            rows.append(replace(binding, promoter_id="", protected=False, protected_until=None))
            rows.append(change_of(self, self.member_id, binding, "", "UNBIND", "MEMBER_CLOSED"))
            told.append(CustomerUnbound(member_id=self.member_id, promoter_id=before))
        deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
        for task in state.group(OPEN_TASKS, key):
            task = replace(task, state="EXPIRED", ended_at=self.at)
            rows.append(task)
            told.append(ended(task))
            deletes.append((Timer, (self.merchant_id, TASK_TIMER, task.task_id)))
        relation = state.get(GuideRelation, key)
        if relation is not None:
            # Orders of before that are told of later look here for their guide.
            guides = (relation.guide_at(self.at), "")
            deletes.append((GuideRelation, key))
            rows.append(
                guide_change_of(
                    self, self.member_id, relation, guides, "MEMBER_CLOSED", "", self.at
                )
            )
        return Decision(None, rows, told, deletes)
