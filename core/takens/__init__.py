"""Learn dynamical systems from data, and judge what was learned.

Names are imported on first use, so that ``import takens`` does not import torch.
"""

import importlib
import warnings
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from takens._backends.dispatch import dispatch as dispatch, explain as explain
    from takens._data.time_series import TimeSeries as TimeSeries
    from takens._dynamics.checkpoint import (
        load_members as load_members,
        load_model as load_model,
        save_model as save_model,
    )
    from takens._dynamics.ensemble import Ensemble as Ensemble, weights as weights
    from takens._dynamics.flow_map import (
        FlowMap as FlowMap,
        flow_map as flow_map,
        push_tangents as push_tangents,
    )
    from takens._dynamics.forced_run import forced_run as forced_run
    from takens._dynamics.free_run import FreeRun as FreeRun
    from takens._dynamics.generate import generate as generate
    from takens._dynamics.latent_map import latent_map as latent_map
    from takens._dynamics.simulate import simulate as simulate
    from takens._dynamics.trained_model import TrainedModel as TrainedModel
    from takens._errors import (
        AmbiguousComponentError as AmbiguousComponentError,
        CheckpointError as CheckpointError,
        ComponentError as ComponentError,
        ConfigurationError as ConfigurationError,
        DataError as DataError,
        DeviceError as DeviceError,
        InputError as InputError,
        IntegrationError as IntegrationError,
        PluginError as PluginError,
        PluginWarning as PluginWarning,
        TakensError as TakensError,
        TrainingError as TrainingError,
        UnknownComponentError as UnknownComponentError,
    )
    from takens._judging.compare import (
        ScoreDifference as ScoreDifference,
        compare_scores as compare_scores,
    )
    from takens._judging.evaluate import evaluate as evaluate
    from takens._judging.judge import Judgement as Judgement, judge as judge
    from takens._judging.verdict import (
        Finding as Finding,
        Verdict as Verdict,
        verdict as verdict,
    )
    from takens._lazy import LazyNames as LazyNames
    from takens._plugins.catalogue import Catalogue as Catalogue, catalogue as catalogue
    from takens._plugins.choice import Component as Component
    from takens._plugins.component import (
        CommandSpec as CommandSpec,
        ComponentSpec as ComponentSpec,
    )
    from takens._plugins.configured import Configured as Configured
    from takens._plugins.hooks import API_VERSION as API_VERSION, hookimpl as hookimpl
    from takens._plugins.kind import KindSpec as KindSpec
    from takens._plugins.parameter import (
        REQUIRED as REQUIRED,
        Parameter as Parameter,
        parameter as parameter,
    )
    from takens._plugins.plugin import Plugin as Plugin
    from takens._plugins.registration import register as register
    from takens._plugins.registry import (
        Registry as Registry,
        backends as backends,
        create as create,
        datasets as datasets,
        devices as devices,
        figures as figures,
        integrators as integrators,
        kernels as kernels,
        metrics as metrics,
        models as models,
        optimisers as optimisers,
        portraits as portraits,
        registry as registry,
        schedules as schedules,
        schemes as schemes,
        systems as systems,
    )
    from takens._protocols.backend import (
        Backend as Backend,
        Compiled as Compiled,
        Unsupported as Unsupported,
    )
    from takens._protocols.dataset import (
        Dataset as Dataset,
        SupportsWriting as SupportsWriting,
    )
    from takens._protocols.device import (
        DevicePolicy as DevicePolicy,
        Placement as Placement,
        Precision as Precision,
    )
    from takens._protocols.dynamics import (
        Map as Map,
        SupportsJacobian as SupportsJacobian,
        SupportsKinks as SupportsKinks,
        SupportsOwnTimes as SupportsOwnTimes,
        SupportsTangent as SupportsTangent,
        Time as Time,
        VectorField as VectorField,
    )
    from takens._protocols.figure import Figure as Figure, SupportsSample as SupportsSample
    from takens._protocols.integrator import Integrator as Integrator, Stepper as Stepper
    from takens._protocols.kernel import Kernel as Kernel
    from takens._protocols.metric import (
        DynamicsMetric as DynamicsMetric,
        Metric as Metric,
        SeriesMetric as SeriesMetric,
        SupportsBest as SupportsBest,
        SupportsEvidence as SupportsEvidence,
        SupportsFacts as SupportsFacts,
        SupportsReference as SupportsReference,
    )
    from takens._protocols.model import (
        ContinuousModel as ContinuousModel,
        Model as Model,
        SupportsClosedForm as SupportsClosedForm,
        SupportsForcingSignal as SupportsForcingSignal,
        SupportsStepMap as SupportsStepMap,
        SupportsUnits as SupportsUnits,
    )
    from takens._protocols.optimiser import (
        Optimiser as Optimiser,
        SupportsElementwise as SupportsElementwise,
    )
    from takens._protocols.portrait import Portrait as Portrait
    from takens._protocols.requests import (
        AdaptiveSolve as AdaptiveSolve,
        FixedStepSolve as FixedStepSolve,
        ForcedIteration as ForcedIteration,
        MapIteration as MapIteration,
        SolveRequest as SolveRequest,
        TangentGrowth as TangentGrowth,
        TangentGrowthResult as TangentGrowthResult,
    )
    from takens._protocols.schedule import Schedule as Schedule
    from takens._protocols.scheme import (
        DirectScheme as DirectScheme,
        LayerFit as LayerFit,
        LayerScheme as LayerScheme,
        Scheme as Scheme,
        StochasticScheme as StochasticScheme,
        SupportsAccepts as SupportsAccepts,
        SupportsAdapting as SupportsAdapting,
        SupportsEnsembles as SupportsEnsembles,
        SupportsForcingReport as SupportsForcingReport,
        SupportsState as SupportsState,
        TrainingScheme as TrainingScheme,
    )
    from takens._protocols.score import (
        Curve as Curve,
        Evidence as Evidence,
        EvidenceKind as EvidenceKind,
        Runs as Runs,
        Score as Score,
    )
    from takens._protocols.solution import (
        Crossings as Crossings,
        Solution as Solution,
        check_finite as check_finite,
    )
    from takens._protocols.status import Status as Status
    from takens._protocols.step_controller import StepController as StepController
    from takens._protocols.system import Facts as Facts, System as System
    from takens._protocols.tableau import Tableau as Tableau
    from takens._run.events import (
        RunFailed as RunFailed,
        RunFinished as RunFinished,
        RunStarted as RunStarted,
    )
    from takens._run.job import run as run
    from takens._run.results import Results as Results
    from takens._run.scores_file import read_scores as read_scores
    from takens._run.sources import read as read
    from takens._training.events import (
        FitFinished as FitFinished,
        FitStarted as FitStarted,
        StepLogged as StepLogged,
    )
    from takens._training.fit import fit as fit
    from takens._training.loss import loss_function as loss_function
    from takens._training.result import Fit as Fit
    from takens._training.settings import Training as Training

