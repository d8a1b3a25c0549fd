"""Exponents and dimensions of measured series."""
