"""What the verdict says of subjects whose truth is known: ``python -m benchmarks.verdict``."""
