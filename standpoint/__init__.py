"""Standpoint tags news with the frames an article uses and its stance toward each actor."""

from standpoint.annotation import Annotation, Evidence
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, StanceLabel
from standpoint.codebook_file import load_codebook
from standpoint.errors import (
    CodebookError,
    CodebookMismatchError,
    InputError,
    ModelError,
    ModelFolderError,
    RecordError,
    StandpointError,
    StudioError,
    TrackingError,
    TrainingError,
)
from standpoint.jsonl import read_jsonl, write_jsonl
from standpoint.mentions import Mention, MentionFinder
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction
from standpoint.sentences import sentences

__all__ = [
    "Actor",
    "Alias",
    "Annotation",
    "Article",
    "Codebook",
    "CodebookError",
    "CodebookMismatchError",
    "Evidence",
    "Frame",
    "FramePrediction",
    "InputError",
    "Mention",
    "MentionFinder",
    "ModelError",
    "ModelFolderError",
    "Prediction",
    "RecordError",
    "ScoredSpan",
    "StanceLabel",
    "StancePrediction",
    "StandpointError",
    "StudioError",
    "TrackingError",
    "TrainingError",
    "load_codebook",
    "read_jsonl",
    "sentences",
    "write_jsonl",
]
