"""The `danke` command, put together: a file per command."""

from __future__ import annotations

import typer

from cli import clock, dlq, migrate, topics
from cli.call import call
from cli.fake import fake
from cli.run import run
from cli.tokens import token
from cli.up import up
from cli.verify import verify

app = typer.Typer(
    help="Danke (单客): run it, migrate it, verify it, talk to it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold passwords
)
for command in (up, run, verify, token, call, fake):
    app.command()(command)
app.add_typer(migrate.app, name="migrate", no_args_is_help=True)
app.add_typer(topics.app, name="topics", no_args_is_help=True)
app.add_typer(dlq.app, name="dlq", no_args_is_help=True)
app.add_typer(clock.app, name="clock", no_args_is_help=True)

if __name__ == "__main__":
    app()
