"""The explorer page as its reader meets it: in a browser, with a mouse, a keyboard or a thumb."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from models.linear_news_model import LinearNewsModel
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BOTH = "China broke its promise and the costly plan collapsed again, allies signed a joint pact."
TITLE = "稀土😀观察 👨‍👩‍👧 Allies signed a joint pact."
TEXT = f"第一行。\r\n\r\n  两行 🇨🇳\r\n{BOTH} Japan kept its word.\r\n\u202e中国 published figures.\r\n末行"


@pytest.fixture(scope="module")
def address(demo_model: LinearNewsModel, explore: Callable[[LinearNewsModel], str]) -> str:
    """Serve a model whose codebook has names of its own in both languages; return where."""
    return explore(named(demo_model))


def named(model: LinearNewsModel) -> LinearNewsModel:
    """Return the same model with names and definitions that can be told apart."""
    frames = (
        Frame("failure", Words("Failure", "失败"), Words("A plan <b>fails</b>.", "计划失败。")),
        Frame("alliance", Words("Alliance", "联手"), Words("States act together.", "多国联手。")),
    )
    actors = (
        Actor("china", Words("China", "中国"), (Alias("China"), Alias("中国")), Words("The state.", "国家。")),
        Actor("japan", Words("Japan", "日本"), (Alias("Japan"),), Words("The island state.", "岛国。")),
    )
    codebook = Codebook("demo", Words("Demo", "示例"), frames, actors)
    return LinearNewsModel(codebook, frame_model=model.frame_model, stance_model=model.stance_model)


class Reader:
    """A person at the page; everything the browser asks for or complains of is kept."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.asked_for: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked_for.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(address)

    def send(self, title: str = TITLE, text: str = TEXT) -> None:
        """Fill in the form and send it."""
        self.page.locator("#title").fill(title)
        self.page.locator("#body").fill(text)
        self.page.locator(".primary").click()
        self.page.wait_for_load_state()

    def n_sent(self) -> int:
        """Return how often the page itself was asked for, its parts not counted."""
        return [url.partition("?")[0] for url in self.asked_for].count(f"{self.address}/")

    def answer(self) -> tuple[str, dict[str, Any]]:
        """Send the API call that the page shows; return the article's text and what the API says of it."""
        body = (self.page.locator("#call").text_content() or "").splitlines()[-2].encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.address}/v1/predict", body, headers)) as reply:
            found = json.load(reply)["predictions"][0]
        article = json.loads(body)["articles"][0]
        return f"{article['title']}\n\n{article['body']}", found

    def findings(self) -> list[str]:
        """Return what axe-core finds that is serious or critical."""
        found = Axe().run(self.page).response["violations"]
        grave = [item for item in found if item["impact"] in ("serious", "critical")]
        return [f"{item['id']}: {node['html'][:200]}" for item in grave for node in item["nodes"]]

    def focus(self) -> str:
        """Return the text of what has the focus."""
        return str(self.page.evaluate("document.activeElement.textContent.trim()"))


