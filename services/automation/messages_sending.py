"""Sending what is due: a member's messages compete for the day's caps in one transaction.

Who fires first looks at everything of its member that is due: quiet hours, consent, list, quota,
caps, channel by channel. So the outcome does not depend on whose timer is first. domain.md §2.12,
M1, M2, M8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events import automation as events
from danke.events.envelope import Event
from services.automation.campaigns import Campaign
from services.automation.caps import Counters, counter_reads, day_of, periods_around, week_of
from services.automation.channels import EXPIRED, MOST_ATTEMPTS, RULES, quota_template
from services.automation.consents import CONSENTS_OF
from services.automation.enrollments import Enrollment
from services.automation.holdout import global_key, is_held_out
from services.automation.journeys import is_paused, paused_read
from services.automation.listed import EVERY, SUPPRESSIONS_OF
from services.automation.messages import (
    WAITING_OF,
    Attempt,
    Message,
    SkipReason,
    due_timer,
    fail,
    result_timer,
    skip,
)
from services.automation.policies import policy_key, policy_of
from services.automation.quiet import begins_after, release
from services.automation.quotas import QUOTAS_OF, Quotas
from services.automation.recipients import Recipient, recipient_of
from services.automation.suppressions import suppression_reads
from services.automation.templates import MessageTemplate, Variant, variant_for

# How long a message of a paused campaign or journey waits before it is looked at again.
PAUSE: Final = timedelta(minutes=15)
# A gateway enrols, then says what the new member agreed to: a second call, or a topic's way.
NEWCOMER: Final = timedelta(minutes=1)


def sending_reads(merchant_id: str, member_id: str, at: datetime) -> Iterable[Read]:
    """What judging any message of a member needs."""
    yield policy_key(merchant_id)
    yield from suppression_reads(merchant_id, member_id)
    yield CONSENTS_OF, (merchant_id, member_id)
    yield QUOTAS_OF, (merchant_id, member_id)
    yield from counter_reads(merchant_id, member_id, periods_around(at))


def _origin(message: Message) -> tuple[type[Campaign] | type[Enrollment], tuple[str, str]]:
    """The row of what planned the message."""
    if message.source_kind == "CAMPAIGN":
        return Campaign, (message.merchant_id, message.source_id)
    return Enrollment, (message.merchant_id, message.ref)


class SendDue(Command, frozen=True, kw_only=True):
    """Sends, holds or skips every message of the member that is due."""

    RESULT: ClassVar[type] = list[str]

    member_id: str
    # Whose timer it was; that message may have been decided with an earlier one.
    message_id: str

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        return ((WAITING_OF, (self.merchant_id, self.member_id)),)

    def reads(self, found: State) -> Iterable[Read]:
        yield WAITING_OF, (self.merchant_id, self.member_id)
        yield from sending_reads(self.merchant_id, self.member_id, self.at)
        yield paused_read(self.merchant_id)
        for message in found.group(WAITING_OF, (self.merchant_id, self.member_id)):
            yield MessageTemplate, (self.merchant_id, message.template_id)
            yield _origin(message)

    def decide(self, state: State) -> Decision:
        gate = _Gate(self, state)
        for message in state.group(WAITING_OF, (self.merchant_id, self.member_id)):
            if message.due_at <= self.at and self._was_read(state, message):
                gate.judge(message)
        return Decision(result=gate.decided, rows=gate.rows(), events=gate.events)

    def _was_read(self, state: State, message: Message) -> bool:
        """What was planned between looking and locking is left to its own timer."""
        known = state.knows(MessageTemplate, (self.merchant_id, message.template_id))
        return known and state.knows(*_origin(message))


class _Gate:
    """One member's messages on their way out."""

    def __init__(self, command: SendDue, state: State) -> None:
        self.at = command.at
        self.state = state
        member = (command.merchant_id, command.member_id)
        self.policy = policy_of(state, command.merchant_id).rules
        self.recipient: Recipient = recipient_of(state, *member)
        self.zone = self.recipient.zone or self.policy.zone
        self.day, self.week = day_of(self.at, self.zone), week_of(self.at, self.zone)
        self.counters = Counters(state, *member, (self.day, self.week))
        self.quotas = Quotas(state.group(QUOTAS_OF, member))
        self.listed = {one.channel for one in state.group(SUPPRESSIONS_OF, member)}
        self.consents: dict[tuple[str, str], bool] = {
            (one.channel, one.purpose): one.granted for one in state.group(CONSENTS_OF, member)
        }
        self.held_out = is_held_out(
            global_key(command.merchant_id), command.member_id, self.policy.global_holdout_bp
        )
        self.decided: list[str] = []
        self.events: list[Event] = []
        self._rows: list[Row] = []

    def rows(self) -> list[Row]:
        """Everything that changed."""
        return [*self._rows, *self.counters.rows(), *self.quotas.rows()]

    def judge(self, message: Message) -> None:
        """Sends, holds or skips one message that is due."""
        self.decided.append(message.message_id)
        template = self.state.get(MessageTemplate, (message.merchant_id, message.template_id))
        if template is None:
            return self._skip(message, "NO_TEMPLATE")
        if self._is_paused(message):
            return self._wait(message, self.at + PAUSE, held=False)
        if self._is_pointless(message):
            return self._skip(message, "CANCELLED")
        if self.recipient.gone:
            return self._skip(message, "SUPPRESSED")
        is_marketing = message.is_marketing or template.purpose == "MARKETING"
        if is_marketing:
            free = release(self.policy.quiet, self.at, self.zone)
            if free > self.at:
                return self._wait(message, free, held=True)
            if self.held_out and not self._is_test(message):
                return self._skip(message, "HOLDOUT")
        return self._choose(message, template, is_marketing=is_marketing)

    def _is_paused(self, message: Message) -> bool:
        if message.source_kind == "JOURNEY":
            return is_paused(self.state, message.merchant_id, message.source_id)
        campaign = self.state.get(*_origin(message))
        return isinstance(campaign, Campaign) and campaign.state == "PAUSED"

    def _is_test(self, message: Message) -> bool:
        enrollment = self.state.get(*_origin(message))
        return isinstance(enrollment, Enrollment) and enrollment.is_test

    def _is_pointless(self, message: Message) -> bool:
        """Its campaign was cancelled, or its enrolment reached its goal or was left meanwhile.

        Or its journey's window has ended (M4), or the live session that it was to say of that it
        will begin has begun.
        """
        if message.window_until is not None and self.at >= message.window_until:
            return True
        origin = self.state.get(*_origin(message))
        if isinstance(origin, Campaign):
            return origin.state == "CANCELLED"
        if not isinstance(origin, Enrollment):
            return False
        until = origin.occurrence.until
        if until is not None and message.planned_at < until <= self.at:
            return True
        return origin.state in ("GOAL_REACHED", "EXITED")

    def _choose(self, message: Message, template: MessageTemplate, *, is_marketing: bool) -> None:
        """Tries the channels that were not tried yet; what refuses the first names the reason."""
        tried = {one.channel for one in message.attempts if one.error_code != EXPIRED}
        reason: SkipReason | None = None
        if len(message.attempts) >= MOST_ATTEMPTS:
            tried = set(RULES)
        for channel in message.channels or template.channels:
            if channel in tried:
                continue
            variant = variant_for(template, channel, self.recipient.tier_id)
            if variant is None:
                continue
            why = self._refuses(variant, is_marketing=is_marketing)
            if why is None:
                return self._send(message, variant, is_marketing=is_marketing)
            if why == "NO_CONSENT" and (until := self._may_agree_until(message, channel)):
                return self._wait(message, until, held=False)
            reason = reason or why
        if message.attempts:
            last = message.attempts[-1].error_code or "FAILED"
            row, event = fail(message, last, self.at)
            self._rows.append(row)
            self.events.append(event)
            return None
        return self._skip(message, reason or "NO_TEMPLATE")

    def _refuses(self, variant: Variant, *, is_marketing: bool) -> SkipReason | None:
        """Why this channel cannot be used now; None if it can."""
        channel, rule = variant.channel, RULES[variant.channel]
        purpose = "MARKETING" if is_marketing else "TRANSACTIONAL"
        if is_marketing and (self.recipient.stage == "LOST" or self.listed & {EVERY, channel}):
            return "SUPPRESSED"
        agreed = self.consents.get((channel, purpose))
        if agreed is False or (agreed is None and is_marketing and rule.needs_consent):
            return "NO_CONSENT"
        template_id = quota_template(channel, variant.platform_template_id)
        if rule.quota and not self.quotas.left(channel, template_id):
            return "NO_QUOTA"
        if is_marketing and not self.counters.has_room(
            self.policy.caps, channel, self.day, self.week
        ):
            return "CAPPED"
        return None

    def _may_agree_until(self, message: Message, channel: str) -> datetime | None:
        """When to look again, of whom joined just now and was not yet heard of this channel."""
        origin = self.state.get(*_origin(message))
        if not isinstance(origin, Enrollment) or origin.occurrence.kind != "MEMBER_ENROLLED":
            return None
        if (channel, "MARKETING") in self.consents:
            return None
        until = origin.started_at + NEWCOMER
        return until if until > self.at else None

    def _send(self, message: Message, variant: Variant, *, is_marketing: bool) -> None:
        channel, number = variant.channel, len(message.attempts) + 1
        template_id = None
        if RULES[channel].quota:
            template_id = quota_template(channel, variant.platform_template_id)
            entry_id = f"{message.message_id}/{number}"
            self.quotas.take(channel, template_id, entry_id, self.at)
        if is_marketing:
            self.counters.reserve(self.policy.caps, channel, self.day, self.week)
        attempt = Attempt(
            channel, self.at, self.day if is_marketing else "", self.week if is_marketing else "",
            template_id, cost_fen=self.policy.costs_fen.get(channel, 0),
        )  # fmt: skip
        after = replace(
            message, state="SENDING", channel=channel, attempts=[*message.attempts, attempt]
        )
        waits_until = self.at + timedelta(hours=self.policy.result_hours)
        self._rows += [after, result_timer(after, waits_until)]
        quiet = begins_after(self.policy.quiet, self.at, self.zone) if is_marketing else None
        self.events.append(
            events.MessageRequested(
                message_id=message.message_id, member_id=message.member_id,
                source_kind=message.source_kind, source_id=message.source_id, channel=channel,
                template_id=variant.platform_template_id, params=variant.params | message.params,
                attempt=number, not_after=min(waits_until, quiet or waits_until),
            )
        )  # fmt: skip

    def _wait(self, message: Message, until: datetime, *, held: bool) -> None:
        state = "HELD_QUIET" if held else message.state
        after = replace(message, state=state, due_at=until)
        self._rows += [after, due_timer(after)]

    def _skip(self, message: Message, reason: SkipReason) -> None:
        row, event = skip(message, reason, self.at)
        self._rows.append(row)
        self.events.append(event)
