"""How deliveries end: the channel's report, once; or nobody tells, and it counts as arrived.

A report changes the caps' counters, the quota, the cost, and makes the delivered message a touch to
which an order may be credited. domain.md §2.12, §3.7, M2, M8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import automation as events
from services.automation.attributions import Touch
from services.automation.caps import Counters, counter_reads
from services.automation.channels import GIVES_QUOTA_BACK
from services.automation.errors_messages import (
    DeliveryContradicted,
    DeliveryReported,
    MessageMoved,
    MessageNotFound,
    MessageNotSent,
)
from services.automation.messages import RESULT_TIMER, Attempt, Message, due_timer, fail
from services.automation.quotas import ChannelQuota, Quotas
from services.automation.recipients import Recipient, who_remains


class _OfMessage(Command, frozen=True, kw_only=True):
    """A command that knows the message and locates its member."""

    RESULT: ClassVar[type] = Message

    message_id: str
    attempt: int

    def lane(self) -> str:
        return self.message_id

    def _key(self) -> tuple[str, str]:
        return (self.merchant_id, self.message_id)

    def locate(self) -> Sequence[Read]:
        return ((Message, self._key()),)

    def keys(self, found: State) -> tuple[str, ...]:
        message = found.get(Message, self._key())
        return (message.member_id,) if message else (self.message_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Message, self._key()
        message = found.get(Message, self._key())
        if message is None or not 0 < self.attempt <= len(message.attempts):
            return
        yield Recipient, (self.merchant_id, message.member_id)
        tried = message.attempts[self.attempt - 1]
        if tried.day:
            periods = (tried.day, tried.week)
            yield from counter_reads(self.merchant_id, message.member_id, periods)
        if tried.quota_template is not None:
            yield ChannelQuota, _quota_key(message, tried)

    def message(self, state: State) -> tuple[Message, Attempt]:
        """The message and the attempt. Refuses MESSAGE_NOT_FOUND, MESSAGE_NOT_SENT."""
        message = state.get(Message, self._key())
        if message is None:
            raise MessageNotFound(field="message_id", message_id=self.message_id)
        if not 0 < self.attempt <= len(message.attempts):
            raise MessageNotSent(field="attempt", attempts=len(message.attempts))
        tried = message.attempts[self.attempt - 1]
        if not all(state.knows(*read) for read in self.reads(state)):
            raise MessageMoved(message_id=self.message_id)
        return message, tried


def _quota_key(message: Message, tried: Attempt) -> tuple[str, ...]:
    return (message.merchant_id, message.member_id, tried.channel, tried.quota_template or "")


class ReportDelivery(_OfMessage, frozen=True, kw_only=True):
    """A channel says how an attempt ended; the same again changes nothing.

    Refuses DELIVERY_CONTRADICTED if it was delivered and the code says that nothing was sent,
    MESSAGE_NOT_FOUND, MESSAGE_NOT_SENT, DELIVERY_REPORTED if it ended otherwise before. An attempt
    that timed out may still be reported: it is mended.
    """

    delivered: bool
    error_code: str = ""
    provider_ref: str = ""
    # None: what the policy says such a message costs.
    cost_fen: int | None = None
    # When it ended, as the channel says; None: now.
    told_end: datetime | None = None

    def _end(self, tried: Attempt) -> datetime:
        """When it ended: not before it was sent, nor later than it is told."""
        return min(max(self.told_end or self.at, tried.at), self.at)

    def decide(self, state: State) -> Decision:
        if self.delivered and self.error_code in GIVES_QUOTA_BACK:
            raise DeliveryContradicted(field="error_code", error_code=self.error_code)
        message, tried = self.message(state)
        outcome: Literal["DELIVERED", "FAILED"] = "DELIVERED" if self.delivered else "FAILED"
        if tried.outcome not in ("", "TIMEOUT"):
            if tried.outcome != outcome:
                raise DeliveryReported(outcome=tried.outcome)
            return Decision(result=message)
        cost = tried.cost_fen if self.cost_fen is None else self.cost_fen
        ended = replace(
            tried, outcome=outcome, error_code=self.error_code, provider_ref=self.provider_ref,
            cost_fen=cost if self.delivered or self.cost_fen is not None else 0,
            ended_at=self._end(tried),
        )  # fmt: skip
        attempts = list(message.attempts)
        attempts[self.attempt - 1] = ended
        after = replace(message, attempts=attempts, cost_fen=sum(a.cost_fen for a in attempts))
        rows = self._freed(state, message, tried)
        timer = (Timer, (self.merchant_id, RESULT_TIMER, f"{self.message_id}/{self.attempt}"))
        if self.delivered:
            return self._delivered(state, after, rows, timer, self._end(tried))
        if message.state != "SENDING":  # it had timed out: too late for another channel
            late = replace(after, reason=self.error_code or "FAILED")
            return Decision(late, [late, *rows])
        # The next channel is judged like the first: it waits for its turn.
        again = replace(after, state="PLANNED", due_at=self.at)
        return Decision(again, [again, due_timer(again), *rows], deletes=[timer])

    def _freed(self, state: State, message: Message, tried: Attempt) -> list[Row]:
        """Counters and quota after the end of the attempt."""
        rows: list[Row] = []
        if tried.day:
            member = (self.merchant_id, message.member_id)
            counters = Counters(state, *member, (tried.day, tried.week))
            counters.end(tried.channel, tried.day, tried.week, delivered=self.delivered)
            rows += counters.rows()
        gives_back = not self.delivered and self.error_code in GIVES_QUOTA_BACK
        if tried.quota_template is not None and gives_back:
            quota = state.get(ChannelQuota, _quota_key(message, tried))
            assert quota is not None, "Bug: a send was paid with a quota that is not there"
            quotas = Quotas([quota])
            entry_id = f"{self.message_id}/{self.attempt}"
            quotas.give_back(tried.channel, tried.quota_template, entry_id, self.at)
            rows += quotas.rows()
        return rows

    def _delivered(
        self, state: State, message: Message, rows: list[Row],
        timer: tuple[type[Row], tuple[str, ...]], at: datetime,
    ) -> Decision:  # fmt: skip
        after = replace(message, state="DELIVERED", reason="", ended_at=at)
        until = message.window_until or at + timedelta(hours=message.window_hours)
        # Sent in time and arrived after its journey's window: the merit of no order.
        until = max(until, at)
        # Who was merged while it was on its way buys as who remains.
        member_id = who_remains(state, self.merchant_id, message.member_id)
        touch = Touch(
            self.merchant_id, f"DELIVERED/{self.message_id}", member_id, "DELIVERED",
            message.source_kind, message.source_id, at, until, is_open=True,
        )  # fmt: skip
        event = events.MessageDelivered(
            message_id=message.message_id, member_id=message.member_id,
            source_kind=message.source_kind, source_id=message.source_id,
            channel=message.channel, delivered_at=at,
        )  # fmt: skip
        return Decision(after, [after, touch, *rows], [event], [timer])


class TimeOutDelivery(_OfMessage, frozen=True, kw_only=True):
    """Nobody told how the attempt ended: it failed, and keeps its place and its quota."""

    def decide(self, state: State) -> Decision:
        message, tried = self.message(state)
        if tried.outcome or message.state != "SENDING":
            return Decision(result=message)
        attempts = list(message.attempts)
        attempts[self.attempt - 1] = replace(tried, outcome="TIMEOUT", ended_at=self.at)
        cost = sum(attempt.cost_fen for attempt in attempts)
        after, event = fail(replace(message, attempts=attempts, cost_fen=cost), "TIMEOUT", self.at)
        return Decision(after, [after], [event])
