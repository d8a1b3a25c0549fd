"""Saying no."""

import takens


class UnsupportedError(Exception):
    """Says why a field, map or request is not for compiled kernels, in a clause."""


class KeptStateError(UnsupportedError, takens.InputError):
    """A function has kept a state from a call that was traced; its own calls then fail, too."""
