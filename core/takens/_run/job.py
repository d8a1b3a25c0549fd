"""The whole job: data, training, free run, judgement, report."""

from __future__ import annotations

import contextlib
import io
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, final

import attrs

from takens._data.time_series import TimeSeries
from takens._defaults import METRICS
from takens._dynamics.checkpoint import read_checkpoint
from takens._examining.examination import Examination
from takens._examining.examine import examine
from takens._files import path_of
from takens._judging.each import over_recordings
from takens._judging.judge import judge, of_prepared
from takens._judging.judgement import Judgement
from takens._judging.noise import as_learned
from takens._judging.rehearsal import rehearse, without_equations
from takens._judging.score_table import Scores
from takens._judging.subject import for_recording
from takens._plugins.catalogue import catalogue
from takens._plugins.choice import Component
from takens._plugins.guard import in_words, left_out
from takens._plugins.isolation import blaming, isolated
from takens._plugins.registry import figures, schemes
from takens._printed import Printed
from takens._protocols.device import Placement, Precision
from takens._protocols.metric import Metric
from takens._protocols.scheme import DirectScheme, SupportsFindings
from takens._run.brought_back import brought_back, forecast_errors
from takens._run.configuration import Configuration, Data
from takens._run.events import RunFailed, RunFinished, RunStarted
from takens._run.folder import RunFolder
from takens._run.reading import read_again, read_configuration, to_toml
from takens._run.report import report_html, with_short_paths
from takens._run.resolution import by_label, complete, metrics_of, resolve
from takens._run.results import Results
from takens._run.sources import Source, find_series, shown
from takens._secrets import blanked
from takens._training.fit import train
from takens._training.models import model_for, sized
from takens._training.placement import place
from takens._training.preparation import prepare
from takens._training.result import Fit
from takens._training.settings import CHANGEABLE, changed_for_good
from takens._versions import versions
from takens.errors import InputError, TakensError

# Of what was found in a file so much is said before training; the report has all.
_SAID: Final = 3


@final
@attrs.frozen(eq=False, repr=False)
class Run(Printed):
    """A run that is done: its folder, its model and what was found."""

    folder: Path
    fit: Fit
    results: Results
    seconds: float


