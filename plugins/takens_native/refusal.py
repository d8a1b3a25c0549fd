"""Saying no."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """Says why a field, map or request is not for compiled kernels, in a clause."""
