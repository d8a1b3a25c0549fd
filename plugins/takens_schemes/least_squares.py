"""Parameters by nonlinear least squares, with their standard errors."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast, final, runtime_checkable

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_schemes.forcing import interval
from takens_schemes.levenberg_marquardt import Minimum, minimise
from takens_schemes.pieces import pieces
from takens_schemes.residual_checks import remarks_on, unidentified
from takens_schemes.settings import LeastSquaresSettings

# A central difference over this share of an unknown's size is exact to about ten digits.
_STEP: Final = 1e-6
# What a trajectory that is not finite counts as, in standard deviations of the data.
_LOST: Final = 1e3
_MOST_PARAMETERS: Final = 5000
_MOST_REPORTED: Final = 50


@runtime_checkable
class NamesWhatItLearns(Protocol):
    """A model whose weights stand for parameters that have names."""

    def learned(self) -> Mapping[str, float]:
        """Return the parameters as they are now."""
        ...


@final
class LeastSquares(LeastSquaresSettings):
    """Minimise the squared error of whole trajectories by Levenberg and Marquardt's method.

    For models with few weights, such as known equations with unknown parameters. The state at
    the start of each trajectory is found too, unless ``initial_states`` is false: the first
    sample is then taken as it is, with its noise. Trajectories are cut into pieces of
    ``segment`` samples, each with a start of its own; 0 leaves them whole. Chaotic data want
    pieces of a few Lyapunov times at most. Starts are eliminated piece by piece, so that the
    time grows with the number of trajectories and no faster.

    The details of the fit hold the ``parameters`` with ``standard_errors`` and
    ``correlations`` from the Jacobian at the solution, `s^2 (J^T J)^-1`, where s is the
    ``residual`` standard deviation, in standard deviations of the data; the
    ``initial_states``, `(pieces, m)`, with ``initial_state_errors``, in the system's units for
    known equations and in the model's own latent ones else; and ``remarks``, where the errors
    do not look like noise. The Jacobian is by central differences of compiled solves, in
    double precision.

    Raises: ComponentError where an argument makes no sense.

    Source: Marquardt (1963), An algorithm for least-squares estimation of nonlinear
    parameters, SIAM J. Appl. Math. 11, 431-441; Seber and Wild (1989), Nonlinear Regression,
    section 2.1.2, for the errors.
    """

    def solve(
        self, model: takens.plugin.Model, x: Tensor, *, times: Tensor
    ) -> Mapping[str, Any]:
        """Fit to `x: (trajectories, T, n)` at `times: (T,)`, in place.

        Raises: InputError where there are too many unknowns, or fewer data than unknowns.
        """
        problem = _Trajectories.of(model, x, times, self.segment, self.initial_states)
        shared, own = problem.begin()
        unknowns = shared.numel() + own.numel()
        if not (0 < unknowns < problem.count and shared.numel() <= _MOST_PARAMETERS):
            raise takens.InputError(
                f"least_squares would solve for {unknowns} unknowns from {problem.count} "
                f"numbers; it takes at least 1 and fewer than the data, of which at most "
                f"{_MOST_PARAMETERS} are weights. Choose a scheme that trains by gradients, "
                "such as trajectory_matching."
            )
        found = minimise(
            problem,
            shared,
            own,
            tolerance=self.tolerance,
            most_evaluations=self.most_evaluations,
        )
        problem.put(found.shared)
        return problem.report(found)


@final
@attrs.frozen(eq=False)
class _Trajectories:
    """Pieces of trajectories `x: (pieces, T, n)`, whose errors depend on weights and starts."""

    model: takens.plugin.Model
    weights: tuple[nn.Parameter, ...]
    run: Callable[[Tensor], Tensor]
    contexts: Tensor
    x: Tensor
    initial_states: bool

    @classmethod
    def of(
        cls,
        model: takens.plugin.Model,
        x: Tensor,
        times: Tensor,
        segment: int,
        initial_states: bool,
    ) -> "_Trajectories":
        c = model.context_length
        if segment:
            x = pieces(x, c + segment, segment).flatten(0, 1)
            when = times.unfold(0, c + segment, segment)
            when = when - when[:, :1]
            same = bool(torch.allclose(when, when[:1].expand_as(when), rtol=0, atol=1e-9))
            many = x.shape[0] // when.shape[0]
            times = when[0] if same else when.repeat(many, 1)
        times = times[..., c - 1 :] - times[..., c - 1 : c]
        weights = tuple(p for p in model.parameters() if p.requires_grad)
        run = _runner(model, times)
        return cls(model, weights, run, x[:, :c], x[:, c - 1 :], initial_states)

    @property
    def count(self) -> int:
        """How many numbers there are to fit to."""
        return (self.x if self.initial_states else self.x[:, 1:]).numel()

    def begin(self) -> tuple[Tensor, Tensor]:
        """Return the weights as they are, `(q,)`, and starts `(pieces, m)`; m = 0 for none."""
        flat = [p.detach().double().flatten() for p in self.weights]
        shared = torch.cat([self.x.new_zeros(0), *flat])
        with torch.no_grad():
            own = self.model.encode(self.contexts)
        return shared, own if self.initial_states else own[:, :0]

    def put(self, shared: Tensor) -> None:
        """Put values into the weights."""
        with torch.no_grad():
            for p in self.weights:
                p.copy_(shared[: p.numel()].view(p.shape))
                shared = shared[p.numel() :]

    def errors(self, shared: Tensor, own: Tensor, /) -> Tensor:
        """Return the errors of each piece in a row, `(pieces, r)`; what explodes is far off."""
        try:
            return self._errors(shared, own)
        except takens.TakensError:
            return self.x.new_full((len(self.x), self.count // len(self.x)), _LOST)

    def slopes(self, shared: Tensor, own: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the derivatives, `(pieces, r, q)` and `(pieces, r, m)`.

        Raises: IntegrationError where the states do not stay finite.
        """
        by_weights = self.x.new_zeros(len(self.x), self.count // len(self.x), len(shared))
        by_starts = self.x.new_zeros(*by_weights.shape[:2], own.shape[-1])
        for i in range(len(shared)):
            step = torch.zeros_like(shared)
            step[i] = h = _STEP * max(1.0, abs(float(shared[i])))
            ahead, behind = self._errors(shared + step, own), self._errors(shared - step, own)
            by_weights[..., i] = (ahead - behind) / (2 * h)
        # Pieces do not know of each other, so one solve moves the starts of all.
        for j in range(own.shape[-1]):
            step = torch.zeros_like(own)
            step[:, j] = h = _STEP * max(1.0, float(own[:, j].abs().max()))
            ahead, behind = self._errors(shared, own + step), self._errors(shared, own - step)
            by_starts[..., j] = (ahead - behind) / (2 * h)
        return by_weights, by_starts

    def _errors(self, shared: Tensor, own: Tensor) -> Tensor:
        self.put(shared)
        with torch.no_grad():
            z0 = own if self.initial_states else self.model.encode(self.contexts)
            error = self.model.observe(self.run(z0)) - self.x
        if not self.initial_states:
            error = error[:, 1:]
        return error.nan_to_num(_LOST, _LOST, -_LOST).clamp(-_LOST, _LOST).flatten(1)

    def report(self, found: Minimum) -> dict[str, Any]:
        """Say what was found, in JSON types."""
        errors = found.there.errors
        freedom = max(errors.numel() - found.shared.numel() - found.own.numel(), 1)
        variance = float(errors.square().sum()) / freedom
        covariance, of_starts = (variance * part for part in found.there.covariances())
        names, values, slopes = self._named(found.shared)
        details: dict[str, Any] = {
            "loss": float(errors.square().mean()),
            "residual": variance**0.5,
            "evaluations": found.evaluations,
            "converged": found.converged,
            "message": found.message,
            "remarks": list(remarks_on(errors.view(len(errors), -1, self.x.shape[-1]))),
        }
        if len(names) <= _MOST_REPORTED:
            inner = slopes @ covariance @ slopes.T
            deviations = inner.diagonal().sqrt()
            scale = torch.where(deviations > 0, deviations, 1.0)
            details |= {
                "parameters": dict(zip(names, _listed(values), strict=True)),
                "standard_errors": dict(zip(names, _listed(deviations), strict=True)),
                "correlations": _listed(inner / scale / scale[:, None]),
            }
            details["remarks"] += unidentified(
                names, values, deviations, inner / scale / scale[:, None]
            )
        if self.initial_states:
            details |= {
                "initial_states": _listed(found.own),
                "initial_state_errors": _listed(of_starts.sqrt()),
            }
        return details

    def _named(self, shared: Tensor) -> tuple[list[str], Tensor, Tensor]:
        """Return parameters by name, and how they change with the weights."""
        model = self.model
        if not isinstance(model, NamesWhatItLearns):
            named = cast(nn.Module, model).named_parameters()
            names = [
                name if p.numel() == 1 else f"{name}[{i}]"
                for name, p in named
                if p.requires_grad
                for i in range(p.numel())
            ]
            return names, shared, torch.eye(len(shared)).to(shared)

        def learned(weights: Tensor) -> Tensor:
            self.put(weights)
            return torch.tensor(list(model.learned().values()), dtype=torch.float64).to(shared)

        columns: list[Tensor] = []
        for i in range(len(shared)):
            step = torch.zeros_like(shared)
            step[i] = h = _STEP * max(1.0, abs(float(shared[i])))
            columns.append((learned(shared + step) - learned(shared - step)) / (2 * h))
        values = learned(shared)
        slopes = torch.stack(columns, -1) if columns else values[:, None][:, :0]
        return list(model.learned()), values, slopes


def _listed(values: Tensor) -> list[Any]:
    return cast(list[Any], values.tolist())  # pyright: ignore[reportUnknownMemberType]


def _runner(model: takens.plugin.Model, times: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what runs freely from `z0: (runs, m)` over the times: `(runs, T, m)`."""
    if model.time is takens.plugin.Time.CONTINUOUS and isinstance(
        model, takens.plugin.ContinuousModel
    ):
        integrator = model.integrator
        return lambda z0: integrator.solve(model, z0, times)
    step = takens.plugin.latent_map(model, interval(times))
    count = times.shape[-1] - 1

    return lambda z0: takens.plugin.orbit(step, z0, count)
