"""Several Gaussian processes side by side, as a module that can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

import takens
from takens_gp.inference.data_scale import START_NOISE
from takens_gp.inference.gaussian_process import GaussianProcess
from takens_gp.inference.hyperparameters import Search, one_per_dimension
from takens_gp.inference.mean_network import MeanNetwork, is_network
from takens_gp.inference.posterior import Posterior
from takens_gp.kernels.expression import kernel_from


@final
class VectorProcess(nn.Module):
    """A function `(..., d) -> (..., d)`, each component a process with values of its own.

    Its state is the data, the hyperparameters and the weights of the mean; uncertainty
    follows from them. It is kept in float64 whatever the module is converted to; only the
    device changes.
    """

    inputs: Tensor
    targets: Tensor
    noise: Tensor
    centres: Tensor
    scale: Tensor
    logarithms: Tensor
    weights: Tensor

    def __init__(self, dim: int, kernel: str) -> None:
        super().__init__()
        self.dim = dim
        self.kernel = kernel_from(kernel)
        if dim > 1:
            self.kernel = one_per_dimension(self.kernel, dim)
        empty = torch.zeros(0, dim, dtype=torch.float64)
        start = self._search().start
        for name in ("inputs", "targets", "noise", "centres", "weights"):
            self.register_buffer(name, empty.clone())
        self.register_buffer("scale", torch.ones(dim, dtype=torch.float64))
        self.register_buffer("logarithms", start.expand(dim, -1).clone())
        self._posteriors: tuple[Posterior, ...] | None = None
        self._networks: tuple[Tensor, nn.ModuleList] | None = None
        self._prepare()

    def learn(
        self, x: Tensor, y: Tensor, noise: Tensor, *, inducing: int, seed: int
    ) -> dict[str, Any]:
        """Learn from `y: (n, d)` at `x: (n, d)`, with known noise variances `noise: (n, d)`.

        Gives figures: the evidence of the data, and the hyperparameters that were found.
        """
        scale = y.std(0, correction=0).clamp(min=1e-300)
        y, noise = y / scale, noise / scale.square()
        found = [
            GaussianProcess(self.kernel, START_NOISE, mean=0.0).fit(
                x,
                y[:, i],
                point_noise=noise[:, i],
                starts=2,
                seed=seed,
                inducing=inducing or None,
            )
            for i in range(self.dim)
        ]
        self.inputs, self.targets, self.noise, self.scale = x, y, noise, scale
        searches = [
            Search.of(each.kernel, float(each.noise_variance), {}, ()) for each in found
        ]
        self.logarithms = torch.stack([search.start for search in searches])
        self.centres = found[0].centres if inducing else x[:0]
        self._posteriors = None
        self.weights = torch.stack([each.weights for each in self.posteriors], -1) * scale
        self._prepare()
        evidence = sum(each.log_evidence for each in found) - len(x) * float(scale.log().sum())
        return {
            "loss": -evidence / y.numel(),
            "log_evidence": evidence,
            "points": len(x),
            "jitter": max(each.jitter for each in found),
            "remarks": [
                f"Variable {i}: {remark}"
                for i, each in enumerate(found)
                for remark in each.remarks
            ],
            "hyperparameters": [search.named(search.start.exp()) for search in searches],
        }

    @property
    def posteriors(self) -> tuple[Posterior, ...]:
        """The process of each component, of targets divided by ``scale``."""
        if self._posteriors is None:
            search = self._search()
            self._posteriors = tuple(self._posterior(search, i) for i in range(self.dim))
        return self._posteriors

    def _posterior(self, search: Search, i: int) -> Posterior:
        kernel, variance = search.plain(self.logarithms[i])
        return GaussianProcess(kernel, variance).fit(
            self.inputs,
            self.targets[:, i],
            point_noise=self.noise[:, i],
            optimise=False,
            inducing=self.centres if len(self.centres) else None,
        )

    def _prepare(self) -> None:
        """Make what follows from the state."""
        self._posteriors = self._networks = None
        if is_network(self.kernel):
            search, centres = self._search(), self._centres()
            kernels = [search.plain(each)[0] for each in self.logarithms]
            networks = map(MeanNetwork, kernels, [centres] * self.dim, self.weights.mT)
            self._networks = (self.weights, nn.ModuleList(networks))

    def forward(self, x: Tensor, /) -> Tensor:
        """Return the mean, `(..., d) -> (..., d)`, in the dtype of x."""
        wide = x.double()
        # Others take the place of the weights where the members of an ensemble are called.
        if self._networks is None or self._networks[0] is not self.weights:
            return self._mean(wide).to(x.dtype)
        return torch.cat([network(wide) for network in self._networks[1]], -1).to(x.dtype)

    def _mean(self, x: Tensor) -> Tensor:
        search, centres = self._search(), self._centres()
        flat = x.reshape(-1, self.dim)
        means = [
            search.made(self.logarithms[i])[0](flat, centres) @ self.weights[:, i]
            for i in range(self.dim)
        ]
        return torch.stack(means, -1).reshape(x.shape)

    def _search(self) -> Search:
        return Search.of(self.kernel, START_NOISE, {}, ())

    def _centres(self) -> Tensor:
        return self.centres if len(self.centres) else self.inputs

    def _apply(self, fn: Any, recurse: bool = True) -> VectorProcess:
        device = fn(torch.zeros((), dtype=torch.float64, device=self.scale.device)).device
        if device.type == "mps":
            raise takens.errors.DeviceError(
                "Gaussian processes need float64, which mps has not; choose device = 'cpu'."
            )
        for name, value in self.named_buffers(recurse=False):
            setattr(self, name, value.to(device))
        self._prepare()
        return self

    def _load_from_state_dict(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, state_dict: Mapping[str, Any], prefix: str, *rest: Any
    ) -> None:
        # How much data there are is known only from what was stored.
        for name, value in self.named_buffers(recurse=False):
            stored = state_dict.get(prefix + name)
            if isinstance(stored, Tensor) and stored.shape[1:] == value.shape[1:]:
                setattr(self, name, value.new_empty(stored.shape))
        super()._load_from_state_dict(state_dict, prefix, *rest)  # pyright: ignore[reportArgumentType] - torch names every argument
        self._prepare()
