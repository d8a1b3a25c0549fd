"""What cannot be compiled is declined with a reason, and never raises."""

# pyright: basic

import itertools
import math

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import takens

from .fields import RK4, Lorenz, solved, van_der_pol

TS = torch.linspace(0, 0.3, 5, dtype=torch.float64)
X0 = torch.rand((4, 2), generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def reason(native, f, x0=X0, ts=TS):
    answer = solved(native, takens.backend.FixedStepSolve(field=f, method=RK4, x0=x0, ts=ts))
    assert isinstance(answer, takens.backend.Unsupported), answer
    assert "\n" not in answer.reason
    return answer.reason


def refused(f, x0):
    """Return why the core refuses an answer that has been compared."""
    request = takens.backend.FixedStepSolve(field=f, method=RK4, x0=x0, ts=TS)
    with pytest.warns(takens.errors.PluginWarning, match="native"):
        answer = takens.backend.dispatch(request, "native")
    assert answer is None
    return takens.explain(f)


def branching(t, x):
    return x if x.sum() > 0 else -x


def drawing(t, x):
    return x + torch.randn_like(x)


def writing(t, x):
    x[..., 0] = 0.0
    return x


def reading(t, x):
    return x * float(x.sum())


def listing(t, x):
    return torch.tensor(x.tolist())


def through_numpy(t, x):
    return torch.from_numpy(np.sin(x.numpy()))


def unusual(t, x):
    return torch.special.bessel_j0(x)


def complex_numbers(t, x):
    return torch.fft.fft(x).real


def other_shape(t, x):
    return x[..., :1]


def other_type(t, x):
    return [x]


def converted(t, x):
    return x.float().double()


def hidden(t, x, box=itertools.repeat(torch.ones(2).double())):  # noqa: B008
    return x * next(box)


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, t, x):
        return self.drop(x)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (branching, "branches"),
        (drawing, "random"),
        (writing, "writes"),
        (reading, "reads out"),
        (listing, ""),
        (through_numpy, ""),
        (unusual, "operation bessel_j0"),
        (complex_numbers, "operation"),
        (other_shape, "returns shape"),
        (other_type, "returns list"),
        (converted, "converts"),
        (hidden, "not found"),
        (Dropping(), "random"),
    ],
    ids=lambda v: getattr(v, "__name__", type(v).__name__),
)
def test_fields_that_are_declined(native, field, words):
    assert words in reason(native, field)
    # The second time the answer is remembered.
    assert words in reason(native, field)


def test_states_and_times_that_are_declined(native):
    assert "bfloat16" in reason(native, van_der_pol, X0.bfloat16())
    assert "meta" in reason(native, van_der_pol, X0.to("meta"))
    assert "shape" in reason(native, van_der_pol, X0[:0])
    assert "times" in reason(native, van_der_pol, ts=TS.clone().requires_grad_())


def test_tensors_of_another_dtype_are_declined(native):
    weight = torch.ones(2)

    def mixing(t, x):
        return x * weight

    assert "mixes" in reason(native, mixing)


def test_samples_that_see_each_other_are_noticed():
    def coupled(t, x):
        return x - x.mean(0) if x.ndim > 1 else x * 0

    # It is no fault of anybody, and the second time it is known.
    for _ in range(2):
        request = takens.backend.FixedStepSolve(field=coupled, method=RK4, x0=X0, ts=TS)
        assert takens.backend.dispatch(request) is None
        assert "native declined because its rows act on one another" in takens.explain(coupled)


def test_no_compiler_is_no_error(native, monkeypatch):
    from takens_native.runtime import compiler

    monkeypatch.setenv("CC", "a-compiler-that-is-not-there")
    compiler._compiler.cache_clear()
    try:

        def fresh(t, x):
            return -0.123 * x

        with pytest.warns(UserWarning, match="no C compiler"):
            assert "no C compiler" in reason(native, fresh)
    finally:
        monkeypatch.undo()
        compiler._compiler.cache_clear()


