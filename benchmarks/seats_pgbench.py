"""The base of `seats`: pgbench joining groups of one activity, one transaction per join.

The script does by hand what ``JoinGroup`` does: look for the command's id, read terms, stock, group
under locks, the member's seats and orders; guard seats and stock; write seat, group, stock, timer,
id, sequence and outbox row. The hot row comes last, so that its lock is held as briefly as can be.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.database import MERCHANT
from benchmarks.pgbench import binary

SECONDS: Final = 5
_RUNS: Final = itertools.count(1)
_ID: Final = "01a20721-7524-77bd-8dba-9238b37f1f7a"


def _text(**fields: Any) -> str:
    """JSON without anything that pgbench would take for a variable: no colon before a word."""
    return json.dumps(fields).replace("'", "''")


_GROUP: Final = {"group_id": "hot-g1234", "activity_id": "hot", "reserved": 17, "paid": 0}
_SEAT: Final = {
    "seat_id": _ID,
    "order_id": "order-0123456789ab-12345",
    "member_id": "m-0123456789ab-12345",
    "sku_id": "sku",
    "qty": 1,
    "amount_fen": 6_900,
    "hold_until": "2026-11-23T06.39.22.891277Z",
    "inviter_id": "",
    "seats": 100,
}
_ABOUT: Final = _text(
    id=_ID,
    type="danke.groupbuy.group.SeatReserved.v1",
    subject="hot-g1234",
    time="2026-11-23T06.39.22.891277Z",
    correlation_id=_ID,
    causation_id=_ID,
    traceparent="",
)
_PAYLOAD: Final = _text(**_GROUP, **_SEAT)
_MORE: Final = {f"field_{n}": "2026-11-23T06.39.22" for n in range(14)}
_OUTCOME: Final = _text(result={"group": _GROUP | _MORE, "seat": _SEAT | _MORE})
_SCRIPT: Final = """
\\set n :n + 1
\\set g random(1, {groups})
BEGIN;
SELECT fingerprint, outcome FROM command_log WHERE merchant_id = '{m}' AND command_id = {id};
SELECT state, version, terms FROM activities WHERE merchant_id = '{m}' AND activity_id = '{a}';
SELECT version, terms FROM activity_terms WHERE merchant_id = '{m}' AND activity_id = '{a}';
SELECT seat_id, group_id, qty FROM seats WHERE merchant_id = '{m}' AND activity_id = '{a}'
 AND member_id = {member} AND state IN ('RESERVED', 'PAID', 'SETTLED');
SELECT seat_id FROM seats WHERE merchant_id = '{m}' AND order_id = {order};
SELECT open, bought, refunded FROM customers WHERE merchant_id = '{m}' AND member_id = {member};
SELECT state FROM customer_orders WHERE merchant_id = '{m}' AND order_id = {order};
UPDATE buy_groups SET reserved = reserved + 1
 WHERE merchant_id = '{m}' AND group_id = '{a}-g' || :g AND status = 'OPEN'
 AND expires_at > now() AND reserved + paid < seats;
INSERT INTO seats (merchant_id, seat_id, group_id, activity_id, member_id, order_id, sku_id, qty,
  unit_price_fen, amount_fen, paid_fen, owed_back_fen, refunded_fen, state, leads, is_new,
  inviter_id, pickup_point_id, payment_id, reserved_at, hold_until, merged_from)
 VALUES ('{m}', {seat}, '{a}-g' || :g, '{a}', {member}, {order}, 'sku', 1, 6900, 6900, 0, 0, 0,
  'RESERVED', false, true, '', '', '', now(), now() + interval '15 minutes', '');
INSERT INTO timers (merchant_id, kind, ref, due_at)
 VALUES ('{m}', 'seat_hold', {seat}, now() + interval '15 minutes')
 ON CONFLICT (merchant_id, kind, ref) DO UPDATE SET due_at = excluded.due_at;
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
 VALUES ('{m}', {id}, '\\x00112233445566778899aabbccddeeff', '{outcome}');
INSERT INTO event_sequences AS s (merchant_id, aggregate, last)
 VALUES ('{m}', 'danke.groupbuy.group.v1/{a}-g' || :g, 1)
 ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
 RETURNING last \\gset
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
 VALUES ('{m}', 'danke.groupbuy.group.v1', '{a}-g' || :g, :last, '{about}', '{payload}');
UPDATE sku_stock SET taken = taken + 1
 WHERE merchant_id = '{m}' AND activity_id = '{a}' AND sku_id = 'sku' AND taken < total;
COMMIT;
"""


class Pgbench:
    """Runs the script; every run continues with new members."""

    def __init__(self, dsn: str, activity_id: str, groups: int, *, clients: int) -> None:
        self.dsn = dsn
        self.clients = clients
        self._binary = binary()
        number = ":client_id || '-' || :n"
        self._script = _SCRIPT.format(
            m=MERCHANT,
            a=activity_id,
            groups=groups,
            id=f"'pgbench-' || {number} || '-join'",
            member=f"'m-pgbench-' || {number}",
            order=f"'order-pgbench-' || {number}",
            seat=f"{number} || '-7524-77bd-8dba-9238b37f1f7a'",
            outcome=_OUTCOME,
            about=_ABOUT,
            payload=_PAYLOAD,
        )

    async def rate(self) -> tuple[int, float]:
        """How many joins one run made, and how many a second."""
        first = next(_RUNS) * 10_000_000
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "join.sql")
            path.write_text(self._script)  # noqa: ASYNC240 - before measuring
            process = await asyncio.create_subprocess_exec(
                *(self._binary, "--no-vacuum", "--protocol=prepared", "--jobs=1"),
                *(f"--client={self.clients}", f"--time={SECONDS}", f"--file={path}"),
                *(f"--define=n={first}", self.dsn),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, errors = await process.communicate()
        if process.returncode:
            raise SystemExit(f"pgbench failed:\n{errors.decode()[-2000:]}")
        told = out.decode()
        count = int(_found(r"transactions actually processed: (\d+)", told))
        return count, float(_found(r"tps = ([\d.]+) \(without", told))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"pgbench did not say {pattern}:\n{text[-2000:]}")
    return match.group(1)
