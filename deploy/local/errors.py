"""What the one-machine stack refuses, in words a developer can act on."""

from __future__ import annotations


class StackError(Exception):
    """The stack can not be started as asked; the message says what to change."""


class ProcessDied(StackError):
    """A child process ended although nobody asked it to; the message ends with its last lines."""


class NotReady(StackError):
    """A child process runs but did not answer its probe in time."""
