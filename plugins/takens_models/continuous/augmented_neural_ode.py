"""Augmented neural ordinary differential equations."""

from typing import final

from takens_models.continuous.neural_ode import NetworkODE
from takens_models.settings import AugmentedNeuralODESettings


@final
class AugmentedNeuralODE(NetworkODE[AugmentedNeuralODESettings]):
    """A field `dz/dt = f(z)` on the observations and ``augmentation`` further variables.

    In the larger space orbits need not cross where those of the observations do. The further
    variables begin at zero, or as a learned linear function of the first observation
    (``initial_state="linear"``), or as a network's of a context (``"encoder"``). Everything
    else is as for ``NeuralODE``.

    Source: Dupont, Doucet, Teh (2019), Augmented neural ODEs, NeurIPS.
    """
