"""Against PySINDy itself, closed forms, and equations that are known."""

import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pysindy
import pytest
import torch
from takens_sindy import Candidates, Equations, SparseField, SparseMap, equations, identify
from takens_sindy.equations_figure import EquationsFigure
from takens_sindy.rates import library, sampling
from takens_sindy.regression import Rows, regress

import takens
from takens.cli import main
from takens.testing import parametrize_with_checks, registered

(SINDY,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "sindy")
README = Path(__file__).parents[1] / "README.md"
LORENZ = {
    ("x1", "x1"): -10.0,
    ("x1", "x2"): 10.0,
    ("x2", "x1"): 28.0,
    ("x2", "x2"): -1.0,
    ("x2", "x1 x3"): -1.0,
    ("x3", "x3"): -8 / 3,
    ("x3", "x1 x2"): 1.0,
}
LOTKA_VOLTERRA = {
    ("x1", "x1"): 1.5,
    ("x1", "x1 x2"): -1.0,
    ("x2", "x2"): -3.0,
    ("x2", "x1 x2"): 1.0,
}
VAN_DER_POL = {
    ("x1", "x1"): 1.0,
    ("x1", "x2"): -1.0,
    ("x1", "x1^3"): -1 / 3,
    ("x2", "x1"): 1.0,
}


