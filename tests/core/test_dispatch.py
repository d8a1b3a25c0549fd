"""The core asks backends in order, trusts none before its first answer, and can say why."""

# pyright: basic, reportOptionalMemberAccess=false, reportOperatorIssue=false, reportArgumentType=false

import logging
import warnings
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import RK4, Dopri5

X0 = torch.linspace(0.2, 1.0, 6, dtype=torch.float64).view(3, 2)
TS = torch.linspace(0, 0.4, 5, dtype=torch.float64)
PLANTED = {}


class Turning:
    """A field that is not asked about elsewhere."""

    def __init__(self, rate: float | Tensor = 1.0):
        self.rate = rate

    def __call__(self, t, x):
        return self.rate * torch.stack((x[..., 1], -x[..., 0]), -1)


def turning_map(x):
    return 0.9 * torch.stack((x[..., 1], -x[..., 0] * x[..., 1]), -1)


FIELD = Turning(torch.tensor(1.0, dtype=torch.float64))
REQUEST = takens.backend.FixedStepSolve(field=FIELD, method=RK4.tableau, x0=X0, ts=TS)


def loop(request):
    """Answer as plain torch does."""
    if isinstance(request, takens.backend.MapIteration):
        states = [request.x0]
        for _ in range(request.steps):
            states.append(request.map(states[-1]))
        return torch.stack(states[:: request.every], -2)
    if isinstance(request, takens.backend.FixedStepSolve):
        solver = RK4(request.substeps, backend="eager")
        return solver.solve(request.field, request.x0, request.ts)
    if isinstance(request, takens.backend.AdaptiveSolve):
        c = request.controller
        solver = Dopri5(max(c.rtol, 1e-30), c.atol, first_step=c.first_step, backend="eager")
        return solver.solve_with_statistics(request.field, request.x0, request.ts)
    return takens.backend.Unsupported("it has no loop for that")


@attrs.define(eq=False)
class Fixed:
    """Answers by a function, and counts how often it was asked."""

    answer_by: object = loop
    preference: int = 0
    asked: int = 0

    def solve(self, request):
        self.asked += 1
        given = self.answer_by
        return given(request) if callable(given) else given


@attrs.frozen
class Old:
    """A backend of API 1."""

    preference: int = 1000

    def answer(self, question):
        if isinstance(question, takens.backend.AdaptiveSolve):
            return takens.backend.Unsupported(f"alpha is {question.control.alpha:.3f}")
        return loop(question)


def first():
    return PLANTED["first"]


def second():
    return PLANTED["second"]


class Planted:
    TAKENS_API = 2

    @takens.plugin.hookimpl
    def takens_components(self):
        for name in PLANTED:
            yield takens.plugin.ComponentSpec(
                kind="backend", name=name, target=f"{__name__}:{name}"
            )


@pytest.fixture
def install():
    """Register backends called first and second, before all others."""
    registrations = []

    def register(**backends):
        for each in registrations:
            each.close()
        PLANTED.clear()
        PLANTED.update(backends)
        registrations.append(takens.register(Planted(), "planted"))

    yield register
    for each in registrations:
        each.close()
    PLANTED.clear()


def without(answer):
    return takens.backend.Unsupported(answer)


def test_the_preferred_backend_is_asked_first(install):
    slow, quick = Fixed(preference=1001), Fixed(preference=1002)
    install(first=slow, second=quick)
    assert takens.backend.dispatch(REQUEST).shape == (3, 5, 2)
    assert (slow.asked, quick.asked > 0) == (0, True)
    takens.backend.dispatch(REQUEST, backend="first")
    assert slow.asked > 0
    assert takens.backend.dispatch(REQUEST, backend="eager") is None


def test_the_next_is_asked_where_one_declines(install):
    install(first=Fixed(preference=1001), second=Fixed(without("it is a Monday"), 1002))
    assert takens.backend.dispatch(REQUEST) is not None
    assert takens.explain(FIELD) == (
        "FixedStepSolve of Turning (float64, 2 variables): first, since second declined "
        "because it is a Monday."
    )