@isolated
def run(
    configuration: Configuration | str | Path,
    out: str | Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Run:
    """Do everything that a configuration, or its file, asks for, and write the run folder.

    Nothing is written before everything that was given has been found to make sense. ``say``
    is told, in a line each, what is being done.

    Raises: InputError for what cannot be used; TrainingError where training breaks down.
    """
    began = time.perf_counter()
    say = _discreet(say)
    if not isinstance(configuration, Configuration):
        configuration = read_configuration(path_of(configuration))
    configuration = resolve(configuration)
    folder = RunFolder(path_of(out))
    folder.check(resume=resume, overwrite=overwrite)
    if resume and folder.begun:
        configuration = _resumed(configuration, folder)
    say(_describe(configuration))
    source = find_series(configuration.data, configuration.seed)
    for remark in source.remarks:
        say(remark)
    choice, reasons = sized(source.training, configuration.model)
    model = model_for(source.training, choice, seed=configuration.seed)
    scheme = schemes.get(configuration.scheme)
    named = metrics_of(configuration.judge)
    configuration.judge.criteria.check(named)
    pictures = by_label(figures, configuration.figures)
    with blaming("fit", model, scheme):
        ready = prepare(
            model,
            source.training,
            scheme,
            configuration.training,
            configuration.device,
            source.preparations,
            reasons,
        )
    for remark in ready.remarks:
        say(remark)
    model = for_recording(ready.members[0].unprepared(), source.recording)
    context = configuration.judge.context
    if configuration.judge.noise == "learned" and not isinstance(
        ready.scheme, SupportsFindings | DirectScheme
    ):
        as_learned("learned", {})
    rehearse(
        model,
        source.reference,
        named,
        second=source.second,
        context=context,
        noise=configuration.judge.noise,
    )
    if source.truth is None and set(named) == set(METRICS):
        named |= without_equations(
            model, source.reference, named, second=source.second, context=context
        )
    examination = _examine(configuration, source, say)
    with folder.opened(resume=resume, overwrite=overwrite):
        configuration = attrs.evolve(
            configuration, device=_device(configuration, ready.placement)
        )
        started = resume and (folder.path / "checkpoint.pt").exists()
        if started:
            read_checkpoint(folder.path / "checkpoint.pt")
        toml = to_toml(configuration)
        folder.write_configuration(toml)
        announce, run_id = catalogue().announce, uuid.uuid4().hex
        beginning = RunStarted(folder.path, toml, configuration.plugins, run_id)
        announce("takens_run_started", event=beginning)
        try:
            trained = train(
                ready,
                seed=configuration.seed,
                folder=folder.path,
                resume=started,
                progress=progress,
                run_id=run_id,
            )
            say(f"Trained in {trained.seconds:.0f} s on {trained.placement.device}.")
            for remark in trained.remarks:
                if remark not in ready.remarks:
                    say(remark)
            folder.write_learned(trained.details)
            results = _judge(configuration, source, named, trained, say, progress)
            results = attrs.evolve(results, examination=examination)
            folder.write_metrics(results)
            folder.write_generated(results)
            drawn = _draw(pictures, results, folder)
            seconds = time.perf_counter() - began
            about = versions() | {
                "device": f"{trained.placement.device} ({ready.placement.reason})",
                "seed": str(configuration.seed),
                "training": f"{trained.seconds:.1f} s",
                "whole job": f"{seconds:.1f} s",
            }
            page = report_html(results, drawn, with_short_paths(toml), about)
            folder.write_report(blanked(page))
        except BaseException as error:
            failure = RunFailed(folder.path, in_words(error), configuration.plugins, run_id)
            announce("takens_run_failed", event=failure)
            raise
        done = RunFinished(folder.path, results, configuration.plugins, run_id)
        announce("takens_run_finished", event=done)
        return Run(folder.path, trained, results, seconds)


def _discreet(say: Callable[[str], None]) -> Callable[[str], None]:
    return lambda line: say(blanked(line))


def _examine(
    configuration: Configuration, source: Source, say: Callable[[str], None]
) -> Examination | None:
    """Look at what is learned from; say what matters most of a file before training."""
    found = None
    with contextlib.suppress(TakensError):
        found = examine(source.training, surrogates=0)
    if found is not None and configuration.data.system is None:
        for finding in found.findings[:_SAID]:
            say(f"{finding.what} {finding.consequence}")
    return found


def _judge(
    configuration: Configuration,
    source: Source,
    named: Mapping[str, Metric],
    trained: Fit,
    say: Callable[[str], None],
    progress: bool,
) -> Results:
    """Judge every member, and tell the verdict on all."""
    judging = configuration.judge
    say(f"Judging {judging.runs} free runs of {len(source.reference)} samples.")

    def judged(recording: str, series: TimeSeries) -> Judgement:
        several = bool(trained.model.recordings)
        members = [member.unprepared() for member in trained.members]
        found = judge(
            for_recording(members, recording),
            series,
            named,
            # Other recordings are no other segments of what one member has learned.
            second=None if several else source.second,
            truth=source.truth,
            references=judging.reference,
            runs=judging.runs,
            starts=judging.starts,
            context=judging.context,
            noise=as_learned(judging.noise, trained.details),
            tolerance=judging.tolerance,
            level=judging.level,
            power=judging.power and not several,
            progress=progress,
        )
        return of_prepared(found, source.preparations)

    judgement = judged(source.recording, source.reference)
    scores = judgement.scores
    if trained.model.recordings and source.judged is not None:
        scores = over_recordings(
            source.judged, lambda name, series: Scores(judged(name, series).scores)
        )
    back, free, errors = source.way_back, judgement.free, None
    before = len(source.reference) - len(judgement.reference)
    start = float(source.reference.t[max(before - 1, 0)])
    if configuration.data.system is None or back is not None:
        members = for_recording(trained.members, source.recording)
        errors = forecast_errors(members, source, judging.context)
    results = Results(
        title=_title(configuration),
        history=trained.history,
        training=shown(source.training),
        reference=judgement.reference,
        free=free,
        scores=scores,
        learned=trained.details,
        remarks=(*source.remarks, *trained.remarks),
        criteria=judgement.criteria,
        in_units=back and brought_back(back, start, judgement.reference, free),
        forecast_errors=errors,
    )
    if results.scores:
        say(results.verdict.sentence)
    if errors is not None:
        say(errors.sentence)
    return results


def _resumed(configuration: Configuration, folder: RunFolder) -> Configuration:
    """Take the device of the run in the folder; refuse to go on with another experiment."""
    stored = resolve(read_again(folder.path / "config.toml", configuration))
    for name in ("data", "model", "scheme", "seed"):
        if getattr(stored, name) != getattr(configuration, name):
            raise InputError(
                f"{folder.path} holds a run with another {name}; restore the old "
                "settings to resume it, or start again with --overwrite."
            )
    if changed := changed_for_good(stored.training, configuration.training):
        raise InputError(
            f"{folder.path} holds a run with another training: {changed}. Of [training] a run "
            f"can go on with other {', '.join(sorted(CHANGEABLE))}; restore the rest, or start "
            "again with --overwrite."
        )
    return attrs.evolve(configuration, device=stored.device)


def _device(configuration: Configuration, placement: Placement) -> Component:
    """Return the device that was chosen, where naming it chooses the same again.

    A resume must not end up on another device than the one that it began on.
    """
    found = complete("device", str(placement.device))
    again = attrs.evolve(place(found, Precision.SINGLE), reason=placement.reason)
    return found if again == placement else configuration.device


def _draw(
    named: Mapping[str, Component], results: Results, folder: RunFolder
) -> dict[str, bytes]:
    """Draw every figure, by its title or label; one that fails is left out with a warning."""
    drawn: dict[str, bytes] = {}
    for name, component in named.items():
        plugin, _ = catalogue().find("figure", component.name)
        what = f"figure {name!r} of {plugin} is left out"
        remedy = "Take it out of figures to silence this."
        strict = catalogue().strict
        with left_out(what, plugin, remedy, strict=strict, asked_for=True):
            figure, buffer = figures.get(component), io.BytesIO()
            picture = figure.draw(results)
            if picture is not None:
                picture.savefig(buffer, format="png", dpi=150)
                drawn[component.label or str(figure.title)] = buffer.getvalue()
                folder.write_figure(name, buffer.getvalue())
    return drawn


def _title(configuration: Configuration) -> str:
    data, model, scheme = configuration.data, configuration.model, configuration.scheme
    subject = data.system.bare_name if data.system else _files(data)
    return f"{subject} by {model.bare_name}, {scheme.bare_name}"


def _describe(configuration: Configuration) -> str:
    data = configuration.data
    if data.system is not None:
        return f"Simulating {data.system.bare_name}: {data.steps} samples every {data.dt}."
    return f"Reading {_files(data)}."


def _files(data: Data) -> str:
    if data.source is not None:
        return data.source.bare_name
    if isinstance(data.file, list):
        return f"{len(data.file)} files"
    return Path(data.file or "").name
