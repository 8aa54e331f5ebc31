"""Forgotten payment passwords: a code by SMS lets a member choose a new one and ends the lock.

The code is drawn, sent and hashed at the door; here it is a keyed digest. domain.md §2.5.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

import msgspec
from msgspec.structs import replace

from common.commands import Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from services.wallet.errors import ResetCodeExpired, ResetCodeWrong, ResetTooOften
from services.wallet.pay_password import OfPassword, PasswordState, PayPassword, cst_day

CODE_LIFE: Final = timedelta(minutes=5)
# Guesses per code, codes per CST day, and the pause between two: 25 guesses a day at a million.
TRIES: Final = 5
CODES_PER_DAY: Final = 5
PAUSE: Final = timedelta(seconds=60)


class PasswordReset(Row, frozen=True):
    """The last reset code sent to a member, and how many were sent today."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    reset_id: str
    # Keyed digest of the code; empty once the code was used.
    code_hash: bytes
    sent_at: datetime
    expires_at: datetime
    wrong: int
    # Codes sent on this CST day.
    day: date
    sent: int


class ResetRequested(msgspec.Struct, frozen=True):
    """A code may be sent; the door derives it from ``reset_id``, so a repeat sends the same one."""

    reset_id: str
    expires_at: datetime


class RequestReset(OfPassword, frozen=True, kw_only=True):
    """Draws a new code; an older one dies. Refuses PAY_PASSWORD_NOT_SET, RESET_TOO_OFTEN."""

    RESULT: ClassVar[type] = ResetRequested

    code_hash: FromDoor[bytes]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PasswordReset, (self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        self._row(state)
        last = state.get(PasswordReset, (self.merchant_id, self.member_id))
        today = cst_day(self.at)
        sent = last.sent if last and last.day == today else 0
        if last and self.at < last.sent_at + PAUSE:
            raise ResetTooOften(retry_at=(last.sent_at + PAUSE).isoformat())
        if sent >= CODES_PER_DAY:
            raise ResetTooOften(codes_per_day=CODES_PER_DAY)
        expires_at = self.at + CODE_LIFE
        reset = PasswordReset(
            self.merchant_id, self.member_id, self.new_id, self.code_hash.found,
            self.at, expires_at, 0, today, sent + 1,
        )  # fmt: skip
        return Decision(result=ResetRequested(self.new_id, expires_at), rows=[reset])


class ConfirmReset(OfPassword, frozen=True, kw_only=True):
    """Sets a new password with the code; the lock ends, tokens and password-free limits end too.

    Refuses PAY_PASSWORD_NOT_SET, RESET_CODE_WRONG with ``remaining_tries`` (counted although
    refused), RESET_CODE_EXPIRED if the code is five minutes old, used, or guessed at too often.
    """

    RESULT: ClassVar[type] = PasswordState

    code_hash: FromDoor[bytes]
    hash: FromDoor[str]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PasswordReset, (self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        row = self._row(state)
        reset = state.get(PasswordReset, (self.merchant_id, self.member_id))
        usable = reset and reset.code_hash and reset.wrong < TRIES and self.at < reset.expires_at
        if reset is None or not usable:
            raise ResetCodeExpired(field="code")
        if not hmac.compare_digest(reset.code_hash, self.code_hash.found):
            wrong = replace(reset, wrong=reset.wrong + 1)
            raise ResetCodeWrong(
                field="code", keep=Decision(rows=[wrong]), remaining_tries=TRIES - wrong.wrong
            )
        decision = self._renewed(row, self.hash.found, "RESET")
        used = replace(reset, code_hash=b"")
        return replace(decision, rows=[*decision.rows, used])


class ForgetPayPassword(OfPassword, frozen=True, kw_only=True):
    """The member left: his password and codes are deleted. A repeat changes nothing; saga S10."""

    RESULT: ClassVar[type] = type(None)

    def decide(self, state: State) -> Decision:
        member = (self.merchant_id, self.member_id)
        return Decision(deletes=[(PayPassword, member), (PasswordReset, member)])
