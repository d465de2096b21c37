"""The command line: ``sigspike reproduce | run``."""

from sigspike.cli.main import entry as entry
