"""Prints how long regression takes by takens and by each peer, on the same data.

    python -m benchmarks.gp [n ...] [--only takens | scikit_learn | gpytorch]

One thread, float64; hyperparameters from the same start to the same optimum (the evidences are
printed), and the mean and deviation at 1,000 points. Medians of the processor time of calls in
turns, after one to warm up where n is small. ``--only`` runs one alone, where all would take
long, and measures the memory at its peak.
"""

# pyright: basic

import argparse
import os
import resource
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from . import works


def seconds(call):
    start = time.process_time()
    answer = call()
    return time.process_time() - start, answer


def contest(n: int) -> None:
    x, y, at = works.data(n)
    runs = {"takens": works.takens}
    if works.installed("sklearn"):
        runs["scikit-learn"] = works.scikit_learn
    if works.installed("gpytorch"):
        runs["GPyTorch, exact, L-BFGS"] = works.gpytorch
    rounds = 3 if n <= 1000 else 1
    if n <= 1000:
        for run in runs.values():
            run(x, y, at)
    times: dict[str, list[float]] = {name: [] for name in runs}
    answers = {}
    for _ in range(rounds):
        for name, run in runs.items():
            spent, answers[name] = seconds(lambda run=run: run(x, y, at))
            times[name].append(spent)
    ours = statistics.median(times["takens"])
    for name, answer in answers.items():
        spent = statistics.median(times[name])
        apart = float((answer.mean - answers["takens"].mean).abs().max())
        print(
            f"n = {n}, {name}: {spent:.3f} s, {spent / ours:.1f} x, evidence "
            f"{answer.evidence:.4f}, {answer.evaluations} evaluations, mean within {apart:.1e}",
            flush=True,
        )


def alone(peer: str, n: int) -> None:
    run = getattr(works, peer)
    run(*works.data(200))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent, answer = seconds(lambda: run(*works.data(n)))
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(
        f"n = {n}, {peer} alone: {spent:.1f} s, evidence {answer.evidence:.4f}, "
        f"{answer.evaluations} evaluations, memory {peak / (8 * n * n):.2f} n^2 doubles",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[500, 2000])
    parser.add_argument("--only", choices=("takens", "scikit_learn", "gpytorch"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.only:
        for n in asked.sizes:
            alone(asked.only, n)
        return
    spent, _ = seconds(lambda: works.double_loop(*works.data(300)))
    print(f"n = 300, double loop and inverse, one evaluation: {spent:.2f} s", flush=True)
    for n in asked.sizes:
        contest(n)
        for what, predict in works.predictions(n).items():
            predict()
            spent = statistics.median(seconds(predict)[0] for _ in range(5))
            print(f"n = {n}, takens, 1000 points, {what}: {spent * 1e3:.1f} ms", flush=True)


if __name__ == "__main__":
    main()