@parametrize_with_checks([SINDY, *registered([SINDY])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def simulated(name: str, **how: Any) -> takens.TimeSeries:
    return takens.simulate(takens.create("system", name), **how)


def found_in(equations: Equations) -> dict[tuple[str, str], float]:
    return {
        (variable, term.function): term.coefficient
        for variable, terms in equations.terms.items()
        for term in terms
    }


def assert_are(
    equations: Equations, truth: Mapping[tuple[str, str], float], within: float
) -> None:
    found = found_in(equations)
    assert set(found) == set(truth), str(equations)
    for key, value in truth.items():
        assert found[key] == pytest.approx(value, abs=within), key


def numbers(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# The candidates


@pytest.mark.parametrize(
    ("dim", "degree", "frequencies"), [(1, 3, 0), (3, 2, 0), (2, 5, 2), (4, 3, 1)]
)
def test_candidates_are_those_of_pysindy(dim: int, degree: int, frequencies: int) -> None:
    candidates = Candidates(dim, degree, frequencies)
    x = numbers(20, dim)
    theirs: Any = library(candidates)
    expected = np.asarray(theirs.fit_transform(x.numpy()))
    assert candidates.size == expected.shape[1]
    np.testing.assert_allclose(candidates.values(x).numpy(), expected, rtol=1e-13, atol=1e-13)
    columns = ["a", "b", "c", "d"][:dim]
    names = [name.replace("(1 ", "(") for name in theirs.get_feature_names(columns)]
    assert candidates.names(columns) == names


def test_derivatives_of_candidates_are_exact() -> None:
    candidates = Candidates(3, 4, 2)
    x = numbers(5, 3)
    expected = torch.func.vmap(torch.func.jacfwd(candidates.values))(x)
    torch.testing.assert_close(candidates.derivatives(x), expected, rtol=1e-13, atol=1e-13)


def test_a_polynomial_and_its_derivative_are_those_of_paper() -> None:
    # f = 2 - 3 x y + x^2 y^2 on the first variable, at (x, y) = (2, 3).
    model = SparseField(2, degree=4).double()
    names = model.candidates.names(["x", "y"])
    with torch.no_grad():
        for name, value in (("1", 2.0), ("x y", -3.0), ("x^2 y^2", 1.0)):
            model.coefficients[0, names.index(name)] = value
    x, t = torch.tensor([2.0, 3.0], dtype=torch.float64), torch.zeros(())
    assert model(t, x).tolist() == [20.0, 0.0]
    assert model.jacobian(t, x).tolist() == [[27.0, 18.0], [0.0, 0.0]]


# Against PySINDy


def test_it_is_pysindy_with_pysindys_settings() -> None:
    data = simulated("lorenz63", dt=0.01, steps=1000, seed=1)
    x, t = data.x.numpy(), data.t.numpy()
    theirs: Any = pysindy.SINDy(
        optimizer=pysindy.STLSQ(threshold=0.1, alpha=1e-9),
        feature_library=pysindy.PolynomialLibrary(2),
        differentiation_method=pysindy.FiniteDifference(order=6, drop_endpoints=True),
    )
    theirs.fit(x, t=t)
    ours = identify(
        data,
        optimiser="stlsq",
        threshold=0.1,
        normalise=False,
        resamples=0,
        differentiation="finite_difference",
    ).model.inner
    assert isinstance(ours, SparseField)
    coefficients = ours.weights().detach()
    np.testing.assert_allclose(coefficients.numpy(), theirs.coefficients(), atol=1e-6)
    with torch.no_grad():
        ours.coefficients.copy_(torch.from_numpy(np.asarray(theirs.coefficients())))
        velocities = ours(torch.zeros(()), data.x)
    np.testing.assert_allclose(velocities.numpy(), np.asarray(theirs.predict(x)), rtol=1e-9)


@pytest.mark.parametrize("optimiser", ["ssr", "stlsq", "sr3"])
def test_every_optimiser_cuts_at_the_threshold(optimiser: str) -> None:
    config = SparseField(1, optimiser=optimiser, threshold=0.2, normalise=False).config
    features = np.linalg.qr(numbers(50, 3).numpy())[0]
    targets = features @ np.array([[1.0], [0.22], [0.18]])
    found = regress(Rows(features, targets), config).coefficients
    assert (found != 0).tolist() == [[True, True, False]]


# Equations that are known


def test_lorenz_by_a_fit_and_its_exponent() -> None:
    lorenz = takens.systems.create("lorenz63")
    data = simulated("lorenz63", dt=0.01, steps=4000)
    model = takens.create("model", "sindy", obs_dim=3)
    fit = takens.fit(model, data, takens.schemes.create("closed_form"))
    assert isinstance(fit.model, takens.TrainedModel)
    assert_are(equations(fit.model), LORENZ, 1e-3)
    assert found_in(Equations.from_table(fit.details)) == found_in(equations(fit.model))
    score = takens.evaluate(fit.model, data, metrics=["max_lyapunov"], truth=lorenz, runs=2)
    value, error = score["max_lyapunov"].value, score["max_lyapunov"].error
    assert value is not None
    assert error is not None
    assert abs(value - 0.9056) < 4 * error < 0.05
    assert "native" in takens.explain(takens.plugin.latent_map(fit.model, data.dt))


@pytest.mark.parametrize("optimiser", ["ssr", "stlsq", "sr3"])
@pytest.mark.parametrize(
    ("name", "degree", "truth"),
    [("lotka_volterra", 2, LOTKA_VOLTERRA), ("van_der_pol", 3, VAN_DER_POL)],
)
def test_known_equations_by_every_optimiser(
    optimiser: str, name: str, degree: int, truth: Mapping[tuple[str, str], float]
) -> None:
    data = simulated(name, dt=0.05, steps=1000)
    assert_are(
        identify(data, degree=degree, optimiser=optimiser, resamples=0).equations, truth, 1e-3
    )


@pytest.mark.parametrize("differentiation", ["weak", "smoothed", "finite_difference"])
def test_known_equations_by_every_differentiation(differentiation: str) -> None:
    data = simulated("lotka_volterra", dt=0.02, steps=2000, noise=0.001)
    found = identify(data, differentiation=differentiation, window=0.3, resamples=0)
    assert_are(found.equations, LOTKA_VOLTERRA, 0.03)


def test_noise_leaves_the_terms_and_the_errors_say_how_far_off() -> None:
    data = simulated("lorenz63", dt=0.01, steps=5000, noise=0.05, seed=0)
    found = identify(data).equations
    assert set(found_in(found)) == set(LORENZ)
    off = [
        (term.coefficient - LORENZ[variable, term.function]) / (term.error or math.inf)
        for variable, terms in found.terms.items()
        for term in terms
    ]
    assert 0.3 < math.sqrt(sum(z * z for z in off) / len(off)) < 3


def test_coarse_sampling_is_no_obstacle_to_the_weak_form() -> None:
    data = simulated("lorenz63", dt=0.05, steps=2000, integrator="dop853")
    assert_are(identify(data, resamples=0).equations, LORENZ, 0.05)
    differenced = identify(data, resamples=0, differentiation="finite_difference")
    assert set(found_in(differenced.equations)) != set(LORENZ)


def test_units_change_coefficients_and_not_terms() -> None:
    data = simulated("lotka_volterra", dt=0.05, steps=1500)
    units = torch.tensor([1e4, 1e-3], dtype=torch.float64)
    changed = attrs.evolve(data, x=data.x * units, columns=("hare", "lynx"))
    model = takens.create("model", "sindy", obs_dim=2, resamples=0)
    fit = takens.fit(model, changed, takens.schemes.create("closed_form"))
    assert isinstance(fit.model, takens.TrainedModel)
    found = equations(fit.model)
    assert set(found_in(found)) == {
        ("hare", "hare"),
        ("hare", "hare lynx"),
        ("lynx", "lynx"),
        ("lynx", "hare lynx"),
    }
    assert found.coefficient("hare", "hare lynx") == pytest.approx(-1e3, rel=1e-3)
    assert found.coefficient("lynx", "hare lynx") == pytest.approx(1e-4, rel=1e-3)
    assert found.coefficient("lynx", "hare") == 0


def test_several_series_are_used_together() -> None:
    data = simulated("van_der_pol", dt=0.05, steps=150, trajectories=8, transient=0, noise=0.01)
    assert_are(identify(data, degree=3).equations, VAN_DER_POL, 0.03)


def test_a_map() -> None:
    henon = simulated("henon", steps=1000)
    model = takens.create("model", "sindy_map", obs_dim=2)
    fit = takens.fit(model, henon, takens.schemes.create("closed_form"))
    assert isinstance(fit.model, takens.TrainedModel)
    truth = {("x1", "1"): 1.0, ("x1", "x2"): 1.0, ("x1", "x1^2"): -1.4, ("x2", "x1"): 0.3}
    assert_are(equations(fit.model), truth, 1e-5)
    assert str(equations(fit.model)).startswith("next x1 = 1 ")


def test_training_further_keeps_what_is_zero() -> None:
    data = simulated("lotka_volterra", dt=0.05, steps=400, noise=0.05)
    found = identify(data, resamples=0)
    before = found_in(found.equations)
    scheme = takens.schemes.create("teacher_forcing")
    fit = takens.fit(found.model, data, scheme, steps=5, window=20, learning_rate=1e-3)
    assert isinstance(fit.model, takens.TrainedModel)
    after = found_in(equations(fit.model))
    assert set(after) == set(before)
    assert after != before


# The reverse direction


@pytest.mark.parametrize(
    ("name", "settings", "truth"),
    [
        ("lorenz63", {}, LORENZ),
        ("van_der_pol", {"degree": 3}, VAN_DER_POL),
        ("pendulum", {"frequencies": 1}, {("x1", "x2"): 1.0, ("x2", "sin(x1)"): -9.81}),
        ("logistic", {}, None),
    ],
)
def test_equations_of_systems(
    name: str, settings: dict[str, Any], truth: Mapping[tuple[str, str], float] | None
) -> None:
    system: Any = takens.create("system", name)
    if truth is None:
        rate = getattr(system, "r", 4.0)
        truth = {("x1", "x1"): rate, ("x1", "x1^2"): -rate}
    assert_are(identify(system, dt=0.05, states=500, **settings).equations, truth, 1e-9)


def test_the_field_of_a_trained_model_in_the_units_of_the_data() -> None:
    # A network without hidden layers is linear: A z + b, with z standardised.
    data = simulated("harmonic_oscillator", dt=0.05, steps=300)
    data = attrs.evolve(data, x=data.x * torch.tensor([3.0, 0.1]) + 2.0)
    network = takens.models.create("neural_ode", obs_dim=2, depth=0, seed=3)
    model = takens.TrainedModel.for_series(network, data).double()
    z = numbers(4, 2)
    zero = torch.zeros((), dtype=torch.float64)

    def field(y: torch.Tensor) -> torch.Tensor:
        return network(zero, y)

    jacobian = torch.func.jacfwd(field)(z[0])
    scale, mean = model.scale, model.mean
    matrix = (scale[:, None] * jacobian / scale).detach()
    offset = (scale * network(zero, -mean / scale)).detach()
    found = identify(model, data, threshold=1e-9, states=400)
    for i in (0, 1):
        row = [found.equations.coefficient(f"x{i + 1}", name) for name in ("1", "x1", "x2")]
        assert row == pytest.approx([float(offset[i]), *matrix[i].tolist()], rel=1e-5)
    assert max(found.unexplained) < 1e-5
    assert found.errors_over == "states of the model's free runs"
    assert "not how far that is from the system" in str(found)


def test_several_series_of_any_lengths_and_arrays() -> None:
    long, short = (simulated("lorenz63", dt=0.01, steps=n, seed=n) for n in (1500, 900))
    arrays = [one.x.numpy() for one in (long, short)]
    of_series = identify([long, short])
    assert_are(of_series.equations, LORENZ, 1e-3)
    assert of_series.errors_over == "blocks of time of the data"
    assert "free runs" not in str(of_series)
    for given in (arrays, takens.Recordings([long, short])):
        dt = 0.01 if given is arrays else None
        assert_are(identify(given, dt=dt, resamples=0).equations, LORENZ, 1e-3)
    # The second one counts.
    alone = identify(arrays[0], dt=0.01, resamples=0).equations
    both = identify(arrays, dt=0.01, resamples=0).equations
    assert alone.terms != both.terms
    henon = [takens.simulate("henon", steps=n, seed=n).x.numpy() for n in (60, 90)]
    found = identify(henon, is_map=True).equations
    assert found.coefficient("x1", "x1^2") == pytest.approx(-1.4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (np.zeros((30, 2)), "give dt, the interval"),
        ([], "at least one series"),
        ([np.zeros((30, 2)), np.zeros((30, 3))], "the same variables; got 2 and 3"),
    ],
)
def test_series_that_are_none_are_refused(given: Any, sentence: str) -> None:
    dt = None if isinstance(given, np.ndarray) else 0.1
    with pytest.raises(takens.InputError, match=sentence):
        identify(given, dt=dt)


def test_old_names_are_kept_for_a_while() -> None:
    x = np.linspace(0.1, 1, 40)[:, None]
    for model, name in (
        (SparseField(1, degree=1), "learn_velocities"),
        (SparseMap(1, degree=1), "learn_steps"),
    ):
        with pytest.warns(DeprecationWarning, match=rf"{name} will go; write learn_pairs"):
            getattr(model, name)(x, 2 * x)
        assert model.weights()[0].tolist() == pytest.approx([0.0, 2.0], abs=1e-6)


@pytest.mark.slow
def test_what_a_neural_ode_has_learned() -> None:
    data = simulated("lotka_volterra", dt=0.05, steps=2000)
    model = takens.models.create("neural_ode", obs_dim=2, width=32)
    scheme = takens.schemes.create("teacher_forcing")
    fit = takens.fit(model, data, scheme, steps=1500, window=20)
    assert isinstance(fit.model, takens.TrainedModel)
    assert_are(identify(fit.model, data).equations, LOTKA_VOLTERRA, 0.05)


# What a user meets


def test_it_is_the_same_again_and_leaves_numpys_generator_alone() -> None:
    data = simulated("lotka_volterra", dt=0.05, steps=400, noise=0.05)
    before = np.random.get_state()[1].copy()  # pyright: ignore
    first, second = (identify(data, seed=4, resamples=3).equations for _ in range(2))
    assert first == second
    assert first != identify(data, seed=5, resamples=3).equations
    assert (np.random.get_state()[1] == before).all()  # pyright: ignore


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.02])
def test_the_noise_is_seen(noise: float) -> None:
    data = simulated("lorenz63", dt=0.01, steps=2000, noise=noise)
    seen = sampling(data.x.numpy()[None], data.t.numpy()).noise
    assert seen == pytest.approx(noise, rel=0.1, abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"degree": 0}, "degree is at least 1; got 0"),
        ({"optimiser": "lasso"}, "optimiser is one of 'ssr', 'stlsq', 'sr3'; got 'lasso'"),
        ({"resamples": 1}, "resamples is 0 for none, or at least 2; got 1"),
        ({"integrator": "scipy"}, "one of fixed steps"),
        ({"threshold": -1.0}, "threshold is at least 0"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=message):
        SparseField(2, **settings)


