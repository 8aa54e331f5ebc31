"""Member codes (会员码): twenty digits that a till scans to learn who stands there.

Twelve digits are the card number, eight are a keyed check that changes every half minute; so a
photographed code is worthless a minute later and a made-up one is wrong 99 999 998 times in
100 000 000. A till that keeps presenting wrong ones must wait. M06; parity §1.4 (member code).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.loyalty.errors_members import (
    MemberCodeExpired,
    MemberCodeInvalid,
    MemberIsFrozen,
    TooManyGuesses,
)
from services.loyalty.members import (
    CARD_DIGITS,
    IDENTITY_LINK,
    Identity,
    Member,
    identity_key,
    must_be_declared,
    must_exist,
)

SLOT_S = 30
# The slot it was made in and the next one: a code lives for 30 to 60 seconds.
SLOTS_VALID = 2
# How far back a code is still told to be old, rather than wrong.
SLOTS_KNOWN = 20
_CHECK_DIGITS = 8
GUESSES = 10
GUESS_WINDOW = timedelta(minutes=10)
Verdict = Literal["GENUINE", "EXPIRED", "WRONG"]


def issue(key: bytes, merchant_id: str, card_no: str, at: datetime) -> tuple[str, datetime]:
    """The code of a card at this moment, and when it runs out."""
    slot = int(at.timestamp()) // SLOT_S
    until = datetime.fromtimestamp((slot + SLOTS_VALID) * SLOT_S, UTC)
    return card_no + _check(key, merchant_id, card_no, slot), until


def judge(key: bytes, merchant_id: str, code: str, at: datetime) -> tuple[str, Verdict]:
    """The card number a code names, and whether the code is genuine now."""
    card_no, check = code[:CARD_DIGITS], code[CARD_DIGITS:]
    now = int(at.timestamp()) // SLOT_S
    # From one slot ahead: of two servers the one that reads may be a little behind the one that
    # made the code, and a genuine code must not count as a guess.
    for age in range(-1, SLOTS_KNOWN):
        if hmac.compare_digest(check, _check(key, merchant_id, card_no, now - age)):
            return card_no, "GENUINE" if age < SLOTS_VALID else "EXPIRED"
    return card_no, "WRONG"


def _check(key: bytes, merchant_id: str, card_no: str, slot: int) -> str:
    content = f"{len(merchant_id)}:{merchant_id}:{card_no}:{slot}".encode()
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**_CHECK_DIGITS:0{_CHECK_DIGITS}d}"


class CodeGuesses(Row, frozen=True):
    """How many wrong codes one till or operator presented since ``since``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "presenter")

    merchant_id: str
    presenter: str
    since: datetime
    wrong: int


class DecodeMemberCode(Command, frozen=True, kw_only=True):
    """Tells a till whose code it scanned.

    Wrong codes are counted per presenter, and the count stays although the call is refused. Refuses
    MEMBER_CODE_INVALID, MEMBER_CODE_EXPIRED, TOO_MANY_GUESSES after ten wrong ones within ten
    minutes, MEMBER_IS_FROZEN.
    """

    RESULT: ClassVar[type] = Member

    presenter: str
    card_no: str
    verdict: Verdict

    def lane(self) -> str:
        return f"codes/{self.presenter}"

    @property
    def _identity(self) -> str:
        return identity_key("CARD", "", self.card_no)

    def locate(self) -> Sequence[Read]:
        return ((IDENTITY_LINK, (self.merchant_id, self._identity)),)

    def reads(self, found: State) -> Iterable[Read]:
        yield CodeGuesses, (self.merchant_id, self.presenter)
        yield Identity, (self.merchant_id, self._identity)
        for identity in found.group(IDENTITY_LINK, (self.merchant_id, self._identity)):
            yield Member, (self.merchant_id, identity.member_id)

    def decide(self, state: State) -> Decision:
        guesses = state.get(CodeGuesses, (self.merchant_id, self.presenter))
        if guesses is None or self.at >= guesses.since + GUESS_WINDOW:
            guesses = CodeGuesses(self.merchant_id, self.presenter, self.at, 0)
        if guesses.wrong >= GUESSES:
            raise TooManyGuesses(until=(guesses.since + GUESS_WINDOW).isoformat())
        if self.verdict == "EXPIRED":
            raise MemberCodeExpired(field="code")
        identity = state.get(Identity, (self.merchant_id, self._identity))
        if self.verdict == "WRONG" or identity is None:
            counted = replace(guesses, wrong=guesses.wrong + 1)
            raise MemberCodeInvalid(field="code", keep=Decision(rows=[counted]))
        key = (self.merchant_id, identity.member_id)
        must_be_declared(state, Member, key)
        member = must_exist(state.get(Member, key), identity.member_id)
        if member.status == "FROZEN":
            raise MemberIsFrozen(member_id=member.member_id)
        return Decision(member)
