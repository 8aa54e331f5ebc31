"""Members over gRPC; ``danke.loyalty.v1.MemberService``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from common.commands import Command
from common.errors import Refusal
from common.messages import about, moment, own
from common.server import Call
from common.service import Kit
from danke.loyalty.v1 import member_pb2 as pb
from services.loyalty import members, store_members
from services.loyalty.closures import CloseMember
from services.loyalty.config import Config
from services.loyalty.errors import MemberMoved
from services.loyalty.errors_members import MemberNotFound
from services.loyalty.identity_vault import IdentityVault
from services.loyalty.member_codes import DecodeMemberCode, issue, judge
from services.loyalty.member_status import FreezeMember, UnfreezeMember
from services.loyalty.members import (
    Claim,
    Enrolled,
    IdentityKind,
    Member,
    RebindIdentity,
    must_be_active,
)
from services.loyalty.merges import MergeMembers
from services.loyalty.tier_grants import ImportTier

# A merge that came in between is over at the next try.
TRIES: Final = 3


class Door:
    """What the member, tier and membership doors share."""

    def __init__(self, kit: Kit[Config]) -> None:
        self.engine = kit.engine
        self.pool = kit.pool
        self.clock = kit.clock
        self.vault = IdentityVault(kit.config.sealer(), kit.config.pepper)
        self.code_key = kit.config.code_key

    def about(self, request: Any, call: Call) -> dict[str, Any]:
        """Fields that every command from a call has."""
        return about(request, call, self.clock)

    async def run(self, command: Command, call: Call) -> Any:
        """Runs a command; one that met a merge on its way is tried again."""
        for attempt in range(1, TRIES + 1):
            try:
                return await self.engine.run(command, call.context)
            except MemberMoved:
                if attempt == TRIES:
                    raise
                await asyncio.sleep(0)
        raise AssertionError("unreachable: the last try returns or raises")

    async def member(self, call: Call, member_id: str) -> Member:
        """Who the id leads to. Refuses MEMBER_NOT_FOUND, ACTOR_NOT_ALLOWED."""
        own(call, member_id)
        member = await store_members.member(self.pool, call.merchant_id, member_id)
        if member is None:
            raise MemberNotFound(field="member_id", member_id=member_id)
        return member


class MemberService(Door):
    """Answers ``danke.loyalty.v1.MemberService``; what each RPC refuses is said in its proto."""

    async def Enroll(self, request: pb.EnrollRequest, call: Call) -> pb.EnrollResponse:
        enrolled = await self.run(self._enroll(request, call), call)
        return pb.EnrollResponse(member=to_pb(enrolled.member), created=enrolled.created)

    async def ImportMembers(
        self, request: pb.ImportMembersRequest, call: Call
    ) -> pb.ImportMembersResponse:
        results: list[pb.ImportResult] = []
        commands: list[Command | Refusal] = []
        for one in request.members:
            try:
                commands.append(self._enroll(one.enrollment, call, imported=True))
            except Refusal as refusal:
                commands.append(refusal)
        outcomes = await self._run_each(commands, call)
        imports: list[Command | Refusal] = [
            self._import(one, outcome, call) if isinstance(outcome, Enrolled) else outcome
            for one, outcome in zip(request.members, outcomes, strict=True)
        ]
        for outcome, tier in zip(outcomes, await self._run_each(imports, call), strict=True):
            results.append(_result(outcome, tier))
        return pb.ImportMembersResponse(results=results)

    async def GetMember(self, request: pb.GetMemberRequest, call: Call) -> pb.GetMemberResponse:
        return pb.GetMemberResponse(member=to_pb(await self.member(call, request.member_id)))

    async def FindByPhone(
        self, request: pb.FindByPhoneRequest, call: Call
    ) -> pb.FindByPhoneResponse:
        claim = self.vault.claim(call.merchant_id, "PHONE", request.phone)
        member = await store_members.member_by_identity(self.pool, call.merchant_id, claim.identity)
        # A member's own token learns nothing of other numbers, not even that nobody has them.
        own(call, member.member_id if member else "")
        if member is None:
            raise MemberNotFound(field="phone")
        return pb.FindByPhoneResponse(member=to_pb(member))

    async def RevealIdentities(
        self, request: pb.RevealIdentitiesRequest, call: Call
    ) -> pb.RevealIdentitiesResponse:
        member = await self.member(call, request.member_id)
        answer = pb.RevealIdentitiesResponse()
        for row in await store_members.identities(self.pool, call.merchant_id, member.member_id):
            realm, value = self.vault.reveal(row)
            shown = answer.identities.add(kind=row.kind, realm=realm, value=value)
            shown.bind_time.FromDatetime(row.bound_at)
        return answer

    async def RebindIdentity(
        self, request: pb.RebindIdentityRequest, call: Call
    ) -> pb.RebindIdentityResponse:
        own(call, request.member_id)
        if request.WhichOneof("identity") == "phone":
            claim = self.vault.claim(call.merchant_id, "PHONE", request.phone)
        else:
            claim = self.vault.claim(call.merchant_id, "UNIONID", request.unionid)
        member = await self.run(
            RebindIdentity(
                **self.about(request, call), member_id=request.member_id, claims=[claim]
            ),
            call,
        )
        return pb.RebindIdentityResponse(member=to_pb(member))

    async def MergeMembers(
        self, request: pb.MergeMembersRequest, call: Call
    ) -> pb.MergeMembersResponse:
        merged = await self.run(
            MergeMembers(
                **self.about(request, call),
                merge_id=request.merge_id,
                from_id=request.from_member_id,
                into_id=request.into_member_id,
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.MergeMembersResponse(member=to_pb(merged.member), merged=merged.merged)

    async def FreezeMember(
        self, request: pb.FreezeMemberRequest, call: Call
    ) -> pb.FreezeMemberResponse:
        about = self.about(request, call)
        command = FreezeMember(**about, member_id=request.member_id, reason=request.reason)
        return pb.FreezeMemberResponse(member=to_pb(await self.run(command, call)))

    async def UnfreezeMember(
        self, request: pb.UnfreezeMemberRequest, call: Call
    ) -> pb.UnfreezeMemberResponse:
        about = self.about(request, call)
        command = UnfreezeMember(**about, member_id=request.member_id, reason=request.reason)
        return pb.UnfreezeMemberResponse(member=to_pb(await self.run(command, call)))

    async def CloseMember(
        self, request: pb.CloseMemberRequest, call: Call
    ) -> pb.CloseMemberResponse:
        about = self.about(request, call)
        command = CloseMember(**about, member_id=request.member_id, reason=request.reason)
        return pb.CloseMemberResponse(member=to_pb(await self.run(command, call)))

    async def ListObligations(
        self, request: pb.ListObligationsRequest, call: Call
    ) -> pb.ListObligationsResponse:
        own(call, request.member_id)
        rows = await store_members.obligations(self.pool, call.merchant_id, request.member_id)
        return pb.ListObligationsResponse(
            obligations=[pb.Obligation(kind=r.kind, ref=r.ref, amount=r.amount) for r in rows]
        )

    async def IssueMemberCode(
        self, request: pb.IssueMemberCodeRequest, call: Call
    ) -> pb.IssueMemberCodeResponse:
        member = await self.member(call, request.member_id)
        must_be_active(member, request.member_id)
        code, until = issue(self.code_key, call.merchant_id, member.card_no, self.clock.now())
        answer = pb.IssueMemberCodeResponse(code=code)
        answer.expire_time.FromDatetime(until)
        return answer

    async def DecodeMemberCode(
        self, request: pb.DecodeMemberCodeRequest, call: Call
    ) -> pb.DecodeMemberCodeResponse:
        about = self.about(request, call)
        card_no, verdict = judge(self.code_key, call.merchant_id, request.code, about["at"])
        command = DecodeMemberCode(
            **about,
            presenter=f"{call.caller.actor}@{request.store_id}",
            card_no=card_no,
            verdict=verdict,
        )
        return pb.DecodeMemberCodeResponse(member=to_pb(await self.run(command, call)))

    # --- from messages to commands --------------------------------------------------------------

    def _enroll(
        self, request: pb.EnrollRequest, call: Call, *, imported: bool = False
    ) -> members.Enroll:
        kind = pb.ReferrerKind.Name(request.referrer_kind).removeprefix("REFERRER_KIND_")
        channel = pb.EnrolChannel.Name(request.channel).removeprefix("ENROL_CHANNEL_")
        return members.Enroll(
            **self.about(request, call),
            claims=self._claims(request.identities, call.merchant_id),
            channel=channel,  # type: ignore[arg-type]
            member_id=request.member_id,
            store_id=request.store_id,
            channel_code=request.channel_code,
            referrer_id=request.referrer_id,
            referrer_kind="" if kind == "UNSPECIFIED" else kind,  # type: ignore[arg-type]
            opening_guide_id=request.opening_guide_id,
            imported=imported,
        )

    def _claims(self, identities: pb.Identities, merchant_id: str) -> list[Claim]:
        claims = []
        if identities.phone:
            claims.append(self.vault.claim(merchant_id, "PHONE", identities.phone))
        if identities.unionid:
            claims.append(self.vault.claim(merchant_id, "UNIONID", identities.unionid))
        foreign: list[tuple[IdentityKind, pb.ForeignIdentity]] = [
            *(("OPENID", one) for one in identities.openids),
            *(("EXTERNAL", one) for one in identities.external_ids),
        ]
        claims += (self.vault.claim(merchant_id, k, one.value, one.realm) for k, one in foreign)
        return list({claim.identity: claim for claim in claims}.values())

    def _import(self, one: pb.ImportedMember, enrolled: Enrolled, call: Call) -> ImportTier:
        about = self.about(one.enrollment, call)
        until = moment(one, "tier_valid_until") or datetime.fromtimestamp(0, UTC)
        return ImportTier(
            **(about | {"id": f"{about['id']}/tier"}),
            member_id=enrolled.member.member_id,
            growth=one.growth,
            tier_id=one.tier_id,
            valid_until=until if one.HasField("tier_valid_until") else None,
        )

    async def _run_each(self, commands: list[Command | Refusal], call: Call) -> list[Any]:
        """Outcomes in order; what is a refusal already stays one."""
        runnable = [command for command in commands if isinstance(command, Command)]
        outcomes = iter(await self.engine.run_each(runnable, [call.context] * len(runnable)))
        return [next(outcomes) if isinstance(one, Command) else one for one in commands]


def _result(outcome: Any, tier: Any) -> pb.ImportResult:
    for one in (outcome, tier):
        if isinstance(one, Refusal):
            return pb.ImportResult(refusal_reason=one.reason, refusal_message=one.message)
        if isinstance(one, BaseException):  # a bug, logged by the engine
            return pb.ImportResult(refusal_reason="INTERNAL")
    return pb.ImportResult(member=to_pb(outcome.member), created=outcome.created)


def to_pb(member: Member) -> pb.Member:
    """The member as callers see it."""
    referrer = member.referrer_kind or "UNSPECIFIED"
    message = pb.Member(
        member_id=member.member_id,
        status=f"STATUS_{member.status}",
        status_reason=member.status_reason,
        card_no=member.card_no,
        channel=f"ENROL_CHANNEL_{member.channel}",
        channel_code=member.channel_code,
        store_id=member.store_id,
        referrer_id=member.referrer_id,
        referrer_kind=f"REFERRER_KIND_{referrer}",
        opening_guide_id=member.opening_guide_id,
        imported=member.imported,
    )
    message.enroll_time.FromDatetime(member.enrolled_at)
    return message
