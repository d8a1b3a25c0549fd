"""Settings that models of dynamics share."""

import takens


def check_settings(model: str, **sizes: int) -> None:
    """Refuse sizes that make no sense.

    Raises: ComponentError.
    """
    for name, size in sizes.items():
        least = 0 if name == "inducing" else 1
        if size < least:
            raise takens.ComponentError(f"{model}: {name} is at least {least}; got {size}.")
