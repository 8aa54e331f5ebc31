"""Payment password (支付密码): set, change, verify, lock-out, and what may be paid without it.

The slow hash is compared at the door, in threads; what arrives here is a verdict. The rules decide
again, under the member's lock, whether that verdict may count: attempts that ran in parallel do not
get more than five comparisons answered. domain.md §2.5, W7.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from danke.events import wallet as events
from services.wallet.calendar import SHANGHAI
from services.wallet.errors import (
    PayPasswordChanged,
    PayPasswordExists,
    PayPasswordLocked,
    PayPasswordNotSet,
    PayPasswordRequired,
    PayPasswordWrong,
    PayTokenInvalid,
    WeakPayPassword,
)

# Five wrong attempts in a row lock for three hours. Others unlock at midnight, which makes
# 23:55 the cheapest time to guess.
ATTEMPTS: Final = 5
LOCK: Final = timedelta(hours=3)
# As long as it takes to look at a checkout page.
TOKEN_LIFE: Final = timedelta(minutes=5)
# What a member may allow to be paid without the password, at most. Both are 0 until he does.
FREE_TXN_MAX_FEN: Final = 20_000
FREE_DAY_MAX_FEN: Final = 100_000
POLICY: Final = "pay_password"

_UP: Final = "0123456789" * 2
_DOWN: Final = _UP[::-1]


class PayPassword(Row, frozen=True):
    """One member's payment password; no row means that none was ever set."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    # argon2id of a keyed digest of the six digits; useless without the door's key.
    hash: str
    # Raised by every change. A verdict or token about another version does not count.
    version: int
    # Wrong attempts in a row.
    failed: int
    locked_until: datetime | None
    # What is paid without the password: per payment, per CST day, and used on ``free_day``.
    free_txn_fen: int
    free_day_fen: int
    free_day: date | None
    free_used_fen: int
    changed_at: datetime

    def is_locked(self, at: datetime) -> bool:
        """Whether no attempt is compared at this time. At ``locked_until`` it is open again."""
        return self.locked_until is not None and at < self.locked_until

    def free_used_on(self, day: date) -> int:
        """What was paid without the password on this CST day, in fen."""
        return self.free_used_fen if self.free_day == day else 0


