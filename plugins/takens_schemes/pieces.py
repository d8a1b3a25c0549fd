"""Pieces of windows."""

from torch import Tensor

import takens


def pieces(windows: Tensor, length: int, apart: int) -> Tensor:
    """Cut `windows: (..., T, n)` into overlapping pieces: `(..., pieces, length, n)`.

    Raises: InputError where a window holds none.
    """
    if windows.shape[-2] < length:
        raise takens.InputError(
            f"Windows of {windows.shape[-2]} samples hold no piece of {length}; lengthen "
            "training.window."
        )
    return windows.unfold(-2, length, apart).movedim(-1, -2)
