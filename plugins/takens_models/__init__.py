"""Models that can be trained."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_models.baselines.linear_autoregression import (
        LinearAutoregression as LinearAutoregression,
    )
    from takens_models.baselines.persistence import Persistence as Persistence
    from takens_models.continuous.augmented_neural_ode import (
        AugmentedNeuralODE as AugmentedNeuralODE,
    )
    from takens_models.continuous.field_model import FieldModel as FieldModel
    from takens_models.continuous.known_ode import KnownODE as KnownODE
    from takens_models.continuous.neural_ode import NeuralODE as NeuralODE
    from takens_models.continuous.neural_ode_layer import NeuralODELayer as NeuralODELayer
    from takens_models.continuous.universal_ode import UniversalODE as UniversalODE
    from takens_models.hierarchical.hierarchical import Hierarchical as Hierarchical
    from takens_models.piecewise_linear.almost_linear_rnn import (
        AlmostLinearRNN as AlmostLinearRNN,
    )
    from takens_models.piecewise_linear.cycle_search import (
        Cycle as Cycle,
        CycleSearch as CycleSearch,
        PiecewiseLinear as PiecewiseLinear,
        cycles as cycles,
        fixed_points as fixed_points,
    )
    from takens_models.piecewise_linear.dendritic_plrnn import DendriticPLRNN as DendriticPLRNN
    from takens_models.piecewise_linear.plrnn import PLRNN as PLRNN
    from takens_models.piecewise_linear.shallow_plrnn import ShallowPLRNN as ShallowPLRNN
    from takens_models.recurrent.echo_state_network import EchoStateNetwork as EchoStateNetwork
    from takens_models.recurrent.gru import GRU as GRU
    from takens_models.recurrent.lstm import LSTM as LSTM
    from takens_models.recurrent.rnn import RNN as RNN
    from takens_models.recurrent.shallow_rnn import ShallowRNN as ShallowRNN

TAKENS_API = 2

_PIECEWISE: Final = ("tangent", "forcing_signal", "linear_regions")
_MODELS: Final = {
    "piecewise_linear.shallow_plrnn:ShallowPLRNN": _PIECEWISE,
    "recurrent.shallow_rnn:ShallowRNN": ("tangent", "forcing_signal"),
    "piecewise_linear.plrnn:PLRNN": _PIECEWISE,
    "piecewise_linear.dendritic_plrnn:DendriticPLRNN": _PIECEWISE,
    "piecewise_linear.almost_linear_rnn:AlmostLinearRNN": _PIECEWISE,
    "recurrent.rnn:RNN": ("forcing_signal",),
    "recurrent.lstm:LSTM": ("forcing_signal",),
    "recurrent.gru:GRU": ("forcing_signal",),
    "recurrent.echo_state_network:EchoStateNetwork": ("forcing_signal", "closed_form"),
    "baselines.linear_autoregression:LinearAutoregression": (
        "tangent",
        "forcing_signal",
        "closed_form",
    ),
    "baselines.persistence:Persistence": ("tangent", "forcing_signal", "closed_form"),
    "hierarchical.hierarchical:Hierarchical": ("forcing_signal", "step_map", "recordings"),
    "continuous.neural_ode:NeuralODE": ("jacobian", "forcing_signal"),
    "continuous.augmented_neural_ode:AugmentedNeuralODE": ("jacobian", "forcing_signal"),
    "continuous.known_ode:KnownODE": ("jacobian", "forcing_signal", "adopt_units"),
    "continuous.universal_ode:UniversalODE": ("jacobian", "forcing_signal", "adopt_units"),
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the models of this package."""
    for place, supports in _MODELS.items():
        module, _, model = place.partition(":")
        yield takens.plugin.ComponentSpec(
            kind="model",
            name=module.rpartition(".")[2],
            target=f"takens_models.{place}",
            settings=f"takens_models.settings:{model}Settings",
            supports=supports,
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
