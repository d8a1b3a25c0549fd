"""What becomes of free runs: whether they stay alive, and on which part of state space."""
