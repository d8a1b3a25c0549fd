"""Taught and published results, made again: `python -m examples.reproductions`."""
