"""Gaussian processes against their peers: ``python -m benchmarks.gp``."""
