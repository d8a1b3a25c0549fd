"""What authors of components need: protocols, descriptions, hooks, events and tools."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takens._data.entrance import SeriesLike as SeriesLike
    from takens._data.frames import table_of as table_of
    from takens._data.moments_spelt import is_date as is_date
    from takens._data.provenance import Provenance as Provenance
    from takens._data.strict import series_of as series_of
    from takens._data.table import Table as Table
    from takens._dynamics.driven_orbit import driven_orbit as driven_orbit
    from takens._dynamics.ensemble import Ensemble as Ensemble, weights as weights
    from takens._dynamics.flow_map import (
        FlowMap as FlowMap,
        flow_map as flow_map,
        jvp as jvp,
        latent_map as latent_map,
    )
    from takens._dynamics.forced_run import forced_run as forced_run
    from takens._dynamics.gaps import (
        filled as filled,
        force_where_known as force_where_known,
        has_gaps as has_gaps,
        longest_stretch as longest_stretch,
    )
    from takens._dynamics.inputs import (
        drive as drive,
        driven_map as driven_map,
        encode as encode,
        input_at as input_at,
        input_dim as input_dim,
    )
    from takens._dynamics.orbit import orbit as orbit
    from takens._dynamics.stepper import as_stepper as as_stepper
    from takens._dynamics.system_model import ObservedState as ObservedState
    from takens._embedding.embed import Embedding as Embedding, delay_states as delay_states
    from takens._embedding.memory import (
        autocorrelation as autocorrelation,
        correlation_time as correlation_time,
    )
    from takens._embedding.mutual_information import mutual_information as mutual_information
    from takens._examining.scales import scales_of as scales_of
    from takens._files import write_whole as write_whole
    from takens._judging.compare import ScoreDifference as ScoreDifference
    from takens._judging.verdict import Finding as Finding
    from takens._lazy import LazyNames as LazyNames
    from takens._plugins.catalogue import Catalogue as Catalogue
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
    from takens._plugins.registry import Registry as Registry
    from takens._preparing.preparations import Preparations as Preparations
    from takens._protocols.dataset import (
        Dataset as Dataset,
        SupportsTables as SupportsTables,
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
    from takens._protocols.inputs import (
        DrivenMap as DrivenMap,
        Interpolation as Interpolation,
        SupportsClock as SupportsClock,
        SupportsDrivenMap as SupportsDrivenMap,
        SupportsDrivenTangent as SupportsDrivenTangent,
        SupportsInputs as SupportsInputs,
        tangent_dim as tangent_dim,
    )
    from takens._protocols.integrator import Integrator as Integrator, Stepper as Stepper
    from takens._protocols.metric import (
        DevianceMetric as DevianceMetric,
        DynamicsMetric as DynamicsMetric,
        Metric as Metric,
        RecordsMetric as RecordsMetric,
        SeriesMetric as SeriesMetric,
        Starts as Starts,
        SupportsBest as SupportsBest,
        SupportsEvidence as SupportsEvidence,
        SupportsFacts as SupportsFacts,
        SupportsReference as SupportsReference,
        SupportsStarts as SupportsStarts,
    )
    from takens._protocols.model import (
        ContinuousModel as ContinuousModel,
        Model as Model,
        SupportsClosedForm as SupportsClosedForm,
        SupportsForcingSignal as SupportsForcingSignal,
        SupportsFromData as SupportsFromData,
        SupportsLikelihood as SupportsLikelihood,
        SupportsRemarks as SupportsRemarks,
        SupportsStepMap as SupportsStepMap,
        SupportsUnits as SupportsUnits,
        has_likelihood as has_likelihood,
    )
    from takens._protocols.optimiser import (
        Optimiser as Optimiser,
        SupportsElementwise as SupportsElementwise,
    )
    from takens._protocols.portrait import Portrait as Portrait
    from takens._protocols.preparation import Preparation as Preparation
    from takens._protocols.recipe import Proposal as Proposal, Recipe as Recipe
    from takens._protocols.recordings import SupportsRecordings as SupportsRecordings
    from takens._protocols.scales import Scales as Scales
    from takens._protocols.schedule import Schedule as Schedule
    from takens._protocols.scheme import (
        DirectScheme as DirectScheme,
        Scheme as Scheme,
        StochasticScheme as StochasticScheme,
        SupportsAccepts as SupportsAccepts,
        SupportsAdapting as SupportsAdapting,
        SupportsEnsembles as SupportsEnsembles,
        SupportsFindings as SupportsFindings,
        SupportsForcingReport as SupportsForcingReport,
        SupportsGaps as SupportsGaps,
        SupportsReasons as SupportsReasons,
        SupportsState as SupportsState,
        TrainingScheme as TrainingScheme,
    )
    from takens._protocols.score import (
        Curve as Curve,
        Evidence as Evidence,
        EvidenceKind as EvidenceKind,
        Part as Part,
        Runs as Runs,
    )
    from takens._protocols.search import (
        Request as Request,
        Search as Search,
        Trial as Trial,
    )
    from takens._protocols.source import Source as Source
    from takens._protocols.system import (
        Fact as Fact,
        Facts as Facts,
        SupportsIntegrator as SupportsIntegrator,
        SupportsInterval as SupportsInterval,
        SupportsVariables as SupportsVariables,
        System as System,
        Variable as Variable,
    )
    from takens._protocols.tableau import Tableau as Tableau
    from takens._run.events import (
        RunFailed as RunFailed,
        RunFinished as RunFinished,
        RunStarted as RunStarted,
    )
    from takens._run.forecast import Forecast as Forecast
    from takens._run.in_units import ForecastErrors as ForecastErrors, InUnits as InUnits
    from takens._run.results import Results as Results
    from takens._training.events import (
        FitFinished as FitFinished,
        FitStarted as FitStarted,
        StepLogged as StepLogged,
    )
    from takens._training.loss import loss_function as loss_function
    from takens._training.windows import WindowDraws as WindowDraws, Windows as Windows
else:
    from takens._lazy import LazyNames

    __getattr__ = LazyNames(__name__)
    __dir__ = __getattr__.names
