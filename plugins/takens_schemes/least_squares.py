"""Parameters by nonlinear least squares, with their standard errors."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast, final, runtime_checkable

import attrs
import numpy as np
import numpy.typing as npt
import scipy.optimize
import torch
from torch import Tensor, nn

import takens
from takens_schemes.forcing import interval, refuse_below
from takens_schemes.pieces import pieces

_Array = npt.NDArray[np.float64]

# A central difference over this share of an unknown's size is exact to about ten digits.
_STEP: Final = 1e-6
# What a trajectory that is not finite counts as, in standard deviations of the data.
_LOST: Final = 1e3
_MOST_UNKNOWNS: Final = 5000
_MOST_REPORTED: Final = 50


@runtime_checkable
class NamesWhatItLearns(Protocol):
    """A model whose weights stand for parameters that have names."""

    def learned(self) -> Mapping[str, float]:
        """Give the parameters as they are now."""
        ...


@final
@attrs.frozen
class LeastSquares:
    """Minimise the squared error of whole trajectories by Levenberg and Marquardt's method.

    For models with few weights, such as known equations with unknown parameters. The state at
    the start of each trajectory is found too, unless ``initial_states`` is false: the first
    sample is then taken as it is, with its noise. Trajectories are cut into pieces of
    ``segment`` samples, each with a start of its own; 0 leaves them whole. Chaotic data want
    pieces of a few Lyapunov times at most.

    The details of the fit hold the ``parameters`` with ``standard_errors`` and
    ``correlations`` from the Jacobian at the solution, `s^2 (J^T J)^-1`, where s is the
    ``residual`` standard deviation, in standard deviations of the data. The Jacobian is by
    central differences of compiled solves, in double precision.

    Raises: ComponentError where an argument makes no sense.

    Source: Marquardt (1963), An algorithm for least-squares estimation of nonlinear
    parameters, SIAM J. Appl. Math. 11, 431-441; Seber and Wild (1989), Nonlinear Regression,
    section 2.1.2, for the errors.
    """

    initial_states: bool = True
    segment: int = 0
    tolerance: float = 1e-10
    most_evaluations: int = 200

    def __attrs_post_init__(self) -> None:
        refuse_below(
            "least_squares",
            segment=(self.segment, 0),
            tolerance=(self.tolerance, 1e-15),
            most_evaluations=(self.most_evaluations, 1),
        )

    def solve(self, model: takens.Model, x: Tensor, *, times: Tensor) -> Mapping[str, Any]:
        """Fit to `x: (trajectories, T, n)` at `times: (T,)`, in place.

        Raises: InputError where there are too many unknowns, or fewer data than unknowns.
        """
        problem = _Problem.of(model, x, times, self.segment, self.initial_states)
        start = problem.unknowns()
        residuals = problem.residuals(start)
        if not start.size <= min(_MOST_UNKNOWNS, residuals.size - 1):
            raise takens.InputError(
                f"least_squares would solve for {start.size} unknowns from {residuals.size} "
                f"numbers; it takes at most {_MOST_UNKNOWNS}, and fewer than the data. Choose "
                "a scheme that trains by gradients, such as trajectory_matching."
            )
        solve = cast(Callable[..., Any], scipy.optimize.least_squares)
        found = solve(
            problem.residuals,
            start,
            jac=problem.jacobian,
            method="lm",
            x_scale="jac",
            xtol=self.tolerance,
            ftol=self.tolerance,
            gtol=self.tolerance,
            max_nfev=self.most_evaluations,
        )
        problem.take(found.x)
        return problem.report(found)


@final
@attrs.frozen(eq=False)
class _Problem:
    model: takens.Model
    weights: tuple[nn.Parameter, ...]
    run: Callable[[Tensor], Tensor]
    z0: Tensor
    x: Tensor
    initial_states: bool

    @classmethod
    def of(
        cls, model: takens.Model, x: Tensor, times: Tensor, segment: int, initial_states: bool
    ) -> "_Problem":
        c = model.context_length
        if segment:
            x = pieces(x, c + segment, segment).flatten(0, 1)
            when = times.unfold(0, c + segment, segment)
            when = when - when[:, :1]
            same = bool(torch.allclose(when, when[:1].expand_as(when), rtol=0, atol=1e-9))
            many = x.shape[0] // when.shape[0]
            times = when[0] if same else when.repeat(many, 1)
        times = times[..., c - 1 :] - times[..., c - 1 : c]
        with torch.no_grad():
            z0 = model.encode(x[:, :c])
        weights = tuple(p for p in model.parameters() if p.requires_grad)
        return cls(model, weights, _runner(model, times), z0, x[:, c - 1 :], initial_states)

    def unknowns(self) -> _Array:
        """Give the weights, and the initial states after them."""
        parts = [p.detach().flatten() for p in self.weights]
        if self.initial_states:
            parts.append(self.z0.flatten())
        return torch.cat([part.double().cpu() for part in parts]).numpy()

    def take(self, unknowns: _Array) -> Tensor:
        """Put values into the weights; give the initial states."""
        values = torch.from_numpy(np.asarray(unknowns))
        with torch.no_grad():
            for p in self.weights:
                p.copy_(values[: p.numel()].view(p.shape))
                values = values[p.numel() :]
            if self.initial_states:
                return values.view(self.z0.shape)
            return (
                self.model.encode(self.x[:, :1]) if self.model.context_length == 1 else self.z0
            )

    def residuals(self, unknowns: _Array) -> _Array:
        """Give all errors in a row."""
        return self._errors(self.take(unknowns)).flatten().numpy()

    def jacobian(self, unknowns: _Array) -> _Array:
        """Give the derivative of the errors, `(errors, unknowns)`."""
        count = sum(p.numel() for p in self.weights)
        columns = np.zeros((self.residuals(unknowns).size, len(unknowns)))
        for i in range(count):
            h = _STEP * max(1.0, abs(unknowns[i]))
            there, back = unknowns.copy(), unknowns.copy()
            there[i] += h
            back[i] -= h
            columns[:, i] = (self.residuals(there) - self.residuals(back)) / (2 * h)
        if self.initial_states:
            columns[:, count:] = self._by_starts(self.take(unknowns))
        return columns

    def _by_starts(self, z0: Tensor) -> _Array:
        # Trajectories do not know of each other, so one solve moves the starts of all.
        runs, m = z0.shape
        slopes = np.zeros((runs, self.x[0].numel(), runs, m))
        for j in range(m):
            h = _STEP * max(1.0, float(z0[:, j].abs().max()))
            step = torch.zeros(m, dtype=z0.dtype)
            step[j] = h
            slope = (self._errors(z0 + step) - self._errors(z0 - step)) / (2 * h)
            slopes[range(runs), :, range(runs), j] = slope.reshape(runs, -1).numpy()
        return slopes.reshape(-1, runs * m)

    def _errors(self, z0: Tensor) -> Tensor:
        with torch.no_grad():
            error = self.model.observe(self.run(z0)) - self.x
        if not self.initial_states:
            error = error[:, 1:]
        return error.nan_to_num(_LOST, _LOST, -_LOST).clamp(-_LOST, _LOST)

    def report(self, found: Any) -> dict[str, Any]:
        """Say what was found, in JSON types."""
        residuals, jacobian = cast(_Array, found.fun), cast(_Array, found.jac)
        freedom = max(residuals.size - found.x.size, 1)
        variance = float(residuals @ residuals) / freedom
        covariance = variance * np.linalg.pinv(jacobian.T @ jacobian)
        count = sum(p.numel() for p in self.weights)
        names, values, slopes = self._named(found.x[:count])
        details: dict[str, Any] = {
            "loss": float(np.mean(residuals**2)),
            "residual": variance**0.5,
            "evaluations": int(found.nfev),
            "converged": bool(found.status > 0),
            "message": str(found.message),
        }
        if len(names) <= _MOST_REPORTED:
            inner = slopes @ covariance[:count, :count] @ slopes.T
            errors = np.sqrt(np.diag(inner))
            scale = np.where(errors > 0, errors, 1.0)
            details |= {
                "parameters": dict(zip(names, map(float, values), strict=True)),
                "standard_errors": dict(zip(names, map(float, errors), strict=True)),
                "correlations": (inner / np.outer(scale, scale)).tolist(),
            }
        return details

    def _named(self, weights: _Array) -> tuple[list[str], _Array, _Array]:
        """Give parameters by name, and how they change with the weights."""
        model = self.model
        if not isinstance(model, NamesWhatItLearns):
            named = cast(nn.Module, model).named_parameters()
            names = [
                name if p.numel() == 1 else f"{name}[{i}]"
                for name, p in named
                if p.requires_grad
                for i in range(p.numel())
            ]
            return names, weights, np.eye(len(weights))
        values = model.learned()
        slopes = np.zeros((len(values), len(weights)))
        rest = self.unknowns()
        for i in range(len(weights)):
            h = _STEP * max(1.0, abs(weights[i]))
            ends: list[_Array] = []
            for sign in (1, -1):
                moved = rest.copy()
                moved[: len(weights)] = weights
                moved[i] += sign * h
                self.take(moved)
                ends.append(np.array(list(model.learned().values())))
            slopes[:, i] = (ends[0] - ends[1]) / (2 * h)
        rest[: len(weights)] = weights
        self.take(rest)
        return list(values), np.array(list(values.values())), slopes


def _runner(model: takens.Model, times: Tensor) -> Callable[[Tensor], Tensor]:
    """Give what runs freely from `z0: (runs, m)` over the times: `(runs, T, m)`."""
    if model.time is takens.Time.CONTINUOUS and isinstance(model, takens.ContinuousModel):
        integrator = model.integrator
        return lambda z0: integrator.solve(model, z0, times)
    step = takens.latent_map(model, interval(times))
    count = times.shape[-1] - 1

    def iterate(z0: Tensor) -> Tensor:
        question = takens.Iterate(map=step, x0=z0, steps=count)
        states = takens.accelerated_solve(question)
        if states is not None:
            return states
        every = [z0]
        for _ in range(count):
            every.append(step(every[-1]))
        return torch.stack(every, -2)

    return iterate
