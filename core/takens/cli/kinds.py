"""Reading the kind of a component from the command line."""

from takens._errors import InputError, near
from takens._plugins.component import KINDS, Kind


def read_kind(text: str) -> Kind:
    """Accept a kind in the singular or the plural.

    Raises: InputError naming the kinds.
    """
    for kind in KINDS:
        if text in (kind, f"{kind}s"):
            return kind
    raise InputError(
        f"There is no kind {text!r}.{near(text, KINDS)} Kinds are {', '.join(KINDS)}."
    )