def test_without_an_answer_eager_torch_has_to_run(install, caplog):
    install(first=Fixed(without("it is a Monday"), 1001))
    with caplog.at_level(logging.INFO, "takens"):
        for _ in range(3):
            assert takens.backend.dispatch(REQUEST, backend="first") is None
    assert "eager torch, because first declined because it is a Monday" in takens.explain(FIELD)
    assert len(caplog.records) == 1


def test_all_answers_are_told_the_latest_first(install):
    given = [without("it is a Monday")] * 3
    install(first=Fixed(lambda request: given.pop() if given else loop(request), 1001))
    for _ in range(4):
        takens.backend.dispatch(REQUEST, backend="first")
    assert takens.explain(FIELD).endswith(
        "(float64, 2 variables): first (1 times); before: eager torch, because first declined "
        "because it is a Monday (3 times)."
    )


def test_whole_solves_get_the_threads_that_single_steps_do_not(install):
    from takens._threads import threads_for

    seen = []

    def counting(request):
        seen.append(torch.get_num_threads())
        return without("it only counts")

    install(first=Fixed(counting, 1001))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with threads_for(10):
            assert torch.get_num_threads() == 1
            takens.backend.dispatch(REQUEST, "first")
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        takens.backend.dispatch(REQUEST, "first")
    finally:
        torch.set_num_threads(before)
    assert seen == [2, 2]


def test_what_was_never_asked_is_said_so():
    assert "not asked" in takens.explain(lambda t, x: x)


def wrong_values(request):
    answer = loop(request)
    if isinstance(answer, takens.backend.Solution):
        return attrs.evolve(answer, x=answer.x * 1.001)
    return answer * 1.001


def of_x(change):
    def answer(request):
        answer = loop(request)
        if isinstance(answer, takens.backend.Solution):
            return attrs.evolve(answer, x=change(answer.x))
        return change(answer)

    return answer


def raising(error):
    def answer(request):
        raise error

    return answer


class Odd(BaseException):
    pass


WRONG = {
    "seven": (7, "it gave 7 and not a"),
    "nothing": (None, "it gave None and not a"),
    "shape": (of_x(lambda x: x[..., :-1, :]), "it gave torch.float64"),
    "dtype": (of_x(lambda x: x.float()), "it gave torch.float32"),
    "values": (wrong_values, "a difference of"),
    "infinite": (of_x(lambda x: x / 0), "numbers that are not finite"),
    "raises": (raising(RuntimeError("too hard")), "it raised RuntimeError: too hard"),
    "exits": (raising(SystemExit(3)), "it raised SystemExit: 3"),
    "odd": (raising(Odd()), "it raised Odd"),
}


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("method", ["rk4", "dopri5", "henon"])
def test_a_backend_that_is_wrong_is_found_out_at_first(install, fault, method):
    given, words = WRONG[fault]
    install(first=Fixed(given, 1001))
    name = "henon" if method == "henon" else "lorenz63"
    system = takens.create("system", name)

    def simulate(**more):
        return takens.simulate(system, dt=0.01, steps=20, transient=0, **more).x

    solver = {} if method == "henon" else {"integrator": method}
    with pytest.warns(takens.errors.PluginWarning) as warned:
        first = simulate(**solver)
    assert len(warned) == 1
    said = str(warned[0].message)
    assert "backend 'first' of plugin 'planted' (this process) is not used for" in said
    assert words in said
    # What is known to be wrong is not told again.
    assert torch.equal(first, simulate(**solver))
    assert "first declined because" in takens.explain(system)
    assert words in takens.explain(system)
    PLANTED["first"].answer_by = without("it gave up")
    torch.testing.assert_close(first, simulate(**solver), rtol=0, atol=0)


def test_gradients_are_compared_too(install):
    x0 = X0.clone().requires_grad_()
    for change in (lambda x: x.detach(), lambda x: x + 0.1 * (x - x.detach())):
        install(first=Fixed(of_x(change), 1001))
        with pytest.warns(takens.errors.PluginWarning, match="gradient"):
            out = RK4().solve(FIELD, x0, TS)
        (found,) = torch.autograd.grad(out.sum(), x0)
        (right,) = torch.autograd.grad(RK4(backend="eager").solve(FIELD, x0, TS).sum(), x0)
        torch.testing.assert_close(found, right)