_HOME: Final = {
    "API_VERSION": "_plugins.hooks",
    "AdaptiveSolve": "_protocols.requests",
    "AmbiguousComponentError": "_errors",
    "Backend": "_protocols.backend",
    "Catalogue": "_plugins.catalogue",
    "CheckpointError": "_errors",
    "CommandSpec": "_plugins.component",
    "Compiled": "_protocols.backend",
    "Component": "_plugins.choice",
    "ComponentError": "_errors",
    "ComponentSpec": "_plugins.component",
    "ConfigurationError": "_errors",
    "Configured": "_plugins.configured",
    "ContinuousModel": "_protocols.model",
    "Crossings": "_protocols.solution",
    "Curve": "_protocols.score",
    "DataError": "_errors",
    "Dataset": "_protocols.dataset",
    "DeviceError": "_errors",
    "DevicePolicy": "_protocols.device",
    "DirectScheme": "_protocols.scheme",
    "DynamicsMetric": "_protocols.metric",
    "Ensemble": "_dynamics.ensemble",
    "Evidence": "_protocols.score",
    "EvidenceKind": "_protocols.score",
    "Facts": "_protocols.system",
    "Figure": "_protocols.figure",
    "Finding": "_judging.verdict",
    "Fit": "_training.result",
    "FitFinished": "_training.events",
    "FitStarted": "_training.events",
    "FixedStepSolve": "_protocols.requests",
    "FlowMap": "_dynamics.flow_map",
    "ForcedIteration": "_protocols.requests",
    "FreeRun": "_dynamics.free_run",
    "InputError": "_errors",
    "IntegrationError": "_errors",
    "Integrator": "_protocols.integrator",
    "Judgement": "_judging.judge",
    "Kernel": "_protocols.kernel",
    "KindSpec": "_plugins.kind",
    "LayerFit": "_protocols.scheme",
    "LayerScheme": "_protocols.scheme",
    "LazyNames": "_lazy",
    "Map": "_protocols.dynamics",
    "MapIteration": "_protocols.requests",
    "Metric": "_protocols.metric",
    "Model": "_protocols.model",
    "Optimiser": "_protocols.optimiser",
    "Parameter": "_plugins.parameter",
    "Placement": "_protocols.device",
    "Plugin": "_plugins.plugin",
    "PluginError": "_errors",
    "PluginWarning": "_errors",
    "Portrait": "_protocols.portrait",
    "Precision": "_protocols.device",
    "REQUIRED": "_plugins.parameter",
    "Registry": "_plugins.registry",
    "Results": "_run.results",
    "RunFailed": "_run.events",
    "RunFinished": "_run.events",
    "RunStarted": "_run.events",
    "Runs": "_protocols.score",
    "Schedule": "_protocols.schedule",
    "Scheme": "_protocols.scheme",
    "Score": "_protocols.score",
    "ScoreDifference": "_judging.compare",
    "SeriesMetric": "_protocols.metric",
    "Solution": "_protocols.solution",
    "SolveRequest": "_protocols.requests",
    "Status": "_protocols.status",
    "StepController": "_protocols.step_controller",
    "StepLogged": "_training.events",
    "Stepper": "_protocols.integrator",
    "StochasticScheme": "_protocols.scheme",
    "SupportsAccepts": "_protocols.scheme",
    "SupportsAdapting": "_protocols.scheme",
    "SupportsBest": "_protocols.metric",
    "SupportsClosedForm": "_protocols.model",
    "SupportsElementwise": "_protocols.optimiser",
    "SupportsEnsembles": "_protocols.scheme",
    "SupportsEvidence": "_protocols.metric",
    "SupportsFacts": "_protocols.metric",
    "SupportsForcingReport": "_protocols.scheme",
    "SupportsForcingSignal": "_protocols.model",
    "SupportsJacobian": "_protocols.dynamics",
    "SupportsKinks": "_protocols.dynamics",
    "SupportsOwnTimes": "_protocols.dynamics",
    "SupportsReference": "_protocols.metric",
    "SupportsSample": "_protocols.figure",
    "SupportsState": "_protocols.scheme",
    "SupportsStepMap": "_protocols.model",
    "SupportsTangent": "_protocols.dynamics",
    "SupportsUnits": "_protocols.model",
    "SupportsWriting": "_protocols.dataset",
    "System": "_protocols.system",
    "Tableau": "_protocols.tableau",
    "TakensError": "_errors",
    "TangentGrowth": "_protocols.requests",
    "TangentGrowthResult": "_protocols.requests",
    "Time": "_protocols.dynamics",
    "TimeSeries": "_data.time_series",
    "TrainedModel": "_dynamics.trained_model",
    "Training": "_training.settings",
    "TrainingError": "_errors",
    "TrainingScheme": "_protocols.scheme",
    "UnknownComponentError": "_errors",
    "Unsupported": "_protocols.backend",
    "VectorField": "_protocols.dynamics",
    "Verdict": "_judging.verdict",
    "backends": "_plugins.registry",
    "catalogue": "_plugins.catalogue",
    "check_finite": "_protocols.solution",
    "compare_scores": "_judging.compare",
    "create": "_plugins.registry",
    "datasets": "_plugins.registry",
    "devices": "_plugins.registry",
    "dispatch": "_backends.dispatch",
    "evaluate": "_judging.evaluate",
    "explain": "_backends.dispatch",
    "figures": "_plugins.registry",
    "fit": "_training.fit",
    "flow_map": "_dynamics.flow_map",
    "forced_run": "_dynamics.forced_run",
    "generate": "_dynamics.generate",
    "hookimpl": "_plugins.hooks",
    "integrators": "_plugins.registry",
    "judge": "_judging.judge",
    "kernels": "_plugins.registry",
    "latent_map": "_dynamics.latent_map",
    "load_members": "_dynamics.checkpoint",
    "load_model": "_dynamics.checkpoint",
    "loss_function": "_training.loss",
    "metrics": "_plugins.registry",
    "models": "_plugins.registry",
    "optimisers": "_plugins.registry",
    "parameter": "_plugins.parameter",
    "portraits": "_plugins.registry",
    "push_tangents": "_dynamics.flow_map",
    "read": "_run.sources",
    "read_scores": "_run.scores_file",
    "register": "_plugins.registration",
    "registry": "_plugins.registry",
    "run": "_run.job",
    "save_model": "_dynamics.checkpoint",
    "schedules": "_plugins.registry",
    "schemes": "_plugins.registry",
    "simulate": "_dynamics.simulate",
    "systems": "_plugins.registry",
    "verdict": "_judging.verdict",
    "weights": "_dynamics.ensemble",
}

