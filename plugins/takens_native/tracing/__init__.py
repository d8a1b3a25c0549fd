"""From a function of torch to a graph of scalar operations."""
