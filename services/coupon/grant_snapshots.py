"""Mass grants to a segment: audience's snapshot comes page by page, and the grant starts by itself.

The mass grant is announced first, naming the snapshot and how many it counts; then audience is
asked to publish its pages. Pages of a snapshot nobody waits for are not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from common.commands import Command, Decision
from common.errors import NotYet, Refusal
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.coupon.errors import MemberMoved
from services.coupon.grant_batches import OF_SNAPSHOT, GrantBatch, added, cancelled, started
from services.coupon.stocks import Stock


class AddSnapshotPage(Command, frozen=True, kw_only=True):
    """One page of a snapshot for every mass grant that waits for it; the last one starts them.

    A page that is known changes nothing, one too early waits. If the snapshot is not what was
    announced, by its number or order of members, the mass grant is cancelled and says so.
    """

    RESULT: ClassVar[type] = list[GrantBatch]

    snapshot_id: str
    page: int
    pages: int
    member_ids: list[str]

    def lane(self) -> str:
        return f"snapshot:{self.snapshot_id}"

    def locate(self) -> Sequence[Read]:
        return ((OF_SNAPSHOT, (self.merchant_id, self.snapshot_id)),)

    def keys(self, found: State) -> Sequence[str]:
        batches = found.group(OF_SNAPSHOT, (self.merchant_id, self.snapshot_id))
        locks = {key for one in batches for key in (f"batch:{one.batch_id}", one.template_id)}
        return (self.lane(), *sorted(locks))

    def reads(self, found: State) -> Iterable[Read]:
        yield OF_SNAPSHOT, (self.merchant_id, self.snapshot_id)
        for batch in found.group(OF_SNAPSHOT, (self.merchant_id, self.snapshot_id)):
            yield Stock, (self.merchant_id, batch.template_id)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        told: list[Event] = []
        after = []
        # Two mass grants of one template give back to one stock.
        stocks: dict[str, Stock] = {}
        for batch in state.group(OF_SNAPSHOT, (self.merchant_id, self.snapshot_id)):
            if self.page < batch.pages:
                continue
            if self.page > batch.pages:
                raise NotYet(snapshot_id=self.snapshot_id)
            key = (self.merchant_id, batch.template_id)
            if not state.knows(Stock, key):
                raise MemberMoved(batch_id=batch.batch_id)  # announced while this waited
            stock = stocks.get(batch.template_id) or state.get(Stock, key)
            assert stock is not None, "Bug: a mass grant without its template's stock"
            changed, published = self._add(batch, stock)
            after.append(changed[0])
            stocks |= {one.template_id: one for one in changed if isinstance(one, Stock)}
            rows += [one for one in changed if not isinstance(one, Stock)]
            told += published
        return Decision(result=after, rows=[*rows, *stocks.values()], events=told)

    def _add(self, batch: GrantBatch, stock: Stock) -> tuple[list[Row], list[Event]]:
        """What the page changes, the mass grant first."""
        last = self.page + 1 == self.pages
        try:
            grown, chunks = added(batch, self.member_ids)
        except Refusal:
            return _stopped(batch, stock, self)
        if not last:
            return [grown, *chunks], []
        if grown.added != grown.members:
            return _stopped(batch, stock, self)
        running, timers, progress = started(grown, self.at)
        return [running, *chunks, *timers], [progress]


def _stopped(batch: GrantBatch, stock: Stock, command: Command) -> tuple[list[Row], list[Event]]:
    rows, told = cancelled(batch, stock, command.at)
    return rows, [told]
