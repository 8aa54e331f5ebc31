"""What the clock does to points: pending ones mature, members are warned, lots expire.

One timer per member, at the next moment anything is due, carries all three: a member with lots of
ten days costs one row that waits, not ten. domain.md §2.9, L1, L2; parity.md §3 nos. 20, 21.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, Row, State
from danke.events import loyalty_points as events
from services.loyalty.earnings import PENDING, mature
from services.loyalty.points_book import Book, BookCommand


class RunDue(BookCommand, frozen=True, kw_only=True):
    """Matures, warns and writes off what is due at ``at``, the timer's due time."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PENDING, (self.merchant_id, self.member(found))

    def decide(self, state: State) -> Decision:
        member_id = self.member(state)
        book = self.book(state)
        rows: list[Row] = []
        waiting: list[datetime] = []
        for earning in state.group(PENDING, (self.merchant_id, member_id)):
            assert earning.matures_at is not None, "Bug: a pending earning that never matures"
            if earning.matures_at <= self.at:
                rows.append(mature(book, earning))
            else:
                waiting.append(earning.matures_at)
        book.account = replace(book.account, next_maturity_at=min(waiting, default=None))
        warn(book)
        book.ran()
        return book.close(None, *rows)


def warn(book: Book) -> None:
    """Tells of lots that expire within the notice: one event for all that expire on one day."""
    until = book.at + timedelta(days=book.programme.notice_days)
    days: dict[datetime, int] = defaultdict(int)
    for lot in list(book.lots.values()):
        if lot.state == "AVAILABLE" and not lot.notified and lot.expires_at <= until:
            days[lot.expires_at] += lot.remaining_points
            book.change(replace(lot, notified=True))
    for expires_at, points in sorted(days.items()):
        if points:
            book.tell(events.PointsExpiringSoon, points=points, expires_at=expires_at)
