"""Training schemes with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes import LayerFit

from .fault import Fault


def one_step(model: Any, windows: Tensor, times: Tensor, share: Any = 1.0) -> Tensor:
    """Return the error one step ahead; each window has a sampling interval of its own."""
    dt = times.diff()[..., 0]
    z = model.encode(windows[..., :-1, None, :])
    if model.time is takens.plugin.Time.DISCRETE or dt.ndim == 0:
        ahead = takens.plugin.latent_map(model, float(dt.reshape(-1)[0]))(z)
    else:
        each = zip(z.unbind(-3), dt.unbind(-1), strict=True)
        ahead = torch.stack([takens.plugin.latent_map(model, float(h))(w) for w, h in each], -3)
    return (share * (model.observe(ahead) - windows[..., 1:, :])).square().mean((-3, -2, -1))


@attrs.define
class Scheme:
    """One-step prediction; the faulty ones differ in ``loss``."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows, times)


@attrs.define
class Fades(Scheme):
    """One-step prediction whose strength falls, as it says."""

    strength: float = 0.5
    adapts: bool = False

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        return {"strength": self.strength / (1 + step)}

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        pull = sum(weight.square().sum() for weight in model.parameters())
        strength = self.logged_values(step)["strength"]
        return one_step(model, windows, times) + strength * 1e-3 * pull

    def set_up(self, x: Tensor, dt: float, /) -> Scheme:
        return attrs.evolve(self, strength=2 * self.strength)