class IllConditioned(torch.nn.Module):
    """A map whose large terms cancel, in either order of summation."""

    def __init__(self, size):
        super().__init__()
        centres = torch.randn(
            60, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64
        )
        smooth = torch.exp(-(torch.cdist(centres, centres) ** 2) / 8)
        # Next to nothing is left of such weights under so smooth a kernel.
        weights = size * torch.linalg.eigh(smooth)[1][:, :2]
        self.register_buffer("centres", centres)
        self.register_buffer("weights", weights.contiguous())

    def forward(self, x, turned=False):
        kernel = torch.exp(-(x.unsqueeze(-2) - self.centres).square().sum(-1) / 8)
        terms = kernel.unsqueeze(-1) * self.weights
        return 0.5 * x + 1e-3 * (terms.flip(-2) if turned else terms).cumsum(-2)[..., -1, :]


@pytest.mark.parametrize("gradient", [False, True])
def test_rounding_that_a_map_blows_up_is_no_fault(install, gradient):
    ill = IllConditioned(1e12)

    def turned(request):
        assert request.steps == 1
        return torch.stack((request.x0, request.map(request.x0, turned=True)), -2)

    install(first=Fixed(turned, 1001))
    x0 = (0.5 * X0).requires_grad_(gradient)
    request = takens.backend.MapIteration(map=ill, x0=x0, steps=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        takens.backend.dispatch(request)
    assert PLANTED["first"].asked > 1
    # What is wrong by more than that is found all the same.
    install(first=Fixed(of_x(lambda x: 1.001 * x), 1001))
    with pytest.warns(takens.errors.PluginWarning, match="a difference of"):
        takens.backend.dispatch(request)


def test_gradients_to_what_the_field_holds_are_compared(install):
    install(first=Fixed(of_x(lambda x: x.detach()), 1001))
    rate = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
    with pytest.warns(takens.errors.PluginWarning, match="no gradient"):
        out = RK4().solve(Turning(rate * 2), X0, TS)
    torch.autograd.grad(out.sum(), rate)


def test_comparing_leaves_the_graph_of_the_user_alone(install):
    install(first=Fixed(preference=1001))
    rate = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
    used = (rate * rate).exp()
    out = RK4().solve(Turning(used), X0, TS)
    assert "first." in takens.explain(Turning())
    torch.autograd.grad(out.sum() + used, rate)


def test_a_wish_to_stop_is_no_fault(install):
    install(first=Fixed(raising(KeyboardInterrupt()), 1001))
    with pytest.raises(KeyboardInterrupt):
        takens.backend.dispatch(REQUEST)


def test_a_right_backend_is_compared_once_for_each_kind_of_work(install):
    backend = Fixed(preference=1001)
    install(first=backend)
    for _ in range(3):
        takens.backend.dispatch(REQUEST)
    assert backend.asked == 4
    single = attrs.evolve(REQUEST, x0=X0.float(), field=Turning(1.0))
    takens.backend.dispatch(single)
    takens.backend.dispatch(takens.backend.MapIteration(map=turning_map, x0=X0, steps=4))
    assert backend.asked == 8
    one = attrs.evolve(REQUEST, x0=X0[0])
    takens.backend.dispatch(one)
    takens.backend.dispatch(one)
    assert backend.asked == 11


def test_maps_of_fields_differ_by_their_fields(install):
    """A backend that is right for one field only, though both are called flow maps."""

    def half(request):
        answer = loop(request)
        return answer if isinstance(request.map.field, Turning) else 2 * answer

    install(first=Fixed(half, 1001))
    stepper, x0 = RK4(), torch.ones(2, 3, dtype=torch.float64)
    good = takens.plugin.flow_map(FIELD, stepper, 0.1)
    assert (
        takens.backend.dispatch(takens.backend.MapIteration(map=good, x0=X0, steps=3), "first")
        is not None
    )
    other = takens.plugin.flow_map(takens.systems.create("lorenz63"), stepper, 0.01)
    with pytest.warns(takens.errors.PluginWarning, match="a difference of"):
        assert (
            takens.backend.dispatch(
                takens.backend.MapIteration(map=other, x0=x0, steps=3), "first"
            )
            is None
        )


def test_each_code_of_a_backend_is_compared(install):
    codes = iter(["a", "a", "a", "b", "b"])
    backend = Fixed(lambda request: takens.backend.Compiled(loop(request), next(codes)), 1001)
    install(first=backend)
    for _ in range(3):
        assert takens.backend.dispatch(REQUEST).shape == (3, 5, 2)
    assert backend.asked == 5


def test_no_backend_is_asked_where_nothing_could_be_compared(install):
    backend = Fixed(preference=1001)
    install(first=backend)
    torch.func.vmap(lambda x: RK4().solve(FIELD, x, TS))(X0)
    torch.func.jvp(lambda x: RK4().solve(FIELD, x, TS), (X0,), (X0,))
    with torch.autograd.forward_ad.dual_level():
        RK4().solve(FIELD, torch.autograd.forward_ad.make_dual(X0, X0), TS)
    assert backend.asked == 0
    assert "a transform of torch.func is at work" in takens.explain(FIELD)


def test_a_field_that_fails_is_no_fault_of_a_backend(install):
    def failing(t, x):
        raise ValueError("not here")

    install(first=Fixed(lambda r: r.x0.new_zeros(3, len(r.ts), 2), 1001))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="not here"):
            RK4().solve(failing, X0, TS)
    assert "eager torch gives ValueError" in takens.explain(failing)


