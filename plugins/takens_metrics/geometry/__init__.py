"""How states are distributed."""
