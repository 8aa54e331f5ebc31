"""Members (会员): one person per merchant over till, store and mini-program.

A member is found by any identity: phone number, unionid, openid, an external id, or the number of
the membership card. Identities are stored sealed and found by keyed fingerprint; the doors seal, so
that nothing in here ever sees a phone number. domain.md §1.1 (M01, M02, M06, M12), §3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Group, Key, Read, Row, State
from danke.events import loyalty as events
from danke.events.loyalty import EnrolChannel, ReferrerKind
from services.loyalty.errors import MemberMoved
from services.loyalty.errors_members import (
    IdentityAlreadyBound,
    IdentityTaken,
    MemberExists,
    MemberIsClosed,
    MemberIsFrozen,
    MemberIsMerged,
    MemberNotFound,
)

MemberStatus = Literal["ACTIVE", "FROZEN", "MERGED", "CLOSED"]
IdentityKind = Literal["PHONE", "UNIONID", "OPENID", "EXTERNAL", "CARD"]

# A card number has twelve digits: 24 million members leave 3 in 100 000 taken, and of two
# candidates at least one is free unless fewer than one enrolment in a billion is unlucky.
CARD_DIGITS = 12
_CARD_CANDIDATES = 2


class Member(Row, frozen=True):
    """One member. ``merged_into`` of a MERGED one always names who remains, over any chain."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    status: MemberStatus
    status_reason: str
    card_no: str
    channel: EnrolChannel
    channel_code: str
    store_id: str
    referrer_id: str
    referrer_kind: ReferrerKind
    # Who opened the card (开卡导购); neither the exclusive guide nor the guide of a sale.
    opening_guide_id: str
    imported: bool
    enrolled_at: datetime
    merged_into: str | None = None


