"""`danke call`: any RPC from the shell, JSON in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import grpc
import typer
from google.protobuf import json_format

from cli import console, places
from cli.refusals import told
from cli.tokens import bearing, development_token
from danke.methods import Method, UnknownMethod, find, methods

TIMEOUT_S = 30.0


def call(
    method: Annotated[
        str | None, typer.Argument(help="as PaymentService/Pay, or just Pay where that is clear")
    ] = None,
    body: Annotated[str, typer.Argument(help="the request as JSON; - reads it from stdin")] = "{}",
    merchant: Annotated[str, typer.Option(help="of the development token")] = "m1",
    scope: Annotated[list[str] | None, typer.Option(help="of the development token")] = None,
    member: Annotated[str | None, typer.Option(help="of the development token")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="DANKE_TOKEN", help="instead of a development token")
    ] = None,
    service: Annotated[str | None, typer.Option(help="who is asked, if not its owner")] = None,
    address: Annotated[str | None, typer.Option(help="host:port instead of the stack's")] = None,
    ca: Annotated[Path | None, typer.Option(help="a CA (PEM): calls with TLS")] = None,
    list_: Annotated[bool, typer.Option("--list", help="every method with its scope")] = False,
    root: places.Root = places.ROOT,
) -> None:
    """Call an RPC and print its answer as JSON; a refusal goes to stderr, with exit code 1."""
    if list_ or method is None:
        wide = max(len(name) for name in methods())
        for name, one in methods().items():
            typer.echo(f"{name:<{wide}}  {one.scope}".rstrip())
        return
    if token is None:
        claims: dict[str, Any] = {"member_id": member, "actor_kind": "MEMBER"} if member else {}
        token = development_token(merchant, scope or ["*"], **claims)
    console.run(_call(root, method, body, token, service, address, ca))


async def _call(
    root: Path,
    name: str,
    body: str,
    token: str,
    service: str | None,
    address: str | None,
    ca: Path | None,
) -> None:
    try:
        method = find(name)
    except UnknownMethod as problem:
        raise console.Problem(str(problem)) from None
    request = _request(method, sys.stdin.read() if body == "-" else body)
    where = address or _address(root, service or method.service)
    async with _channel(where, ca) as channel:
        send = channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        try:
            answer = await send(request, metadata=bearing(token), timeout=TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise console.Problem("\n".join(told(error).lines())) from None
    typer.echo(
        json_format.MessageToJson(
            answer,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
            ensure_ascii=False,
        )
    )


def _channel(where: str, ca: Path | None) -> grpc.aio.Channel:
    if ca is None:
        return grpc.aio.insecure_channel(where)
    return grpc.aio.secure_channel(where, grpc.ssl_channel_credentials(ca.read_bytes()))


def _address(root: Path, service: str) -> str:
    at = places.running(root)
    if service == "dev":
        raise console.Problem(
            f"every service answers this: add --service {next(iter(at.services))}"
        )
    return at.address(service)


def _request(method: Method, body: str) -> Any:
    try:
        return json_format.Parse(body, method.request())
    except json_format.ParseError as error:
        known = ", ".join(field.name for field in method.request.DESCRIPTOR.fields)
        raise console.Problem(
            f"the JSON does not fit {method.request.DESCRIPTOR.full_name}: {error}\n"
            f"its fields: {known or 'none'}"
        ) from None
