"""The words in which a label and an answer are put to a person, in both languages.

An answer to a frame is `YES` or None (not there), to an actor a stance or None (none given).
"""

from standpoint.codebook import Codebook, Words

YES = "yes"
"""The answer of those who mark a frame."""

_YES, _NO, _NONE = Words("yes", "是"), Words("no", "否"), Words("none", "无")


def label_words(label: str, codebook: Codebook) -> str:
    """Name a frame or an actor, as in `China / 中国`."""
    names = {one.id: one.name for one in codebook.frames} | {one.id: one.name for one in codebook.actors}
    return _both(names[label])


def answer_words(label: str, answer: str | None, codebook: Codebook) -> str:
    """Name an answer to the question of this frame or actor, as in `critical / 批评`."""
    if label in codebook.frame_ids:
        return _both(_NO if answer is None else _YES)
    return _both(next((one.name for one in codebook.stances if one.id == answer), _NONE))


def _both(words: Words) -> str:
    return " / ".join(filter(None, (words.en, words.zh)))
