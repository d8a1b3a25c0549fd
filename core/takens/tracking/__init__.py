"""What exporters to tracking services have in common: a run as flat tables and as words.

``hyperparameters`` flattens settings, ``numbers`` names the figures of history and scores,
``words`` tells the verdict and the scores in Markdown; ``trackers`` lead each training to the
tracker that is to follow it.
"""

from takens.tracking import (
    hyperparameters as hyperparameters,
    numbers as numbers,
    trackers as trackers,
    words as words,
)
