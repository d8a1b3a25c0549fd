"""Training: the loop, its settings, its history and its checkpoints."""
