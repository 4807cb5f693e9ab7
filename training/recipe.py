"""The recipe: how a model is made of gold, so that measuring and keeping are the same whatever the model is."""

from collections.abc import Mapping

from models.canaries import TOLERANCE
from models.news_model import NewsModel
from training.fitting import FitConfig, Progress, fit_news_model
from training.gold import Gold


class Recipe:
    """Makes linear models; others make other ones of the same gold.

    `linear` says which seed and how many folds quality is measured with, and how the ablations beside it are fitted.
    """

    name = "linear"
    notes: tuple[str, ...] = ()
    """What is to be told of the model that was fitted last."""

    def __init__(self, linear: FitConfig) -> None:
        self.linear = linear

    def fit(self, gold: Gold, *, progress: Progress) -> NewsModel:
        """Fit a model that answers.

        Raises:
            TrainingError: nothing can be learned from this gold.
        """
        return fit_news_model(gold, self.linear, progress=progress)

    def finish(self, model: NewsModel, gold: Gold, *, progress: Progress) -> float:
        """Make a model that was fitted on all of gold ready to be kept.

        Returns:
            How far the probabilities of the canaries may differ between machines that compute rightly.
        """
        return TOLERANCE

    def clean_up(self) -> None:
        """Remove what was kept to go on from, now that the model is recorded."""

    def parameters(self) -> Mapping[str, str | int | float]:
        """Return what tells this recipe from others, for the record."""
        config = self.linear
        return {
            "model": self.name,
            "seed": config.seed,
            "n_folds": config.n_folds,
            "soft": config.soft,
            "frame_inverse_penalty": config.frame_inverse_penalty,
            "stance_inverse_penalty": config.stance_inverse_penalty,
        }
