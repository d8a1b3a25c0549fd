import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from takens_gpytorch import GPyTorchProcess

import takens
from takens.testing import parametrize_with_checks, registered
from takens_gp import GaussianProcess, Kernel, Matern52, SquaredExponential

(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "gpytorch")

X = torch.tensor([0.0, 0.3, 1.0, 3.1, 4.7], dtype=torch.float64)
Y = torch.tensor([1.0, 0.0, 1.4, 0.0, -0.9], dtype=torch.float64)


@pytest.mark.parametrize("kernel", [SquaredExponential(2.0, 0.8), Matern52()])
def test_it_predicts_what_takens_predicts(kernel: Kernel) -> None:
    ours = GaussianProcess(kernel, 0.1, mean=0.5).fit(X, Y, optimise=False)
    theirs = GPyTorchProcess(kernel, 0.1, mean=0.5).fit(X, Y, optimise=False)
    assert theirs.log_evidence == pytest.approx(ours.log_evidence, abs=1e-6)
    for noise in (False, True):
        expected = ours.predict([2.0, 5.0], noise=noise)
        found = theirs.predict([2.0, 5.0], noise=noise)
        torch.testing.assert_close(found.mean, expected.mean, atol=1e-6, rtol=0)
        torch.testing.assert_close(found.variance, expected.variance, atol=1e-6, rtol=0)
        torch.testing.assert_close(found.covariance, expected.covariance, atol=1e-6, rtol=0)


def test_it_finds_the_same_optimum() -> None:
    found = GPyTorchProcess(noise_variance=0.1).fit(X, Y)
    assert found.log_evidence == pytest.approx(-6.1455, abs=1e-3)
    assert isinstance(found.kernel, SquaredExponential)
    assert float(found.kernel.lengthscale) == pytest.approx(1.624, abs=2e-2)  # pyright: ignore[reportArgumentType]


def test_its_kernel_is_a_component() -> None:
    kernel = takens.create("kernel", "cosine", period=1.5, variance=2.0)
    x = torch.tensor([[0.0], [0.4], [1.5]], dtype=torch.float64)
    expected = 2 * torch.cos(2 * torch.pi * (x - x.mT) / 1.5)
    torch.testing.assert_close(kernel(x, x), expected)
    found = GaussianProcess(kernel, 0.1).fit(x, [1.0, 0.0, 1.0], optimise=False)
    assert found.log_evidence < 0


def test_no_noise_is_refused_with_the_remedy() -> None:
    with pytest.raises(takens.errors.ComponentError, match=r"above 0; got 0\.0"):
        GPyTorchProcess(noise_variance=0.0)


@pytest.mark.parametrize("kernel", [SquaredExponential(), Matern52()])
def test_the_answer_does_not_depend_on_the_units(kernel: Kernel) -> None:
    x = torch.linspace(0, 6, 30, dtype=torch.float64)
    noise = torch.randn(30, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    y = x.sin() + 0.1 * noise
    at = torch.tensor([1.5, 3.3], dtype=torch.float64)
    expected = GPyTorchProcess(kernel, 0.1).fit(x, y).predict(at)
    for a, b, up in ((1e6, 1.0, 0.0), (1e-3, 1e6, 0.0), (1.0, 1e-6, 0.0), (1.0, 1.0, 1e6)):
        found = GPyTorchProcess(kernel, 0.1).fit(a * x, b * y + up).predict(a * at)
        torch.testing.assert_close((found.mean - up) / b, expected.mean, atol=1e-3, rtol=0)
        torch.testing.assert_close(found.deviation / b, expected.deviation, atol=1e-3, rtol=0)


def test_a_bound_that_is_reached_is_remarked() -> None:
    x = torch.linspace(0, 6, 20, dtype=torch.float64)
    found = GPyTorchProcess().fit(x, torch.zeros(20, dtype=torch.float64))
    assert any("reached its lower bound" in remark for remark in found.remarks)


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def test_the_readme_runs_as_printed() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    shared: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        exec(compile(block, "README.md", "exec"), shared)
    low, high = shared["found"].predict(shared["x_new"], noise=True).interval(0.95)
    assert bool((low < high).all())
