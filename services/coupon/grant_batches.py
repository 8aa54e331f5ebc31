"""Mass grants (精准群发): a list of members in, a coupon for each, once whatever crashes; S6, M37.

Members come in pages in ascending order, so nobody is named twice; they are kept as chunks of 500.
Stock is reserved before anything is given. Then each chunk is one timer's command, and sets the
timer of a later one: a crash repeats a command that took effect or did not. parity.md §2 no. 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import Refusal
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.errors import (
    GrantBatchExists,
    GrantBatchNotFound,
    GrantBatchStateInvalid,
    MembersIncomplete,
    MembersOutOfOrder,
    PageOutOfOrder,
)
from services.coupon.issuing import Issue, issue_reads
from services.coupon.stocks import Stock, release, reserve
from services.coupon.templates import CouponTemplate, must_be_active

BATCH_TIMER: Final = "coupon_grant_window"
CHUNK: Final = 500
# How many chunks between two events that tell of progress.
TELL_EVERY: Final = 10
# How many chunks have their timer at once, by its kind: they meet in one transaction, which holds
# the template for its time. What the release before began goes on in its own window.
WINDOWS: Final = {BATCH_TIMER: 8, "coupon_grant_batch": 4}
_PAUSE: Final = timedelta(minutes=5)


class GrantBatch(Row, frozen=True):
    """A mass grant and how far it is."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "batch_id")

    merchant_id: str
    batch_id: str
    template_id: str
    # What the campaign is called; for people.
    name: str
    state: Literal["CREATED", "RUNNING", "COMPLETED", "PARTIAL", "CANCELLED"]
    # How many there will be, and how many were added in how many pages and chunks.
    members: int
    added: int
    pages: int
    chunks: int
    last_member_id: str
    chunks_done: int
    # What is reserved for each, in fen; how many reserves are left.
    each_fen: int
    reserved: int
    ok: int
    # Left out by a rule (limit reached), and not given for another reason.
    skipped: int
    failed: int
    # Whether per-member limits were set when it was made.
    limited: bool
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None
    # Audience's snapshot its members come from; empty if they are added by call.
    snapshot_id: str = ""


# The mass grants that wait for the pages of a snapshot.
OF_SNAPSHOT = Group(
    GrantBatch,
    ("merchant_id", "snapshot_id"),
    holds=lambda batch: batch.state == "CREATED" and batch.snapshot_id != "",
    order=lambda batch: batch.batch_id,
)


