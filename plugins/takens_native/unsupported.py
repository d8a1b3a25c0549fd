"""Saying no."""


class UnsupportedError(Exception):
    """Says why a field, map or request is not for compiled kernels, in a clause."""
