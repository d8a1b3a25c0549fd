"""What `takens reconstruct` says of data whose truth is known.

    python -m benchmarks.reconstruct --out FOLDER [--kinds A,B] [--seeds N] [--budget 2min]
    python -m benchmarks.reconstruct --out FOLDER --kinds flows --count 30
    python -m benchmarks.reconstruct --out FOLDER --table

Each record is one reconstruction, in a folder of its own: started again, the same command
leaves out what is finished and goes on with what was interrupted. ``--kinds flows`` takes flows
of the catalogue, drawn by a fixed seed, and judges the true equations on the same records
beside it. ``--table`` prints shares with their 95 % intervals (Clopper and Pearson). Lines are
appended to ``lines.jsonl``; each reconstruction has as many processes as there are cores.
"""

# pyright: basic

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import torch
from scipy.stats import beta, t as student

import takens

ROWS, SPREAD = 20_000, 2_000
FLOW_SEED, FLOW_SAMPLES = 2026, 20_000
GOOD, HOPELESS, REAL = "good", "nothing to learn", "real"


@attrs.frozen
class Kind:
    """Records of one kind: how they are drawn, and the largest exponent of their truth.

    The exponent of a ``regular`` one is zero, and that of the model is to be below the
    tolerance per period; ``within`` is what a positive one may be off.
    """

    draw: Callable[[int], takens.TimeSeries]
    what: str = GOOD
    exponent: float | None = None
    within: float = 0.05
    period: float | None = None


def simulated(name: str, dt: float, *, rows: int = ROWS, noise: float = 0.0, **given: Any):
    """Draw noisy records of a system after its transient, each from a start of its own."""

    def draw(seed: int) -> takens.TimeSeries:
        system = takens.create("system", name, **given)
        return takens.simulate(
            system, dt=dt, steps=rows, noise=noise, seed=seed, transient=SPREAD + 100 * seed
        )

    return draw


def first_variable(draw: Callable[[int], takens.TimeSeries]):
    """Draw the first variable alone."""

    def drawn(seed: int) -> takens.TimeSeries:
        whole = draw(seed)
        return takens.TimeSeries(whole.t, whole.x[:, :1])

    return drawn


def with_gaps(draw: Callable[[int], takens.TimeSeries], share: float):
    """Draw records of which a share of the samples is missing, at random."""

    def drawn(seed: int) -> takens.TimeSeries:
        whole = draw(seed)
        lost = torch.rand(len(whole), generator=torch.Generator().manual_seed(seed)) < share
        x = whole.x.clone()
        x[lost] = torch.nan
        return takens.TimeSeries(whole.t, x, mask=~x.isnan())

    return drawn


def series(x: np.ndarray, dt: float = 1.0) -> takens.TimeSeries:
    """Return a record of equally spaced samples."""
    columns = torch.as_tensor(np.atleast_2d(np.asarray(x, float).T).T)
    return takens.TimeSeries(dt * torch.arange(len(x), dtype=torch.float64), columns)


def torus(seed: int) -> takens.TimeSeries:
    """Draw a point that goes round a torus at two frequencies, with 1 % noise."""
    rng = np.random.default_rng(seed)
    angle = 0.1 * np.arange(ROWS)[:, None] * [1.0, (5**0.5 - 1) / 2] + rng.uniform(0, 6.28, 2)
    r = 2 + np.cos(angle[:, 1])
    x = np.stack((r * np.cos(angle[:, 0]), r * np.sin(angle[:, 0]), np.sin(angle[:, 1])), 1)
    return series(x + 0.01 * x.std(0) * rng.normal(size=x.shape), 0.1)


def mackey_glass(seed: int) -> takens.TimeSeries:
    """Draw a Mackey-Glass series with a delay of 17, one sample every 1, by steps of 0.1.

    Source: Mackey and Glass (1977), Science 197, 287; the exponent: Farmer (1982), Physica D 4,
    366-393, table 1 (in units of time).
    """
    delay, spare, every = 170, 5_000, 10
    rng = np.random.default_rng(seed)
    x = np.empty(delay + spare + every * ROWS)
    x[: delay + 1] = 1.2 + 0.1 * rng.normal()
    for i in range(delay, len(x) - 1):
        late, next_late = x[i - delay], x[i - delay + 1]

        def field(here: float, before: float) -> float:
            return 0.2 * before / (1 + before**10) - 0.1 * here

        first = field(x[i], late)
        x[i + 1] = x[i] + 0.05 * (first + field(x[i] + 0.1 * first, next_late))
    return series(x[delay + spare :: every])


def driven(seed: int) -> takens.TimeSeries:
    """Draw a Duffing oscillator under sums of sines, with the drive as its input."""
    from .inputs import SYSTEMS, sines

    about = SYSTEMS["duffing"]
    t = about["dt"] * torch.arange(ROWS, dtype=torch.float64)
    system = takens.create("system", "duffing", **about["system"])
    low, high, most = about["learned"]
    drive = takens.TimeSeries(t, sines(t, low, high, most, seed))
    return takens.simulate(system, dt=about["dt"], steps=ROWS, inputs=drive, seed=seed)


