"""Least squares against the same problem solved with its whole Jacobian, and its remarks."""

from typing import Any

import attrs
import numpy as np
import pytest
import scipy.optimize
import torch
from torch import Tensor

import takens
from takens_models import FieldModel
from takens_schemes import LeastSquares
from takens_schemes.elimination import Linearised, Step
from takens_schemes.residual_checks import neighbour_correlation, remarks_on

TRUTH = {"alpha": 1.5, "beta": 1.0, "delta": 3.0, "gamma": 1.0}


def measured(trajectories: int = 5, noise: float = 0.1) -> takens.TimeSeries:
    generator = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    clean = takens.simulate(
        takens.systems.create("lotka_volterra"),
        dt=0.1,
        steps=31,
        initial=2.5 + 0.4 * normal(trajectories, 2),
        trajectories=trajectories,
    )
    return attrs.evolve(clean, x=clean.x + noise * normal(*clean.x.shape))


def unknown(**more: Any) -> Any:
    guess = {"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2}
    return takens.models.create(
        "known_ode", system="lotka_volterra", parameters=guess, learn=list(guess), **more
    )


def linearised(
    groups: int = 4, r: int = 9, q: int = 3, m: int = 2
) -> tuple[Linearised, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    shared, own, errors = normal(groups, r, q), normal(groups, r, m), normal(groups, r)
    whole = torch.cat((shared.flatten(0, 1), torch.block_diag(*own)), 1)
    return Linearised.of(shared, own, errors), whole, errors.flatten()


class TestElimination:
    # Without unknowns of their own, without shared ones, and with fewer rows than columns.
    @pytest.mark.parametrize("sizes", [{}, {"m": 0}, {"q": 0}, {"r": 4, "q": 3, "m": 3}])
    @pytest.mark.parametrize("damping", [1e-3, 10.0])
    def test_a_step_is_that_of_the_whole_jacobian(
        self, sizes: dict[str, int], damping: float
    ) -> None:
        there, whole, errors = linearised(**sizes)
        scale = there.norms()
        lengths = torch.cat((scale.shared, scale.own.flatten()))
        damped = whole.T @ whole + damping * torch.diag(lengths.square())
        expected = -torch.linalg.solve(damped, whole.T @ errors)
        step = there.solved(damping, scale)
        found = torch.cat((step.shared, step.own.flatten()))
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)
        gain = errors.square().sum() - (errors + whole @ expected).square().sum()
        assert there.gain(step) == pytest.approx(float(gain), rel=1e-9)
        cosines = (whole.T @ errors).abs() / (whole.norm(dim=0) * errors.norm())
        assert there.alignment() == pytest.approx(float(cosines.max()), rel=1e-9)
        assert step.length(scale) == pytest.approx(float((found * lengths).norm()), rel=1e-9)

    @pytest.mark.parametrize("sizes", [{}, {"m": 0}])
    def test_variances_are_those_of_the_whole_jacobian(self, sizes: dict[str, int]) -> None:
        there, whole, _ = linearised(**sizes)
        inverse = torch.linalg.inv(whole.T @ whole)
        shared, own = there.covariances()
        torch.testing.assert_close(shared, inverse[:3, :3], rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(own.flatten(), inverse.diagonal()[3:], rtol=1e-10, atol=0)

    def test_what_the_data_do_not_see_is_not_known(self) -> None:
        there, whole, errors = linearised()
        own = there.own.clone()
        own[2, :, 1] = 0
        blind = Linearised.of(there.shared, own, there.errors)
        shared, variances = blind.covariances()
        assert float(variances[2, 1]) > 1e20
        seen = [i for i in range(whole.shape[1]) if i != 3 + 2 * 2 + 1]
        inverse = torch.linalg.inv(whole[:, seen].T @ whole[:, seen])
        torch.testing.assert_close(shared, inverse[:3, :3], rtol=1e-10, atol=1e-12)
        step = blind.solved(1e-3, blind.norms().or_one())
        assert float(step.own[2, 1]) == 0
        assert errors.numel() == 36

    def test_scales_only_grow(self) -> None:
        small = Step(torch.tensor([1.0, 0.0]), torch.tensor([[3.0]]))
        large = Step(torch.tensor([0.5, 0.0]), torch.tensor([[4.0]]))
        both = small.largest(large).or_one()
        assert both.shared.tolist() == [1.0, 1.0]
        assert both.own.tolist() == [[4.0]]


class TestAgainstTheWholeJacobian:
    @pytest.mark.parametrize("segment", [0, 10])
    def test_everything_agrees(self, segment: int) -> None:
        data, model = measured(), unknown()
        mean, scale = data.x.mean((0, 1)), data.x.flatten(0, 1).std(0)
        x, t = (data.x - mean) / scale, data.t
        model.double()
        model.adopt_units(mean, scale)
        scheme = LeastSquares(segment=segment, tolerance=1e-14)
        details = scheme.solve(model, x, times=t)
        if segment:
            x = x.unfold(1, segment + 1, segment).movedim(-1, -2).flatten(0, 1)
            t = t[: segment + 1]

        def errors(unknowns: Any) -> Any:
            values = torch.as_tensor(unknowns)
            system = takens.systems.create(
                "lotka_volterra",
                **dict(zip(TRUTH, values[:4].tolist(), strict=True)),
            )
            z = model.integrator.solve(system, values[4:].view(-1, 2), t)
            return ((z - mean) / scale - x).flatten().numpy()

        def slopes(unknowns: Any) -> Any:
            columns: list[Any] = []
            for i in range(len(unknowns)):
                h = np.zeros(len(unknowns))
                h[i] = 1e-6 * max(1.0, abs(unknowns[i]))
                columns.append((errors(unknowns + h) - errors(unknowns - h)) / (2 * h[i]))
            return np.stack(columns, -1)

        first = (x[:, 0] * scale + mean).flatten()
        begin = np.concatenate(([1.6, 1.1, 2.7, 1.2], first.numpy()))
        solve: Any = scipy.optimize.least_squares  # pyright: ignore[reportUnknownVariableType]
        whole = solve(
            errors,
            begin,
            slopes,
            method="lm",
            x_scale="jac",
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
        )
        freedom = whole.fun.size - whole.x.size
        covariance = whole.fun @ whole.fun / freedom * np.linalg.inv(whole.jac.T @ whole.jac)
        deviations = np.sqrt(np.diag(covariance))
        found = np.array(list(details["parameters"].values()))
        np.testing.assert_allclose(found, whole.x[:4], rtol=1e-8)
        starts = np.ravel(details["initial_states"])
        np.testing.assert_allclose(starts, whole.x[4:], rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(
            list(details["standard_errors"].values()), deviations[:4], rtol=1e-7
        )
        np.testing.assert_allclose(
            np.ravel(details["initial_state_errors"]), deviations[4:], rtol=1e-7
        )
        np.testing.assert_allclose(
            details["correlations"],
            (covariance / np.outer(deviations, deviations))[:4, :4],
            atol=1e-8,
        )
        assert details["residual"] == pytest.approx(
            float((whole.fun @ whole.fun / freedom) ** 0.5), rel=1e-9
        )
        assert details["converged"]


class TestStarts:
    def test_they_are_found_within_their_errors(self) -> None:
        data = measured(trajectories=40)
        clean = measured(trajectories=40, noise=0.0)
        fit = takens.fit(unknown(), data, LeastSquares(), device="cpu")
        found = torch.tensor(fit.details["initial_states"], dtype=torch.float64)
        errors = torch.tensor(fit.details["initial_state_errors"], dtype=torch.float64)
        off = (found - clean.x[:, 0]) / errors
        # 80 numbers of unit variance have a root mean square of 1 +- 0.08.
        assert float(off.square().mean().sqrt()) == pytest.approx(1.0, abs=0.3)
        assert float(errors.max()) < 0.1
        torch.testing.assert_close(fit.model.observe(found), found)

    def test_without_them_there_are_none(self) -> None:
        fit = takens.fit(unknown(), measured(), LeastSquares(initial_states=False))
        assert "initial_states" not in fit.details
        assert fit.details["converged"]

    def test_hidden_starts_are_found_from_what_is_measured(self) -> None:
        data = measured(trajectories=3, noise=0.01)
        hares = attrs.evolve(data, x=data.x[..., :1], columns=("hares",))
        model = takens.models.create(
            "known_ode", system="lotka_volterra", obs_dim=1, learn=["alpha"],
            parameters={"alpha": 1.6}, initial=(2.0, 2.0),
        )  # fmt: skip
        fit = takens.fit(model, hares, LeastSquares(), device="cpu")
        assert fit.details["parameters"]["alpha"] == pytest.approx(1.5, abs=0.02)
        found = torch.tensor(fit.details["initial_states"], dtype=torch.float64)
        clean = measured(trajectories=3, noise=0.0)
        assert float((found - clean.x[:, 0]).abs().max()) < 0.1


class TestSearch:
    def test_it_says_where_it_ran_out_of_evaluations(self) -> None:
        fit = takens.fit(unknown(), measured(), LeastSquares(most_evaluations=2))
        assert not fit.details["converged"]
        assert fit.details["message"] == "It did not converge in 2 evaluations."

    def test_a_step_that_explodes_is_taken_back(self) -> None:
        explosions: list[takens.TakensError] = []

        @attrs.frozen
        class Watched:
            inner: Any

            def solve(self, f: Any, x0: Tensor, ts: Tensor, /) -> Tensor:
                try:
                    return self.inner.solve(f, x0, ts)
                except takens.TakensError as error:
                    explosions.append(error)
                    raise

        # z' = a z^2 is 1 / (1 / z0 - a t): from a small a, where it hardly bends, the first
        # step goes to an a at which it is infinite long before the last sample.
        class Square(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.rate = torch.nn.Parameter(torch.tensor(0.01))

            def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
                return self.rate * z * z

        t = torch.linspace(0, 2, 21, dtype=torch.float64)
        z0 = torch.tensor([0.5, 0.45, 0.4], dtype=torch.float64)
        x = 1 / (1 / z0[:, None, None] - 0.9 * t[:, None])
        integrator = {"name": "rk4", "substeps": 4}
        model: Any = FieldModel(Square(), obs_dim=1, integrator=integrator)
        model.double()
        model.integrator = Watched(model.integrator)
        found = LeastSquares().solve(model, x, times=t)
        assert explosions
        assert found["parameters"]["field.rate"] == pytest.approx(0.9, rel=1e-3)


class TestRemarks:
    def test_white_noise_gives_none(self) -> None:
        generator = torch.Generator().manual_seed(2)
        white = 0.3 * torch.randn(10, 50, 2, generator=generator, dtype=torch.float64)
        assert list(remarks_on(white)) == []
        assert neighbour_correlation(white) == pytest.approx(0, abs=0.12)

    def test_a_slow_error_is_no_noise(self) -> None:
        slow = 0.2 * torch.sin(0.3 * torch.arange(100, dtype=torch.float64))[None, :, None]
        assert neighbour_correlation(slow) == pytest.approx(np.cos(0.3), abs=0.01)
        (remark,) = remarks_on(slow)
        assert "correlation 0.95" in remark
        assert "hardly explained" not in remark
        assert list(remarks_on(0.01 * slow)) == []

    def test_few_errors_say_nothing(self) -> None:
        assert list(remarks_on(torch.full((1, 10, 1), 0.3))) == []

    def test_what_is_hardly_explained_is_said(self) -> None:
        generator = torch.Generator().manual_seed(2)
        (remark,) = remarks_on(0.8 * torch.randn(10, 50, 2, generator=generator))
        assert "standard deviations of the data, which are hardly explained" in remark

    def test_a_wrong_minimum_of_a_chaotic_series_is_told_from_a_right_one(self) -> None:
        # Ten time units are nine Lyapunov times.
        data = takens.simulate(
            takens.systems.create("lorenz63"), dt=0.05, steps=201, noise=0.01, seed=0
        )

        def fitted(segment: int) -> Any:
            guess = {"sigma": 10.2, "rho": 28.2, "beta": 3.0}
            model = takens.models.create(
                "known_ode", system="lorenz63", parameters=guess, learn=list(guess),
                integrator={"name": "rk4", "substeps": 5},
            )  # fmt: skip
            return takens.fit(model, data, LeastSquares(segment=segment), device="cpu")

        (remark,) = fitted(0).remarks
        assert "The search may have ended in a wrong minimum" in remark
        right = fitted(20)
        assert right.remarks == ()
        assert right.details["parameters"]["rho"] == pytest.approx(28, abs=0.3)
