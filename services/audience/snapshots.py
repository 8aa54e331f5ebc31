"""Snapshots: who was in a segment, in pages that never change; what a campaign is sent to.

BUILDING (pages are written) → SEALING (the checksum is computed) → PUBLISHING (pages go out as
events, if asked for) → READY. Each step is a chunk that moves the snapshot forward from where it
expects it. Who enters or leaves while it is built may or may not be in it; nobody is in it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.audience_segments import SegmentSnapshotPage, SegmentSnapshotReady
from services.audience.errors_segments import (
    SegmentNotFound,
    SegmentStateInvalid,
    SnapshotExists,
    SnapshotNotFound,
)
from services.audience.segments import Segment, segment_key

PAGE: Final = 500

SnapshotState = Literal["BUILDING", "SEALING", "PUBLISHING", "READY"]
# All pages are there and never change again.
READABLE: Final = ("PUBLISHING", "READY")


class Snapshot(Row, frozen=True):
    """One snapshot and how far it is."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "snapshot_id")

    merchant_id: str
    snapshot_id: str
    segment_id: str
    rule_version: int
    state: SnapshotState
    members: int
    pages: int
    # The last member of the last page.
    reached: str
    # Hex; see ``SegmentSnapshotReady``. Empty until sealed.
    checksum: str
    is_published: bool
    # How many pages went out as events.
    told: int
    created_by: str
    created_at: datetime
    ready_at: datetime | None = None


class SnapshotPage(Row, frozen=True):
    """Up to 500 members of a snapshot in ascending order, and the SHA-256 of them."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "snapshot_id", "page")

    merchant_id: str
    snapshot_id: str
    page: int
    member_ids: list[str]
    sha256: str


def page_hash(member_ids: Sequence[str]) -> str:
    """The SHA-256 in hex of the ids with a line feed between two."""
    return sha256("\n".join(member_ids).encode()).hexdigest()


class _OfSnapshot(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Snapshot

    snapshot_id: str

    def lane(self) -> str:
        return f"snapshot/{self.snapshot_id}"

    def reads(self, found: State) -> Iterable[Read]:
        yield Snapshot, (self.merchant_id, self.snapshot_id)

    def snapshot(self, state: State) -> Snapshot:
        found = state.get(Snapshot, (self.merchant_id, self.snapshot_id))
        if found is None:
            raise SnapshotNotFound(field="snapshot_id", snapshot_id=self.snapshot_id)
        return found


class CreateSnapshot(_OfSnapshot, frozen=True, kw_only=True):
    """Begins a snapshot of a segment. The same again answers it.

    Refuses SNAPSHOT_EXISTS, SEGMENT_NOT_FOUND, SEGMENT_STATE_INVALID unless it is READY.
    """

    segment_id: str
    is_published: bool
    actor: str

    def keys(self, found: State) -> Sequence[str]:
        return self.lane(), segment_key(self.segment_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Segment, (self.merchant_id, self.segment_id)

    def decide(self, state: State) -> Decision:
        old = state.get(Snapshot, (self.merchant_id, self.snapshot_id))
        if old is not None:
            if (old.segment_id, old.is_published) != (self.segment_id, self.is_published):
                raise SnapshotExists(field="snapshot_id", snapshot_id=self.snapshot_id)
            return Decision(result=old)
        segment = state.get(Segment, (self.merchant_id, self.segment_id))
        if segment is None:
            raise SegmentNotFound(field="segment_id", segment_id=self.segment_id)
        if segment.state != "READY":
            raise SegmentStateInvalid(state=segment.state)
        made = Snapshot(
            self.merchant_id, self.snapshot_id, self.segment_id, segment.rule_version, "BUILDING",
            0, 0, "", "", self.is_published, 0, self.actor, self.at,
        )  # fmt: skip
        return Decision(made, [made])


class AddSnapshotPages(_OfSnapshot, frozen=True, kw_only=True):
    """The next pages of a snapshot that has come to ``after``; full ones but for the last."""

    after: str
    pages: tuple[tuple[str, ...], ...]
    is_last: bool

    def decide(self, state: State) -> Decision:
        snapshot = self.snapshot(state)
        if snapshot.state != "BUILDING" or snapshot.reached != self.after:
            return Decision(result=snapshot)
        pages = [
            SnapshotPage(self.merchant_id, self.snapshot_id, number, list(ids), page_hash(ids))
            for number, ids in enumerate(self.pages, snapshot.pages)
        ]
        after = replace(
            snapshot, pages=snapshot.pages + len(pages),
            members=snapshot.members + sum(map(len, self.pages)),
            reached=self.pages[-1][-1] if self.pages else snapshot.reached,
            state="SEALING" if self.is_last else "BUILDING",
        )  # fmt: skip
        return Decision(after, [after, *pages])


class SealSnapshot(_OfSnapshot, frozen=True, kw_only=True):
    """All pages are there, and this is their checksum."""

    checksum: str

    def decide(self, state: State) -> Decision:
        snapshot = self.snapshot(state)
        if snapshot.state != "SEALING":
            return Decision(result=snapshot)
        follows = snapshot.is_published and snapshot.pages > 0
        after = replace(
            snapshot, state="PUBLISHING" if follows else "READY", checksum=self.checksum,
            ready_at=self.at,
        )  # fmt: skip
        event = SegmentSnapshotReady(
            snapshot_id=self.snapshot_id, segment_id=snapshot.segment_id, count=snapshot.members,
            pages=snapshot.pages, checksum=self.checksum, is_published=snapshot.is_published,
            ready_at=self.at,
        )  # fmt: skip
        return Decision(after, [after], [event])


class PublishSnapshotPages(_OfSnapshot, frozen=True, kw_only=True):
    """The pages from ``first`` to before ``end`` go out as events."""

    first: int
    end: int

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        for page in range(self.first, self.end):
            yield SnapshotPage, (self.merchant_id, self.snapshot_id, page)

    def decide(self, state: State) -> Decision:
        snapshot = self.snapshot(state)
        if snapshot.state != "PUBLISHING" or snapshot.told != self.first:
            return Decision(result=snapshot)
        events = []
        for number in range(self.first, self.end):
            page = state.get(SnapshotPage, (self.merchant_id, self.snapshot_id, number))
            assert page is not None, "Bug: a snapshot without one of its pages"
            events.append(
                SegmentSnapshotPage(
                    snapshot_id=self.snapshot_id, segment_id=snapshot.segment_id, page=number,
                    pages=snapshot.pages, member_ids=page.member_ids,
                )
            )  # fmt: skip
        is_done = self.end == snapshot.pages
        after = replace(snapshot, told=self.end, state="READY" if is_done else "PUBLISHING")
        return Decision(after, [after], events)
