"""What audience publishes of what it foresees. No personal data: ids, days and counts only."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from danke.events.envelope import Event, Topic

PREDICTION = Topic(
    name="danke.audience.prediction.v1",
    key="member_id",
    summary="What members will need soon (补货预测), told some days before they run out.",
)


class PredictionEvent(Event, frozen=True, kw_only=True):
    """An event of what is foreseen of one member; in order per member."""

    TOPIC: ClassVar[Topic] = PREDICTION
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class ReplenishmentDue(PredictionEvent, frozen=True, kw_only=True):
    """The member will run out of a category on ``due_date``, a CST day; told once per prediction.

    ``confidence`` is in bp, 10 000 would be certain. ``suggested_qty`` is what the member usually
    buys.
    """

    category_id: str
    due_date: date
    confidence: int
    suggested_qty: int
