"""Plugins that are good, and plugins that are broken in every way we know of."""

import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import takens

Install = Callable[..., Path]

BROKEN = {
    "import-error": ("import no_such_module", "ModuleNotFoundError: No module named"),
    "raises-at-import": ("raise RuntimeError('boom')", "RuntimeError: boom"),
    "bad-spec-name": (
        """
        import takens

        @takens.plugin.hookimpl
        def takens_components():
            yield takens.plugin.ComponentSpec(kind="system", name="Not Legal", target="a:B")
        """,
        "a component's name looks like 'my_system'; got 'Not Legal'",
    ),
    "raising-hook": (
        """
        import takens

        @takens.plugin.hookimpl
        def takens_components():
            raise KeyError("oops")
        """,
        "KeyError: 'oops'",
    ),
    "wrong-api": (
        """
        import takens

        TAKENS_API = 99

        @takens.plugin.hookimpl
        def takens_components():
            return []
        """,
        "it was written for plugin API 99, and this takens knows 1 to 2",
    ),
    "range-of-other-apis": (
        "TAKENS_API = range(7, 9)",
        "it was written for plugin API 7, 8, and this takens knows 1 to 2",
    ),
    "api-of-words": (
        "TAKENS_API = 'two'",
        "TAKENS_API is a number, a set or a range of numbers; got 'two'",
    ),
    "exits-at-import": ("raise SystemExit(3)", "SystemExit: 3"),
    "beyond-exceptions": (
        "class Odd(BaseException):\n    def __str__(self):\n        1 / 0\n\nraise Odd",
        "Odd: its message cannot be read",
    ),
    "offers-nothing": (
        """
        import takens

        @takens.plugin.hookimpl
        def takens_components():
            pass
        """,
        "takens_components gave None; it gives every ComponentSpec of the plugin",
    ),
}

# What is put into a good plugin, and what is said of it; the rest of the plugin is used.
IN_PART = {
    "unknown-hook": (
        "@takens.plugin.hookimpl\ndef takens_component():\n    return []",
        "there is no hook called 'takens_component'. Did you mean 'takens_components'?",
    ),
    "unknown-argument": (
        "@takens.plugin.hookimpl\ndef takens_settings(registry):\n    return []",
        "takens_settings asks for registry; it has api_version",
    ),
    "unmarked-hook": (
        "def takens_settings():\n    return []",
        "takens_settings is not marked; put @takens.plugin.hookimpl above it",
    ),
    "wrapping-hook": (
        "@takens.plugin.hookimpl(wrapper=True)\ndef takens_settings():\n    yield",
        "takens_settings is a wrapper, and each plugin is asked on its own",
    ),
    "no-spec": ("MORE = [('system', 'x')]", "which is no ComponentSpec"),
    "unknown-kind": (
        "MORE = [takens.plugin.ComponentSpec(kind='sytem', name='x', target='a:B')]",
        "sytem 'x': no loaded plugin brings this kind. Did you mean 'system'?",
    ),
    "unknown-field": (
        "MORE = [takens.plugin.ComponentSpec(kind='model', name='x', target='a:B', colour=3)]",
        "'x' has the field 'colour', which this takens does not know",
    ),
    "unknown-field-of-a-parameter": (
        "P = takens.plugin.Parameter('p', 1, colour=3)\n"
        "Spec = takens.plugin.ComponentSpec\n"
        "MORE = [Spec(kind='model', name='x', target='a:B', parameters=(P,))]",
        "'x' has the field 'colour', which this takens does not know",
    ),
    "says-it-twice": (
        "MORE = [takens.plugin.ComponentSpec(kind='system', name='thing', target='a:B')]",
        "two components of kind system called 'thing'",
    ),
    "a-kind-of-ours": (
        "@takens.plugin.hookimpl\ndef takens_kinds():\n"
        "    yield takens.plugin.KindSpec(name='system', protocol='a:B')",
        "the kind 'system' is brought by takens itself already",
    ),
}
GOOD_WITH = """
import takens

TAKENS_API = {1, 2, 3}
MORE = []

@takens.plugin.hookimpl
def takens_components():
    yield takens.plugin.ComponentSpec(kind="system", name="thing", target="somewhere:Thing")
    yield from MORE

"""


def discover(environ: Mapping[str, str] | None = None) -> takens.plugin.Catalogue:
    return takens.plugin.Catalogue.discover(environ or {})


def find(catalogue: takens.plugin.Catalogue, name: str) -> takens.plugin.Plugin:
    (plugin,) = [p for p in catalogue.plugins if p.name == name]
    return plugin


