"""Models with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

import itertools
import math
from typing import Any

import torch
from torch import Tensor, nn

import takens
from takens.testing import samples
from takens_integrators import RK4

from .fault import Fault

_COUNT = itertools.count(100)


class Model(nn.Module):
    """A small map of which parts can be replaced."""

    context_length = 1
    time = takens.plugin.Time.DISCRETE

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__()
        self.config = samples.SmallConfig(obs_dim, seed)
        self.obs_dim = self.latent_dim = obs_dim
        self.weight = nn.Parameter(0.4 * samples.numbers(obs_dim, obs_dim, seed=seed))

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.weight.mT).tanh()

    def encode(self, context: Tensor, /) -> Tensor:
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return x


class Field(Model):
    """The same as a field."""

    time = takens.plugin.Time.CONTINUOUS
    integrator = RK4()

    def forward(self, t: Tensor, z: Tensor) -> Tensor:  # type: ignore[override]
        return 1.5 * super().forward(z)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        slope = 1 - (z @ self.weight.mT).tanh().square()
        return 1.5 * slope.unsqueeze(-1) * self.weight


class Delays(Model):
    """Its state is the last three observations, the last one first."""

    context_length = 3

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.latent_dim = 3 * obs_dim
        self.weight = nn.Parameter(0.3 * samples.numbers(obs_dim, 3 * obs_dim, seed=seed))

    def forward(self, z: Tensor) -> Tensor:
        return torch.cat(((z @ self.weight.mT).tanh(), z[..., : -self.obs_dim]), -1)

    def encode(self, context: Tensor, /) -> Tensor:
        return context.flip(-2).flatten(-2)

    def observe(self, z: Tensor, /) -> Tensor:
        return z[..., : self.obs_dim]

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return torch.cat((x, z[..., self.obs_dim :]), -1)


class Solves(Model):
    """A linear map that finds its weights by regression."""

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> dict[str, Any]:
        before, after = x[..., :-1, :].flatten(0, -2), x[..., 1:, :].flatten(0, -2)
        with torch.no_grad():
            self.weight.copy_(torch.linalg.lstsq(before, after).solution.mT)
        return {}

    def forward(self, z: Tensor) -> Tensor:
        return z @ self.weight.mT


class SolvesForNothing(Solves):
    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> dict[str, Any]:
        with torch.no_grad():
            self.weight.zero_()
        return {}


class Reversed(Delays):
    def encode(self, context: Tensor, /) -> Tensor:
        return context.flatten(-2)


class Shuffled(Delays):
    """Takes the two earlier observations in the wrong order."""

    def encode(self, context: Tensor, /) -> Tensor:
        return super().encode(context[..., [1, 0, 2], :])


class ForgetsContext(Delays):
    """Asks for three observations and uses one."""

    def encode(self, context: Tensor, /) -> Tensor:
        return super().encode(context[..., -1:, :].expand_as(context))


class IgnoresData(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return z


class ForcesZero(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return torch.zeros_like(x)


class ReadsOtherwise(Model):
    """Reads out twice what it is forced by."""

    def observe(self, z: Tensor, /) -> Tensor:
        return 2 * z


class Single(Model):
    def forward(self, z: Tensor) -> Tensor:
        return (z.float() @ self.weight.float().mT).tanh().to(z.dtype)


class SingleConstant(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) * torch.tensor(1.1) / 1.1


class HeldConstant(Model):
    """Holds a constant where no change of precision reaches it."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.held = (torch.full((obs_dim,), 1.1),)

    def forward(self, z: Tensor) -> Tensor:
        return (super().forward(z) * self.held[0] / 1.1).to(z.dtype)


class LeaksInTables(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) - (z.mean(0) if z.ndim > 2 else 0)


class Idle(Model):
    """Has a weight that nothing depends on."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.bias = nn.Parameter(samples.numbers(obs_dim, seed=seed + 1))


class CutsTheState(Model):
    """Lets no gradient through to the state before."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z.detach())


class EncodesOnce(Model):
    """Writes what it encodes over what it was given earlier."""

    held: Any = None

    def encode(self, context: Tensor, /) -> Tensor:
        if self.held is None or self.held.shape != context[..., -1, :].shape:
            self.held = torch.empty_like(context[..., -1, :])
        return self.held.copy_(context[..., -1, :])


class Nameless(Model):
    """Is continuous in time, and names no integrator."""

    time = takens.plugin.Time.CONTINUOUS


class LosesConfig(Model):
    def __init__(self, obs_dim: int = 2, seed: int = 0, *, hidden: int) -> None:
        super().__init__(obs_dim)


class AlwaysDouble(Model):
    def observe(self, z: Tensor, /) -> Tensor:
        return z.double()


class LeakyBatch(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) - (z.mean(0) if z.ndim > 1 else 0)


