"""The base of `accrue`: pgbench writing what a paid order leaves, one transaction per order.

The script does by hand what ``AccrueOrder`` does for an order of two lines with two levels and a
sales guide: look for the command's id, the order and its attribution; write the accrual, an entry
per line and level, both performances, id, sequences and outbox rows, statement by statement.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.pgbench import binary

SECONDS: Final = 4
CLIENTS: Final = 8
_ID: Final = "01a20721-7524-77bd-8dba-9238b37f1f7a"


def _text(value: Any) -> str:
    """JSON without anything that pgbench would take for a variable: no colon before a word."""
    return json.dumps(value, separators=(", ", ": ")).replace("'", "''")


_LINES: Final = _text([["A", 1, 16400, 7628, 1907, 20000, 0, 0], ["B", 1, 4100, 1907, 477, 0, 0]])
_EVENT: Final = _text(
    {
        "entry_id": "ORDER.o-0123456789/A/L1",
        "source_id": "ORDER.o-0123456789",
        "order_id": "o-0123456789",
        "line_id": "A",
        "role": "L1",
        "level": 1,
        "payee_kind": "PROMOTER",
        "payee_id": "p-12345",
        "base_fen": 14_493,
        "amount_fen": 1_449,
    }
)
_ABOUT: Final = _text(
    {
        "id": _ID,
        "type": "danke.commission.entry.CommissionEstimated.v1",
        "subject": "ORDER.o-0123456789",
        "time": "2026-11-23T06.39.22.891277Z",
        "correlation_id": _ID,
        "causation_id": _ID,
        "traceparent": "",
    }
)
_OUTCOME: Final = _text({"result": {f"field_{n}": "2026-11-23T06.39.22" for n in range(26)}})
_ENTRY: Final = """
INSERT INTO entries (merchant_id, entry_id, source_id, source_kind, order_id, line_id, role,
  account_id, base_fen, rate_bp, rule_version, amount_fen, reversed_fen, state, at)
 VALUES ('m1', {source} || '/{line}/{role}', {source}, 'ORDER', {order}, '{line}', '{role}',
  'PROMOTER.' || :p, 14493, 1000, 1, 1449, 0, 'ESTIMATED', now());
"""
_PERFORMANCE: Final = """
INSERT INTO performances (merchant_id, performance_id, kind, guide_id, store_id, source_id,
  order_id, refund_id, amount_fen, channel, period, at)
 VALUES ('m1', {source} || '/{kind}', '{kind}', {guide}, 's1', {source}, {order}, '', 20500, 'POS',
  '2026-05', now());
"""
_OUTBOX: Final = """
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
 VALUES ('m1', 'danke.commission.entry.v1', 'p-' || :p, :last, '{about}', '{event}');
"""
_SEQUENCE: Final = """
INSERT INTO event_sequences AS s (merchant_id, aggregate, last) VALUES ('m1', {of}, {count})
 ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
 RETURNING last \\gset
"""


def script(prefix: str, guides: int, promoters: int) -> str:
    """The whole transaction; orders are ``<prefix>-<client>-<n>``."""
    order = f"'{prefix}-' || :client_id || '-' || :n"
    source = f"'ORDER.' || {order}"
    entries = "".join(
        _ENTRY.format(source=source, order=order, line=line, role=role)
        for line in ("A", "B")
        for role in ("L1", "L2")
    )
    performances = "".join(
        _PERFORMANCE.format(source=source, order=order, kind=kind, guide=guide)
        for kind, guide in (("SALES", "'g-' || :g"), ("STORE", "''"))
    )
    outbox = _OUTBOX.format(about=_ABOUT, event=_EVENT)
    told = "".join(
        _SEQUENCE.format(
            of=f"'danke.commission.entry.v1/' || {source} || '/{line}/{role}'", count=1
        )
        + outbox
        for line in ("A", "B")
        for role in ("L1", "L2")
    )
    return f"""
\\set n :n + 1
\\set g random(1, {guides})
\\set p random(1, {promoters})
BEGIN;
SELECT fingerprint, outcome FROM command_log WHERE merchant_id = 'm1' AND command_id = {order};
SELECT state FROM accruals WHERE merchant_id = 'm1' AND source_id = {source};
SELECT terms, rates, l1_id, l2_id, sales_guide_id FROM attributions
 WHERE merchant_id = 'm1' AND order_id = {order};
INSERT INTO accruals (merchant_id, source_id, kind, order_id, member_id, channel, state, paid_fen,
  lines, payees, sales_guide_id, exclusive_guide_id, store_id, exclusive_store_id, group_id,
  awaits_group, refund_ids, fully_refunded, refunded_fen, after_sales, window_days, rule_version,
  paid_at, route)
 VALUES ('m1', {source}, 'ORDER', {order}, 'buyer-' || :p, 'POS', 'PAID', 20500, '{_LINES}',
  '["a", "b"]', 'g', '', 's1', '', '', false, '[]', false, 0, '[]', 7, 1, now(), '');
{entries}{performances}
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
 VALUES ('m1', {order}, '\\x00112233445566778899aabbccddeeff', '{_OUTCOME}');
{_SEQUENCE.format(of="'danke.commission.guide.v1/g-' || :g", count=1)}{outbox}
{told}COMMIT;
"""


async def rate(dsn: str, text: str, first: int) -> tuple[int, float]:
    """How many orders one run wrote, and how many a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "accrue.sql")
        path.write_text(text)  # noqa: ASYNC240 - before measuring
        process = await asyncio.create_subprocess_exec(
            *(binary(), "--no-vacuum", "--protocol=prepared", "--jobs=1"),
            *(f"--client={CLIENTS}", f"--time={SECONDS}", f"--file={path}"),
            *(f"--define=n={first}", dsn),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
    if process.returncode:
        raise SystemExit(f"pgbench failed:\n{errors.decode()[-2000:]}")
    told = out.decode()
    count = re.search(r"transactions actually processed: (\d+)", told)
    speed = re.search(r"tps = ([\d.]+) \(without", told)
    if count is None or speed is None:
        raise SystemExit(f"pgbench said something else:\n{told[-2000:]}")
    return int(count.group(1)), float(speed.group(1))
