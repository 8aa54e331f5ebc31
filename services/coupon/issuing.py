"""Issuing: the one place where coupons come into being, whoever asks for them.

``issue_reads`` says what must be read and ``Issue`` makes the coupons, counts them, and arms the
timer of their block. It runs under the template's lock. domain.md §2.7, C1, C2, C11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from common.commands import Command
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.coupon import CouponSource
from danke.events.envelope import Event
from services.coupon.calendar import local_day, next_hour
from services.coupon.coupons import GOT, Coupon, CouponState, block_key
from services.coupon.errors import ClaimLimitReached, DailyLimitReached, TemplateNotActive
from services.coupon.members import MergedMember, holder_of
from services.coupon.stocks import BLOCK, Stock, must_have
from services.coupon.templates import CouponTemplate, must_be_active

if TYPE_CHECKING:
    from services.coupon.templates import Limits

BLOCK_TIMER: Final = "coupon_block"
_MOMENT: Final = timedelta(microseconds=1)


def issue_reads(
    merchant_id: str, template_id: str, member_ids: Iterable[str], *, limited: bool = True
) -> Iterator[Read]:
    """What ``Issue`` asks for. ``limited=False`` leaves out what per-member limits need."""
    key = (merchant_id, template_id)
    yield CouponTemplate, key
    yield Stock, key
    for member_id in member_ids:
        yield MergedMember, (merchant_id, member_id)
        if limited:
            yield GOT, (merchant_id, member_id, template_id)


class Issue:
    """Coupons of one template on their way: issues, counts, and says what to write."""

    def __init__(self, command: Command, state: State, template_id: str) -> None:
        """Refuses TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE, also if its coupons ended already."""
        self.at = command.at
        self.merchant_id = command.merchant_id
        self._state = state
        key = (command.merchant_id, template_id)
        self.template: CouponTemplate = must_be_active(state.get(CouponTemplate, key), template_id)
        stock = state.get(Stock, key)
        assert stock is not None, "Bug: a template without its stock"
        self.stock = stock
        self.valid_from, self.valid_to = self.template.validity.window(self.at)
        if self.valid_to <= self.at:
            raise TemplateNotActive(template_id=template_id, state="OUT_OF_VALIDITY")
        notice = self.template.notice_at(self.valid_to)
        # Nobody is told of the end of what is too short for it.
        self._notice = notice if notice is not None and notice > self.at else None
        self._due = next_hour(self._notice or self.valid_to)
        self._ids = command.new_id
        self._count = 0
        self._timers: list[Timer] = []
        self.coupons: list[Coupon] = []
        self.events: list[Event] = []

    def limit(self, member_id: str, number: int = 1) -> None:
        """Refuses CLAIM_LIMIT_REACHED if the member may not have so many more; C2."""
        limits = self.template.limits
        if limits.per_member is None and limits.per_member_day is None:
            return
        got = self._state.group(GOT, (self.merchant_id, member_id, self.template.template_id))
        have = len(got)
        if limits.per_member is not None and have + number > limits.per_member:
            raise ClaimLimitReached(limit=limits.per_member, have=have)
        if limits.per_member_day is not None:
            day = local_day(self.at)
            today = sum(local_day(coupon.claimed_at) == day for coupon in got)
            if today + number > limits.per_member_day:
                raise ClaimLimitReached(limit=limits.per_member_day, have=today, per="DAY")

    def holder(self, member_id: str) -> str:
        """The member, or whom he was merged into. Refuses MEMBER_CLOSED."""
        return holder_of(self._state, self.merchant_id, member_id)

    def must_have(self, number: int) -> None:
        """Refuses SOLD_OUT, BUDGET_EXHAUSTED, DAILY_LIMIT_REACHED before anything is issued.

        A random face may cost less than is asked for here.
        """
        must_have(self.stock, number, number * self.template.terms.most_fen)
        _must_be_of_today(self.stock, self.template.limits, self.at, number)

    def one(
        self, member_id: str, source: CouponSource, ref: str = "", channel: str = "", *,
        state: CouponState = "AVAILABLE", kept_fen: int | None = None, coupon_id: str = "",
        valid: tuple[datetime, datetime] | None = None, face_fen: int | None = None,
    ) -> Coupon:  # fmt: skip
        """Issues one coupon and its event. ``kept_fen`` is what was reserved for it, if it was.

        ``valid`` and ``face_fen`` overrule the template (packs deliver later, inflated faces).
        Refuses SOLD_OUT, BUDGET_EXHAUSTED, DAILY_LIMIT_REACHED; one that was reserved only what it
        costs more than was kept for it, because the terms were changed since.
        """
        coupon_id = coupon_id or (f"{self._ids}.{self._count}" if self._count else self._ids)
        face = self.template.terms.face(coupon_id) if face_fen is None else face_fen
        if kept_fen is None:
            must_have(self.stock, 1, face)
            _must_be_of_today(self.stock, self.template.limits, self.at, 1)
        elif face > kept_fen:
            must_have(self.stock, 0, face - kept_fen)
        takers = [(member_id, coupon_id, face)]
        (coupon,) = self._make(
            takers, source, ref, channel, state=state, valid=valid, kept_fen=kept_fen
        )
        return coupon

    def is_kept_for(self, kept_fen: int) -> bool:
        """Whether no coupon costs more than so much: kept for each, then none can be refused."""
        return self.template.terms.most_fen <= kept_fen

    def reserved(
        self, takers: Iterable[tuple[str, str]], source: CouponSource, ref: str, kept_fen: int
    ) -> None:
        """A coupon and its event for each member and coupon id, from what was kept for them."""
        assert self.is_kept_for(kept_fen), "Bug: what may be refused is issued one by one"
        terms = self.template.terms
        faced = [(member_id, coupon_id, terms.face(coupon_id)) for member_id, coupon_id in takers]
        while faced:
            room = BLOCK - self.stock.issued % BLOCK
            self._make(faced[:room], source, ref, kept_fen=kept_fen)
            faced = faced[room:]

    def _make(
        self, takers: Sequence[tuple[str, str, int]], source: CouponSource, ref: str,
        channel: str = "", *, state: CouponState = "AVAILABLE", kept_fen: int | None = None,
        valid: tuple[datetime, datetime] | None = None,
    ) -> list[Coupon]:  # fmt: skip
        """Coupons of one block, for member, id and face each; ``kept_fen`` was reserved for each.

        There may be a million of them in a mass grant, so the counters change once for all.
        """
        template, stock, number = self.template, self.stock, len(takers)
        valid_from, valid_to = valid or (self.valid_from, self.valid_to)
        block = stock.issued // BLOCK
        quiet = self._notice is None
        coupons = [
            Coupon(
                self.merchant_id, coupon_id, template.template_id, block, template.terms_version,
                member_id, state, face, valid_from, valid_to, source, ref, channel, self.at, quiet,
            )
            for member_id, coupon_id, face in takers
        ]  # fmt: skip
        day_issued, day = _counted(stock, template.limits, self.at, number)
        assert kept_fen is None or stock.reserved >= number, "Bug: issued from an empty reserve"
        kept, kept_fen = (0, 0) if kept_fen is None else (number, number * kept_fen)
        self.stock = replace(
            stock, issued=stock.issued + number,
            spent_fen=stock.spent_fen + sum(face for _, _, face in takers),
            reserved=stock.reserved - kept, reserved_fen=stock.reserved_fen - kept_fen,
            day_issued=day_issued, day=day,
        )  # fmt: skip
        self._arm(stock, block, next_hour(valid_to) if valid else self._due)
        self._count += number
        self.coupons += coupons
        self.events += map(_issued, coupons)
        return coupons

    def rows(self) -> list[Row]:
        """What is to be written."""
        return [self.stock, *self._timers, *self.coupons]

    def _arm(self, stock: Stock, block: int, due: datetime) -> None:
        """The block's timer runs when the first of its coupons is due."""
        opened = stock.issued % BLOCK == 0
        due_at = None if opened else stock.due_at
        if due_at is not None and due_at <= due:
            return
        if not opened and stock.swept_at is not None and due <= stock.swept_at:
            # A timer that ran for this moment does not run again.
            due = stock.swept_at + _MOMENT
        swept_at = None if opened else stock.swept_at
        self.stock = replace(self.stock, due_at=due, swept_at=swept_at)
        ref = block_key(self.template.template_id, block)
        self._timers.append(Timer(self.merchant_id, BLOCK_TIMER, ref, due))


