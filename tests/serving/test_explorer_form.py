"""Tests of serving.explorer_form."""

from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from serving.explorer_form import Form, FormError, other_actors, own_form_only
from serving.problems import ProblemError

OWN = {"host": "news.test", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in {**OWN, **named}.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


def test_a_form_is_read_as_it_was_written() -> None:
    body = urlencode({"title": "稀土 & 1+1=2 😀", "body": "one\r\ntwo\rthree\n\x00", "key": "sp_x"}).encode()
    asked = Form(body).asked()
    assert (asked.title, asked.body) == ("稀土 & 1+1=2 😀", "one\ntwo\nthree\n\x00")


def test_a_title_has_one_line() -> None:
    assert Form(b"title=a%0D%0Ab").asked().title == "a b"


def test_what_is_no_utf_8_is_replaced_and_the_first_of_two_fields_counts() -> None:
    form = Form(b"body=%ff%ED%A0%80%zz&body=later&=&&x")
    assert form.text("body") == "\ufffd" * 4 + "%zz"
    assert form.text("title") == ""


def names(lines: str) -> list[list[str]]:
    return [[alias.text for alias in actor.aliases] for actor in other_actors(lines, most=2, taken=())]


def test_other_actors_stand_one_a_line_with_commas_of_either_language_between_their_names() -> None:
    assert names(" Lynas ,莱纳斯，莱納斯、L\n\n , \nMaaden") == [["Lynas", "莱纳斯", "莱納斯", "L"], ["Maaden"]]
    assert names("") == []


def test_the_ids_of_other_actors_are_none_of_the_codebooks() -> None:
    actors = other_actors("a\nb", most=2, taken={"other-1", "china"})
    assert [(actor.id, actor.name.in_language("zh")) for actor in actors] == [("other-2", "a"), ("other-3", "b")]


@pytest.mark.parametrize(
    ("lines", "line"),
    [("a\nb\n\nc", "4"), ("a\n" + "b," * 21, "2"), ("x" * 200 + "\n" + "x" * 201, "2"), ("a\n" + " " * 9000, "2")],
)
def test_other_actors_that_are_too_much_are_refused_by_their_line(lines: str, line: str) -> None:
    with pytest.raises(FormError, match=f"Line {line} of the other actors") as caught:
        names(lines)
    assert (caught.value.status_code, caught.value.values["line"], caught.value.values["actors"]) == (422, line, "2")


@pytest.mark.parametrize("headers", [{}, {"sec_fetch_site": "same-origin"}, {"origin": "http://news.test"}])
def test_a_form_of_this_page_is_let_in(headers: dict[str, str]) -> None:
    own_form_only(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://news.test"},
        {"origin": "null"},
        {"origin": "http://evil.test"},
        {"origin": "http://[news.test"},
    ],
)
def test_a_form_of_another_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ProblemError, match="sent from another page") as caught:
        own_form_only(request(**headers))
    assert caught.value.status_code == 403


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(ProblemError, match="Programs use POST /v1/predict") as caught:
        own_form_only(request(content_type="multipart/form-data; boundary=x"))
    assert caught.value.status_code == 415
