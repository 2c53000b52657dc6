"""Which words do several commands take alike?"""

import argparse
from collections.abc import Callable

Run = Callable[[argparse.Namespace], None]
Command = Callable[[str, Run, str], argparse.ArgumentParser]  # name, function, a sentence about it


def workspace(one: argparse.ArgumentParser, about: str = "name of the workspace") -> None:
    """Let a command be told its workspace."""
    one.add_argument("--workspace", "-w", required=True, help=about)


def format(one: argparse.ArgumentParser) -> None:
    """Let a command print a table, CSV or JSON."""
    one.add_argument("--format", choices=("table", "csv", "json"), default="table")


def progress(one: argparse.ArgumentParser) -> None:
    """Let a command tell how far it is, for the pages."""
    one.add_argument("--progress", action="store_true", help="progress as JSON lines on stderr")
