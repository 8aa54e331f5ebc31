"""`danke fake`: every RPC on one port with made-up answers, for the tests of a gateway."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import protovalidate
import typer
from google.protobuf import json_format

from cli import console
from danke.fake.v1 import fake_pb2 as pb
from danke_fake import Fake


def fake(
    port: Annotated[int, typer.Option(help="where it listens; 0 takes a free one")] = 50_050,
    host: Annotated[str, typer.Option(help="the address it listens on")] = "127.0.0.1",
    answers: Annotated[
        Path | None, typer.Option(help="rules as JSON (danke.fake.v1.AddRulesRequest)")
    ] = None,
    any_token: Annotated[
        bool, typer.Option("--any-token", help="take every caller for a service of merchant m1")
    ] = False,
    jwks: Annotated[
        Path | None, typer.Option(help="public keys of your own tokens; default: development")
    ] = None,
) -> None:
    """Answer every RPC without Postgres or Kafka, refusing what the services refuse at the door.

    A test tells it what to answer, and asks what it was asked, by danke.fake.v1.FakeService.
    """
    rules = _rules(answers) if answers else None
    keys = jwks.read_text() if jwks else ""
    faked = Fake(port=port, host=host, check_tokens=not any_token, jwks=keys)
    if rules:
        try:
            faked.add_rules(rules)
        except ValueError as problem:
            console.fail(f"{answers}: {problem}")
    console.run(_serve(faked))


async def _serve(faked: Fake) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with faked:
        console.note(f"a fake Danke answers on {faked.address}; Ctrl-C stops it")
        await stop.wait()
    console.note("stopped")


def _rules(path: Path) -> pb.AddRulesRequest:
    """The rules of a file; ends the command if they cannot be meant."""
    try:
        rules = json_format.Parse(path.read_text(encoding="utf-8"), pb.AddRulesRequest())
        protovalidate.validate(rules)
    except OSError as problem:
        console.fail(f"{path} can not be read: {problem.strerror}")
    except (json_format.ParseError, UnicodeDecodeError) as problem:
        console.fail(f"{path} is not an AddRulesRequest as JSON: {problem}")
    except protovalidate.ValidationError as problem:
        wrong = "; ".join(f"{one.proto.rule_id}: {one.proto.message}" for one in problem.violations)
        console.fail(f"{path}: {wrong}")
    return rules
