"""Tests of corpus.page."""

import pytest

from corpus.outcome import Placed, Rejected
from corpus.page import read_page
from standpoint.article import Article

FIRST = "矿业公司周四表示，新的分离车间将在明年春天投产，年产能约为三千吨，主要供应本地的磁材企业。"
SECOND = "分析人士说，项目的成本仍然偏高，而且缺少熟练工人，短期内很难改变现有的供应格局和价格走势。"
PAGE = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="CHARSET"><title>新车间明年投产 - 示例网</title>
<meta property="og:title" content="新车间明年投产"><meta property="og:site_name" content="示例网">
<meta property="article:published_time" content="2025-11-20T07:43:00+08:00">
<link rel="canonical" href="https://news.example/a1"></head>
<body><nav><a href="/">首页</a><a href="/m">市场</a></nav>
<article><h1>新车间明年投产</h1><p>{FIRST}</p><p>{SECOND}</p><p>{FIRST}{SECOND}</p></article>
<footer>版权所有</footer></body></html>"""


def article(raw: bytes) -> Article:
    outcome = read_page(raw, place="a.html")
    assert isinstance(outcome, Placed), outcome
    return outcome.article


def test_a_page_gives_title_text_date_source_and_address() -> None:
    found = article(PAGE.replace("CHARSET", "utf-8").encode())
    assert (found.title, found.source, found.published) == ("新车间明年投产", "示例网", "2025-11-20")
    assert found.url == "https://news.example/a1"
    assert FIRST in found.body
    assert SECOND in found.body
    assert found.language == "zh"


def test_menus_and_footers_are_left_out() -> None:
    body = article(PAGE.replace("CHARSET", "utf-8").encode()).body
    assert "首页" not in body
    assert "版权所有" not in body


@pytest.mark.parametrize(("declared", "used"), [("gb2312", "gb18030"), ("utf-8", "gb18030"), ("no-such", "utf-8")])
def test_the_declared_encoding_is_used_where_it_fits_the_bytes(declared: str, used: str) -> None:
    assert FIRST in article(PAGE.replace("CHARSET", declared).encode(used)).body


def test_a_declared_encoding_is_believed_where_the_bytes_alone_do_not_tell() -> None:
    page = PAGE.replace("CHARSET", "windows-1251").replace(FIRST, "Цена руды выросла на неделе. " * 8)
    raw = page.encode("cp1251", "ignore")
    assert "Цена руды выросла" in article(raw).body


def test_a_page_without_an_article_is_set_aside() -> None:
    outcome = read_page(b"<html><head><title>x</title></head><body><div id='app'></div></body></html>", place="a.html")
    assert isinstance(outcome, Rejected)
    assert outcome.place == "a.html"
    assert outcome.reason.startswith("no article text found in this page")


def test_what_is_no_markup_is_set_aside() -> None:
    assert isinstance(read_page(b"<", place="a.html"), Rejected)
