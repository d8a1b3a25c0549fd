"""What exporters to tracking services have in common: a run as flat tables and as words.

``hyperparameters`` flattens settings, ``numbers`` names the figures of history and scores,
``words`` tells the verdict and the scores in Markdown.
"""

from takens.tracking import (
    hyperparameters as hyperparameters,
    numbers as numbers,
    words as words,
)