def test_sources_that_have_no_equations() -> None:
    data = simulated("lotka_volterra", dt=0.05, steps=100)
    with pytest.raises(
        takens.errors.DataError, match="14 samples or more of each series; got 10"
    ):
        identify(data.between(0, 10))
    with pytest.raises(takens.errors.DataError, match=r"twice as much .* got 4.95"):
        identify(data, window=4.0)
    irregular = attrs.evolve(data, t=data.t**2)
    with pytest.raises(takens.errors.DataError, match="equally spaced"):
        identify(irregular, differentiation="smoothed", window=0.5)
    plrnn = takens.models.create("plrnn", obs_dim=2, latent_dim=4)
    with pytest.raises(takens.InputError, match="4 latent ones for 2 observed"):
        identify(takens.TrainedModel.for_series(plrnn, data), data)
    with pytest.raises(takens.InputError, match="PLRNN is no sparse model"):
        equations(plrnn)
    with pytest.raises(takens.InputError, match="2 variables need as many names; got x"):
        SparseMap(2).equations(["x"])


def test_equations_as_text() -> None:
    model = SparseField(2, resamples=0)
    with torch.no_grad():
        model.coefficients[0, 0], model.coefficients[0, 4] = -1.5, 2.0
    assert model.equations(["wind speed", "p"]).lines() == [
        "[wind speed]' = -1.5 + 2 [wind speed] p",
        "p' = 0",
    ]


