"""The loop a user would write: chunks of a data frame through `mlflow.pyfunc`, answers appended to a file.

`python -m benchmarks.chunked_loop MODEL_URI ARTICLES OUT` runs it in a process of its own.
"""

import sys

import mlflow.pyfunc
import pandas as pd

CHUNK_ARTICLES = 1000


def main() -> None:
    """Read, predict and write, a chunk at a time."""
    model = mlflow.pyfunc.load_model(sys.argv[1])
    with open(sys.argv[3], "w", encoding="utf-8") as out:
        for chunk in pd.read_json(sys.argv[2], lines=True, chunksize=CHUNK_ARTICLES, dtype={"id": str}):
            for line in model.predict(chunk)["prediction"]:
                out.write(line + "\n")


if __name__ == "__main__":
    main()
