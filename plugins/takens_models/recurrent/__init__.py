"""Recurrent networks with smooth activations, gates or reservoirs."""
