"""A Gaussian process that has seen data, or none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.inference.arguments import as_points
from takens_gp.inference.cholesky import solve
from takens_gp.inference.compression import TOLERANCE, Compression, compress
from takens_gp.inference.diagnostics import LeaveOneOut, leave_one_out
from takens_gp.inference.function_samples import Functions, draw_prior
from takens_gp.inference.prediction import Prediction
from takens_gp.kernel import Kernel
from takens_gp.kernels.anchored import Anchored
from takens_gp.kernels.per_output import PerOutput
from takens_gp.kernels.values import Number

_ENTRIES = 1 << 19
_LEAST = 256


@final
@attrs.frozen(eq=False, kw_only=True)
class Posterior:
    """What is known of a function after `y: (n,)` or `(n, q)` was measured at `x: (n, d)`.

    ``kernel`` and ``noise_variance`` are those that were found, or given; ``log_evidence`` is
    that of the data; with inducing points a lower bound of it, which is ``gap`` too low at
    most. ``jitter`` is what had to be added to the diagonal of the covariance, usually 0.
    ``evaluations`` counts those of the evidence, ``found`` has what each start arrived at, and
    ``remarks`` say what was seen, such as a bound that was reached. Where there are several
    ``outputs`` with hyperparameters of their own, they are here one by one, each for `y: (n,)`;
    kernel, noise variance, mean and factor are then those of all, the outputs first. An
    ``anchor`` has the origin and the level that were taken from the data, for kernels whose
    functions start from somewhere.

    With `centres: (c, d)` (the points themselves, or inducing points), the lower ``factor``
    of their covariance and ``correction``, which inducing points need besides, the mean is
    `k(x, centres) weights`.
    """

    kernel: Kernel
    noise_variance: Number
    mean: Number
    x: Tensor
    y: Tensor
    point_noise: Tensor | None
    centres: Tensor
    weights: Tensor
    factor: Tensor
    correction: Tensor | None
    log_evidence: float
    jitter: float
    gap: float = 0.0
    evaluations: int = 0
    found: tuple[float | None, ...] = ()
    remarks: tuple[str, ...] = ()
    outputs: tuple[Posterior, ...] = ()
    anchor: Anchored | None = None

    @classmethod
    def of_outputs(cls, outputs: Sequence[Posterior]) -> Posterior:
        """Put the posteriors of several outputs side by side."""
        first = outputs[0]
        corrections = [each.correction for each in outputs if each.correction is not None]
        return cls(
            kernel=PerOutput(tuple(each.covariance for each in outputs)),
            noise_variance=torch.stack([torch.as_tensor(o.noise_variance) for o in outputs]),
            mean=torch.stack([torch.as_tensor(o.mean) for o in outputs]),
            x=first.x,
            y=torch.stack([each.y for each in outputs], -1),
            point_noise=first.point_noise,
            centres=torch.stack([each.centres for each in outputs]),
            weights=torch.stack([each.weights for each in outputs], -1),
            factor=torch.stack([each.factor for each in outputs]),
            correction=torch.stack(corrections) if corrections else None,
            log_evidence=sum(each.log_evidence for each in outputs),
            jitter=max(each.jitter for each in outputs),
            gap=sum(each.gap for each in outputs),
            evaluations=sum(each.evaluations for each in outputs),
            remarks=tuple(
                f"Output {i}: {remark}"
                for i, each in enumerate(outputs)
                for remark in each.remarks
            ),
            outputs=tuple(outputs),
        )

    @property
    def covariance(self) -> Kernel:
        """The covariance of the function: the kernel, from the anchor where there is one."""
        return self.kernel if self.anchor is None else self.anchor

    def predict(self, x: Any, *, noise: bool = False) -> Prediction:
        """Predict the function at `x: (m, d)`, or `(m,)` in one dimension.

        With ``noise``, what would be measured there: ``noise_variance`` is added.

        Raises: InputError where points have another number of dimensions, or are not finite.
        """
        x = as_points(x, self.x.shape[-1])
        if self.outputs:
            apart = [each.predict(x, noise=noise) for each in self.outputs]
            return Prediction(
                torch.stack([each.mean for each in apart], -1),
                torch.stack([each.variance for each in apart], -1),
                lambda: torch.stack([each.covariance for each in apart]),
            )
        added = float(self.noise_variance) if noise else 0.0
        # In pieces, which stay in the cache.
        rows = max(_LEAST, _ENTRIES // max(1, len(self.centres)))
        short = self._compression if len(x) >= _LEAST else None
        means: list[Tensor] = []
        variances: list[Tensor] = []
        for part in cast(list[Tensor], x.split(rows)):
            cross = self.covariance(part, self.centres)
            means.append(self.mean + cross @ self.weights)
            variance = self.covariance.diagonal(part)
            if len(self.centres):
                variance = variance - self._explained(cross, variance, short)
            variances.append(variance.clamp(min=0) + added)
        if not len(x):
            means, variances = [self.weights.new_zeros(0, *self.y.shape[1:])], [x.new_zeros(0)]
        mean, variance = torch.cat(means), torch.cat(variances)
        if mean.ndim == 1:
            return Prediction(mean, variance, lambda: self._covariance(x, added))
        q = mean.shape[1]
        return Prediction(
            mean,
            variance.unsqueeze(-1).expand_as(mean),
            lambda: self._covariance(x, added).expand(q, -1, -1),
        )

    def mean_at(self, x: Tensor) -> Tensor:
        """Return the mean at `x: (..., d)`: `(...)` or `(..., q)`, differentiable by x."""
        if self.outputs:
            return torch.stack([each.mean_at(x) for each in self.outputs], -1)
        flat = x.reshape((-1, x.shape[-1]))
        found = self.mean + self.covariance(flat, self.centres) @ self.weights
        return found.reshape((*x.shape[:-1], *self.y.shape[1:]))

    def sample(self, x: Any, count: int = 1, *, noise: bool = False, seed: int = 0) -> Tensor:
        """Draw functions, seen at `x: (m, d)`: `(count, m)`, or `(count, m, q)`.

        Exact for any kernel, by the root of the covariance: for a few thousand points at most.
        ``functions`` gives functions that can be evaluated anywhere.

        Raises: InputError where the covariance is not that of a distribution.
        """
        if self.outputs:
            q = len(self.outputs)
            apart = [
                each.sample(x, count, noise=noise, seed=seed * q + i)
                for i, each in enumerate(self.outputs)
            ]
            return torch.stack(apart, -1)
        prediction = self.predict(x, noise=noise)
        m = len(prediction.variance)
        covariance = prediction.covariance
        covariance = covariance[0] if covariance.ndim > 2 else covariance
        values, vectors = cast(tuple[Tensor, Tensor], torch.linalg.eigh(covariance))
        lowest, highest = _ends(values)
        if not lowest > -1e-6 * max(highest, 1e-300) - 1e-12:
            raise takens.InputError(
                f"The covariance of these {m} points has the eigenvalue {lowest:.3g}, and "
                "none of a distribution is negative; correct the kernel if it is your own."
            )
        root = vectors * values.clamp(min=0).sqrt()
        generator = torch.Generator().manual_seed(seed)
        shape = (count, m, *self.y.shape[1:])
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        mixed = torch.einsum("cm...,km->ck...", drawn.to(root), root)
        return prediction.mean + mixed

    def functions(self, count: int = 1, *, features: int = 1000, seed: int = 0) -> Functions:
        """Draw ``count`` functions that can be evaluated at any points, and differentiated.

        Each is drawn from the prior, as ``features`` random waves, and corrected by what the
        data say (pathwise conditioning): exact at the data, and elsewhere as good as the waves
        stand for the prior.

        Raises: InputError for several outputs, or a kernel without a spectrum.
        """
        if self.y.ndim > 1:
            raise takens.InputError(
                "Functions are drawn of one output; take one of ``outputs``, or fit the "
                f"{self.y.shape[1]} outputs apart."
            )
        generator = torch.Generator().manual_seed(seed)
        dim = self.x.shape[-1]
        prior = draw_prior(self.covariance, dim, count, features, generator)
        at_centres = prior.prior(self.centres).mT
        drawn = torch.randn(len(self.centres), count, generator=generator, dtype=torch.float64)
        if self.correction is None:
            noise = self.noise_variance + (
                0.0 if self.point_noise is None else self.point_noise
            )
            drawn = drawn * torch.as_tensor(noise).sqrt().reshape(-1, 1)
            missed = (self.y - self.mean).unsqueeze(-1) - at_centres - drawn
            weights = torch.cholesky_solve(missed, self.factor)
        else:
            spread = solve(self.correction.mT, drawn, upper=True)
            spread = solve(self.factor.mT, spread, upper=True)
            weights = self.weights.unsqueeze(-1) + spread
            weights = weights - torch.cholesky_solve(at_centres, self.factor)
        return attrs.evolve(
            prior, mean=float(self.mean), centres=self.centres, weights=weights.mT.contiguous()
        )

    def leave_one_out(self) -> LeaveOneOut:
        """Predict each measurement from all the others, in closed form.

        Raises: InputError with inducing points, or without data.
        """
        if self.outputs:
            apart = [each.leave_one_out() for each in self.outputs]
            return LeaveOneOut.side_by_side(apart)
        if self.correction is not None or not len(self.x):
            raise takens.InputError(
                "Leaving one out in closed form needs exact inference on at least one point; "
                "fit without inducing points."
            )
        return leave_one_out(self.factor, self.weights, self.y)

    def __str__(self) -> str:
        if self.outputs:
            return "\n".join(f"{i}: {each}" for i, each in enumerate(self.outputs))
        lines = [
            f"{self.kernel}, noise variance {self.noise_variance:.4g}",
            f"log evidence {self.log_evidence:.4f} of {len(self.x)} points",
        ]
        if self.correction is not None:
            lines.append(
                f"{len(self.centres)} inducing points; the bound is {self.gap:.2g} low"
            )
        if self.anchor is not None:
            origin = ", ".join(f"{float(value):.6g}" for value in self.anchor.origin)
            lines.append(f"x is measured from {origin}, the mean of the data")
        if self.jitter:
            lines.append(f"jitter {self.jitter:.1g} was added to the diagonal")
        return "\n".join((*lines, *self.remarks))

    def _explained(self, cross: Tensor, prior: Tensor, short: Compression | None) -> Tensor:
        """Return by how much data lower the variances `prior: (m,)`, from `cross: (m, c)`."""
        if short is None:
            reached = solve(self.factor, cross.mT)
            explained = reached.square().sum(0)
            if self.correction is not None:
                explained = explained - solve(self.correction, reached).square().sum(0)
            return explained
        explained, missed = short.explain(cross)
        far = missed > TOLERANCE * prior
        if bool(far.any()):
            explained[far] = solve(self.factor, cross[far].mT).square().sum(0)
        return explained

    @cached_property
    def _compression(self) -> Compression | None:
        if self.correction is not None:
            return None
        least = 0.0 if self.point_noise is None else float(self.point_noise.min())
        return compress(
            self.covariance, self.x, self.factor, float(self.noise_variance) + least
        )

    def _covariance(self, x: Tensor, added: float) -> Tensor:
        covariance = self.covariance(x, x)
        if len(self.centres):
            reached = solve(self.factor, self.covariance(self.centres, x))
            covariance = covariance - reached.mT @ reached
            if self.correction is not None:
                corrected = solve(self.correction, reached)
                covariance = covariance + corrected.mT @ corrected
        covariance.diagonal().add_(added)
        return (covariance + covariance.mT) / 2


def _ends(values: Tensor) -> tuple[float, float]:
    return (float(values[0]), float(values[-1])) if len(values) else (0.0, 0.0)