class IgnoresWindows(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        x = torch.linspace(-1, 1, 40, dtype=windows.dtype)[:, None].expand(40, 2)
        return one_step(model, x.expand(windows.shape[:-2] + x.shape), times)


class IgnoresTimes(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows, 0.1 * torch.arange(40))


class TimesOfTheFirst(Scheme):
    """Takes the sampling interval of the first window for all."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows, times.reshape(-1, times.shape[-1])[0])


class SaysOnly(Fades):
    """Reports a strength that changes, and uses one that does not."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return super().loss(model, windows, times=times, step=0)


class IgnoresStrength(Fades):
    """Has a setting that nothing depends on."""

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        return {"strength": 0.5 / (1 + step)}

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return Fades.loss(Fades(0.5), model, windows, times=times, step=step)


class OneVariable(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows, times, windows.new_tensor((1.0, 1e-20)))


class DropsTheEnd(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows[..., :-1, :], times[..., :-1])


class ThroughSingle(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return super().loss(model, windows, times=times, step=step).float().to(windows.dtype)


class DrawsNoise(Scheme):
    """Draws noise from torch's own generator."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows + 1e-9 * torch.randn_like(windows), times)


class ClearsGradients(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        for weight in model.parameters():
            weight.grad = None
        return super().loss(model, windows, times=times, step=step)


class Freezes(Scheme):
    """Trains one weight after the other, and leaves the last frozen."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        found = super().loss(model, windows, times=times, step=step)
        next(model.parameters()).requires_grad_(False)
        return found


class AdaptsItself(Fades):
    def set_up(self, x: Tensor, dt: float, /) -> Scheme:
        self.strength *= 2
        return self


class Solving:
    """Lets a model solve for its weights."""

    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return dict(model.solve_weights(x, times=times))


class SolvesTheFirst(Solving):
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return super().solve(model, x[:1], times=times)


class SolvesAtOneRate(Solving):
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return super().solve(model, x, times=0.1 * torch.arange(x.shape[-2]))


class SaysTooLittle(Solving):
    """Says that nothing is left of the error."""

    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return super().solve(model, x, times=times) | {"loss": 0.0}


class ManyLosses(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return super().loss(model, windows, times=times, step=step)[None]


class MissesAWeight(Scheme):
    """Compares states where it should compare observations."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        ahead = takens.plugin.latent_map(model, float(times.diff().flatten()[0]))
        return (ahead(windows[..., :-1, :]) - windows[..., 1:, :]).square().mean()


class CutsTheGradient(Scheme):
    """Detaches half of what the loss depends on."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        ahead = takens.plugin.latent_map(model, float(times.diff().flatten()[0]))
        found = model.observe(ahead(model.encode(windows[..., :-1, None, :])))
        second = model.observe(ahead(model.encode(found[..., None, :]).detach()))
        later = windows[..., 2:, :] - second[..., :-1, :]
        return later.square().mean() + one_step(model, windows, times)


class StandardisesInPlace(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        with torch.no_grad():
            windows *= 0.5
        return one_step(model, windows, times)


class LooksAtTheFirst(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows[:1], times[:1] if times.ndim > 1 else times)


class Climbs(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        # It is the value without the gradient that rises.
        found = one_step(model, windows, times)
        return 2 * found.detach() - found


class Mixes(Scheme):
    """Gives every member of an ensemble the mean of all."""

    takes_ensembles = True

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        found = one_step(model, windows, times)
        return found.mean().expand(found.shape) if found.ndim else found


class FillsWithZeros(Scheme):
    """Takes what is missing for zero."""

    takes_gaps = True

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows.nan_to_num(0.0), times)


class LosesItself(Scheme):
    """Says that it takes gaps, and does not."""

    takes_gaps = True


class AdaptsToNothing(Scheme):
    def set_up(self, x: Tensor, dt: float, /) -> Any:
        return None


class ReportsNaN(Scheme):
    def logged_values(self, step: int, /) -> dict[str, float]:
        return {"strength": math.nan}


class FindsATensor(Scheme):
    """Reports what it found as it computed it."""

    def findings(self) -> dict[str, Any]:
        return {"noise": torch.tensor(0.1)}


class Forgets(Scheme):
    """Counts its calls, and does not store the count."""

    calls = 0

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        self.calls += 1
        return one_step(model, windows, times) * self.calls

    def state_dict(self) -> dict[str, Tensor]:
        return {}

    def load_state_dict(self, state: Any, /) -> None:
        pass


@attrs.define
class Noisy(Scheme):
    """One-step prediction from windows with noise."""

    def loss(
        self, model: Any, windows: Tensor, *, times: Tensor, step: int, generator: Any
    ) -> Tensor:
        noise = torch.randn(windows.shape, generator=generator).to(windows)
        return one_step(model, windows + 0.01 * noise, times)


class SameNoise(Noisy):
    """Is given a generator, and draws from one of its own."""

    def loss(
        self, model: Any, windows: Tensor, *, times: Tensor, step: int, generator: Any
    ) -> Tensor:
        own = torch.Generator().manual_seed(step)
        return super().loss(model, windows, times=times, step=step, generator=own)


class RefusesInASentence(Scheme):
    def accepts(self, model: Any, /) -> str | None:
        return None if model.time is takens.plugin.Time.DISCRETE else "It is for maps."


class SolvesWithoutLoss:
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return {}


class SolvesNothing:
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return {"loss": 1.0}


class Nudges:
    """Moves the bias to the mean of a class, over and over."""

    def train(self, layer: Any, inputs: Tensor, targets: Tensor, *, seed: int = 0) -> Any:
        history = []
        optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)
        for epoch in range(1, 4):
            loss = torch.nn.functional.cross_entropy(layer(inputs), targets)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            history.append({"epoch": epoch, "loss": float(loss.detach())})
        return LayerFit(layer, tuple(history), 0.0)


class LearnsNothing(Nudges):
    def train(self, layer: Any, inputs: Tensor, targets: Tensor, *, seed: int = 0) -> Any:
        return LayerFit(layer, ({"epoch": 1, "loss": 1.0},), 0.0)


class Draws(Nudges):
    def train(self, layer: Any, inputs: Tensor, targets: Tensor, *, seed: int = 0) -> Any:
        with torch.no_grad():
            layer.weight.add_(torch.randn(2, 2))
        return super().train(layer, inputs, targets, seed=seed)


GOOD = [Scheme(), Fades(), Noisy(), Solving()]
FAULTS = [
    Fault("there is neither loss() nor solve()", "scheme_protocol", object()),
    Fault("the loss is not one number", "scheme_loss", ManyLosses()),
    Fault("a weight gets no gradient", "scheme_gradient_reaches_every_weight", MissesAWeight()),
    Fault("half of the gradient is cut off", "scheme_gradient_is_the_derivative", CutsTheGradient()),
    Fault("windows are standardised in place", "scheme_leaves_its_input_alone", StandardisesInPlace()),
    Fault("only the first window counts", "scheme_order_of_windows", LooksAtTheFirst()),
    Fault("the gradient leads uphill", "scheme_learns", Climbs()),
    Fault("members of an ensemble get the mean of all losses", "scheme_ensembles", Mixes()),
    Fault("what is missing counts as zero", "scheme_gaps", FillsWithZeros()),
    Fault("a gap makes the loss NaN", "scheme_gaps", LosesItself()),
    Fault("what is adapted is no scheme", "scheme_adapting", AdaptsToNothing()),
    Fault("the strength that is reported is no number", "scheme_forcing_report", ReportsNaN()),
    Fault("a tensor is among what was found", "scheme_findings", FindsATensor()),
    Fault("a count is not stored", "scheme_state", Forgets()),
    Fault("it is given a generator, and draws from another", "scheme_draws_from_its_generator", SameNoise()),
    Fault("a model is refused in a sentence, not in a clause", "scheme_accepts", RefusesInASentence()),
    Fault("solving reports no loss", "direct_scheme", SolvesWithoutLoss()),
    Fault("solving changes nothing", "direct_scheme_learns", SolvesNothing()),
    Fault("the loss ignores the windows", "scheme_uses_every_sample", IgnoresWindows()),
    Fault("the loss ignores all variables but one", "scheme_uses_every_sample", OneVariable()),
    Fault("the loss ignores the last sample", "scheme_uses_every_sample", DropsTheEnd()),
    Fault("the loss ignores the times", "scheme_uses_times", IgnoresTimes()),
    Fault("windows get the times of the first", "scheme_uses_times", TimesOfTheFirst()),
    Fault("the strength that is reported is not the one that is used", "scheme_forcing_report", SaysOnly()),
    Fault("a setting changes nothing", "scheme_settings_matter", IgnoresStrength()),
    Fault("the loss is rounded to single precision", "scheme_gradient_is_the_derivative", ThroughSingle()),
    Fault("noise is drawn from torch's own generator", "scheme_leaves_its_input_alone", DrawsNoise()),
    Fault("gradients that were collected are cleared", "scheme_leaves_its_input_alone", ClearsGradients()),
    Fault("a weight is left frozen", "scheme_leaves_its_input_alone", Freezes()),
    Fault("adapting changes the scheme itself", "scheme_adapting", AdaptsItself()),
    Fault("only the first trajectory is solved for", "direct_scheme_uses_everything", SolvesTheFirst()),
    Fault("solving ignores the times", "direct_scheme_uses_everything", SolvesAtOneRate()),
    Fault(
        "the loss that is reported is none of the solved model",
        "",
        SaysTooLittle(),
        missed="a scheme that solves says itself what its loss is the loss of",
    ),
]  # fmt: skip
LAYER_GOOD = [Nudges()]
LAYER_FAULTS = [
    Fault("there is no train()", "layer_scheme_protocol", object()),
    Fault("a layer learns nothing", "layer_scheme_learns", LearnsNothing()),
    Fault("a layer's training draws from torch's own generator", "layer_scheme_repeats", Draws()),
]  # fmt: skip
