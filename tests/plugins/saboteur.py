"""A distribution with a component of every kind, each of which breaks when it is told to."""

from __future__ import annotations

from pathlib import Path

# `plan` says what breaks, when, and how; `spoil` is called before.
MOOD = 'plan = ("", "", None)\nspoil = None\n'
_STRIKE = """
import takens
import saboteur_mood

def _strike(what, when):
    if saboteur_mood.plan[:2] == (what, when):
        if saboteur_mood.spoil is not None:
            saboteur_mood.spoil()
        if saboteur_mood.plan[2] is not None:
            raise saboteur_mood.plan[2]
"""
MANIFEST = """
TAKENS_API = {1, 2}
_strike("manifest", "import")

@takens.plugin.hookimpl
def takens_kinds():
    _strike("kinds", "work")
    protocol = "saboteur.broom:Sweeps"
    yield takens.plugin.KindSpec(name="broom", protocol=protocol, summary="A broom.")

@takens.plugin.hookimpl
def takens_components():
    _strike("components", "work")
    for kind in KINDS:
        target = f"saboteur.{kind}:Thing"
        yield takens.plugin.ComponentSpec(
            kind=kind, name="sabot", target=target, summary="A shoe."
        )

@takens.plugin.hookimpl
def takens_commands():
    _strike("commands", "work")
    target = "saboteur.command:command"
    yield takens.plugin.CommandSpec(name="sabotage", target=target, summary="Break it.")

@takens.plugin.hookimpl
def takens_settings():
    _strike("settings", "work")
    yield takens.plugin.Parameter("shoe", "left", summary="which one")

@takens.plugin.hookimpl
def takens_fit_started(event):
    _strike("hook", "work")
"""
PARTS = {
    "system": """
class Thing:
    dim, time = 1, takens.plugin.Time.CONTINUOUS
    def __init__(self):
        strike("create")
    def __call__(self, t, x, /):
        strike("work")
        return -x
    def initial(self):
        return (1.0,)
    def facts(self):
        return takens.plugin.Facts()
""",
    "integrator": """
class Thing:
    def __init__(self):
        strike("create")
        self.inner = takens.integrators.create("rk4")
    def solve(self, field, x0, ts, /):
        strike("work")
        return self.inner.solve(field, x0, ts)
""",
    "model": """
import attrs
import torch

@attrs.frozen
class Config:
    pass

class Thing(torch.nn.Module):
    time = takens.plugin.Time.DISCRETE
    latent_dim, obs_dim, context_length, config = 1, 1, 1, Config()
    def __init__(self):
        strike("create")
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(0.9))
    def forward(self, z, /):
        strike("work")
        return self.factor * z
    def encode(self, context, /):
        return context[..., -1, :]
    def observe(self, z, /):
        return z
    def force(self, z, x, /):
        return x
""",
    "scheme": """
class Thing:
    def __init__(self):
        strike("create")
    def loss(self, model, windows, *, times, step):
        strike("work")
        z = model.encode(windows[:, :1])
        return (model.observe(model(z)) - windows[:, 1]).square().mean()
""",
    "metric": """
class Thing:
    horizon, evidence = None, takens.plugin.Evidence("shoes", "distance")
    def __init__(self):
        strike("create")
    def compare(self, reference, generated, /):
        strike("work")
        return takens.Score(value=0.5)
""",
    "device": """
import torch

class Thing:
    def __init__(self):
        strike("create")
    def choose(self, *, precision):
        strike("work")
        cpu = torch.device("cpu")
        return takens.plugin.Placement(cpu, precision.dtype, cpu, "A shoe.")
""",
    "dataset": """
import torch

class Thing:
    suffixes = (".sab",)
    def __init__(self):
        strike("create")
    def read(self, path, /, *, columns, time, dt):
        strike("work")
        return takens.TimeSeries(torch.arange(9.0).double(), torch.ones(9, 1).double())
""",
    "figure": """
import matplotlib.figure

class Thing:
    title = "A shoe"
    def __init__(self):
        strike("create")
    def draw(self, results, /):
        strike("work")
        return matplotlib.figure.Figure()
""",
    "portrait": """
import matplotlib.figure

class Thing:
    title = "A shoe"
    def __init__(self):
        strike("create")
    def draw(self, system, series, /):
        strike("work")
        return matplotlib.figure.Figure()
""",
    "backend": """
class Thing:
    preference = 1000
    def __init__(self):
        strike("create")
    def solve(self, request, /):
        strike("work")
        return takens.backend.Unsupported("it is a shoe")
""",
    "broom": """
from typing import Protocol, runtime_checkable

@runtime_checkable
class Sweeps(Protocol):
    def sweep(self): ...

class Thing:
    def __init__(self):
        strike("create")
    def sweep(self):
        return "clean"
""",
    "command": """
import click

@click.command()
def command():
    "Break it."
    strike("work")
""",
}
KINDS = tuple(part for part in PARTS if part != "command")


def build(folder: Path) -> None:
    """Leave the distribution in a folder as pip would have."""
    package = folder / "saboteur"
    package.mkdir()
    (folder / "saboteur_mood.py").write_text(MOOD)
    (package / "__init__.py").write_text(_STRIKE + MANIFEST.replace("KINDS", repr(KINDS)))
    for part, source in PARTS.items():
        own = f'def strike(when):\n    _strike("{part}", when)\n\nstrike("import")\n'
        (package / f"{part}.py").write_text(_STRIKE + own + source)
    info = folder / "saboteur-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: saboteur\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[takens]\nsaboteur = saboteur\n")
