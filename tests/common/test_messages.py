"""What servicers read from messages: times that can be meant, and refusals of those that cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from common.messages import TimeOutOfRange, moment
from danke.dev.v1 import clock_pb2


def test_a_time_is_aware_and_an_absent_one_none() -> None:
    request = clock_pb2.SetTimeRequest(time=Timestamp(seconds=1_777_600_800))
    assert moment(request, "time") == datetime(2026, 5, 1, 2, tzinfo=UTC)
    assert moment(clock_pb2.SetTimeRequest(), "time") is None


# Seen as INTERNAL before: the library raises what no caller should see.
@pytest.mark.parametrize(
    ("seconds", "nanos"),
    [(-1, 0), (-(2**62), 0), (2**62, 0), (253_402_300_800, 0), (32_503_680_000, 0), (1, -1),
     (1, 10**9)],
)  # fmt: skip
def test_a_time_nobody_means_is_refused(seconds: int, nanos: int) -> None:
    request = clock_pb2.SetTimeRequest(time=Timestamp(seconds=seconds, nanos=nanos))
    with pytest.raises(TimeOutOfRange) as refused:
        moment(request, "time")
    assert refused.value.field == "time"