class PayPolicy(Row, frozen=True):
    """A merchant's demand on members without a password; without a row nothing is demanded."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "policy")

    merchant_id: str
    policy: str
    # True: a member must set a password before he can pay. False lets simple shops work.
    require_password: bool
    changed_at: datetime


class PasswordVerdict(msgspec.Struct, frozen=True):
    """What the door found when it compared: with which version, and whether it was right.

    ``ok`` is None if the door did not compare, because the password was locked or not set.
    """

    version: int
    ok: bool | None


class TokenClaims(msgspec.Struct, frozen=True, array_like=True):
    """What a payment token says; the door has checked that we said it."""

    merchant_id: str
    member_id: str
    order_id: str
    amount_fen: int
    version: int
    expires_at: datetime


class Authorisation(msgspec.Struct, frozen=True):
    """How the member agreed to a payment, as far as the door can tell. At most one proof."""

    verdict: PasswordVerdict | None = None
    token: TokenClaims | None = None
    # The merchant's policy: members without a password may not pay.
    required: bool = False


UNPROVEN: Final = FromDoor[Authorisation].of(Authorisation())


class PasswordState(msgspec.Struct, frozen=True):
    """What may be told about a password. Money is fen; ``locked_until`` only if locked."""

    member_id: str
    version: int
    remaining_attempts: int
    locked_until: datetime | None
    free_txn_fen: int
    free_day_fen: int
    free_used_fen: int


def cst_day(at: datetime) -> date:
    """The calendar day in China at this moment."""
    return at.astimezone(SHANGHAI).date()


def state_of(row: PayPassword, at: datetime) -> PasswordState:
    """What may be told about the password at this time."""
    locked = row.is_locked(at)
    over = row.locked_until is not None and not locked
    return PasswordState(
        row.member_id,
        row.version,
        0 if locked else ATTEMPTS - (0 if over else row.failed),
        row.locked_until if locked else None,
        row.free_txn_fen,
        row.free_day_fen,
        row.free_used_on(cst_day(at)),
    )


def must_be_strong(
    password: str, *, field: str = "password", phone: str = "", birthday: date | None = None
) -> None:
    """Refuses WEAK_PAY_PASSWORD: one digit repeated, a sequence, or a guess anybody makes.

    Sequences go up or down and may wrap (901234). ``phone`` and ``birthday`` are checked if the
    caller knows them: any six digits of the number's tail, the birthday as YYMMDD, DDMMYY, MMDDYY
    or YYYYMM. domain.md §2.5.
    """
    why = ""
    if len(password) != 6 or not (password.isascii() and password.isdigit()):
        why = "NOT_SIX_DIGITS"
    elif len(set(password)) == 1:
        why = "REPEATED"
    elif password in _UP or password in _DOWN:
        why = "SEQUENCE"
    elif phone and password in "".join(filter(str.isdigit, phone))[-8:]:
        why = "PHONE"
    elif birthday and password in {
        birthday.strftime(form) for form in ("%y%m%d", "%d%m%y", "%m%d%y", "%Y%m")
    }:
        why = "BIRTHDAY"
    if why:
        raise WeakPayPassword(field=field, why=why)


def must_not_be_locked(row: PayPassword, at: datetime) -> None:
    """Refuses PAY_PASSWORD_LOCKED, saying until when. The lock is not extended by asking."""
    if row.is_locked(at):
        assert row.locked_until is not None
        raise PayPasswordLocked(locked_until=row.locked_until.isoformat())


def attempt(row: PayPassword, verdict: PasswordVerdict, at: datetime) -> PayPassword:
    """The row after a right attempt; the counter is 0 again.

    Refuses PAY_PASSWORD_LOCKED without looking at the verdict, PAY_PASSWORD_CHANGED if the verdict
    is about another version, PAY_PASSWORD_WRONG with ``remaining_attempts``. A wrong attempt is
    counted and stays counted although the command is refused. domain.md W7.
    """
    must_not_be_locked(row, at)
    if verdict.version != row.version or verdict.ok is None:
        raise PayPasswordChanged()
    if verdict.ok:
        return replace(row, failed=0, locked_until=None) if row.failed else row
    # A lock that is over starts a new count.
    failed = 1 if row.locked_until is not None else row.failed + 1
    figures = {"remaining_attempts": str(ATTEMPTS - failed)}
    after = replace(row, failed=failed, locked_until=None)
    published: list[events.PayPasswordLocked] = []
    if failed == ATTEMPTS:
        until = at + LOCK
        after = replace(after, locked_until=until)
        figures["locked_until"] = until.isoformat()
        published.append(events.PayPasswordLocked(member_id=row.member_id, until=until))
    raise PayPasswordWrong(
        field="password", keep=Decision(rows=[after], events=published), **figures
    )


def authorise(
    row: PayPassword | None,
    how: Authorisation,
    *,
    order_id: str,
    amount_fen: int,
    at: datetime,
) -> list[PayPassword]:
    """Checks that the member agreed to this payment; returns the row to write, if it changed.

    Refuses PAY_PASSWORD_REQUIRED if a password is set and neither a proof nor the password-free
    limits cover the payment, or if none is set and the merchant demands one; PAY_PASSWORD_NOT_SET
    for a proof of a password that does not exist; PAY_TOKEN_INVALID; and as ``attempt`` does.

    A locked password also blocks tokens and password-free payments: somebody is guessing. An
    allowance used by a payment that is undone later is not given back on that day.
    """
    if row is None:
        if how.verdict or how.token:
            raise PayPasswordNotSet()
        if how.required:
            raise PayPasswordRequired(password_set=False)
        return []
    must_not_be_locked(row, at)
    if how.verdict:
        after = attempt(row, how.verdict, at)
        return [] if after is row else [after]
    if how.token:
        _check_token(row, how.token, order_id, amount_fen, at)
        return []
    today = cst_day(at)
    used = row.free_used_on(today)
    if amount_fen > row.free_txn_fen or used + amount_fen > row.free_day_fen:
        raise PayPasswordRequired(password_set=True, free_txn_fen=row.free_txn_fen)
    return [replace(row, free_day=today, free_used_fen=used + amount_fen)]


def _check_token(
    row: PayPassword, token: TokenClaims, order_id: str, amount_fen: int, at: datetime
) -> None:
    why = ""
    if (token.merchant_id, token.member_id) != (row.merchant_id, row.member_id):
        why = "OTHER_MEMBER"
    elif (token.order_id, token.amount_fen) != (order_id, amount_fen):
        why = "OTHER_PAYMENT"
    elif token.version != row.version:
        why = "PASSWORD_CHANGED"
    elif at >= token.expires_at:
        why = "EXPIRED"
    if why:
        raise PayTokenInvalid(field="proof.token", why=why)


def renewed(row: PayPassword | None, merchant_id: str, member_id: str, hash_: str,
            at: datetime) -> PayPassword:  # fmt: skip
    """The row with a new password: nothing of the old one counts, and nothing is free any more.

    Tokens die with the version; password-free limits are consent given with the old password.
    """
    version = row.version + 1 if row else 1
    used = (row.free_day, row.free_used_fen) if row else (None, 0)
    return PayPassword(merchant_id, member_id, hash_, version, 0, None, 0, 0, *used, at)


class OfPassword(Command, frozen=True, kw_only=True):
    """A command about one member's payment password. Its result never holds the hash."""

    RESULT: ClassVar[type] = PasswordState

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        yield PayPassword, (self.merchant_id, self.member_id)

    def _row(self, state: State) -> PayPassword:
        row = state.get(PayPassword, (self.merchant_id, self.member_id))
        if row is None:
            raise PayPasswordNotSet()
        return row

    def _renewed(
        self, row: PayPassword | None, hash_: str, how: Literal["SET", "CHANGED", "RESET"]
    ) -> Decision:
        after = renewed(row, self.merchant_id, self.member_id, hash_, self.at)
        changed = events.PayPasswordChanged(
            member_id=self.member_id, version=after.version, how=how
        )
        return Decision(result=state_of(after, self.at), rows=[after], events=[changed])


