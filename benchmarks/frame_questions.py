"""The questions of Narrative Frames, of which its annotators answered some for each frame."""

RULES = {
    "co": (("co1", "co2", "co3"), 2),
    "ec": (("ec1", "ec2", "ec3"), 2),
    "hi": (("hi1", "hi2", "hi5"), 2),
    "mo": (("mo1", "mo2"), 1),
    "re": (("re2", "re6"), 2),
}
"""A frame's questions, and how many of them must be answered yes.

Found by trying all: applied to the majority of annotators, question by question, it gives every label of the dataset.
"""

NOT_ASKED = -1
"""Stands for the answer of an annotator who was not asked."""
