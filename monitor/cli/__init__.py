"""The command line: one module per group of commands, `root` puts them together."""

from monitor.cli.root import main

__all__ = ["main"]