@pytest.fixture
def reader(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Open the page with the browser's settings a test gives as its parameter, or a laptop's in English."""
    settings = {"viewport": LAPTOP, "locale": "en-GB"} | getattr(request, "param", {})
    context = browser.new_context(**settings)
    reader = Reader(context, address)
    yield reader
    context.close()
    assert reader.complaints == []
    assert [url for url in reader.asked_for if not url.startswith(address)] == []


def settings(**given: object) -> pytest.MarkDecorator:
    """Return the mark that gives a test's browser these settings."""
    return pytest.mark.parametrize("reader", [given], indirect=True, ids=["-".join(map(str, given.values()))])


# Code points before each marked span, in title, blank line and body, and the span's text, as the browser has them.
SPANS = """() => {
    const title = document.querySelector("#article-title"), found = [];
    const offset = (node) => {
        const range = document.createRange(), isTitle = title.contains(node);
        range.setStart(isTitle ? title : document.querySelector(".text .body"), 0);
        range.setEndBefore(node);
        return [...range.toString()].length + (isTitle ? 0 : [...title.textContent].length + 2);
    };
    for (const first of document.querySelectorAll(".frame.first, .actor.first, .mention.first")) {
        const kind = first.classList[0], {label, number} = first.dataset;
        const all = document.querySelectorAll(`.${kind}[data-label="${label}"][data-number="${number}"]`);
        found.push([kind, Number(label), offset(first), [...all].map((item) => item.textContent).join("")]);
    }
    return found;
}"""


def expected_spans(text: str, found: dict[str, Any]) -> list[list[Any]]:
    frames = sorted(found["frames"], key=lambda frame: (not frame["present"], -frame["proba"]))
    spans: list[tuple[str, int, int, int]] = []
    for label, item in enumerate(frames):
        spans += [("frame", label, span["start"], span["end"]) for span in item["evidence"]]
    for label, item in enumerate(found["stances"]):
        spans += [("actor", label, span["start"], span["end"]) for span in item["evidence"]]
        spans += [("mention", label, start, end) for start, end in item["mentions"]]
    return sorted([kind, label, start, text[start:end]] for kind, label, start, end in spans)


def test_what_is_highlighted_is_what_the_api_says(reader: Reader) -> None:
    reader.send()
    text, found = reader.answer()
    assert text == f"{TITLE}\n\n{TEXT}".replace("\r\n", "\n")
    expected = expected_spans(text, found)
    assert {kind for kind, *_ in expected} == {"frame", "actor", "mention"}
    assert len({words for kind, _, _, words in expected if kind == "frame"}) > 1
    assert sorted(reader.page.evaluate(SPANS)) == expected


@settings(locale="zh-CN")
def test_in_chinese_everything_of_ours_is_chinese(reader: Reader) -> None:
    reader.send()
    expect(reader.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(reader.page.locator(".chip").first).to_contain_text("联手")
    expect(reader.page.get_by_role("button", name="中国")).to_be_visible()
    reader.page.get_by_role("button", name="English").click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    expect(reader.page.locator(".chip").first).to_contain_text("Alliance")
    expect(reader.page.locator("#article-title")).to_contain_text("稀土😀观察")


def test_a_chip_hides_the_evidence_of_its_frame_and_no_other(reader: Reader) -> None:
    reader.send("", BOTH)
    painted = "element => getComputedStyle(element).borderBottomColor !== 'rgba(0, 0, 0, 0)'"
    marks = [reader.page.locator(f"mark[data-label='{label}']").first for label in (0, 1)]
    assert [mark.evaluate(painted) for mark in marks] == [True, True]
    reader.page.locator(".chip").nth(0).click()
    expect(marks[0]).to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")
    assert marks[1].evaluate(painted)
    reader.page.locator(".chip").nth(0).click()
    expect(marks[0]).not_to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")


def test_a_frame_leads_to_its_strongest_evidence(reader: Reader) -> None:
    reader.send("News", "Nothing happened today.\n" * 60 + BOTH)
    mark = reader.page.locator("mark[data-label='0'][data-number='0']")
    expect(mark.first).not_to_be_in_viewport()
    reader.page.locator(".row a").first.click()
    expect(mark.first).to_be_in_viewport()
    expect(reader.page.locator("mark.sought")).to_have_count(mark.count())
    reader.page.locator(".actor-row a").first.click()
    expect(reader.page.locator("mark.sought")).to_have_count(0)


def test_pointing_at_an_actor_shows_its_mentions_and_a_click_keeps_them(reader: Reader) -> None:
    reader.send()
    china, japan = (reader.page.get_by_role("button", name=name, exact=True) for name in ("China", "Japan"))
    china.hover()
    expect(reader.page.locator(".mention.on")).to_have_text(["China", "中国"])
    japan.hover()
    expect(reader.page.locator(".mention.on")).to_have_text(["Japan"])
    china.click()
    reader.page.mouse.move(700, 5)
    expect(reader.page.locator(".mention.on")).to_have_text(["China", "中国"])
    expect(china).to_have_attribute("aria-pressed", "true")
    china.click()
    reader.page.mouse.move(700, 5)
    expect(reader.page.locator(".mention.on")).to_have_count(0)


def test_the_definition_is_there_on_hover_and_stays_under_the_pointer(reader: Reader) -> None:
    reader.send("", BOTH)
    definition = reader.page.locator(".row .tooltip", has_text="A plan <b>fails</b>.")
    expect(definition).to_be_hidden()
    reader.page.get_by_role("button", name="Failure").hover()
    expect(definition).to_be_visible()
    definition.hover()
    expect(definition).to_be_visible()
    reader.page.mouse.move(700, 5)
    expect(definition).to_be_hidden()


def test_the_keyboard_alone_does_everything(reader: Reader) -> None:
    press = reader.page.keyboard.press
    reader.page.locator("nav a").focus()
    press("Tab")
    reader.page.keyboard.type("News")
    press("Tab")
    reader.page.keyboard.insert_text(BOTH)
    press("Control+Enter")
    expect(reader.page.locator("#article-title")).to_have_text("News")
    press("Tab")
    assert reader.focus() == "Skip to the result"
    press("Enter")
    press("Tab")
    name = reader.focus()
    definition = reader.page.locator(".row", has=reader.page.locator(f"button:text-is('{name}')")).locator(".tooltip")
    expect(definition).to_be_visible()
    press("Escape")
    expect(definition).to_be_hidden()
    while reader.focus() != "China":
        press("Tab")
    expect(reader.page.locator(".mention.on")).to_have_text(["China"])
    press("Enter")
    while reader.page.evaluate("document.activeElement.type") != "checkbox":
        press("Tab")
    expect(reader.page.locator(".mention.on")).to_have_text(["China"])
    press("Space")
    expect(reader.page.locator("mark[data-label='0']").first).to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")


def test_a_blank_article_is_answered_in_words_and_keeps_the_form(reader: Reader) -> None:
    reader.page.locator(".primary").click()
    expect(reader.page.get_by_role("alert")).to_have_text("There is no text to read. Paste an article.")
    reader.complaints.clear()  # the browser reports the status 422
    assert reader.findings() == []


def test_another_actor_is_found_under_the_name_that_is_typed_and_stays_when_the_language_changes(
    reader: Reader,
) -> None:
    reader.page.locator("#actors").fill("Lynas, 莱纳斯\n彭萨纳")
    reader.send("", "莱纳斯 kept its word. China broke its promise.")
    reader.page.get_by_role("button", name="Lynas").hover()
    expect(reader.page.locator(".mention.on")).to_have_text(["莱纳斯"])
    expect(reader.page.locator(".tooltip", has_text="Looked for as: Lynas · 莱纳斯")).to_be_visible()
    reader.page.get_by_role("button", name="中文").click()
    expect(reader.page.locator(".unnamed")).to_have_text("文中未找到：彭萨纳")
    expect(reader.page.locator("#actors")).to_have_value("Lynas, 莱纳斯\n彭萨纳")


def test_an_article_that_is_too_long_is_not_even_sent(reader: Reader) -> None:
    n_requests = reader.n_sent()
    reader.page.locator("#body").evaluate("field => { field.value = '稀'.repeat(200_001); }")
    reader.page.locator("#body").press("End")
    reader.page.locator("#body").dispatch_event("input")
    reader.page.locator(".primary").click()
    message = reader.page.locator("#body").evaluate("field => field.validationMessage")
    assert message == "At most 200,000 characters are read. Split the article."
    assert reader.n_sent() == n_requests


def test_hostile_text_runs_nothing_and_turns_nothing(reader: Reader) -> None:
    hostile = (
        "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)></textarea><script>alert(4)</script>"
    )
    reader.send(hostile, f"{hostile}\n\u202ealpha beta\u202c \u200btail\n{'x' * 5000} שלום")
    assert reader.page.locator(".text script, .text img, .text svg, form script").count() == 0
    expect(reader.page.locator("#article-title")).to_have_text(hostile)
    expect(reader.page.locator("#body")).to_have_value(
        f"{hostile}\n\u202ealpha beta\u202c \u200btail\n{'x' * 5000} שלום"
    )
    names = reader.page.locator(".body .hidden-character").evaluate_all("all => all.map(item => item.dataset.names)")
    assert names == ["RLO", "PDF", "ZWSP"]
    alpha, beta = (reader.page.evaluate(LEFT_OF, words) for words in ("alpha", "beta"))
    assert alpha < beta


LEFT_OF = """words => {
    const walker = document.createTreeWalker(document.querySelector(".text .body"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const start = walker.currentNode.data.indexOf(words);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, start + words.length);
        return range.getBoundingClientRect().left;
    }
    throw new Error("not in the text: " + words);
}"""


@settings(java_script_enabled=False)
def test_without_javascript_the_page_answers_all_the_same(reader: Reader) -> None:
    reader.send()
    expect(reader.page.locator("#article-title")).to_contain_text("观察")
    assert reader.page.locator("mark").count() > 2
    expect(reader.page.locator(".mention").first).to_have_css("text-decoration-line", "underline")


@pytest.mark.parametrize(
    "reader",
    [
        {"color_scheme": scheme, "locale": locale, "viewport": viewport}
        for scheme, locale, viewport in (("light", "en", LAPTOP), ("dark", "zh", LAPTOP), ("dark", "en", PHONE))
    ],
    indirect=True,
)
def test_axe_finds_nothing_serious(reader: Reader) -> None:
    assert reader.findings() == []
    reader.send(TITLE, TEXT + " 天气。")
    reader.page.locator("summary").last.click()
    assert reader.findings() == []
    reader.page.locator(".actor-row button").first.click()
    reader.page.locator("summary").first.click()
    reader.page.wait_for_timeout(300)  # colours change slowly
    assert reader.findings() == []


@settings(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
def test_a_phone_needs_no_scrolling_sideways(reader: Reader) -> None:
    width = "document.documentElement.scrollWidth"
    assert reader.page.evaluate(width) == 390
    reader.send("很" * 300, f"{'x' * 3000} {TEXT} {'http://' + 'y' * 900}")
    reader.page.locator("summary").last.tap()
    reader.page.locator("summary").first.tap()
    assert reader.page.evaluate(width) == 390
    reader.page.get_by_role("button", name="失败").tap()
    expect(reader.page.locator(".row .tooltip", has_text="计划失败。")).to_be_visible()
    assert reader.page.evaluate(width) == 390


@settings(color_scheme="dark")
def test_at_night_the_page_is_dark(reader: Reader) -> None:
    for element in ("body", ".card"):
        colour = reader.page.locator(element).first.evaluate("element => getComputedStyle(element).backgroundColor")
        assert max(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) < 64
