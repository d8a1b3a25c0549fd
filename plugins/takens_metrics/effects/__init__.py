"""Effects of the sizes that people read: shifts and ratios, with errors by blocks of time."""
