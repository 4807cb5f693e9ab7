"""A process that scores shards: reads a task and then shards from standard input, writes receipts to standard output.

Messages are framed as those of `serving/model_process.py`; an answer is a receipt, after a task the runtime that was
chosen, or an error.
"""

import sys
from typing import Any

from serving.batch.scorer import ShardScorer, task_from_json
from serving.batch.shard import shard_from_json
from serving.model_process import answers_pipe, failure, framed, next_message
from standpoint.errors import ModelError


def main() -> None:
    """Answer until standard input ends, which it does when the command that started this is gone."""
    answers = answers_pipe()
    scorer: ShardScorer | None = None
    answer: dict[str, Any]
    while (question := next_message(sys.stdin.buffer)) is not None:
        try:
            if "task" in question:
                scorer = ShardScorer(task_from_json(question["task"]))
                answer = {"runtime": scorer.model.runtime}
            else:
                answer = _receipt(scorer, question["shard"])
        except Exception as error:  # it is told to the command, which ends
            answer = failure(error)
        try:
            answers.write(framed(answer))
            answers.flush()
        except BrokenPipeError:
            return


def _receipt(scorer: ShardScorer | None, shard: dict[str, Any]) -> dict[str, Any]:
    if scorer is None:
        raise ModelError("no task was given. Give one first.")
    return scorer.score(shard_from_json(shard)).to_json()


if __name__ == "__main__":
    main()
