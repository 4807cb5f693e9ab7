"""The annotator's guide, made from the codebook and shown as the project's instructions."""

from collections.abc import Iterable
from html import escape
from typing import Literal

from labeling.studio_config import in_both
from standpoint.codebook import Actor, Codebook, Example, Frame, Rules, StanceLabel, Words

Language = Literal["en", "zh"]
Entry = Frame | Actor | StanceLabel

_TITLES: dict[Language, str] = {"en": "Guide in English", "zh": "中文指南"}

_STEPS = (
    Words(
        "Read the whole article, then tick every frame that it uses. If it uses none, tick “none of these”.",
        "通读全文，再勾选文章使用的每一个框架；若都没有，请勾选“无”。",
    ),
    Words(
        "Mark the evidence for each frame: click the frame above the text, or press its number, then drag over the "
        "words that show it.",
        "为每个框架标出依据：点击正文上方的框架，或按它的数字键，再用鼠标划出能说明它的文字。",
    ),
    Words(
        "Tick every actor that the article portrays. Those whose names were found in the text come first, in bold; "
        "leave out those of which the article says nothing, and add those that are meant without being found.",
        "勾选文章描写的每一个行为体。在文中找到名称的排在最前，用粗体显示；文章没有评说的不选，没有找到名称但确有所指的要选。",
    ),
    Words(
        "Choose the stance toward each actor ticked: how the article portrays the actor, not what the actor itself "
        "thinks, and not what you think.",
        "为勾选的每个行为体选择立场：看文章如何描写它，不看它自己的主张，也不看您本人的看法。",
    ),
    Words(
        "What is ticked when an article opens is a model's suggestion. It may be wrong: check every part of it.",
        "打开文章时已勾选的内容是模型的建议，可能有错，请逐项核对。",
    ),
    Words(
        "Skip an article only if it cannot be answered. A note is welcome wherever you hesitated.",
        "只有无法回答时才跳过。凡有犹豫之处，欢迎写入备注。",
    ),
)

_ANSWERS = {
    ("positive", True): Words("Yes", "是"),
    ("negative", False): Words("No", "否"),
    ("borderline", True): Words("Borderline: yes", "边界：是"),
    ("borderline", False): Words("Borderline: no", "边界：否"),
}


def studio_guide(codebook: Codebook) -> str:
    """Return the guide as HTML, folded by language; a language in which nothing has a name is left out."""
    languages = [language for language in _TITLES if _has_names(codebook, language)]
    return f'<style>{_STYLE}</style><div class="sp-guide">{"".join(_part(codebook, one) for one in languages)}</div>'


def _has_names(codebook: Codebook, language: Language) -> bool:
    entries: tuple[Entry, ...] = (*codebook.frames, *codebook.actors)
    return any(entry.name.in_language(language) for entry in entries)


def _part(codebook: Codebook, language: Language) -> str:
    """Return the whole guide in one language."""
    sections = {
        Words("How to work", "怎样标注"): _list((step.in_language(language) for step in _STEPS), tag="ol"),
        Words("In general", "总则"): _paragraphs(codebook.description.in_language(language)),
        Words("Frames", "框架"): "".join(_frame(frame, language) for frame in codebook.frames),
        Words("Stances", "立场"): _stances(codebook, language) if codebook.actors else "",
        Words("Actors", "行为体"): "".join(_definition(actor, language) for actor in codebook.actors),
    }
    text = "".join(f"<h3>{title.in_language(language)}</h3>{body}" for title, body in sections.items() if body)
    return f"<details><summary>{_TITLES[language]}</summary>{text}</details>"


def _stances(codebook: Codebook, language: Language) -> str:
    scale = "".join(_definition(stance, language) for stance in codebook.stances)
    return _paragraphs(codebook.stance_description.in_language(language)) + scale


def _definition(entry: Entry, language: Language) -> str:
    """Explain an entry; rules and questions may call it by its id, so that is there too."""
    name, definition = in_both(entry.name, between=" / "), entry.definition.in_language(language)
    return f"<p><b>{escape(name)}</b> ({entry.id}): {escape(definition)}</p>"


def _frame(frame: Frame, language: Language) -> str:
    text = _definition(frame, language)
    text += _rules(Words("Mark it when", "标注的情形"), frame.include, language)
    text += _rules(Words("Do not mark it when", "不标的情形"), frame.exclude, language)
    examples = "".join(_example(example) for example in frame.examples if example.language == language)
    title = Words("Examples", "例子").in_language(language)
    return text + f"<details><summary>{title}</summary>{examples}</details>" if examples else text


def _rules(title: Words, rules: Rules, language: Language) -> str:
    items = rules.zh if language == "zh" else rules.en
    return f"<h4>{title.in_language(language)}</h4>{_list(items)}" if items else ""


def _example(example: Example) -> str:
    answer = _ANSWERS[example.kind, example.present].in_language(example.language)
    note = f" <i>{escape(example.note)}</i>" if example.note else ""
    return f"<p><b>{answer}</b> {escape(example.text)}{note}</p>"


def _list(items: Iterable[str], *, tag: str = "ul") -> str:
    return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</{tag}>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


# The server drops style attributes and keeps this; it would escape a `>`, so no rule has one.
_STYLE = (
    ".sp-guide { font-size: 15px; line-height: 1.6; white-space: normal; } "
    ".sp-guide p { margin: 0 0 8px; } "
    ".sp-guide h3 { margin: 20px 0 8px; font-size: 18px; font-weight: 600; } "
    ".sp-guide h4 { margin: 4px 0; font-size: 15px; font-weight: 600; } "
    ".sp-guide ul { margin: 0 0 8px 20px; list-style: disc; } "
    ".sp-guide ol { margin: 0 0 8px 20px; list-style: decimal; } "
    ".sp-guide summary { margin-bottom: 8px; cursor: pointer; font-weight: 600; }"
)