class Overwrites(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return z.copy_(x)


class HalfForces(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return (z + x) / 2


class Unstored(Model):
    """Keeps a weight where ``state_dict`` does not see it."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.register_buffer(
            "hidden", 1 + samples.numbers(1, seed=next(_COUNT)), persistent=False
        )

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) * torch.as_tensor(self.hidden)


class HoldsBeside(Model):
    """Holds its weights a second time, where no call can put in others."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.held = (self.weight,)

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.held[0].mT).tanh()


class ReadsOnce(Model):
    """Reads its weights when it is made."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.held = (self.weight.detach().clone(),)

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.held[0].mT.to(z)).tanh()


class LooksAtNumbers(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) if float(z.sum()) > 1e9 else -super().forward(z)


class Unseeded(Model):
    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed=next(_COUNT))
        self.config = samples.SmallConfig(obs_dim, seed)


class Restless(Model):
    """Draws noise in its dynamics."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) + samples.numbers(*z.shape, seed=next(_COUNT)).to(z)


class WrongTangent(Model):
    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        return self(x), 2 * v


class WrongJacobian(Field):
    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        return self.weight.expand(*z.shape[:-1], -1, -1)


class OneTime(Field):
    """Takes the first sample for all."""

    def at_own_times(self, t: Tensor, z: Tensor, /) -> Tensor:
        return self(t, z[..., :1, :].expand_as(z))


class WrongSignal(Model):
    def forcing_signal(self, x: Tensor, /) -> Tensor:
        return 2 * x


class LosesASample(Model):
    """Gives a map of its own, of another size."""

    def step_map(self, dt: float, /) -> Any:
        return lambda z: self(z)[..., :1]


class MixesRecordings(Model):
    """Runs windows of all recordings as the first of them."""

    recordings = ("a", "b")

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.features = nn.Parameter(0.1 * samples.numbers(2, 1, seed=seed + 1))

    def member(self, recording: str, /) -> Any:
        own = Model(self.obs_dim).to(self.weight)
        with torch.no_grad():
            own.weight.copy_(self.weight + self.features[self.recordings.index(recording)])
        return own

    def of_windows(self, numbers: Tensor, /) -> Any:
        return self.member("a")

    def for_new(self, recordings: Any, /) -> Any:
        return self

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) + self.features.mean()


class SolvesToNaN(Solves):
    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> dict[str, Any]:
        with torch.no_grad():
            self.weight.fill_(math.nan)
        return {}


class IgnoresInputs(Model):
    """Says that inputs act, and has nothing depend on them."""

    input_dim, interpolation = 1, "constant"

    def encode(self, context: Tensor, /, *u: Tensor) -> Tensor:
        return super().encode(context)

    def forward(self, z: Tensor, *u: Tensor) -> Tensor:
        return super().forward(z)


class IgnoresUnits(Model):
    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        pass


GOOD = [Model(), Field(), Delays(), Solves()]
FAULTS = [
    Fault("it is continuous in time and names no integrator", "model_protocol", Nameless()),
    Fault("an argument is not in the config", "model_config", LosesConfig(hidden=3)),
    Fault("what is observed is always double", "model_shapes_and_dtypes", AlwaysDouble()),
    Fault("a batch sees its mean", "model_batch_is_pointwise", LeakyBatch()),
    Fault("force writes into the state", "model_leaves_its_input_alone", Overwrites()),
    Fault("force goes half of the way", "model_forcing_twice_is_forcing_once", HalfForces()),
    Fault("a weight is not stored", "model_state_dict", Unstored()),
    Fault("weights that are put in are not used", "model_functional_call", HoldsBeside()),
    Fault("weights are read when the model is made", "model_uses_every_weight", ReadsOnce()),
    Fault("the dynamics look at their numbers", "model_ensemble", LooksAtNumbers()),
    Fault("first weights do not follow from the seed", "model_seed", Unseeded()),
    Fault("the dynamics draw noise", "model_free_run", Restless()),
    Fault("the Jacobian is that of another field", "model_jacobian", WrongJacobian()),
    Fault("tangents are doubled", "model_tangent", WrongTangent()),
    Fault("the first sample is taken for all", "model_own_times", OneTime()),
    Fault("force is not what forcing_signal says", "model_forcing_signal", WrongSignal()),
    Fault("a map of its own has another size", "model_step_map", LosesASample()),
    Fault("windows run as those of one recording", "model_recordings", MixesRecordings()),
    Fault("the closed form gives no numbers", "model_closed_form", SolvesToNaN()),
    Fault("nothing depends on inputs", "model_inputs", IgnoresInputs()),
    Fault("units are ignored", "model_units", IgnoresUnits()),
    Fault("encode takes the observations in reversed order", "model_encodes_in_order", Reversed()),
    Fault(
        "encode takes earlier observations in the wrong order",
        "",
        Shuffled(),
        missed="what a model makes of earlier observations is its own affair",
    ),
    Fault("encode ignores all but the last observation", "model_encodes_in_order", ForgetsContext()),
    Fault("force ignores its data", "model_forcing_shows_the_data", IgnoresData()),
    Fault("force writes zeros", "model_forcing_shows_the_data", ForcesZero()),
    Fault("observe and force use other scales", "model_forcing_shows_the_data", ReadsOtherwise()),
    Fault("the dynamics are computed in single precision", "model_is_differentiable", Single()),
    Fault("a constant is made in single precision", "model_precision", SingleConstant()),
    Fault("a constant in single precision is held where no cast reaches it", "model_precision", HeldConstant()),
    Fault("the closed form predicts nothing", "model_closed_form", SolvesForNothing()),
    Fault("a batch of two dimensions sees its mean", "model_batch_is_pointwise", LeaksInTables()),
    Fault("nothing depends on one of the weights", "model_uses_every_weight", Idle()),
    Fault("the dynamics cut the gradient to the state", "model_is_differentiable", CutsTheState()),
    Fault("encode writes over what it gave before", "model_leaves_its_input_alone", EncodesOnce()),
]  # fmt: skip
