"""Learn dynamical systems from data, and judge what was learned.

What users call is here. `takens.plugin` has what authors of components need, `takens.backend`
what is asked of backends and what they answer, `takens.errors` what is raised. Names are
imported on first use, so that ``import takens`` does not import torch.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takens import (
        backend as backend,
        errors as errors,
        plot as plot,
        plugin as plugin,
        testing as testing,
    )
    from takens._backends.dispatch import explain as explain
    from takens._backends.joined import joined as joined
    from takens._data.known import known_data as known_data
    from takens._data.recordings import Recordings as Recordings
    from takens._data.time_series import TimeSeries as TimeSeries
    from takens._dynamics.autonomous import autonomous as autonomous
    from takens._dynamics.checkpoint import (
        load_members as load_members,
        load_model as load_model,
        save_model as save_model,
    )
    from takens._dynamics.free_run import FreeRun as FreeRun
    from takens._dynamics.generate import generate as generate
    from takens._dynamics.simulate import simulate as simulate
    from takens._dynamics.trained_model import TrainedModel as TrainedModel
    from takens._embedding.embed import embed as embed
    from takens._examining.examination import Examination as Examination
    from takens._examining.examine import examine as examine
    from takens._judging.compare import compare_scores as compare_scores
    from takens._judging.evaluate import evaluate as evaluate
    from takens._judging.judge import judge as judge, judge_each as judge_each
    from takens._judging.judgement import Judgement as Judgement
    from takens._judging.verdict import Verdict as Verdict, verdict as verdict
    from takens._plugins.catalogue import catalogue as catalogue
    from takens._plugins.ours import (
        backends as backends,
        datasets as datasets,
        devices as devices,
        figures as figures,
        integrators as integrators,
        kernels as kernels,
        metrics as metrics,
        models as models,
        optimisers as optimisers,
        portraits as portraits,
        preparations as preparations,
        recipes as recipes,
        schedules as schedules,
        schemes as schemes,
        searches as searches,
        sources as sources,
        systems as systems,
    )
    from takens._plugins.registration import register as register
    from takens._plugins.registry import create as create, registry as registry
    from takens._protocols.score import Score as Score
    from takens._reconstructing.reconstruct import reconstruct as reconstruct
    from takens._reconstructing.reconstruction import Reconstruction as Reconstruction
    from takens._run.configuration import (
        Configuration as Configuration,
        Data as Data,
        Judge as Judge,
    )
    from takens._run.job import Run as Run, run as run
    from takens._run.records import (
        read as read,
        read_recordings as read_recordings,
    )
    from takens._run.scores_file import read_scores as read_scores
    from takens._training.fit import fit as fit
    from takens._training.result import Fit as Fit
    from takens._training.settings import Training as Training
    from takens.errors import InputError as InputError, TakensError as TakensError
else:
    from takens._lazy import LazyNames
    from takens._old_names import old_name

    __getattr__ = LazyNames(__name__, old_name)
    __dir__ = __getattr__.names
