"""What the errors of a fit say about it, in words."""

from collections.abc import Iterator, Sequence
from typing import Final

import torch
from torch import Tensor

# Below this many standard deviations of the data a fit is good, whatever its errors look like.
_NEGLIGIBLE: Final = 0.01
_UNEXPLAINED: Final = 0.5
_ALIKE: Final = 0.5
# The correlation of independent errors scatters by one over the root of their number.
_SIGNIFICANT: Final = 4.0
_SAME: Final = 0.999
_ADVICE: Final = (
    "The search may have ended in a wrong minimum: try shorter pieces (segment), or fewer "
    "samples first and then all of them from the parameters found. Or the equations miss "
    "something."
)


def remarks_on(errors: Tensor) -> Iterator[str]:
    """Say what speaks against a fit with the errors `(pieces, T, n)`, standardised.

    Noise of a measurement is independent from sample to sample. Where more than half of the
    errors' variance is shared by neighbours in time, most of it is no such noise, and standard
    errors, which take it for one, do not hold. Where the errors are above half a standard
    deviation of the data, the model explains less than three quarters of their variance.

    Source: Durbin and Watson (1950), Testing for serial correlation in least squares
    regression, Biometrika 37, 409-428; their d is about 2 (1 - correlation).
    """
    residual = float(errors.square().mean().sqrt())
    alike = neighbour_correlation(errors)
    pairs = errors[:, 1:].numel()
    found: list[str] = []
    if residual > _UNEXPLAINED:
        found.append(
            f"the errors are {residual:.2g} standard deviations of the data, which are hardly "
            "explained"
        )
    if residual > _NEGLIGIBLE and alike > max(_ALIKE, _SIGNIFICANT / max(pairs, 1) ** 0.5):
        found.append(
            f"errors of neighbouring samples are alike (correlation {alike:.2f}), so that they "
            "are not noise of the measurement, and the standard errors do not hold"
        )
    if found:
        yield f"Least squares: {'; '.join(found)}. {_ADVICE}"


def unidentified(
    names: Sequence[str], values: Tensor, errors: Tensor, correlations: Tensor
) -> Iterator[str]:
    """Say which parameters the data do not tell, `values, errors: (q,)`, and which of two.

    Those are meant whose error is larger than the value itself, and pairs of which hardly
    more than a combination is known, by their `correlations: (q, q)`.
    """
    for name, value, error in zip(names, values, errors, strict=True):
        if not float(error) <= abs(float(value)):
            yield (
                f"The data do not tell {name} = {float(value):.3g} ± {float(error):.3g}: its "
                "error is larger than itself. Hold it where it is known, or give more data."
            )
    for pair in (correlations.triu(1).abs() > _SAME).nonzero():
        i, j = int(pair[0]), int(pair[1])
        yield (
            f"{names[i]} and {names[j]} can hardly be told apart (correlation "
            f"{float(correlations[i, j]):.6f}): hold one of them, or learn their combination."
        )


def neighbour_correlation(errors: Tensor) -> float:
    """Return the correlation of errors `(pieces, T, n)` with those one sample later."""
    before, after = errors[:, :-1], errors[:, 1:]
    lengths = (before.square().sum() * after.square().sum()).sqrt()
    tiny = torch.finfo(errors.dtype).tiny
    return float((before * after).sum() / lengths.clamp_min(tiny))
