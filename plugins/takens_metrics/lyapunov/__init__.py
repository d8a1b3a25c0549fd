"""Lyapunov exponents of maps and fields."""