class GrantChunk(Row, frozen=True):
    """Up to 500 members of a mass grant and what became of them."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "batch_id", "chunk")

    merchant_id: str
    batch_id: str
    chunk: int
    member_ids: list[str]
    done: bool
    # Who got none, and why. Everybody else's coupon has the id ``<batch>.<place in the list>``.
    refused: dict[str, str]


def chunk_ref(batch_id: str, chunk: int) -> str:
    """What the timer of a chunk names."""
    return f"{batch_id}/{chunk}"


class CreateGrantBatch(Command, frozen=True, kw_only=True):
    """Announces a mass grant and reserves a coupon for each member. The same again answers it.

    With ``snapshot_id`` its members are those of audience's snapshot, as its pages come by event.
    Refuses TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE, SOLD_OUT, BUDGET_EXHAUSTED, GRANT_BATCH_EXISTS.
    """

    RESULT: ClassVar[type] = GrantBatch

    batch_id: str
    template_id: str
    name: str
    members: int
    actor: str
    snapshot_id: str = ""

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, f"batch:{self.batch_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield GrantBatch, (self.merchant_id, self.batch_id)
        yield from issue_reads(self.merchant_id, self.template_id, ())

    def decide(self, state: State) -> Decision:
        old = state.get(GrantBatch, (self.merchant_id, self.batch_id))
        if old is not None:
            asked = (self.template_id, self.members, self.snapshot_id)
            if (old.template_id, old.members, old.snapshot_id) != asked:
                raise GrantBatchExists(field="batch_id", batch_id=self.batch_id)
            return Decision(result=old)
        key = (self.merchant_id, self.template_id)
        template = must_be_active(state.get(CouponTemplate, key), self.template_id)
        stock = state.get(Stock, key)
        assert stock is not None, "Bug: a template without its stock"
        each_fen = template.terms.most_fen
        limits = template.limits
        batch = GrantBatch(
            self.merchant_id, self.batch_id, self.template_id, self.name, "CREATED", self.members,
            0, 0, 0, "", 0, each_fen, self.members, 0, 0, 0,
            limits.per_member is not None or limits.per_member_day is not None,
            self.actor, self.at, snapshot_id=self.snapshot_id,
        )  # fmt: skip
        return Decision(result=batch, rows=[reserve(stock, self.members, each_fen), batch])


class _OfBatch(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = GrantBatch

    batch_id: str

    def lane(self) -> str:
        return f"batch:{self.batch_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((GrantBatch, (self.merchant_id, self.batch_id)),)

    def batch(self, state: State) -> GrantBatch:
        batch = state.get(GrantBatch, (self.merchant_id, self.batch_id))
        if batch is None:
            raise GrantBatchNotFound(field="batch_id", batch_id=self.batch_id)
        return batch


class AddGrantMembers(_OfBatch, frozen=True, kw_only=True):
    """Adds page ``page`` (from 0) of the members, in ascending order over all pages.

    Refuses GRANT_BATCH_NOT_FOUND, GRANT_BATCH_STATE_INVALID once started, PAGE_OUT_OF_ORDER,
    MEMBERS_OUT_OF_ORDER naming the place, MEMBERS_INCOMPLETE if they become too many.
    """

    page: int
    member_ids: list[str]

    def decide(self, state: State) -> Decision:
        batch = self.batch(state)
        if batch.state != "CREATED":
            raise GrantBatchStateInvalid(state=batch.state)
        if batch.snapshot_id:
            raise GrantBatchStateInvalid(state="FROM_SNAPSHOT")
        if self.page != batch.pages:
            raise PageOutOfOrder(field="page", expected=batch.pages)
        after, chunks = added(batch, self.member_ids)
        return Decision(result=after, rows=[after, *chunks])


class StartGrantBatch(_OfBatch, frozen=True, kw_only=True):
    """Starts giving. Refuses GRANT_BATCH_NOT_FOUND, MEMBERS_INCOMPLETE, GRANT_BATCH_STATE_INVALID.

    Starting what runs changes nothing.
    """

    def decide(self, state: State) -> Decision:
        batch = self.batch(state)
        if batch.state == "RUNNING":
            return Decision(result=batch)
        if batch.state != "CREATED":
            raise GrantBatchStateInvalid(state=batch.state)
        if batch.added != batch.members:
            raise MembersIncomplete(members=batch.members, added=batch.added)
        after, timers, told = started(batch, self.at)
        return Decision(after, [after, *timers], [told])


class _OfStock(_OfBatch, frozen=True, kw_only=True):
    """A command that also changes the template's stock."""

    def locate(self) -> Sequence[Read]:
        return ((GrantBatch, (self.merchant_id, self.batch_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        batch = found.get(GrantBatch, (self.merchant_id, self.batch_id))
        return (self.lane(), *((batch.template_id,) if batch else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield GrantBatch, (self.merchant_id, self.batch_id)
        batch = found.get(GrantBatch, (self.merchant_id, self.batch_id))
        if batch is not None:
            yield Stock, (self.merchant_id, batch.template_id)

    def _stock(self, state: State, batch: GrantBatch) -> Stock:
        stock = state.get(Stock, (self.merchant_id, batch.template_id))
        assert stock is not None, "Bug: a mass grant without its template's stock"
        return stock


class GrantOneChunk(_OfStock, frozen=True, kw_only=True):
    """Gives the coupons of one chunk, and sets the timer of a later one of the same kind.

    A paused template is waited for; one that ended ends the mass grant. All chunks have the moment
    of the start, unless they waited.
    """

    chunk: int
    timer: str = BATCH_TIMER

    def locate(self) -> Sequence[Read]:
        return (
            (GrantBatch, (self.merchant_id, self.batch_id)),
            (GrantChunk, (self.merchant_id, self.batch_id, self.chunk)),
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        batch = found.get(GrantBatch, (self.merchant_id, self.batch_id))
        chunk = found.get(GrantChunk, (self.merchant_id, self.batch_id, self.chunk))
        if batch is not None and chunk is not None:
            yield from issue_reads(
                self.merchant_id, batch.template_id, chunk.member_ids, limited=batch.limited
            )

    def decide(self, state: State) -> Decision:
        batch = self.batch(state)
        chunk = state.get(GrantChunk, (self.merchant_id, self.batch_id, self.chunk))
        if batch.state != "RUNNING" or chunk is None or chunk.done:
            return Decision(result=batch)
        template = state.get(CouponTemplate, (self.merchant_id, batch.template_id))
        if template is not None and template.state == "PAUSED":
            wait = _timer(batch, self.chunk, self.at + _PAUSE, self.timer)
            return Decision(result=batch, rows=[wait])
        try:
            issue = Issue(self, state, batch.template_id)
        except Refusal:
            batch = replace(batch, failed=batch.members - batch.ok - batch.skipped)
            return self._end(batch, self._stock(state, batch), ())
        refused = self._give(issue, batch, chunk)
        ok = len(chunk.member_ids) - len(refused)
        skipped = sum(why == "CLAIM_LIMIT_REACHED" for why in refused.values())
        after = replace(
            batch, chunks_done=batch.chunks_done + 1, ok=batch.ok + ok,
            skipped=batch.skipped + skipped, failed=batch.failed + len(refused) - skipped,
            reserved=batch.reserved - ok,
        )  # fmt: skip
        rows: list[Row] = [replace(chunk, done=True, refused=refused), *issue.rows()[1:]]
        if after.chunks_done == after.chunks:
            return self._end(after, issue.stock, rows, issue.events)
        later = self.chunk + WINDOWS[self.timer]
        if later < after.chunks:
            rows.append(_timer(after, later, self.at, self.timer))
        told = issue.events
        if after.chunks_done % TELL_EVERY == 0:
            told.append(_progress(after))
        return Decision(after, [after, issue.stock, *rows], told)

    def _give(self, issue: Issue, batch: GrantBatch, chunk: GrantChunk) -> dict[str, str]:
        """Issues the chunk's coupons; whom it could not give one, and why."""
        refused: dict[str, str] = {}
        takers = []
        kept = batch.each_fen
        at_once = issue.is_kept_for(kept)
        for place, member_id in enumerate(chunk.member_ids, self.chunk * CHUNK):
            coupon_id = f"{self.batch_id}.{place}"
            try:
                holder = issue.holder(member_id)
                if batch.limited and holder == member_id:
                    issue.limit(member_id)
                if at_once:
                    takers.append((holder, coupon_id))
                else:
                    issue.one(holder, "BATCH", self.batch_id, coupon_id=coupon_id, kept_fen=kept)
            except Refusal as refusal:
                refused[member_id] = refusal.reason
        if at_once:
            issue.reserved(takers, "BATCH", self.batch_id, kept)
        return refused

    def _end(
        self, batch: GrantBatch, stock: Stock, rows: Sequence[Row], told: Sequence[Event] = ()
    ) -> Decision:
        whole = batch.ok == batch.members
        after = ended(batch, "COMPLETED" if whole else "PARTIAL", self.at)
        left = release(stock, batch.reserved, batch.each_fen)
        return Decision(after, [after, left, *rows], [*told, _completed(after)])


class CancelGrantBatch(_OfStock, frozen=True, kw_only=True):
    """Stops a mass grant; who has his coupon keeps it (a recall takes it back).

    A repeat answers the same. Refuses GRANT_BATCH_NOT_FOUND, GRANT_BATCH_STATE_INVALID once ended.
    """

    def decide(self, state: State) -> Decision:
        batch = self.batch(state)
        if batch.state == "CANCELLED":
            return Decision(result=batch)
        if batch.state not in ("CREATED", "RUNNING"):
            raise GrantBatchStateInvalid(state=batch.state)
        rows, told = cancelled(batch, self._stock(state, batch), self.at)
        # The timers of its next chunks will find that it was stopped.
        return Decision(rows[0], rows, [told])


def added(batch: GrantBatch, member_ids: Sequence[str]) -> tuple[GrantBatch, list[GrantChunk]]:
    """The mass grant with one page more. Refuses MEMBERS_OUT_OF_ORDER, MEMBERS_INCOMPLETE."""
    before = batch.last_member_id
    for place, member_id in enumerate(member_ids):
        if member_id <= before:
            raise MembersOutOfOrder(field=f"member_ids[{place}]")
        before = member_id
    count = batch.added + len(member_ids)
    if count > batch.members:
        raise MembersIncomplete(members=batch.members, added=count)
    chunks = [
        GrantChunk(
            batch.merchant_id, batch.batch_id, batch.chunks + number,
            list(member_ids[first : first + CHUNK]), done=False, refused={},
        )
        for number, first in enumerate(range(0, len(member_ids), CHUNK))
    ]  # fmt: skip
    after = replace(
        batch, added=count, pages=batch.pages + 1, chunks=batch.chunks + len(chunks),
        last_member_id=before,
    )  # fmt: skip
    return after, chunks


def started(batch: GrantBatch, at: datetime) -> tuple[GrantBatch, list[Timer], Event]:
    """The mass grant under way, with the timers of its first chunks."""
    after = replace(batch, state="RUNNING")
    timers = [_timer(batch, chunk, at) for chunk in range(min(WINDOWS[BATCH_TIMER], batch.chunks))]
    return after, timers, _progress(after)


def _timer(batch: GrantBatch, chunk: int, at: datetime, kind: str = BATCH_TIMER) -> Timer:
    return Timer(batch.merchant_id, kind, chunk_ref(batch.batch_id, chunk), at)


def cancelled(batch: GrantBatch, stock: Stock, at: datetime) -> tuple[list[Row], Event]:
    """The mass grant stopped, its reserve given back, and what is told of it."""
    after = ended(batch, "CANCELLED", at)
    return [after, release(stock, batch.reserved, batch.each_fen)], _completed(after)


def ended(
    batch: GrantBatch, state: Literal["COMPLETED", "PARTIAL", "CANCELLED"], at: datetime
) -> GrantBatch:
    """The mass grant after its end; what it had reserved goes back."""
    return replace(batch, state=state, reserved=0, ended_at=at)


def _progress(batch: GrantBatch) -> Event:
    return events.GrantBatchProgress(
        batch_id=batch.batch_id, template_id=batch.template_id, members=batch.members,
        ok=batch.ok, skipped=batch.skipped, failed=batch.failed,
    )  # fmt: skip


def _completed(batch: GrantBatch) -> Event:
    assert batch.state in ("COMPLETED", "PARTIAL", "CANCELLED"), "Bug: told of an end too early"
    return events.GrantBatchCompleted(
        batch_id=batch.batch_id, template_id=batch.template_id, state=batch.state,
        members=batch.members, ok=batch.ok, skipped=batch.skipped, failed=batch.failed,
    )  # fmt: skip