def autoregressive(seed: int) -> takens.TimeSeries:
    """Draw linear noise of the second order, which swings."""
    rng = np.random.default_rng(seed)
    x = np.zeros(5_000)
    for i in range(2, len(x)):
        x[i] = 1.8 * x[i - 1] - 0.9 * x[i - 2] + rng.normal()
    return series(x)


def known(name: str) -> Callable[[int], takens.TimeSeries]:
    """Read a series that comes with an installed package, its first variable."""
    return lambda _: takens.known_data(name).only


LORENZ: dict[str, Any] = {"exponent": 0.9056, "period": 0.75}
KINDS: Mapping[str, Kind] = {
    "lorenz63": Kind(simulated("lorenz63", 0.01, noise=0.05), **LORENZ),
    "lorenz63_noisy": Kind(simulated("lorenz63", 0.01, noise=0.2), **LORENZ),
    "lorenz63_x": Kind(
        first_variable(simulated("lorenz63", 0.01, noise=0.01)), within=0.1, **LORENZ
    ),
    "lorenz63_gaps": Kind(with_gaps(simulated("lorenz63", 0.01, noise=0.05), 0.3), **LORENZ),
    "rossler": Kind(simulated("rossler", 0.1, noise=0.01), exponent=0.0714, period=5.9),
    "lorenz96": Kind(simulated("lorenz96", 0.01, noise=0.01, dim=8), exponent=1.55, period=1.5),
    "mackey_glass": Kind(mackey_glass, exponent=0.0071, period=50.0),
    "van_der_pol": Kind(simulated("van_der_pol", 0.1, noise=0.01), exponent=0.0, period=6.66),
    "torus": Kind(torus, exponent=0.0, period=6.28),
    "duffing": Kind(driven, period=6.28),
    "henon": Kind(simulated("henon", 1.0, rows=5_000), exponent=0.4192, period=2.0),
    "hudson_bay": Kind(known("hudson_bay"), REAL),
    "sunspots": Kind(known("sunspots"), REAL),
    "elnino": Kind(known("el_nino"), REAL),
    "white_noise": Kind(
        lambda seed: series(np.random.default_rng(seed).normal(size=(5_000, 2))), HOPELESS
    ),
    "random_walk": Kind(
        lambda seed: series(np.random.default_rng(seed).normal(size=5_000).cumsum()), HOPELESS
    ),
    "autoregressive": Kind(autoregressive, HOPELESS),
    "short": Kind(simulated("lorenz63", 0.01, rows=150), HOPELESS),
}


def flows(count: int) -> dict[str, Kind]:
    """Draw flows of the catalogue by a fixed seed; their exponents are those stored there."""
    from takens_dysts.stored import flows as catalogued

    table = catalogued()
    names = sorted(table)
    random.Random(FLOW_SEED).shuffle(names)
    found: dict[str, Kind] = {}
    for name in names:
        known = takens.create("system", f"dysts:{name}").facts().lyapunov_spectrum
        if known is not None and len(found) < count:
            period = table[name]["period"]
            draw = simulated(f"dysts:{name}", period / 75, rows=FLOW_SAMPLES, noise=0.01)
            found[name] = Kind(draw, exponent=known[0], within=0.1, period=period)
    return found


def said_of(verdict: takens.Verdict) -> dict[str, str]:
    """Return what was said of each aspect."""
    words = {True: "right", None: "undecided", False: "wrong"}
    return {aspect: words[found.right] for aspect, found in verdict.findings.items()}