def test_exponents_with_a_gradient_are_declined(native):
    f = Lorenz(torch.tensor(10.0, dtype=torch.float64, requires_grad=True))
    x0 = torch.ones((1, 3), dtype=torch.float64)
    answer = solved(
        native, takens.backend.TangentGrowth(dynamics=f, x0=x0, steps=5, count=2, method=RK4)
    )
    assert isinstance(answer, takens.backend.Unsupported)


def test_a_field_with_a_side_effect(native):
    calls = 0

    def counted(t, x):
        nonlocal calls
        calls += 1
        return -x

    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.evaluations = 0.0

        def forward(self, t, x):
            self.evaluations += 1.0
            return -x

    seen = []

    def listing(t, x):
        seen.append(float(len(seen)))
        return -x

    for field in (counted, Counting(), listing):
        assert "changes what it depends on" in reason(native, field)


def test_a_field_that_takes_one_sample_only(native):
    def single(t, x):
        return torch.stack((x[1], -x[0]))

    answer = solved(
        native, takens.backend.FixedStepSolve(field=single, method=RK4, x0=X0[0], ts=TS)
    )
    assert not isinstance(answer, takens.backend.Unsupported)
    # Three samples of two numbers: what it returns has the shape of two samples.
    request = takens.backend.FixedStepSolve(field=single, method=RK4, x0=X0[:3], ts=TS)
    assert takens.backend.dispatch(request, "native") is None
    assert "eager torch gives" in takens.explain(single)
    assert takens.backend.dispatch(attrs.evolve(request, x0=X0[:2]), "native") is None
    assert "its rows act on one another" in takens.explain(single)


def test_a_field_that_agrees_with_another_on_one_sample_only():
    def good(t, x):
        return 3.25 * torch.stack((x[..., 1], -x[..., 0]), -1)

    def single(t, x):
        return 3.25 * torch.stack((x[1], -x[0]))

    # Both are one kernel, and each is compared with what it gives itself.
    request = takens.backend.FixedStepSolve(field=good, method=RK4, x0=X0[:2], ts=TS)
    assert takens.backend.dispatch(request, "native") is not None
    request = takens.backend.FixedStepSolve(field=single, method=RK4, x0=X0[:2], ts=TS)
    assert takens.backend.dispatch(request, "native") is None
    assert "its rows act on one another" in takens.explain(single)


def test_a_fault_of_the_compiler_is_told_and_declined(monkeypatch):
    from takens_native import backend

    def broken(request):
        raise KeyError("an operation")

    monkeypatch.setattr(backend, "solve_fixed", broken)
    assert "KeyError" in refused(van_der_pol, X0)


def test_what_would_be_compiled_for_long_is_not(native, monkeypatch):
    def neighbours(t, x):
        return (torch.roll(x, -1, -1) - torch.roll(x, 2, -1)) * torch.roll(x, 1, -1) - x

    monkeypatch.setattr("takens_native.runtime.kernel_cache.build", pytest.fail)
    found = reason(native, neighbours, torch.ones(2, 900, dtype=torch.float64))
    assert found == "it has more than 30000 scalar operations a step"


def test_a_field_that_keeps_a_state_says_so_in_a_sentence() -> None:
    kept: dict[str, Tensor] = {}

    def field(t: Tensor, x: Tensor) -> Tensor:
        return kept.setdefault("buffer", torch.empty_like(x)).copy_(-x)

    x0, times = torch.ones(2, dtype=torch.float64), torch.linspace(0, 1, 11).double()
    with pytest.raises(takens.InputError, match="keeps what it was given, or what it made"):
        takens.integrators.create("rk4").solve(field, x0, times)
    # As the sentence says.
    found = takens.integrators.create("rk4").solve(lambda t, x: -x, x0, times)
    torch.testing.assert_close(found[-1], x0 * math.exp(-1), rtol=1e-5, atol=0)
