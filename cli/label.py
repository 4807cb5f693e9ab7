"""standpoint label: the verbs of the annotation loop, each loaded only when it is asked for."""

LABEL_ABOUT = """Annotate in Label Studio: what to label next, out, back, agreement, one answer per article.

The server is LABEL_STUDIO_URL or --url; the token, legacy or personal, is read from LABEL_STUDIO_API_KEY.

Start with: standpoint label setup --codebook codebooks/rare-earths.toml
"""

LABEL_VERBS = {
    "setup": ("cli.label_setup", "setup_project", "Create or update the project from the codebook."),
    "sample": ("cli.label_sample", "sample_articles", "Draw the articles to label next."),
    "push": ("cli.label_push", "push_articles", "Send articles and suggestions to the project."),
    "pull": ("cli.label_pull", "pull_annotations", "Fetch what annotators answered."),
    "status": ("cli.label_status", "show_status", "Show how far the project is."),
    "agreement": ("cli.label_agreement", "show_agreement", "Measure how far annotators agree."),
    "adjudicate": ("cli.label_adjudicate", "adjudicate_annotations", "Make one gold answer per article."),
    "retrain": ("cli.label_retrain", "retrain", "Pull, adjudicate and train, in one go."),
    "doubts": ("cli.label_doubts", "list_doubts", "List the annotations most likely wrong."),
}
"""Each verb with the module and name that carry it out, and its line in the list of verbs."""