def test_a_good_plugin_is_loaded_and_says_who_it_is(install: Install) -> None:
    install("good-one", plugin="good", offers="pendulum_clock")
    catalogue = discover()
    plugin = find(catalogue, "good")
    assert (plugin.distribution, plugin.version) == ("good-one", "1.0")
    assert plugin.state == "loaded"
    assert [spec.name for spec in plugin.components] == ["pendulum_clock"]
    assert catalogue.find("system", "pendulum_clock")[0] is plugin
    assert catalogue.find("system", "good:pendulum_clock")[0] is plugin


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_left_out_with_a_reason_and_the_others_work(
    install: Install, case: str
) -> None:
    source, reason = BROKEN[case]
    install(case, source)
    install("zz-after", offers="after")
    install("aa-before", offers="before")
    name = case.replace("-", "_")
    with pytest.warns(
        takens.errors.PluginWarning, match=f"TAKENS_DISABLE_PLUGINS={name}"
    ) as caught:
        catalogue = discover()
    assert len(caught) == 1
    plugin = find(catalogue, name)
    assert plugin.state == "failed"
    assert reason in plugin.reason
    assert plugin.components == ()
    assert not catalogue.manager.has_plugin(name)
    for other in ("before", "after", "lorenz63"):
        assert catalogue.find("system", other)[1].name == other


@pytest.mark.parametrize("case", IN_PART)
def test_what_is_unknown_is_left_out_and_the_rest_of_the_plugin_works(
    install: Install, case: str
) -> None:
    source, problem = IN_PART[case]
    install(case, GOOD_WITH + source)
    with pytest.warns(takens.errors.PluginWarning) as caught:
        catalogue = discover()
    (told,) = [str(each.message) for each in caught]
    name = case.replace("-", "_")
    assert f"plugin {name!r} ({case} 1.0) is used without some of it: " in told
    assert problem in told
    assert f"TAKENS_DISABLE_PLUGINS={name} silences this" in told
    plugin = find(catalogue, name)
    assert plugin.state == "loaded"
    assert [spec.name for spec in plugin.components] == ["thing"]
    assert any(problem in remark for remark in plugin.remarks)


@pytest.mark.parametrize("case", BROKEN | IN_PART)
def test_strict_mode_raises(install: Install, case: str) -> None:
    install(case, BROKEN[case][0] if case in BROKEN else GOOD_WITH + IN_PART[case][0])
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - each is another one
        discover({"TAKENS_STRICT_PLUGINS": "1"})
    assert not isinstance(raised.value, AssertionError)


def test_a_second_plugin_of_a_taken_name_fails(install: Install) -> None:
    install("first-dist", plugin="same", offers="one")
    install("second-dist", plugin="same", offers="two")
    with pytest.warns(takens.errors.PluginWarning, match="second-dist"):
        catalogue = discover()
    states = [(p.distribution, p.state) for p in catalogue.plugins if p.name == "same"]
    assert states == [("first-dist", "loaded"), ("second-dist", "failed")]
    assert catalogue.find("system", "one")[0].distribution == "first-dist"


def test_a_stranger_cannot_take_a_plugin_name_of_ours(install: Install) -> None:
    install("impostor", plugin="systems", offers="lorenz63")
    with pytest.warns(takens.errors.PluginWarning, match="impostor"):
        catalogue = discover()
    assert catalogue.find("system", "lorenz63")[0].distribution == "takens"


def test_a_newer_hook_is_said_to_be_optional(install: Install) -> None:
    source = "@takens.plugin.hookimpl(optionalhook=True)\ndef takens_tomorrow(event):\n    pass"
    install("newer", GOOD_WITH + source)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find(discover(), "newer").remarks == ()


@pytest.mark.parametrize("stated", ["1", "2", "{2, 9}", "[1]", "range(1, 5)", "range(2, 9)"])
def test_a_plugin_states_the_apis_that_it_is_for(install: Install, stated: str) -> None:
    install("stating", GOOD_WITH.replace("{1, 2, 3}", stated))
    assert find(discover(), "stating").remarks == ()