def judged_equations(name: str, record: takens.TimeSeries) -> dict[str, Any]:
    """Judge the true equations on the same record, as the model is judged."""
    half = len(record) // 2
    judgement = takens.judge(
        takens.create("system", f"dysts:{name}"),
        record.between(half, half + half // 2),
        second=record.between(half + half // 2, 2 * half),
        noise="estimate",
    )
    return said_of(judgement.verdict)


def reconstructed(
    name: str, kind: Kind, seed: int, budget: str, out: Path, flow: bool
) -> dict[str, Any]:
    """Reconstruct one record; return what was said of it, and what is true."""
    record = kind.draw(seed)
    line: dict[str, Any] = {
        "kind": name,
        "what": kind.what,
        "seed": seed,
        "budget": budget,
        "true_exponent": kind.exponent,
        "period": kind.period,
        "within": kind.within,
    }
    if flow:
        line["equations"] = judged_equations(name, record)
    folder = out / f"{name.replace(':', '.')}-{seed}"
    try:
        made = takens.reconstruct(record, folder, budget=budget, seed=seed)
    except takens.InputError as error:
        return line | {"refused": str(error)}
    verdict, scores = made.verdict, made.run.results.scores
    line |= {
        "sentence": verdict.sentence,
        "aspects": said_of(verdict),
        "chosen": made.chosen,
        "seconds": round(made.seconds, 1),
    }
    if (score := scores.get("max_lyapunov")) is not None and score.value is not None:
        line |= {"exponent": score.value, "error": score.error, "over": score.error_over}
    if made.forecast is not None:
        line |= {"fan": made.forecast.coverage, "starts": made.forecast.starts}
    return line


def share(count: int, of: int) -> str:
    """Return a share with its 95 % interval."""
    if of == 0:
        return "-"
    low = beta.ppf(0.025, count, of - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, of - count) if count < of else 1.0
    return f"{count} of {of} ({100 * low:.0f} to {100 * high:.0f} %)"


def answer(line: Mapping[str, Any]) -> str:
    """Return what was said in all: refused, wrong, undecided, or right."""
    if "refused" in line:
        return "refused"
    answers = set(line["aspects"].values())
    return next((each for each in ("wrong", "undecided") if each in answers), "right")


def exponent_is_near(line: Mapping[str, Any]) -> bool | None:
    """Whether the exponent is near the true one; None where there is none to compare."""
    truth, found = line["true_exponent"], line.get("exponent")
    if truth is None or found is None:
        return None
    return abs(found - truth) <= (
        line["within"] * truth if truth > 0 else line["within"] / line["period"]
    )


def is_covered(line: Mapping[str, Any]) -> bool | None:
    """Whether the true exponent is inside the 95 % interval over members."""
    truth, error, over = line["true_exponent"], line.get("error"), line.get("over")
    if not truth or error is None or not over or over < 2:
        return None
    return abs(line["exponent"] - truth) <= student.ppf(0.975, over - 1) * error


def _counted(answers: list[bool | None]) -> str:
    known = [each for each in answers if each is not None]
    return share(sum(known), len(known))


def table(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Tell, for each kind, what was said, and how exponents and fans are."""
    columns = "data", "right", "undecided", "wrong", "refused", "exponent near", "covered"
    yield f"| {' | '.join((*columns, 'fan', 'seconds'))} |"
    yield "|" + (len(columns) + 2) * "---|"
    for kind in dict.fromkeys(line["kind"] for line in lines):
        own = [line for line in lines if line["kind"] == kind]
        answers = [answer(line) for line in own]
        fans = [line["fan"] for line in own if "fan" in line]
        seconds = [line["seconds"] for line in own if "seconds" in line]
        cells = [str(answers.count(one)) for one in ("right", "undecided", "wrong", "refused")]
        cells += [_counted([*map(exponent_is_near, own)]), _counted([*map(is_covered, own)])]
        cells.append(f"{100 * statistics.fmean(fans):.0f} %" if fans else "-")
        cells.append(f"{statistics.median(seconds):.0f}" if seconds else "-")
        yield f"| {kind} | {' | '.join(cells)} |"
    good = [line for line in lines if line["what"] == GOOD]
    said = [answer(line) for line in good]
    yield ""
    fair = sum(each in ("right", "undecided") for each in said)
    yield f"Good data, right or undecided: {share(fair, len(said))}."
    beside = [line for line in good if "equations" in line]
    if right := [x for x in beside if set(x["equations"].values()) == {"right"}]:
        both = sum(answer(line) == "right" for line in right)
        yield f"Right where the equations are: {share(both, len(right))}."
    far = [line for line in good if exponent_is_near(line) is False]
    fooled = sum(line.get("aspects", {}).get("exponents") == "right" for line in far)
    yield f"Exponents called right that are not near: {fooled} of {len(far)}."
    hopeless = [line for line in lines if line["what"] == HOPELESS]
    refused = sum(answer(line) == "refused" for line in hopeless)
    yield f"Nothing to learn, refused: {share(refused, len(hopeless))}."
    fans = [(line["fan"], line["starts"]) for line in good if "fan" in line]
    if fans:
        held = sum(fan * starts for fan, starts in fans) / sum(starts for _, starts in fans)
        yield f"Fans of good data hold {100 * held:.0f} %, for 90 %, over {len(fans)} records."


def done(path: Path) -> list[dict[str, Any]]:
    """Read the lines that are there."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    """Run, or print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--budget", default="2min")
    parser.add_argument("--count", type=int, default=30, help="of flows")
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    path = given.out / "lines.jsonl"
    if given.table:
        print("\n".join(table(done(path))))
        return
    given.out.mkdir(parents=True, exist_ok=True)
    kinds = flows(given.count) if given.kinds == "flows" else KINDS
    known = {(line["kind"], line["seed"], line["budget"]) for line in done(path)}
    for name in kinds if given.kinds == "flows" else given.kinds.split(","):
        last = 1 if kinds[name].what == REAL else given.seeds
        for seed in range(given.first_seed, given.first_seed + last):
            if (name, seed, given.budget) in known:
                continue
            line = reconstructed(
                name, kinds[name], seed, given.budget, given.out, given.kinds == "flows"
            )
            with path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(name, seed, line.get("refused") or line["sentence"], flush=True)


if __name__ == "__main__":
    main()
