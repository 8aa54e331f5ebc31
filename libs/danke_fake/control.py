"""A fake told over gRPC: for tests in another process, or in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import Invalid
from common.server import Call
from danke.fake.v1 import fake_pb2 as pb
from danke.methods import UnknownMethod

if TYPE_CHECKING:
    from danke_fake.fake import Fake


class RuleInvalid(Invalid):
    """A rule names what is not there."""

    def __init__(self, problem: Exception, field: str) -> None:
        super().__init__(field=field)
        self.violations = [(field, self.reason, str(problem))]


class Control:
    """Answers FakeService."""

    def __init__(self, fake: Fake) -> None:
        self._fake = fake

    async def AddRules(self, request: pb.AddRulesRequest, _call: Call) -> pb.AddRulesResponse:
        """Refuses RULE_INVALID: a method, a field or a reason is not there."""
        try:
            self._fake.add_rules(request)
        except ValueError as problem:
            raise RuleInvalid(problem, "rules") from None
        return pb.AddRulesResponse()

    async def Reset(self, _request: pb.ResetRequest, _call: Call) -> pb.ResetResponse:
        """Everything is as at the start."""
        self._fake.reset()
        return pb.ResetResponse()

    async def ListCalls(self, request: pb.ListCallsRequest, _call: Call) -> pb.ListCallsResponse:
        """Refuses RULE_INVALID: there is no such method."""
        try:
            calls = self._fake.calls(request.method)
        except UnknownMethod as problem:
            raise RuleInvalid(problem, "method") from None
        return pb.ListCallsResponse(calls=[call.to_pb() for call in calls])
