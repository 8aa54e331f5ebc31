"""Segments and snapshots as the messages of their gRPC door."""

from __future__ import annotations

from typing import Final

from common.messages import timestamp
from danke.audience.v1 import segment_pb2 as pb
from services.audience.segment_rules import rule_of
from services.audience.segment_words import explain
from services.audience.segments import Segment
from services.audience.snapshots import Snapshot

# How a snapshot is finished is nobody's business outside.
_SNAPSHOT_STATE: Final = {"SEALING": "BUILDING"}


def segment(row: Segment) -> pb.Segment:
    """A segment, its rule in words."""
    return pb.Segment(
        segment_id=row.segment_id, name=row.name, description=row.description,
        kind=f"KIND_{row.kind}", state=f"STATE_{row.state}", rule=row.rule,
        rule_version=row.rule_version,
        explanation=explain(rule_of(row.rule)) if row.rule else "is on a list",
        quiet=row.is_quiet, entered=row.entered, left=row.left_count,
        compute_time=timestamp(row.computed_at), next_page=row.pages, version=row.version,
        created_by=row.created_by, create_time=timestamp(row.created_at),
    )  # fmt: skip


def snapshot(row: Snapshot) -> pb.Snapshot:
    """A snapshot and how far it is."""
    return pb.Snapshot(
        snapshot_id=row.snapshot_id, segment_id=row.segment_id, rule_version=row.rule_version,
        state=f"STATE_{_SNAPSHOT_STATE.get(row.state, row.state)}", members=row.members,
        pages=row.pages, checksum=row.checksum, publish=row.is_published,
        created_by=row.created_by, create_time=timestamp(row.created_at),
        ready_time=timestamp(row.ready_at),
    )  # fmt: skip
