"""Neural differential equations as a layer, for inputs that are no series."""

from typing import TYPE_CHECKING, Protocol, final, runtime_checkable

import torch
from torch import Tensor, nn

import takens
from takens_models.continuous.fields import NetworkField
from takens_models.continuous.integration import named_integrator
from takens_models.latent.weights import linear
from takens_models.settings import NeuralODELayerSettings


@runtime_checkable
class _GivesStatistics(Protocol):
    def solve_with_statistics(
        self, f: takens.plugin.VectorField, x0: Tensor, ts: Tensor, /
    ) -> "_Statistics": ...


class _Statistics(Protocol):
    @property
    def evaluations(self) -> Tensor: ...


@runtime_checkable
class _TakesFixedSteps(takens.plugin.Stepper, Protocol):
    @property
    def tableau(self) -> takens.plugin.Tableau: ...
    @property
    def substeps(self) -> int: ...


@final
class NeuralODELayer(takens.plugin.Configured[NeuralODELayerSettings], nn.Module):
    """Lets its input move by a learned field from depth 0 to ``end``, and reads it out.

    `dx/ds = f(x)`, or `f(s, x)` where ``sees_depth``, from `x(0)`, the input with
    ``augmentation`` zeros at its end. The output is a linear function of `x(end)` where
    ``output_dim`` is given, else `x(end)` itself. f is a network of ``depth`` hidden layers
    of ``width`` units, or the module ``field``, called as `(s, x)`.

    Raises: ComponentError where a setting makes no sense.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), Neural ordinary differential
    equations, NeurIPS, section 3; Dupont, Doucet, Teh (2019), Augmented neural ODEs, NeurIPS.
    """

    def build(self) -> None:
        """Draw the field, where none is given, then the read-out."""
        config = self.config
        generator = torch.Generator().manual_seed(config.seed)
        self.input_dim, self.end = config.input_dim, config.end
        self.augmentation = config.augmentation
        self.integrator = named_integrator(config)
        dim = config.input_dim + config.augmentation
        self.field: nn.Module = config.field or NetworkField(
            dim,
            shape=config,
            generator=generator,
            sees_time=config.sees_depth,
        )
        outputs = config.output_dim
        self.readout = None if outputs is None else linear(generator, dim, outputs)

    def augment(self, x: Tensor) -> Tensor:
        """Return where inputs begin to move: `(..., d) -> (..., d + a)`.

        Raises: InputError where the inputs have another number of variables.
        """
        if x.shape[-1] != self.input_dim:
            raise takens.InputError(
                f"This layer takes inputs of {self.input_dim} variables; "
                f"got the shape {tuple(x.shape)}."
            )
        zeros = x.new_zeros(*x.shape[:-1], self.augmentation)
        return torch.cat((x, zeros), -1) if self.augmentation else x

    def forward(self, x: Tensor, /) -> Tensor:
        """Return the output for `x: (..., d)`: `(..., output_dim)`, or `(..., d + a)`."""
        moved = self.integrator.solve(self.field, self.augment(x), self._ends())[..., -1, :]
        return moved if self.readout is None else self.readout(moved)

    def trajectory(self, x: Tensor, samples: int = 50) -> tuple[Tensor, Tensor]:
        """Return depths `s: (samples,)` and the path of `x`: `(..., samples, d + a)`."""
        depths = torch.linspace(0, self.end, samples, dtype=torch.float64)
        return depths, self.integrator.solve(self.field, self.augment(x), depths)

    @torch.no_grad()
    def evaluations(self, x: Tensor) -> float:
        """Return how often the field is evaluated on the way forward, on average over `x`."""
        start = self.augment(x)
        if isinstance(self.integrator, _GivesStatistics):
            solved = self.integrator.solve_with_statistics(self.field, start, self._ends())
            return float(solved.evaluations.double().mean())
        if isinstance(self.integrator, _TakesFixedSteps):
            return float(self.integrator.tableau.stages * self.integrator.substeps)
        count = 0

        def counted(s: Tensor, x: Tensor, /) -> Tensor:
            nonlocal count
            count += 1
            return self.field(s, x)

        self.integrator.solve(counted, start, self._ends())
        return float(count)

    def _ends(self) -> Tensor:
        return torch.tensor([0.0, self.end], dtype=torch.float64)

    if TYPE_CHECKING:

        def __call__(self, x: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