class Identity(Row, frozen=True):
    """One way to find a member: ``<kind>:<realm>:<fingerprint>``, unique per merchant."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "identity")

    merchant_id: str
    identity: str
    kind: IdentityKind
    member_id: str
    # Ciphertext by which the merchant can read the value back; the number itself for a card.
    sealed: str
    bound_at: datetime


@dataclass(frozen=True)
class Claim:
    """An identity as a door hands it over.

    The ciphertext differs each time the same value is sealed, so it is no field: a retried command
    must ask for the same thing as the first one did.
    """

    kind: IdentityKind
    # Which mini-program or external system: an openid means nothing without its app.
    realm: str
    fingerprint: str
    sealed: InitVar[str]

    def __post_init__(self, sealed: str) -> None:
        object.__setattr__(self, "ciphertext", sealed)

    @property
    def identity(self) -> str:
        """The key it is found by."""
        return identity_key(self.kind, self.realm, self.fingerprint)

    def row(self, command: Command, member_id: str) -> Identity:
        """The identity bound to a member."""
        sealed: str = self.__dict__["ciphertext"]
        return Identity(
            command.merchant_id, self.identity, self.kind, member_id, sealed, command.at
        )


# The link from an id to who remains, read before locking. A group, because an id without a member
# must not hold its command back.
MEMBER_LINK = Group(Member, ("merchant_id", "member_id"))
MERGED_INTO = Group(
    Member, ("merchant_id", "merged_into"), holds=lambda member: member.merged_into is not None
)
IDENTITY_LINK = Group(Identity, ("merchant_id", "identity"))
IDENTITIES_OF = Group(Identity, ("merchant_id", "member_id"), order=lambda row: row.identity)


def identity_key(kind: IdentityKind, realm: str, fingerprint: str) -> str:
    """How an identity is stored and found."""
    return f"{kind}:{realm}:{fingerprint}"


def survivor(found: State, merchant_id: str, member_id: str) -> str:
    """Whom ``member_id`` leads to: itself, or whom it was merged into. Reads MEMBER_LINK."""
    for member in found.group(MEMBER_LINK, (merchant_id, member_id)):
        return member.merged_into or member_id
    return member_id


def must_be_declared(state: State, what: type[Row] | Group[Any], key: Key) -> None:
    """Refuses MEMBER_MOVED if a merge between locating and locking moved what is now needed."""
    if not state.knows(what, key):
        raise MemberMoved(member_id=key[1])


def must_be_active(member: Member | None, member_id: str) -> Member:
    """Refuses MEMBER_NOT_FOUND, MEMBER_IS_FROZEN, MEMBER_IS_MERGED or MEMBER_IS_CLOSED."""
    member = must_exist(member, member_id)
    if member.status == "FROZEN":
        raise MemberIsFrozen(member_id=member_id)
    return member


def must_exist(member: Member | None, member_id: str) -> Member:
    """Refuses MEMBER_NOT_FOUND, MEMBER_IS_MERGED or MEMBER_IS_CLOSED."""
    if member is None:
        raise MemberNotFound(field="member_id", member_id=member_id)
    if member.status == "MERGED":
        raise MemberIsMerged(member_id=member_id, into=member.merged_into)
    if member.status == "CLOSED":
        raise MemberIsClosed(member_id=member_id)
    return member


def card_candidates(new_id: str) -> list[str]:
    """Card numbers a new member may get: digits that tell nothing and begin with no zero."""
    low = 10 ** (CARD_DIGITS - 1)
    return [
        str(
            low
            + int.from_bytes(blake2b(f"{new_id}/{n}".encode(), digest_size=8).digest()) % (9 * low)
        )
        for n in range(_CARD_CANDIDATES)
    ]


class Enrolled(msgspec.Struct, frozen=True):
    """The answer to an enrolment: the member, and whether this made it one."""

    member: Member
    created: bool


class _Claiming(Command, frozen=True, kw_only=True):
    """A command that names identities: their owners are located, then locked with them."""

    claims: Sequence[Claim]

    def lane(self) -> str:
        return self.claims[0].identity

    def locate(self) -> Sequence[Read]:
        return [(IDENTITY_LINK, (self.merchant_id, claim.identity)) for claim in self.claims]

    def _owners(self, found: State) -> list[str]:
        return sorted(
            {
                identity.member_id
                for claim in self.claims
                for identity in found.group(IDENTITY_LINK, (self.merchant_id, claim.identity))
            }
        )

    def keys(self, found: State) -> Sequence[str]:
        return [*(claim.identity for claim in self.claims), *self._owners(found)]

    def reads(self, found: State) -> Iterable[Read]:
        for claim in self.claims:
            yield Identity, (self.merchant_id, claim.identity)
        for member_id in self._owners(found):
            yield Member, (self.merchant_id, member_id)
            yield IDENTITIES_OF, (self.merchant_id, member_id)

    def _owner(self, state: State) -> str | None:
        """The one member the known identities belong to; refuses IDENTITY_TAKEN if several."""
        known = {
            identity.member_id
            for claim in self.claims
            if (identity := state.get(Identity, (self.merchant_id, claim.identity)))
        }
        if len(known) > 1:
            raise IdentityTaken(members=",".join(sorted(known)))
        return known.pop() if known else None

    def _bind(self, state: State, member_id: str) -> Decision:
        """Binds to ``member_id`` the claims that nobody has."""
        new = [
            claim
            for claim in self.claims
            if state.get(Identity, (self.merchant_id, claim.identity)) is None
        ]
        if not new:
            return Decision()
        of_member = (self.merchant_id, member_id)
        must_be_declared(state, IDENTITIES_OF, of_member)
        rows: list[Row] = []
        facts: list[events.MemberEvent] = []
        kinds = {row.kind for row in state.group(IDENTITIES_OF, of_member)}
        for claim in new:
            # A person may have many openids and external ids, but one phone and one unionid.
            if claim.kind in kinds and claim.kind in ("PHONE", "UNIONID"):
                raise IdentityAlreadyBound(kind=claim.kind, member_id=member_id)
            rows.append(claim.row(self, member_id))
            phone = claim.fingerprint if claim.kind == "PHONE" else ""
            facts.append(
                events.MemberIdentityBound(member_id=member_id, kind=claim.kind, phone_hash=phone)
            )
        return Decision(rows=rows, events=facts)


class Enroll(_Claiming, frozen=True, kw_only=True):
    """Makes a member of whoever has these identities, or answers with the member they belong to.

    Identities nobody has yet are bound to that member. Refuses IDENTITY_TAKEN if they belong to two
    members (merge them), IDENTITY_ALREADY_BOUND for a second phone or unionid, MEMBER_IS_FROZEN
    when something would be bound to a frozen member, MEMBER_EXISTS if ``member_id`` is another one.
    domain.md M01, M02, M12.
    """

    RESULT: ClassVar[type] = Enrolled

    channel: EnrolChannel
    # Asked for by the caller, who may know the customer by it already; empty: a new one is made.
    member_id: str = ""
    store_id: str = ""
    channel_code: str = ""
    referrer_id: str = ""
    referrer_kind: ReferrerKind = ""
    opening_guide_id: str = ""
    imported: bool = False

    @property
    def _new_member_id(self) -> str:
        return self.member_id or self.new_id

    def keys(self, found: State) -> Sequence[str]:
        cards = [identity_key("CARD", "", number) for number in card_candidates(self.new_id)]
        return [*super().keys(found), self._new_member_id, *cards]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Member, (self.merchant_id, self._new_member_id)
        for number in card_candidates(self.new_id):
            yield Identity, (self.merchant_id, identity_key("CARD", "", number))

    def decide(self, state: State) -> Decision:
        owner = self._owner(state)
        if owner is not None:
            return self._known(state, owner)
        if state.get(Member, (self.merchant_id, self._new_member_id)) is not None:
            raise MemberExists(field="member_id", member_id=self._new_member_id)
        member = self._member(self._card_no(state))
        card = Identity(
            self.merchant_id, identity_key("CARD", "", member.card_no), "CARD",
            member.member_id, member.card_no, self.at,
        )  # fmt: skip
        hashes = {claim.kind: claim.fingerprint for claim in self.claims}
        enrolled = events.MemberEnrolled(
            member_id=member.member_id,
            channel=self.channel,
            store_id=self.store_id,
            phone_hash=hashes.get("PHONE", ""),
            unionid_hash=hashes.get("UNIONID", ""),
            referrer_id=self.referrer_id,
            referrer_kind=self.referrer_kind,
            opening_guide_id=self.opening_guide_id,
            channel_code=self.channel_code,
            imported=self.imported,
        )
        bound = [claim.row(self, member.member_id) for claim in self.claims]
        return Decision(Enrolled(member, created=True), [member, card, *bound], [enrolled])

    def _known(self, state: State, owner: str) -> Decision:
        must_be_declared(state, Member, (self.merchant_id, owner))
        member = state.get(Member, (self.merchant_id, owner))
        assert member is not None, f"Bug: an identity leads to {owner}, who is not there"
        if self.member_id and self.member_id != owner:
            raise IdentityTaken(field="member_id", members=owner)
        bound = self._bind(state, owner)
        if bound.rows and member.status == "FROZEN":
            raise MemberIsFrozen(member_id=owner)
        return Decision(Enrolled(member, created=False), bound.rows, bound.events)

    def _card_no(self, state: State) -> str:
        for number in card_candidates(self.new_id):
            if state.get(Identity, (self.merchant_id, identity_key("CARD", "", number))) is None:
                return number
        raise MemberMoved(cause="no free card number; repeat")

    def _member(self, card_no: str) -> Member:
        return Member(
            merchant_id=self.merchant_id,
            member_id=self._new_member_id,
            status="ACTIVE",
            status_reason="",
            card_no=card_no,
            channel=self.channel,
            channel_code=self.channel_code,
            store_id=self.store_id,
            referrer_id=self.referrer_id,
            referrer_kind=self.referrer_kind,
            opening_guide_id=self.opening_guide_id,
            imported=self.imported,
            enrolled_at=self.at,
        )


class RebindIdentity(_Claiming, frozen=True, kw_only=True):
    """Gives a member a new phone number or unionid in place of the old one (换绑).

    Takes one claim. Refuses IDENTITY_TAKEN if it is another member's, and what ``must_be_active``
    says. The same identity again changes nothing.
    """

    RESULT: ClassVar[type] = Member

    member_id: str

    def keys(self, found: State) -> Sequence[str]:
        return [*super().keys(found), self.member_id]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Member, (self.merchant_id, self.member_id)
        yield IDENTITIES_OF, (self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        member = state.get(Member, (self.merchant_id, self.member_id))
        member = must_be_active(member, self.member_id)
        owner = self._owner(state)
        if owner == self.member_id:
            return Decision(member)
        if owner is not None:
            raise IdentityTaken(members=owner)
        (claim,) = self.claims
        old = [
            (Identity, (row.merchant_id, row.identity))
            for row in state.group(IDENTITIES_OF, (self.merchant_id, self.member_id))
            if row.kind == claim.kind
        ]
        fact = events.MemberIdentityBound(
            member_id=self.member_id,
            kind=claim.kind,
            phone_hash=claim.fingerprint if claim.kind == "PHONE" else "",
        )
        return Decision(member, [claim.row(self, self.member_id)], [fact], old)
