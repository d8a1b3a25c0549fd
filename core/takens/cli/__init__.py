"""The command line."""

from takens.cli.main import main as main
