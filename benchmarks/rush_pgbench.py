"""The base of `rush`: pgbench claiming coupons of one template, one transaction per claim.

The script does by hand what ``Claim`` does: look for the command's id, read the template, whether
the member was merged, his standing and what he has; take one of the stock; write coupon, id,
sequence and outbox row. The hot row comes last, so that its lock is held as briefly as can be.
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


_COUPON: Final = {
    "coupon_id": _ID,
    "template_id": "hot",
    "member_id": "m-0123456789ab-12345",
    "face_fen": 3_000,
    "valid_from": "2026-11-23T06.39.22.891277Z",
    "valid_to": "2026-12-23T06.39.22.891277Z",
    "state": "AVAILABLE",
    "channel": "",
    "code_id": "",
}
_ABOUT: Final = _text(
    id=_ID,
    type="danke.coupon.instance.CouponClaimed.v1",
    subject=_ID,
    time="2026-11-23T06.39.22.891277Z",
    correlation_id=_ID,
    causation_id=_ID,
    traceparent="",
)
_PAYLOAD: Final = _text(**_COUPON)
_OUTCOME: Final = _text(result=_COUPON | {f"field_{n}": "2026-11-23T06.39.22" for n in range(9)})
_SCRIPT: Final = """
\\set n :n + 1
BEGIN;
SELECT fingerprint, outcome FROM command_log WHERE merchant_id = '{m}' AND command_id = {id};
SELECT state, terms, validity, limits, audience FROM coupon_templates
 WHERE merchant_id = '{m}' AND template_id = 'hot';
SELECT into_member_id FROM merged_members WHERE merchant_id = '{m}' AND member_id = {member};
SELECT tier_id FROM coupon_standings WHERE merchant_id = '{m}' AND member_id = {member};
SELECT coupon_id FROM coupons WHERE merchant_id = '{m}' AND member_id = {member}
 AND template_id = 'hot' AND source <> 'TRANSFER';
INSERT INTO coupons (merchant_id, coupon_id, template_id, block, terms_version, member_id, state,
  face_fen, valid_from, valid_to, source, ref, channel, claimed_at, noticed, recalled, hops,
  order_id, discount_fen)
 VALUES ('{m}', {coupon}, 'hot', 0, 1, {member}, 'AVAILABLE', 3000, now(),
  now() + interval '30 days', 'CLAIM', '', '', now(), false, false, 0, '', 0);
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
 VALUES ('{m}', {id}, '\\x00112233445566778899aabbccddeeff', '{outcome}');
INSERT INTO event_sequences AS s (merchant_id, aggregate, last)
 VALUES ('{m}', 'danke.coupon.instance.v1/' || {coupon}, 1)
 ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
 RETURNING last \\gset
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
 VALUES ('{m}', 'danke.coupon.instance.v1', {member}, :last, '{about}', '{payload}');
UPDATE coupon_stocks SET issued = issued + 1, spent_fen = spent_fen + 3000
 WHERE merchant_id = '{m}' AND template_id = 'hot' AND issued + 1 - recycled + reserved <= total;
COMMIT;
"""


class Pgbench:
    """Runs the script; every run continues with new members."""

    def __init__(self, dsn: str, *, clients: int) -> None:
        self.dsn = dsn
        self.clients = clients
        self._binary = binary()
        number = ":client_id || '-' || :n"
        self._script = _SCRIPT.format(
            m=MERCHANT,
            id=f"'pgbench-' || {number} || '-claim'",
            member=f"'m-pgbench-' || {number}",
            coupon=f"{number} || '-7524-77bd-8dba-9238b37f1f7a'",
            outcome=_OUTCOME,
            about=_ABOUT,
            payload=_PAYLOAD,
        )

    async def rate(self) -> tuple[int, float]:
        """How many claims one run made, and how many a second."""
        first = next(_RUNS) * 10_000_000
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "claim.sql")
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
            raise SystemExit(f"pgbench failed:\n{errors.decode()[:600]}")
        told = out.decode()
        count = int(_found(r"transactions actually processed: (\d+)", told))
        return count, float(_found(r"tps = ([\d.]+) \(without", told))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"pgbench did not say {pattern}:\n{text[-2000:]}")
    return match.group(1)
