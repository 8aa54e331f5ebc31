"""Referrals: who brought a new member, and what becomes due for it; M03, domain.md §2.3, D11.

What becomes due is found in referral_rewards.py, from what is known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import commission as events
from danke.events.envelope import Event
from services.commission.accounts import PayeeKind, account_of
from services.commission.errors import (
    AlreadyMember,
    ReferralExists,
    ReferralProgrammeNotFound,
    ReferrerBlocked,
    SelfReferral,
)
from services.commission.promoters import member_key
from services.commission.referral_programmes import ReferralProgramme, ReferrerKind

State_ = Literal["CLICKED", "ENROLLED", "QUALIFIED", "REWARDED", "REJECTED", "CLAWED_BACK"]


class Given(msgspec.Struct, frozen=True, array_like=True):
    """One reward that became due: which of the programme's, and how much."""

    reward_id: str
    place: int
    amount: int


class Referral(Row, frozen=True):
    """One new member has one referrer: the first valid one."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    programme_id: str
    referrer_kind: ReferrerKind
    referrer_id: str
    state: State_
    # The programme as it was when the referral was registered.
    terms: ReferralProgramme
    phone_verified: bool
    given: list[Given]
    number: int
    # The order that qualified it.
    source_id: str
    reason: str
    clicked_at: datetime
    enrolled_at: datetime | None = None
    qualified_at: datetime | None = None

    @property
    def account_id(self) -> str:
        """Where the referrer's cash goes."""
        kind: PayeeKind = "GUIDE" if self.referrer_kind == "STAFF" else "PROMOTER"
        return account_of(kind, self.referrer_id)

    @property
    def about(self) -> dict[str, Any]:
        """What every event says of its referral."""
        return {
            "member_id": self.member_id,
            "programme_id": self.programme_id,
            "referrer_kind": self.referrer_kind,
            "referrer_id": self.referrer_id,
        }


# A member's own referral, as a group: it need not exist.
ONE_REFERRAL = Group(Referral, ("merchant_id", "member_id"))


