"""The settings of every recipe: imported without torch."""

from typing import Literal

import attrs

import takens


@attrs.frozen
class RecurrentSettings:
    """A recurrent network, pulled towards the data while it learns.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), ICML, section 3.
    """

    model: Literal["shallow_rnn", "shallow_plrnn"] = takens.plugin.parameter(
        "shallow_rnn", summary="smooth, or linear in each of its regions"
    )
    members: int = takens.plugin.parameter(
        5, unit="1", summary="models of the winner, whose spread is the error", at_least=1
    )


@attrs.frozen
class FreeStatesSettings:
    """A recurrent network whose states are found beside its weights, for noisy data.

    Source: Tremolet (2006), Q. J. R. Meteorol. Soc. 132, 2483-2504.
    """

    pulled: int = takens.plugin.parameter(
        300, unit="updates", summary="towards the data, before states are found", at_least=0
    )
    members: int = takens.plugin.parameter(
        5, unit="1", summary="models of the winner, whose spread is the error", at_least=1
    )


@attrs.frozen
class FieldSettings:
    """A differential equation whose field is a network.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS.
    """

    members: int = takens.plugin.parameter(
        5, unit="1", summary="models of the winner, whose spread is the error", at_least=1
    )


@attrs.frozen
class GaussianProcessSettings:
    """A Gaussian process of the step to the next sample, for small records."""

    most: int = takens.plugin.parameter(
        5_000, unit="samples", summary="that it is offered for", at_least=1
    )


@attrs.frozen
class ReservoirSettings:
    """A random reservoir with a linear read-out: a baseline.

    Source: Jaeger, Haas (2004), Science 304, 78-80.
    """

    hidden_dim: int = takens.plugin.parameter(
        300, unit="1", summary="units of the reservoir", at_least=1
    )
    members: int = takens.plugin.parameter(
        5, unit="1", summary="models of the winner, whose spread is the error", at_least=1
    )


@attrs.frozen
class LinearSettings:
    """A linear function of the last samples: what others must beat."""

    samples: int = takens.plugin.parameter(
        10, unit="samples", summary="that a prediction is made from", at_least=1
    )
