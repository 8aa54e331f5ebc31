"""Merged recipients: consents, quotas and open touches go to who remains; saga S9.

Where both said something of a channel and purpose, the refusal counts: who said no anywhere is not
written to until they say yes again. domain.md §2.12; the same rule as audience's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.attributions import TOUCHES_OF
from services.automation.consents import CONSENTS_OF, Consent, ConsentRecord, stricter
from services.automation.errors_messages import RecipientMoved
from services.automation.listed import LISTED_BY, SUPPRESSIONS_OF, Suppression
from services.automation.quotas import QUOTAS_OF, moved_quota
from services.automation.recipients import MERGED_INTO, Recipient, recipient_of


class MergeRecipients(Command, frozen=True, kw_only=True):
    """``from_member`` goes on as ``into_member``, or as whom that one was merged into. Once."""

    RESULT: ClassVar[Any] = None

    from_member: str
    into_member: str

    def lane(self) -> str:
        return self.from_member

    def _target(self, found: State) -> str:
        known = found.get(Recipient, (self.merchant_id, self.into_member))
        return (known.merged_into if known else "") or self.into_member

    def locate(self) -> Sequence[Read]:
        return (
            (Recipient, (self.merchant_id, self.into_member)),
            (MERGED_INTO, (self.merchant_id, self.from_member)),
        )

    def keys(self, found: State) -> Sequence[str]:
        aliases = found.group(MERGED_INTO, (self.merchant_id, self.from_member))
        members = {self.from_member, self.into_member, self._target(found)}
        return sorted(members | {one.member_id for one in aliases})

    def reads(self, found: State) -> Iterable[Read]:
        merchant, target = self.merchant_id, self._target(found)
        yield MERGED_INTO, (merchant, self.from_member)
        yield Recipient, (merchant, self.into_member)
        yield TOUCHES_OF, (merchant, self.from_member)
        for member in {self.from_member, target}:
            yield Recipient, (merchant, member)
            yield CONSENTS_OF, (merchant, member)
            yield QUOTAS_OF, (merchant, member)
            yield SUPPRESSIONS_OF, (merchant, member)
        for channel in LISTED_BY:
            yield Suppression, (merchant, target, channel)

    def decide(self, state: State) -> Decision:
        merchant, target = self.merchant_id, self._target(state)
        if not all(state.knows(*read) for read in self.reads(state)):
            raise RecipientMoved(member_id=self.into_member)
        old = recipient_of(state, merchant, self.from_member)
        if old.merged_into or target == self.from_member:
            return Decision()
        kept = recipient_of(state, merchant, target)
        rows: list[Row] = [
            replace(one, merged_into=target)
            for one in (old, *state.group(MERGED_INTO, (merchant, self.from_member)))
        ]
        rows[0] = replace(old, gone="MERGED", merged_into=target)
        if old.zone and not kept.zone:
            rows.append(replace(kept, zone=old.zone))
        rows += self._quotas(state, target)
        rows += self._suppressions(state, target)
        # Orders of who remains are the merit of what was said to the old id.
        rows += [
            replace(touch, member_id=target)
            for touch in state.group(TOUCHES_OF, (merchant, self.from_member))
        ]
        consents = state.group(CONSENTS_OF, (merchant, self.from_member))
        deletes = [
            (Consent, (merchant, self.from_member, one.channel, one.purpose)) for one in consents
        ]
        return Decision(rows=[*rows, *self._consents(state, consents, target)], deletes=deletes)

    def _consents(self, state: State, theirs: Sequence[Consent], target: str) -> list[Row]:
        own = {
            (one.channel, one.purpose): one
            for one in state.group(CONSENTS_OF, (self.merchant_id, target))
        }
        rows: list[Row] = []
        for one in theirs:
            known = own.get((one.channel, one.purpose))
            if known is not None and stricter(known, one).granted == known.granted:
                continue
            # From now on: audience, which unites them as well, tells of this very moment.
            said = replace(one, member_id=target, given_at=self.at)
            record_id = f"merge/{self.from_member}/{one.channel}/{one.purpose}"
            record = ConsentRecord(
                self.merchant_id, record_id, target, one.channel, one.purpose, one.granted,
                self.at, one.evidence, "merge",
            )  # fmt: skip
            rows += [said, record]
        return rows

    def _quotas(self, state: State, target: str) -> list[Row]:
        own = {
            (one.channel, one.template_id): one
            for one in state.group(QUOTAS_OF, (self.merchant_id, target))
        }
        return [
            row
            for quota in state.group(QUOTAS_OF, (self.merchant_id, self.from_member))
            for row in moved_quota(
                quota, own.get((quota.channel, quota.template_id)), target, self.at
            )
        ]

    def _suppressions(self, state: State, target: str) -> list[Row]:
        """Where either is on the list, who remains is."""
        return [
            replace(one, member_id=target)
            for one in state.group(SUPPRESSIONS_OF, (self.merchant_id, self.from_member))
            if not _is_listed(state.get(Suppression, (self.merchant_id, target, one.channel)))
        ]


def _is_listed(known: Suppression | None) -> bool:
    return known is not None and known.active