def test_backends_that_answer_questions_still_work(install):
    install(first=Old())
    with pytest.warns(DeprecationWarning, match=r"answer\(\) of backend 'first' .*solve\(\)"):
        takens.backend.dispatch(REQUEST)
    assert takens.backend.dispatch(REQUEST).shape == (3, 5, 2)
    assert "first." in takens.explain(FIELD)
    with pytest.warns(DeprecationWarning, match="control will go; write controller"):
        Dopri5(backend="first").solve(FIELD, X0, TS)
    assert "alpha is 0.170" in takens.explain(FIELD)


def test_old_names_still_work():
    for old, new in (
        ("FixedSolve", takens.backend.FixedStepSolve),
        ("Iterate", takens.backend.MapIteration),
        ("ForcedIterate", takens.backend.ForcedIteration),
        ("Exponents", takens.backend.TangentGrowth),
        ("Stretched", takens.backend.TangentGrowthResult),
        ("Declined", takens.backend.Unsupported),
        ("Question", takens.backend.SolveRequest),
        ("accelerated_solve", takens.backend.dispatch),
        ("accelerated_adaptive", takens.backend.dispatch),
        ("accelerated_exponents", takens.backend.dispatch),
    ):
        with pytest.warns(DeprecationWarning, match=f"takens.{old} will go; write takens."):
            assert getattr(takens, old) is new
    with pytest.warns(DeprecationWarning, match="StepController"):
        old: Any = takens.StepControl  # pyright: ignore
    control = old(rtol=1e-3, atol=1e-4, max_steps=9, alpha=0.17, beta=0.04)
    with pytest.warns(DeprecationWarning, match="write controller"):
        request = takens.backend.AdaptiveSolve(
            field=FIELD, method=Dopri5.tableau, x0=X0, ts=TS, control=control
        )
    assert request.controller.alpha == pytest.approx(0.85)
    assert request.controller.beta == pytest.approx(0.2)
    assert (request.controller.rtol, request.controller.max_steps) == (1e-3, 9)
    one = torch.ones(3, dtype=torch.int64)
    names = ("status", "reached", "steps", "rejected", "evaluations", "component")
    with pytest.warns(DeprecationWarning, match="Solution"):
        old: Any = takens.Adapted  # pyright: ignore
    adapted = old(x=X0[:, None], time=X0[:, 0], **dict.fromkeys(names, one))
    assert isinstance(adapted, takens.backend.Solution)


def test_native_is_a_backend():
    from takens_native import Native

    assert isinstance(Native(), takens.backend.Backend)
    answer = takens.backend.dispatch(REQUEST, backend="native")
    assert isinstance(answer, Tensor)
    assert "FixedStepSolve of Turning (float64, 2 variables): native." in takens.explain(FIELD)
