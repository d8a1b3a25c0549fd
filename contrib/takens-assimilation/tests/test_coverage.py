"""Errors of innovations, counted over draws that are as they should be."""

import math

import torch
from takens_assimilation.consistency import consistency


def test_errors_of_innovations() -> None:
    draws, steps, members = 500, 200, 40
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(draws, steps, members + 1, 1, generator=generator, dtype=torch.float64)
    predicted, observed = z[:, :, 1:], z[:, :, 0]
    noise = torch.tensor([[1e-12]]).double()
    inside: list[list[bool]] = []
    for i in range(draws):
        (found,) = consistency(observed[i], predicted[i], noise, ("x",))
        inside.append(
            [
                abs(found.bias) <= 1.96 * found.bias_error * math.sqrt(found.expected),
                abs(found.ratio - found.expected) <= 1.96 * found.ratio_error,
                abs(found.autocorrelation) <= 1.96 * found.autocorrelation_error,
            ]
        )
    for each in zip(*inside, strict=True):
        assert 0.90 <= sum(each) / draws <= 0.98
