"""Whether the labelling interface of a Label Studio project asks for what a model answers."""

from xml.etree.ElementTree import ParseError, fromstring

from labeling.studio_config import ACTORS, stance_control, studio_config
from standpoint.codebook import Codebook

_MOST_LISTED = 6

Offer = tuple[str, str]
"""A control and a label in it; an empty label is the control itself."""


def misfit(label_config: str, codebook: Codebook) -> str | None:
    """Say in what an interface (XML) differs from the codebook's, None where suggestions fit it.

    Its layout, its wording and questions of its own do not count; the labels offered are held against each other.
    """
    given, expected = _offers(label_config), _offers(studio_config(codebook))
    if given is None or expected is None:
        return "The interface of the project cannot be read as XML. Run `standpoint label setup`."
    controls = {control for control, _ in expected}
    lacking = expected - given
    foreign = {(control, label) for control, label in given - expected if control in controls or _is_stance(control)}
    if not (lacking or foreign):
        return None
    differences = [
        f"{words} {_listed(offers)}" for words, offers in (("lacks", lacking), ("also offers", foreign)) if offers
    ]
    return (
        f"The project asks by another codebook than the model's '{codebook.reference}': its interface "
        f"{'; it '.join(differences)}. Run `standpoint label setup` with the model's codebook, or serve a model "
        "that was trained with the project's."
    )


def _offers(label_config: str) -> set[Offer] | None:
    """Return what an interface offers; the actors come with each task, and every one has a stance control."""
    if "<!DOCTYPE" in label_config:
        return None
    try:
        root = fromstring(label_config)
    except (ParseError, ValueError):  # ValueError: half a surrogate pair
        return None
    found = {(text.get("name", ""), text.get("value", "")) for text in root.iter("Text")}
    for tag, item in (("Choices", "Choice"), ("Labels", "Label")):
        for control in root.iter(tag):
            name = control.get("name", "")
            found.add((name, ""))
            if name != ACTORS:
                found |= {(name, label.get("alias") or label.get("value") or "") for label in control.iter(item)}
    return found


def _is_stance(control: str) -> bool:
    return control.startswith(stance_control(""))


def _listed(offers: set[Offer]) -> str:
    names = [f"'{label}' in '{control}'" if label else f"'{control}'" for control, label in sorted(offers)]
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more