def test_a_plugin_that_states_no_api_is_remarked(install: Install) -> None:
    install("taciturn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find(discover(), "taciturn").remarks == ("its manifest lacks TAKENS_API = 2",)


def test_a_remedy_names_the_distribution_where_a_name_is_taken_twice(install: Install) -> None:
    install("Im_Postor", plugin="systems", offers="mine")
    with pytest.warns(takens.errors.PluginWarning) as caught:
        discover()
    (told,) = [str(each.message) for each in caught]
    remedy = told.rpartition(". ")[2].partition(" ")[0]
    assert remedy == "TAKENS_DISABLE_PLUGINS=Im_Postor:systems"
    for written in (remedy.partition("=")[2], "im-postor:systems"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            catalogue = discover({"TAKENS_DISABLE_PLUGINS": written})
        assert catalogue.find("system", "lorenz63")[0].distribution == "takens"
    # The other way round, the stranger's is used.
    catalogue = discover({"TAKENS_DISABLE_PLUGINS": "takens:systems"})
    assert catalogue.find("system", "mine")[0].distribution == "Im_Postor"
    only = discover({"TAKENS_PLUGINS": "takens:systems"})
    assert [p.distribution for p in only.plugins if p.state == "loaded"] == ["takens"]


def test_two_plugins_with_one_component_name_must_be_told_apart(install: Install) -> None:
    install("alpha", offers="clock")
    install("beta", offers="clock")
    catalogue = discover()
    with pytest.raises(takens.errors.AmbiguousComponentError, match="alpha:clock, beta:clock"):
        catalogue.find("system", "clock")
    assert catalogue.find("system", "beta:clock")[0].name == "beta"


def test_what_is_installed_never_changes_what_our_names_mean(install: Install) -> None:
    install("aardvark", offers="lorenz63")
    catalogue = discover()
    assert catalogue.find("system", "lorenz63")[0].distribution == "takens"
    assert catalogue.find("system", "aardvark:lorenz63")[0].distribution == "aardvark"


def test_an_unknown_name_gets_a_near_match_and_the_plugins_that_failed(
    install: Install,
) -> None:
    install("broken-one", "import no_such_module")
    with pytest.warns(takens.errors.PluginWarning):
        catalogue = discover()
    with pytest.raises(takens.errors.UnknownComponentError) as raised:
        catalogue.find("system", "lorenz_63")
    message = str(raised.value)
    assert "Did you mean 'lorenz63'?" in message
    assert "Plugins that failed to load: broken_one." in message


def test_a_name_is_text() -> None:
    with pytest.raises(
        takens.errors.ComponentError, match="The name of a model is text; got 3"
    ):
        takens.create("model", 3)  # pyright: ignore[reportArgumentType]


def test_the_environment_allows_and_disables(install: Install) -> None:
    install("alpha", offers="clock")
    install("beta", offers="watch")
    only = discover({"TAKENS_PLUGINS": "alpha, systems"})
    assert [p.name for p in only.plugins if p.state == "loaded"] == ["systems", "alpha"]
    none = discover({"TAKENS_PLUGINS": ""})
    assert not list(none)
    without = discover({"TAKENS_DISABLE_PLUGINS": "beta"})
    assert find(without, "beta").state == "disabled"
    assert "TAKENS_DISABLE_PLUGINS" in find(without, "beta").reason
    assert without.find("system", "clock")[0].name == "alpha"


def test_a_disabled_plugin_is_never_imported(install: Install) -> None:
    install("fatal", "raise SystemExit('imported')")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        discover({"TAKENS_DISABLE_PLUGINS": "fatal"})


def test_the_order_does_not_depend_on_the_directory(install: Install) -> None:
    for name in ("zeta", "eta", "alpha"):
        install(name, offers=name)
    names = [p.name for p in discover().plugins if p.distribution != "takens"]
    assert [n for n in names if n in ("zeta", "eta", "alpha")] == ["alpha", "eta", "zeta"]


def test_one_module_under_two_names_is_refused_once(install: Install) -> None:
    folder = install("double", offers="once")
    entries = folder / "double-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[takens]\nfirst = double\nother = double\n")
    with pytest.warns(takens.errors.PluginWarning, match="registered under another name"):
        catalogue = discover()
    assert find(catalogue, "first").state == "loaded"
    assert find(catalogue, "other").state == "failed"


def test_lazy_attributes_of_a_plugin_are_left_alone(install: Install) -> None:
    install(
        "lazy",
        """
        import takens

        def __getattr__(name):
            if not name.startswith("__"):
                raise RuntimeError(f"{name} was looked at")
            raise AttributeError(name)

        def __dir__():
            return [*globals(), "Heavy"]

        @takens.plugin.hookimpl
        def takens_components():
            return []
        """,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find(discover(), "lazy").state == "loaded"


class TestCreating:
    def test_a_target_that_cannot_be_imported_names_plugin_and_distribution(
        self, install: Install
    ) -> None:
        install("promises", offers="air")
        registry: takens.plugin.Registry[takens.plugin.System] = takens.plugin.Registry(
            "system", discover()
        )
        with pytest.raises(
            takens.errors.ComponentError, match=r"plugin 'promises' \(promises 1.0\)"
        ):
            registry.create("air")

    def test_an_unknown_parameter_is_refused_with_the_nearest(self) -> None:
        with pytest.raises(takens.errors.ComponentError, match="Did you mean 'sigma'"):
            takens.create("system", "lorenz63", sigm=3.0)

    def test_a_value_of_the_wrong_type_is_refused_with_the_unit(self) -> None:
        with pytest.raises(
            takens.errors.ComponentError,
            match=r"gravity is a number \(unit: m/s\^2\); got 'hot'",
        ):
            takens.create("system", "pendulum", gravity="hot")

    def test_a_missing_parameter_is_named(self) -> None:
        with pytest.raises(takens.errors.ComponentError, match="needs obs_dim"):
            takens.create("model", "shallow_plrnn")


def test_many_components_take_no_time(install: Install) -> None:
    install(
        "many",
        """
        import takens

        TAKENS_API = 2

        @takens.plugin.hookimpl
        def takens_components():
            for i in range(20_000):
                yield takens.plugin.ComponentSpec(
                    kind="system", name=f"s{i}", target="many:Thing", summary="A thing."
                )
        """,
    )
    began = time.process_time()
    systems = takens.plugin.Registry[object]("system", takens.plugin.Catalogue.discover())
    assert len(systems) > 20_000
    assert "s19999" in systems._repr_html_()  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(takens.errors.UnknownComponentError, match="and 19,") as refused:
        systems.spec("s2000x")
    assert len(str(refused.value)) < 10_000
    # A search through all of them for each took minutes.
    assert time.process_time() - began < 20
