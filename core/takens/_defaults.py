"""What a configuration has where nothing is said: the components that takens picks by name.

Every other module of the core treats all components alike.
"""

from typing import Final

INTEGRATOR: Final = "rk4"
DEVICE: Final = "auto"
MODEL: Final = "shallow_rnn"
SCHEME: Final = "generalised_teacher_forcing"
OPTIMISER: Final = "radam"
SCHEDULE: Final = "cosine"
METRICS: Final = (
    "stability",
    "other_attractors",
    "mean_shift",
    "scale_ratio",
    "time_scale_ratio",
    "time_asymmetry",
    "joint_law_distance",
    "max_lyapunov",
    "state_space_divergence",
    "spectrum_distance",
    "prediction_error",
)
# What `takens run` and `takens judge` add where the data allow it: without equations, the
# exponents of a model are judged beside those of the data.
METRICS_WITHOUT_EQUATIONS: Final = ("lyapunov_from_data",)
# Compares free runs with the training data to choose the weights that are kept.
CHECK_METRIC: Final = "state_space_divergence"
# What candidates of a reconstruction are compared by, and who chooses among them.
SEARCH_METRICS: Final = (
    "stability",
    "state_space_divergence",
    "spectrum_distance",
    "prediction_error",
)
SEARCH: Final = "halving"
# What `.plot()` draws of a series.
PORTRAIT: Final = "trajectories"
# What `.plot()` draws of other things, by their class.
PLOTS: Final = {
    "Fit": "history",
    "FreeRun": "series",
    "Recordings": "series",
    "Verdict": "verdict",
    "Scores": "scores",
}
# What is advised where data need it: a line of [data], in the order in which they are done.
ADVICE: Final = {
    "outliers": '{ name = "mask_outliers" }',
    "gaps": '{ name = "fill_gaps", longest = LONGEST }',
    "jitter": '{ name = "resample" }',
    "counts": '{ name = "transform", by = "anscombe" }',
    "trend": '{ name = "detrend" }',
    "oversampled": '{ name = "decimate", every = EVERY }',
    "one_variable": '{ name = "delays", delay = DELAY, dimension = DIMENSION }',
}
# What fills short gaps in data that could else not be judged by.
GAP_FILLER: Final = "fill_gaps"
# A model for counts and labels, and the law of each kind of values.
MODEL_WITH_LAWS: Final = (
    'model = { name = "shallow_rnn", observation = "affine", likelihood = LAWS }'
)
LAWS: Final = {
    "count": '"poisson"',
    "switch": '"bernoulli"',
    "label": '{ name = "ordinal", levels = LEVELS }',
    "number": '"gaussian"',
}
LINEAR_MODEL: Final = "linear_autoregression"
# What the page of a reconstruction opens with.
OPENING: Final = ("attractor", "forecast_fan")
FIGURES: Final = (
    "loss_history",
    "time_series",
    "attractor",
    "spectra",
    "lyapunov_convergence",
    "scaling_region",
)