class SeenIdentity(Row, frozen=True):
    """That an identity was a member's once: a keyed hash, kept so that nobody is new twice."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "identity")

    merchant_id: str
    # member:<id>, phone:<hash>, unionid:<hash> or device:<hash>
    identity: str
    member_id: str
    at: datetime


def _started(
    programme: ReferralProgramme, member_id: str, kind: ReferrerKind, referrer_id: str,
    at: datetime,
) -> Referral:  # fmt: skip
    return Referral(
        programme.merchant_id, member_id, programme.programme_id, kind, referrer_id, "CLICKED",
        programme, phone_verified=False, given=[], number=0, source_id="", reason="",
        clicked_at=at,
    )  # fmt: skip


class RegisterReferral(Command, frozen=True, kw_only=True):
    """A referrer's link was opened by somebody who is no member yet; the first one counts.

    It leads to an enrolment within the programme's window. Refuses REFERRAL_PROGRAMME_NOT_FOUND,
    SELF_REFERRAL, REFERRER_BLOCKED, ALREADY_MEMBER, REFERRAL_EXISTS.
    """

    RESULT: ClassVar[type] = Referral

    programme_id: str
    member_id: str
    kind: ReferrerKind
    referrer_id: str
    device_hash: str = ""

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.member_id),)

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        yield ReferralProgramme, (merchant, self.programme_id)
        yield Referral, (merchant, self.member_id)
        yield SeenIdentity, (merchant, f"member:{self.member_id}")
        if self.device_hash:
            yield SeenIdentity, (merchant, f"device:{self.device_hash}")

    def decide(self, state: State) -> Decision:
        merchant = self.merchant_id
        programme = state.get(ReferralProgramme, (merchant, self.programme_id))
        if programme is None or not programme.active or self.kind not in programme.referrers:
            raise ReferralProgrammeNotFound(field="programme_id")
        if self.referrer_id == self.member_id:
            raise SelfReferral(field="referrer_id")
        if self.referrer_id in programme.blacklist:
            raise ReferrerBlocked(field="referrer_id")
        device = None
        if self.device_hash:
            device = state.get(SeenIdentity, (merchant, f"device:{self.device_hash}"))
        known = state.get(Referral, (merchant, self.member_id))
        if known is not None and known.state == "CLICKED" and not self._is_over(known):
            if (known.referrer_kind, known.referrer_id) == (self.kind, self.referrer_id):
                return Decision(known)
            raise ReferralExists(field="member_id")
        seen = state.get(SeenIdentity, (merchant, f"member:{self.member_id}"))
        if seen is not None or (known is not None and known.state != "CLICKED"):
            raise AlreadyMember(field="member_id")
        if device is not None and device.member_id != self.member_id:
            raise AlreadyMember(field="device_hash")
        row = _started(programme, self.member_id, self.kind, self.referrer_id, self.at)
        rows: list[Row] = [row]
        if self.device_hash and device is None:
            rows.append(
                SeenIdentity(merchant, f"device:{self.device_hash}", self.member_id, self.at)
            )
        return Decision(row, rows)

    def _is_over(self, known: Referral) -> bool:
        return self.at >= known.clicked_at + timedelta(days=known.terms.window_days)


class EnrolReferred(Command, frozen=True, kw_only=True):
    """Somebody became a member: by the open click, or else by the referrer the enrolment names.

    Who was seen before under any identity is not new, and nothing is due. What is due is found by
    ``LookAtReferral``, right after. Without a referrer it only remembers the identities.
    """

    RESULT: ClassVar[Any] = Referral | None

    member_id: str
    identities: list[str]
    phone_verified: bool
    referrer_kind: Literal["", "STAFF", "MEMBER"]
    referrer_id: str
    programme_id: str = "default"
    imported: bool = False

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        # Two members with one identity at once: the second one has to see the first.
        return sorted({member_key(self.member_id), *(f"seen:{one}" for one in self.identities)})

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        yield Referral, (merchant, self.member_id)
        yield ReferralProgramme, (merchant, self.programme_id)
        for identity in (*self.identities, f"member:{self.member_id}"):
            yield SeenIdentity, (merchant, identity)

    def decide(self, state: State) -> Decision:
        merchant = self.merchant_id
        rows: list[Row] = []
        new = True
        for identity in (f"member:{self.member_id}", *self.identities):
            seen = state.get(SeenIdentity, (merchant, identity))
            if seen is None:
                rows.append(SeenIdentity(merchant, identity, self.member_id, self.at))
            elif seen.member_id != self.member_id:
                new = False
        row = self._referral(state)
        if row is None or row.state != "CLICKED":
            return Decision(row, rows)
        reason = self._why_not(row, is_new=new)
        row = replace(row, enrolled_at=self.at, phone_verified=self.phone_verified)
        if reason:
            row = replace(row, state="REJECTED", reason=reason)
            event: Event = events.ReferralRejected(**row.about, reason=reason)
        else:
            row = replace(row, state="ENROLLED")
            event = events.ReferralEnrolled(**row.about)
        return Decision(row, [*rows, row], [event])

    def _referral(self, state: State) -> Referral | None:
        known = state.get(Referral, (self.merchant_id, self.member_id))
        if known is not None:
            over = self.at >= known.clicked_at + timedelta(days=known.terms.window_days)
            if known.state != "CLICKED" or not over:
                return known
        programme = state.get(ReferralProgramme, (self.merchant_id, self.programme_id))
        if not self.referrer_id or not self.referrer_kind or programme is None:
            return None
        if not programme.active or self.referrer_kind not in programme.referrers:
            return None
        return _started(programme, self.member_id, self.referrer_kind, self.referrer_id, self.at)

    def _why_not(self, row: Referral, *, is_new: bool) -> str:
        if self.imported:
            return "IMPORTED"
        if row.referrer_id == self.member_id:
            return "SELF_REFERRAL"
        if row.referrer_id in row.terms.blacklist:
            return "REFERRER_BLOCKED"
        return "" if is_new else "NOT_NEW"


class VerifyPhone(Command, frozen=True, kw_only=True):
    """A member bound a phone number; a number seen before is not new."""

    RESULT: ClassVar[Any] = Referral | None

    member_id: str
    phone_hash: str

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return sorted((member_key(self.member_id), f"seen:phone:{self.phone_hash}"))

    def reads(self, found: State) -> Iterable[Read]:
        yield Referral, (self.merchant_id, self.member_id)
        yield SeenIdentity, (self.merchant_id, f"phone:{self.phone_hash}")

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, f"phone:{self.phone_hash}")
        seen = state.get(SeenIdentity, key)
        rows: list[Row] = [] if seen else [SeenIdentity(*key, self.member_id, self.at)]
        row = state.get(Referral, (self.merchant_id, self.member_id))
        if row is None or row.state not in ("CLICKED", "ENROLLED") or row.phone_verified:
            return Decision(row, rows)
        if seen is not None and seen.member_id != self.member_id:
            row = replace(row, state="REJECTED", reason="NOT_NEW")
            event = events.ReferralRejected(**row.about, reason="NOT_NEW")
            return Decision(row, [*rows, row], [event])
        row = replace(row, phone_verified=True)
        return Decision(row, [*rows, row])
