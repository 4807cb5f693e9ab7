"""The labelling interface as an annotator meets it: in a browser, with a mouse."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, Response, expect

from benchmarks.studio_server import PASSWORD, Server
from labeling.studio_config import studio_config
from labeling.studio_guide import studio_guide
from labeling.studio_result import Labels, labels_of
from labeling.studio_task import task_data
from labeling.work_item import WorkItem
from standpoint.annotation import Evidence
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.mentions import MentionFinder

FRAMES = {"failure": ("Failure", "失败"), "alliance": ("Alliance, joint action", "联手"), "market": ("Market", "市场")}
ACTORS = {"china": ("China", "中国"), "us": ("United States, federal", "美国"), "japan": ("Japan", "日本")}
CHINESE = Article("zh-1", "稀土😀观察", "第一行。\r\n美国的计划彻底失败，日本另找伙伴。\r\n完。", language="zh")
ENGLISH = Article("en-1", "Deal 👨‍👩‍👧 signed", "Line one.\r\nJapan and the US signed <b>a pact</b> & left.\r\nEnd.")

pytestmark = pytest.mark.studio


def codebook_of(frames: dict[str, tuple[str, str]], actors: dict[str, tuple[str, str]]) -> Codebook:
    return Codebook(
        "demo",
        Words("Demo", "示例"),
        tuple(Frame(id, Words(*name), Words("A definition.", "定义。")) for id, name in frames.items()),
        tuple(Actor(id, Words(*name), (Alias(name[0][:5]), Alias(name[1]))) for id, name in actors.items()),
    )


CODEBOOK = codebook_of(FRAMES, ACTORS)


@dataclass(frozen=True)
class Desk:
    """An annotator's browser page, and what is needed to prepare a project for it."""

    page: Page
    server: Server

    def call(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
        """Ask the server as its administrator."""
        headers = {"Authorization": f"Token {self.server['token']}"}
        answer = requests.request(method, self.server["url"] + path, headers=headers, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def opened(self, article: Article, codebook: Codebook = CODEBOOK) -> int:
        """Put the article into a project of its own and open it; return the task's id."""
        settings = {"label_config": studio_config(codebook), "expert_instruction": studio_guide(codebook)}
        project = self.call("POST", "/api/projects", {"title": "Browser", **settings})["id"]
        data = task_data(WorkItem(article), codebook, MentionFinder(codebook.actors), blind_share=0)
        answer = self.call("POST", f"/api/projects/{project}/import?return_task_ids=true", [{"data": data}])
        task = int(answer["task_ids"][0])
        self.page.goto(f"{self.server['url']}/projects/{project}/data?task={task}")
        expect(self.page.locator(".sp-article")).to_contain_text(article.title)
        expect(self.page.locator(".sp-actors label")).to_have_count(len(codebook.actors))
        return task

    def tick(self, group: str, name: str) -> None:
        """Click a frame or an actor."""
        self.page.locator(f".sp-{group} label", has_text=name).click()

    def choose(self, actor: str, stance: str) -> None:
        """Click a stance that is there to be clicked; those of other actors are hidden, not absent."""
        row = self.page.locator(".sp-stance", has_text=actor).locator("visible=true")
        row.locator("label", has_text=stance).click()

    def mark(self, frame: str, words: str) -> None:
        """Pick the frame's label and drag over the words."""
        self.page.locator(".sp-evidence .lsf-label", has_text=frame).click()
        left, top, right, bottom = self.page.locator(".lsf-htx-richtext").evaluate(PLACE_OF, words)
        middle = (top + bottom) / 2
        self.page.mouse.move(left + 1, middle)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, middle)
        self.page.mouse.move(right - 1, middle)
        self.page.mouse.up()
        expect(self.page.locator(".htx-highlight").first).to_be_visible()

    def submit(self) -> None:
        """Click the button."""
        self.page.get_by_test_id("bottombar-submit-button").click()

    def close_message(self) -> None:
        """Click its OK once it has grown: before, the button moves and a click can miss it."""
        message = self.page.locator(".ant-modal")
        expect(message).not_to_have_class(re.compile("ant-zoom"))
        message.get_by_role("button", name="OK").click()
        expect(message).to_be_hidden()

    def submitted(self, task: int) -> Labels:
        """Submit, and read from the server what it was given."""

        def is_answer(response: Response) -> bool:
            return response.request.method == "POST" and response.url.split("?")[0].endswith("/annotations")

        with self.page.expect_response(is_answer) as answer:
            self.submit()
        assert answer.value.ok
        found = self.call("GET", f"/api/tasks/{task}/")
        return labels_of(found["annotations"][0]["result"], found["data"]["text"])


PLACE_OF = """(text, words) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const start = walker.currentNode.data.indexOf(words);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, start + words.length);
        walker.currentNode.parentElement.scrollIntoView({block: "center"});
        const box = range.getBoundingClientRect();
        return [box.left, box.top, box.right, box.bottom];
    }
    throw new Error("not in the text: " + words);
}"""

MISPLACED = """panel => {
    const edge = panel.getBoundingClientRect(), wrong = [];
    const boxes = [...panel.querySelectorAll("label, h4, .lsf-label")]
        .map(item => [item.innerText, item.getBoundingClientRect()]).filter(([_, box]) => box.width);
    for (const [name, box] of boxes) {
        if (box.left < edge.left - 1 || box.right > edge.right + 1) wrong.push("off screen: " + name);
        for (const [other, next] of boxes) {
            if (name < other && box.left < next.right - 1 && next.left < box.right - 1
                && box.top < next.bottom - 1 && next.top < box.bottom - 1) wrong.push(name + " over " + other);
        }
    }
    return wrong;
}"""


@pytest.fixture(scope="module")
def desk(browser: Browser, studio_server: Server) -> Desk:
    """Log in as an annotator on a laptop's screen."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{studio_server['url']}/user/login/")
    page.fill("[name=email]", "reader-a@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url)
    return Desk(page, studio_server)


def test_what_is_clicked_on_a_chinese_article_is_what_comes_back(desk: Desk) -> None:
    task = desk.opened(CHINESE)
    desk.tick("frames", "失败")
    desk.tick("frames", "联手")
    desk.tick("actors", "美国")
    desk.choose("美国", "批评")
    desk.tick("actors", "日本")
    desk.choose("日本", "支持")
    desk.mark("失败", "彻底失败")
    start = CHINESE.text.index("彻底失败")
    assert desk.submitted(task) == Labels(
        frozenset({"failure", "alliance"}),
        {"us": "critical", "japan": "supportive"},
        (Evidence("failure", start, start + 4),),
    )


def test_what_is_clicked_on_an_english_article_is_what_comes_back(desk: Desk) -> None:
    task = desk.opened(ENGLISH)
    desk.tick("frames", "Alliance")
    desk.tick("frames", "Market")
    desk.tick("actors", "United States")
    desk.choose("United States", "supportive")
    desk.tick("actors", "China")
    desk.choose("China", "neutral")
    desk.page.get_by_placeholder("Note").fill("Not sure 也许")
    desk.mark("Alliance", "<b>a pact</b>")
    start = ENGLISH.text.index("<b>a pact</b>")
    assert desk.submitted(task) == Labels(
        frozenset({"alliance", "market"}),
        {"us": "supportive", "china": "neutral"},
        (Evidence("alliance", start, start + len("<b>a pact</b>")),),
        "Not sure 也许",
    )


def test_a_stance_is_required_of_every_actor_ticked(desk: Desk) -> None:
    task = desk.opened(ENGLISH)
    desk.tick("frames", "none of these")
    desk.tick("actors", "Japan")
    desk.submit()
    expect(desk.page.get_by_text("Japan / 日本: choose a stance.")).to_be_visible()
    desk.close_message()
    desk.choose("Japan", "critical")
    assert desk.submitted(task) == Labels(frozenset(), {"japan": "critical"})


def test_an_actor_that_is_not_ticked_any_more_has_no_stance(desk: Desk) -> None:
    task = desk.opened(ENGLISH)
    desk.tick("frames", "Market")
    desk.tick("actors", "Japan")
    desk.choose("Japan", "critical")
    desk.tick("actors", "Japan")
    assert desk.submitted(task) == Labels(frozenset({"market"}), {})


def test_actors_found_in_the_text_are_offered_first(desk: Desk) -> None:
    desk.opened(CHINESE)
    names = [re.compile(f"^[^/]+ / {name}") for name in ("美国", "日本", "中国")]
    expect(desk.page.locator(".sp-actors label")).to_have_text(names)


def test_nothing_overlaps_or_leaves_the_screen_with_eight_frames_and_twenty_actors(desk: Desk) -> None:
    frames = {
        f"f{number}": (f"Frame {number} of the longer kind", f"第{number}个名称较长的框架") for number in range(8)
    }
    actors = {f"a{number}": (f"Organization {number} of some states", f"第{number}个国际组织") for number in range(20)}
    desk.opened(ENGLISH, codebook_of(frames, actors))
    for number in range(0, 20, 5):
        desk.tick("actors", f"第{number}个")
    expect(desk.page.locator(".sp-stance").locator("visible=true")).to_have_count(4)
    assert desk.page.locator(".sp-panel").evaluate(MISPLACED) == []
    assert desk.page.locator(".sp-evidence").evaluate(MISPLACED) == []
    assert desk.page.evaluate("document.documentElement.scrollWidth") == 1280
