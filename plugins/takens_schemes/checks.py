"""What every scheme for layers keeps to."""

from typing import cast

import torch
from torch import Tensor, nn

from takens.testing import Checks, require, require_instance, require_same
from takens_schemes.layer import LayerScheme

CHECKS = Checks(LayerScheme)


@CHECKS.add
def check_layer_scheme_protocol(scheme: object) -> None:
    """Check that it has ``train``."""
    require_instance(scheme, LayerScheme, "train()")


@CHECKS.add
def check_layer_scheme_learns(scheme: LayerScheme) -> None:
    """Check that the loss falls on two clouds of points, and the weights are finite."""
    inputs, classes = _clouds()
    before = inputs.clone()
    done = scheme.train(_layer(), inputs, classes, seed=0)
    losses = [record["loss"] for record in done.history]
    require(losses[-1] < losses[0], f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}.")
    require_same(inputs, before, "The inputs were changed in place")
    for name, weight in done.layer.named_parameters():
        require(bool(weight.isfinite().all()), f"{name} is not finite after training.")


@CHECKS.add
def check_layer_scheme_repeats(scheme: LayerScheme) -> None:
    """Check that a seed decides everything, whatever torch's own generator does."""
    found: list[Tensor] = []
    for other in (1, 2):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(other)
            done = scheme.train(_layer(), *_clouds(), seed=3)
        found.append(nn.utils.parameters_to_vector(done.layer.parameters()).detach())
    require_same(found[0], found[1], "The same seed gave other weights")


def _layer() -> nn.Module:
    layer = cast(nn.Linear, nn.utils.skip_init(nn.Linear, 2, 2))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.1, -0.2], [0.3, 0.1]]))
        layer.bias.zero_()
    return layer


def _clouds() -> tuple[Tensor, Tensor]:
    """Return points around (-1, -1) and (1, 1), and which: `(40, 2)`, `(40,)`."""
    classes = torch.arange(40) % 2
    spread = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    return 2.0 * classes[:, None] - 1 + 0.5 * spread, classes