def run_of(tmp_path: Path, model: str, scheme: str, extra: str = "") -> Path:
    job = tmp_path / "job.toml"
    job.write_text(
        'figures = ["equations"]\n'
        'data = {system = "lotka_volterra", dt = 0.05, steps = 300}\n'
        f"model = {model}\nscheme = {scheme}\n{extra}"
        'judge = {metrics = ["state_space_divergence"], runs = 2, starts = 2}\n'
    )
    return takens.run(job, tmp_path / "run").folder


def command(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["equations", *map(str, words)])
    return int(stop.value.code or 0)


def test_the_command_and_the_figure_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_of(tmp_path, '{name = "sindy"}', '"closed_form"')
    assert (folder / "figures" / "equations.png").stat().st_size > 5000
    capsys.readouterr()
    assert command(folder, "--json") == 0
    found = Equations.from_table(json.loads(capsys.readouterr().out))
    assert_are(found, LOTKA_VOLTERRA, 1e-3)
    assert command(folder / "checkpoint.pt") == 0
    assert capsys.readouterr().out == found.with_errors() + "\n"
    assert command(folder, "--degree", 3) == 2
    assert "found already" in capsys.readouterr().err


def test_the_command_of_another_models_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_of(
        tmp_path,
        '{name = "known_ode", system = "lotka_volterra", learn = ["alpha"]}',
        '"sparse_teacher_forcing"',
        "training = {steps = 2, batch = 2, window = 20, learning_rate = 1e-12}\n",
    )
    assert not (folder / "figures" / "equations.png").exists()
    capsys.readouterr()
    assert command(folder, "--json") == 0
    assert_are(Equations.from_table(json.loads(capsys.readouterr().out)), LOTKA_VOLTERRA, 1e-5)
    assert command(folder / "checkpoint.pt") == 2
    assert "--against" in capsys.readouterr().err