def _must_be_of_today(stock: Stock, limits: Limits, at: datetime, number: int) -> None:
    if limits.per_day is None:
        return
    issued = stock.day_issued if _is_counted(stock, local_day(at)) else 0
    if issued + number > limits.per_day:
        raise DailyLimitReached(template_id=stock.template_id, per_day=limits.per_day)


def _counted(stock: Stock, limits: Limits, at: datetime, number: int) -> tuple[int, object]:
    """The day's counter after so many more; nobody asks for it without a daily limit."""
    if limits.per_day is None:
        return stock.day_issued, stock.day
    today = local_day(at)
    if _is_counted(stock, today):
        return stock.day_issued + number, stock.day
    return number, today


def _is_counted(stock: Stock, day: date) -> bool:
    """Whether one issued on ``day`` adds to the counter as it stands.

    One of yesterday that is decided late counts as one of today: it must not begin a day anew that
    is counted already, as a retried promise or a server whose clock is behind would do.
    """
    return stock.day is not None and day <= stock.day


def _issued(coupon: Coupon) -> Event:
    if coupon.source in ("CLAIM", "CODE"):
        return events.CouponClaimed(
            coupon_id=coupon.coupon_id, template_id=coupon.template_id,
            member_id=coupon.member_id, face_fen=coupon.face_fen, valid_from=coupon.valid_from,
            valid_to=coupon.valid_to, state=coupon.state, channel=coupon.channel,
            code_id=coupon.ref,
        )  # fmt: skip
    return events.CouponGranted(
        coupon_id=coupon.coupon_id, template_id=coupon.template_id, member_id=coupon.member_id,
        face_fen=coupon.face_fen, valid_from=coupon.valid_from, valid_to=coupon.valid_to,
        state=coupon.state, channel=coupon.channel, source=coupon.source, ref=coupon.ref,
        batch_id=coupon.ref if coupon.source == "BATCH" else "",
        action_id=coupon.ref if coupon.source in ("JOURNEY", "CAMPAIGN") else "",
    )  # fmt: skip
