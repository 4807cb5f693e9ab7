"""The labelling interface of a Label Studio project, made from the codebook."""

from collections import Counter
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from standpoint.codebook import Actor, Codebook, Frame, StanceLabel, Words

FRAMES = "frames"
NONE = "__none__"
ACTORS = "actors"
EVIDENCE = "evidence"
NOTE = "note"
TEXT = "text"

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#B5A900", "#666666")
"""The eight colours of Okabe and Ito (2008), told apart by the colour-blind; yellow darkened, black made grey."""


def stance_control(actor_id: str) -> str:
    """Return the name of the control that asks for the stance toward an actor."""
    return f"stance__{actor_id}"


def studio_config(codebook: Codebook) -> str:
    """Return the interface as XML: the article with its evidence, beside it frames, actors, stances and a note.

    Annotators see names in both languages; what they choose is stored as the ids of the codebook.
    """
    root = Element("View")
    SubElement(root, "Style").text = _STYLE
    row = _view(root, "row")
    _article(_view(row, "article"), codebook)
    panel = _view(row, "panel")
    _header(_view(panel, "question"), "$question")
    _frames(panel, codebook)
    if codebook.actors:
        _actors(panel, codebook)
    note = {"name": NOTE, "toName": TEXT, "rows": "1", "maxSubmissions": "1", "editable": "true"}
    SubElement(_view(panel, "note"), "TextArea", note, placeholder="Note (optional) / 备注（可不填）")
    indent(root)
    return tostring(root, encoding="unicode")


def display_names(entries: Sequence[Frame | Actor | StanceLabel]) -> dict[str, str]:
    """Return by id what annotators read, as "Japan / 日本"; where two read alike, the id is added."""
    names = {entry.id: in_both(entry.name, between=" / ") for entry in entries}
    counts = Counter(names.values())
    return {id: name if counts[name] == 1 else f"{name} ({id})" for id, name in names.items()}


def in_both(words: Words, *, between: str) -> str:
    """Return the English and the Chinese words in one text; words that are missing or the same come once.

    >>> in_both(Words("Lynas", "莱纳斯"), between=" / ")
    'Lynas / 莱纳斯'
    """
    return between.join(dict.fromkeys(text for text in map(_harmless, (words.en, words.zh)) if text))


def _harmless(text: str) -> str:
    """Return the text on one line, without what XML cannot hold; a dollar sign would name a field of the task."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).replace("$", "＄").split())


def _article(column: Element, codebook: Codebook) -> None:
    _header(column, "$byline", weight=400)
    if codebook.frames:
        evidence = _view(column, "evidence")
        _header(evidence, "Evidence: pick a frame, then mark the words / 依据：先点框架，再划出原文")
        labels = SubElement(evidence, "Labels", name=EVIDENCE, toName=TEXT, showInline="true")
        for number, (id, name) in enumerate(display_names(codebook.frames).items()):
            SubElement(labels, "Label", value=name, alias=id, background=COLOURS[number % len(COLOURS)])
    SubElement(column, "Text", name=TEXT, value="$text", granularity="symbol")


def _frames(panel: Element, codebook: Codebook) -> None:
    group = _view(panel, "frames")
    _header(group, "Frames: all that apply / 框架：可多选")
    message = "Mark the frames, or 'none of these'. / 请选框架；若都没有，请选“无”。"
    choices = _choices(group, FRAMES, codebook.frames, choice="multiple", required="true", requiredMessage=message)
    SubElement(choices, "Choice", value="none of these / 无", alias=NONE)


def _actors(panel: Element, codebook: Codebook) -> None:
    """Ask for actors and stances.

    The actors come with the task (`labeling.studio_task`), so that those found in its text are offered first. A stance
    is shown by its actor's id: it works under a name with a comma, and for tasks pushed before a name was changed.
    """
    group = _view(panel, "actors")
    _header(group, "Actors the article portrays / 文章描写的行为体")
    SubElement(group, "Choices", name=ACTORS, toName=TEXT, choice="multiple", showInline="true", value="$actors")
    stances = _view(panel, "stances")
    for id, name in display_names(codebook.actors).items():
        shown = {"visibleWhen": "choice-selected", "whenTagName": ACTORS, "whenChoiceValue": id}
        stance = _view(stances, "stance", **shown)
        _header(stance, name)
        message = f"{name}: choose a stance. / 请选择立场。"
        required = {"choice": "single-radio", "required": "true", "requiredMessage": message}
        _choices(stance, stance_control(id), codebook.stances, **required, showInline="true")


def _choices(parent: Element, name: str, entries: Sequence[Frame | StanceLabel], **attributes: str) -> Element:
    """Add choices that explain themselves when the mouse rests on them."""
    choices = SubElement(parent, "Choices", attributes, name=name, toName=TEXT)
    names = display_names(entries)
    for entry in entries:
        choice = SubElement(choices, "Choice", value=names[entry.id], alias=entry.id)
        if hint := in_both(entry.definition, between=" "):
            choice.set("hint", hint)
    return choices


def _view(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, "View", attributes, className=f"sp-{name}")


def _header(parent: Element, value: str, *, weight: int = 600) -> None:
    style = f"margin: 0; font-size: 13px; line-height: 1.4; font-weight: {weight}"
    SubElement(parent, "Header", value=value, size="5", style=style)


# Label Studio would escape a `>`, so no rule has one.
_STYLE = """
.sp-row { display: flex; gap: 16px; align-items: flex-start; }
.sp-article { flex: 1 1 0; min-width: 0; }
.sp-article .lsf-richtext__container { font-size: 15px; line-height: 1.65; }
.sp-evidence { position: sticky; top: 0; z-index: 2; padding: 2px 0 8px; background: var(--color-neutral-background); }
.sp-evidence .lsf-labels { margin: 4px 0 0; gap: 4px; }
.sp-evidence .lsf-label { margin: 0; padding: 0 6px; height: auto; font-size: 12px; line-height: 20px; }
.sp-panel { flex: 0 0 43%; min-width: 0; position: sticky; top: 0; max-height: calc(100vh - 120px); overflow-y: auto; }
.sp-question :empty { display: none; }
.sp-question :not(:empty) { margin-bottom: 6px !important; padding: 6px 8px; border-left: 3px solid #E69F00; }
.sp-panel .lsf-choices { margin: 2px 0 8px; }
.sp-panel .lsf-choice { line-height: 1.3; font-size: 13px; font-weight: 400; }
.sp-panel .lsf-choice { word-break: keep-all; overflow-wrap: anywhere; }
.sp-panel .lsf-choice__checkbox { margin: 0; padding: 2px 0; align-items: flex-start; font: inherit; }
.sp-panel .ant-checkbox, .sp-panel .ant-radio { top: 0; }
.sp-panel .lsf-hint { line-height: 1; }
.sp-actors .lsf-choices { display: grid; grid-template-columns: 1fr 1fr; column-gap: 8px; }
.sp-actors .lsf-hint, .sp-stances .lsf-hint { display: none; }
.sp-stance { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; column-gap: 8px; }
.sp-stance { margin-bottom: 3px; padding: 2px 6px; border-left: 3px solid #009E73; }
.sp-stance { background: var(--color-neutral-surface); }
.sp-stance:not(:has(.ant-radio-checked)) { border-left-color: #D55E00; }
.sp-stance .lsf-choices { display: flex; flex-wrap: wrap; gap: 0 8px; margin: 0; }
"""
