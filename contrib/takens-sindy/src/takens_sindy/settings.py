"""How equations are looked for: the settings of models, imported without torch."""

from typing import Literal

import attrs

import takens


@attrs.frozen
class SparseSettings:
    """What all sparse models have in common."""

    obs_dim: int = takens.plugin.parameter(summary="observed variables", at_least=1)
    degree: int = takens.plugin.parameter(
        2, summary="of the monomials among the candidates", at_least=1
    )
    frequencies: int = takens.plugin.parameter(
        0, summary="sines and cosines of 1 to so many times x", at_least=0
    )
    optimiser: Literal["ssr", "stlsq", "sr3"] = takens.plugin.parameter(
        "ssr", summary="which chooses terms"
    )
    threshold: float = takens.plugin.parameter(
        0.02, summary="share of a velocity below which a term is dropped", at_least=0
    )
    normalise: bool = takens.plugin.parameter(
        True, summary="or else the threshold is one of coefficients"
    )
    ridge: float = takens.plugin.parameter(
        1e-9, summary="regularisation while terms are chosen", at_least=0
    )
    resamples: int = takens.plugin.parameter(
        20, summary="of the data, for errors; 0 for none", at_least=0
    )
    seed: int = takens.plugin.parameter(0, summary="of the resamples", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.resamples == 1:
            model = type(self).__name__.removesuffix("Settings")
            raise takens.errors.ComponentError(
                f"{model}: resamples is 0 for none, or at least 2; got 1."
            )


@attrs.frozen
class SparseMapSettings(SparseSettings):
    """A map of few terms; scheme closed_form.

    Source: Brunton, Proctor and Kutz (2016), PNAS 113, 3932-3937.
    """


@attrs.frozen
class SparseFieldSettings(SparseSettings):
    """Differential equations of few terms; scheme closed_form.

    Source: Brunton, Proctor and Kutz (2016), PNAS 113, 3932-3937.
    """

    differentiation: Literal["weak", "finite_difference", "smoothed"] = takens.plugin.parameter(
        "weak", summary="how velocities are found"
    )
    window: float = takens.plugin.parameter(
        0.0,
        unit="time unit",
        summary="of smoothing and of test functions; 0 to go by the data",
        at_least=0,
    )
    integrator: str = takens.plugin.parameter("rk4", summary="one step a sampling interval")


@attrs.frozen
class SparseEquationsSettings:
    """Equations of few terms, found by sparse regression.

    Source: Brunton, Proctor, Kutz (2016), PNAS 113, 3932-3937.
    """

    degree: int | None = takens.plugin.parameter(
        None, unit="1", summary="of monomials; 3 up to three variables, else 2", at_least=1
    )
