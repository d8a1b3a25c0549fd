"""``python -m takens``."""

from takens.cli import main

main()
