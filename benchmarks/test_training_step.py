"""One update of the main job: forward, backward, clipping and optimiser.

pytest benchmarks/test_training_step.py --batch 16 --window 100 --hidden-dim 100
"""

import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from takens_models import ShallowPLRNN
from takens_schemes import SparseTeacherForcing


def test_one_update(benchmark: BenchmarkFixture, size: dict[str, int]) -> None:
    model = ShallowPLRNN(3, latent_dim=size["latent_dim"], hidden_dim=size["hidden_dim"])
    parameters = list(model.parameters())
    optimiser = torch.optim.RAdam(parameters, lr=1e-3, foreach=True)
    scheme = SparseTeacherForcing(every=16, warm_up=0)
    generator = torch.Generator().manual_seed(0)
    windows = torch.randn(size["batch"], size["window"], 3, generator=generator)
    times = torch.arange(size["window"], dtype=torch.float64) * 0.01

    def update() -> Tensor:
        optimiser.zero_grad()
        loss = scheme.loss(model, windows, times=times, step=0)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 10.0)
        optimiser.step()
        return loss

    loss = benchmark.pedantic(update, rounds=10, iterations=3, warmup_rounds=2)
    benchmark.extra_info.update(size, parameters=sum(p.numel() for p in parameters))
    assert bool(loss.isfinite())
