"""Maps and vector fields learned by Gaussian processes."""