# Names of an earlier version: where they are, and what to write instead.
_DEPRECATED: Final = {
    "Adapted": ("_backends.renamed", "takens.Solution"),
    "Aspect": ("_judging.aspect", "words, as in verdict.findings['geometry']"),
    "Declined": ("_backends.renamed", "takens.Unsupported"),
    "Exponents": ("_backends.renamed", "takens.TangentGrowth"),
    "FixedSolve": ("_backends.renamed", "takens.FixedStepSolve"),
    "ForcedIterate": ("_backends.renamed", "takens.ForcedIteration"),
    "Iterate": ("_backends.renamed", "takens.MapIteration"),
    "Question": ("_backends.renamed", "takens.SolveRequest"),
    "StepControl": ("_backends.renamed", "takens.StepController"),
    "Stretched": ("_backends.renamed", "takens.TangentGrowthResult"),
    "accelerated_adaptive": ("_backends.renamed", "takens.dispatch"),
    "accelerated_exponents": ("_backends.renamed", "takens.dispatch"),
    "accelerated_solve": ("_backends.renamed", "takens.dispatch"),
}


def __getattr__(name: str) -> Any:
    if name in _DEPRECATED:
        home, instead = _DEPRECATED[name]
        message = f"takens.{name} will go; write {instead}."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(importlib.import_module(f"takens.{home}"), name)
    home = _HOME.get(name)
    if home is None:
        from takens._errors import near

        raise AttributeError(f"module 'takens' has no attribute {name!r}.{near(name, _HOME)}")
    value = getattr(importlib.import_module(f"takens.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOME)