def test_the_command_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow, steps = tmp_path / "flow.csv", tmp_path / "henon.npy"
    data = simulated("lotka_volterra", dt=0.05, steps=400)
    table = np.concatenate((data.t.numpy()[:, None], data.x.numpy()), 1)
    np.savetxt(flow, table, delimiter=",", header="t,hare,lynx", comments="")
    np.save(steps, simulated("henon", steps=300).x.numpy())
    assert command(flow, "--time", "t", "--threshold", 0.05) == 0
    assert capsys.readouterr().out.startswith("hare' = 1.5 hare - 1 hare lynx\n")
    assert command(steps, "--map") == 0
    assert capsys.readouterr().out.startswith("next x1 = 1 + 1 x2 - 1.4 x1^2\n")
    # A column that is called t holds the times; the map's file has none, and no interval.
    assert command(flow, "--threshold", 0.05) == 0
    assert capsys.readouterr().out.startswith("hare' = 1.5 hare - 1 hare lynx\n")
    assert command(steps) == 2
    assert "dt" in capsys.readouterr().err
    assert command(tmp_path / "nothing.csv") == 2
    assert "There is no file" in capsys.readouterr().err


def test_the_figure_has_the_names_of_the_data(tmp_path: Path) -> None:
    from takens.testing.samples import results

    empty = results(2)
    assert EquationsFigure().draw(empty) is None
    model = SparseField(2, resamples=2)
    with torch.no_grad():
        model.coefficients[0, 4] = 2.0
        model.errors[0, 4] = 0.1
    series = attrs.evolve(empty.training, columns=("$a$", "b c"))
    drawn = EquationsFigure().draw(
        attrs.evolve(empty, training=series, learned=model.equations().table())
    )
    assert drawn is not None
    drawn.savefig(tmp_path / "equations.png")
    text = drawn.axes[0].texts[0].get_text()
    assert text == "[\\$a\\$]' = (2.00 ± 0.10) [\\$a\\$] [b c]\n[b c]' = 0"
    assert len(drawn.axes) == 2


def test_the_readme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = README.read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    assert "x2' = -9.81 sin(x1)" in capsys.readouterr().out
    (job,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert tomllib.loads(job)["model"] == {"name": "sindy"}
    path = tmp_path / "lorenz.toml"
    path.write_text(job + "\n[judge]\nmetrics = []\nruns = 1\n")
    done = takens.run(path, tmp_path / "run")
    assert (done.folder / "figures" / "equations.png").is_file()


def test_collinear_columns_are_remarked_with_their_number() -> None:
    t = torch.arange(400, dtype=torch.float64) * 0.05
    noise = 1e-6 * torch.randn(400, generator=torch.Generator().manual_seed(0)).double()
    x = torch.stack((t.cos(), t.sin(), t.sin() + noise), -1)
    settings: dict[str, Any] = {"degree": 1, "threshold": 1e-3, "ridge": 0.0}
    found = identify(takens.TimeSeries(t, x), **settings)
    assert any("condition number" in remark for remark in found.remarks)
    assert any("x2, x3 apart" in remark for remark in found.remarks)
    apart = identify(takens.TimeSeries(t, x[:, :2]), **settings)
    assert not apart.remarks
