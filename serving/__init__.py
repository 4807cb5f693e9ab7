"""From a model to predictions: loading from the registry and scoring articles."""
