"""From gold annotations to a model folder and its measured quality."""