class SetPayPassword(OfPassword, frozen=True, kw_only=True):
    """Sets the first password. Refuses PAY_PASSWORD_EXISTS; the door refuses WEAK_PAY_PASSWORD."""

    hash: FromDoor[str]

    def decide(self, state: State) -> Decision:
        row = state.get(PayPassword, (self.merchant_id, self.member_id))
        if row is not None:
            raise PayPasswordExists()
        return self._renewed(None, self.hash.found, "SET")


class ChangePayPassword(OfPassword, frozen=True, kw_only=True):
    """Replaces the password by one who knows the old one; wrong attempts count as in a payment.

    Tokens and password-free limits end. Refuses PAY_PASSWORD_NOT_SET and as ``attempt`` does.
    """

    verdict: FromDoor[PasswordVerdict]
    hash: FromDoor[str]

    def decide(self, state: State) -> Decision:
        row = attempt(self._row(state), self.verdict.found, self.at)
        return self._renewed(row, self.hash.found, "CHANGED")


class Verified(msgspec.Struct, frozen=True):
    """A right attempt: what the door signs as a token. The same for a repeated request."""

    version: int
    expires_at: datetime


class VerifyPayPassword(OfPassword, frozen=True, kw_only=True):
    """Counts an attempt; a right one allows one payment of this order and amount for 5 minutes.

    Refuses PAY_PASSWORD_NOT_SET and as ``attempt`` does.
    """

    RESULT: ClassVar[type] = Verified

    order_id: str
    amount_fen: int
    verdict: FromDoor[PasswordVerdict]

    def decide(self, state: State) -> Decision:
        row = self._row(state)
        after = attempt(row, self.verdict.found, self.at)
        return Decision(
            result=Verified(row.version, self.at + TOKEN_LIFE),
            rows=[] if after is row else [after],
        )


class SetPasswordFree(OfPassword, frozen=True, kw_only=True):
    """Says what may be paid without the password: fen per payment and per CST day; 0 is nothing.

    The bounds (20 000 and 100 000) are held by the contract and the table. What was used today
    stays used. Refuses PAY_PASSWORD_NOT_SET and as ``attempt`` does.
    """

    txn_fen: int
    day_fen: int
    verdict: FromDoor[PasswordVerdict]

    def decide(self, state: State) -> Decision:
        row = attempt(self._row(state), self.verdict.found, self.at)
        after = replace(row, free_txn_fen=self.txn_fen, free_day_fen=self.day_fen)
        changed = events.PasswordFreeChanged(
            member_id=self.member_id, txn_fen=self.txn_fen, day_fen=self.day_fen
        )
        return Decision(result=state_of(after, self.at), rows=[after], events=[changed])


class SetPayPolicy(Command, frozen=True, kw_only=True):
    """Says whether members without a password may pay. Doors notice within seconds."""

    RESULT: ClassVar[type] = PayPolicy

    require_password: bool

    def lane(self) -> str:
        return POLICY

    def reads(self, found: State) -> Iterable[Read]:
        yield PayPolicy, (self.merchant_id, POLICY)

    def decide(self, state: State) -> Decision:
        policy = PayPolicy(self.merchant_id, POLICY, self.require_password, self.at)
        return Decision(result=policy, rows=[policy])
