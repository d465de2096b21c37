"""The commands, and what becomes of errors."""

import os
import sys
from importlib.metadata import version

import tyro

from sigspike.cli.cache import compilation_cache
from sigspike.cli.scripts import load, put_first
from sigspike.foundation.check import Refusal


def command(arguments: list[str]) -> int:
    """Run, and say how it went: 0; 2 for what was asked wrongly, with one sentence."""
    try:
        with compilation_cache():
            main(arguments)
    except Refusal as refusal:
        print(f"sigspike: {refusal}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main(arguments: list[str]) -> None:
    """Parse and run; a command's flags and help are its parameters and docstring.

    The commands are loaded here, behind the user's files: classes that are defined by now are
    theirs too.
    """
    if arguments in (["--version"], ["-V"]):
        print(f"sigspike {version('sigspike')}")
        return
    arguments, files = put_first(arguments, ("run", "sweep", "check"))
    load(files)
    from sigspike.cli.check import check
    from sigspike.cli.doctor import doctor
    from sigspike.cli.images import COMMANDS, images
    from sigspike.cli.reproduce import reproduce
    from sigspike.cli.run import run
    from sigspike.cli.sweep import sweep

    commands = {
        "reproduce": reproduce,
        "run": run,
        "sweep": sweep,
        "check": check,
        "images": images,
        "doctor": doctor,
    }
    prog = "sigspike"
    # a group of its own: tyro takes a ValueError of a nested command for bad usage
    if arguments[:1] == ["images"]:
        commands, arguments, prog = COMMANDS, arguments[1:], "sigspike images"
    tyro.extras.subcommand_cli_from_dict(commands, args=arguments, prog=prog)
