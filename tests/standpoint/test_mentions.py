"""Tests of mention finding; expected mentions are written `actor:name as it stands in the text`."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standpoint.codebook import Actor, Alias, Words
from standpoint.codebook_file import load_codebook
from standpoint.mentions import Mention, MentionFinder

RARE_EARTHS = Path(__file__).parents[2] / "codebooks" / "rare-earths.toml"


def actor(id: str, *aliases: str | Alias) -> Actor:
    return Actor(id, Words(id, id), tuple(Alias(alias) if isinstance(alias, str) else alias for alias in aliases))


ACTORS = (
    actor(
        "us",
        "US",
        "U.S.",
        "U.S.A.",
        "United States",
        Alias("美国", ("美国铝业",)),
        Alias("America", ("Bank of America",)),
    ),
    actor("china", "China", "People's Republic of China", "中国", "Beijing"),
    actor("mongolia", Alias("蒙古", ("内蒙古",)), "蒙古国"),
    actor("steel", "US Steel"),
    actor("metals", Alias("Critical Metals", match_case=True), "Critical Metals Corp"),
)


def found(text: str, *actors: Actor) -> list[str]:
    return [
        f"{mention.actor}:{text[mention.start : mention.end]}" for mention in MentionFinder(actors or ACTORS).find(text)
    ]


def test_the_longest_name_wins() -> None:
    assert found("US Steel, U.S.A., 蒙古国, Critical Metals Corp") == [
        "steel:US Steel",
        "us:U.S.A.",
        "mongolia:蒙古国",
        "metals:Critical Metals Corp",
    ]


@pytest.mark.parametrize("text", ["USB", "BUS", "Chinatown", "Indochina", "US2", "ÉUS"])
def test_a_latin_name_needs_word_boundaries(text: str) -> None:
    assert found(text) == []


def test_capitals_tell_the_country_from_the_pronoun() -> None:
    assert found("us, Us, US") == ["us:US"]


def test_a_name_with_lower_case_letters_matches_in_any_case() -> None:
    assert found("CHINA and china and united STATES") == ["china:CHINA", "china:china", "us:united STATES"]


def test_a_name_that_asks_for_its_case_matches_only_as_written() -> None:
    assert found("critical metals; Critical metals; Critical Metals") == ["metals:Critical Metals"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("美国铝业涨价", []),
        ("美国铝业和美国", ["us:美国"]),
        ("内蒙古和蒙古", ["mongolia:蒙古"]),
        ("内蒙古国有企业", []),
        ("Bank of America", []),
        ("bank of america", []),
    ],
)
def test_a_name_does_not_match_inside_the_longer_names_it_excludes(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_name_that_one_actor_excludes_may_be_another_actor() -> None:
    bank = actor("bank", "Bank of China")
    china = actor("china", Alias("China", ("Bank of China",)))
    assert found("Bank of China", china, bank) == found("Bank of China", bank, china) == ["bank:Bank of China"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China's and Beijing’s", ["china:China", "china:Beijing"]),
        ("the People’s Republic of China", ["china:People’s Republic of China"]),
        ("U.S.-China talks", ["us:U.S.", "china:China"]),
        ("China-backed, US-led, US\u2011led", ["china:China", "us:US", "us:US"]),
        ("the U.S., the U.S.; “US”", ["us:U.S.", "us:U.S.", "us:US"]),
        ("在US市场，与China合作", ["us:US", "china:China"]),
        ("中国U.S.中国", ["china:中国", "us:U.S.", "china:中国"]),
        ("ＵＳ与Ｃｈｉｎａ", ["us:ＵＳ", "china:Ｃｈｉｎａ"]),
        ("ＢＵＳ", []),
        ("United\u00a0States", ["us:United\u00a0States"]),
    ],
)
def test_names_are_found_beside_possessives_hyphens_and_chinese(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_an_alias_in_full_width_finds_half_width() -> None:
    assert found("MP3 and MP公司", actor("mp", "ＭＰ公司")) == ["mp:MP公司"]


def test_letters_that_grow_in_lower_case_do_not_move_the_offsets() -> None:
    assert MentionFinder(ACTORS).find("İİ 🔥 China\r\nUS") == [Mention(5, 10, "china"), Mention(12, 14, "us")]


def test_the_first_actor_gets_a_name_that_two_share() -> None:
    assert found("Georgia", actor("country", "Georgia"), actor("state", "Georgia")) == ["country:Georgia"]


def test_a_thousand_aliases_find_what_ten_find() -> None:
    many = [actor(f"actor-{number}", f"Name{number:04}", f"名{number:04}") for number in range(1000)]
    text = "Name0003 met 名0007；Name0009's, Name00031 and name0001."
    assert found(text, *many) == found(text, *many[:10])
    assert len(found(text, *many)) == 4


def test_without_actors_there_are_no_mentions() -> None:
    assert MentionFinder([]).find("China") == []


def test_an_empty_text_has_no_mentions() -> None:
    assert found("") == []


@given(
    st.lists(st.sampled_from("US|U.S.|China|内|蒙古|国|美国|铝业|Bank of |America|İ| |-|.|ＵＳ|'s".split("|"))).map(
        "".join
    )
)
def test_mentions_are_ordered_and_never_overlap(text: str) -> None:
    mentions = MentionFinder(ACTORS).find(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert all(one.end <= other.start for one, other in zip(mentions, mentions[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("over a mountain pass near Mountain Pass", ["mp_materials:Mountain Pass"]),
        ("critical metals and Critical Metals", ["critical_metals:Critical Metals"]),
        ("a white house and the White House", ["united_states:White House"]),
        ("let us tell the US", ["united_states:US"]),
        ("内蒙古的稀土，美国铝业的股价", []),
    ],
)
def test_the_rare_earth_codebook_tells_names_from_ordinary_words(text: str, expected: list[str]) -> None:
    assert found(text, *load_codebook(RARE_EARTHS).actors) == expected


def test_a_chinese_name_that_a_page_broke_with_a_blank_is_found_where_it_stands() -> None:
    assert found("😀 美 国与中 国，内 蒙古 的事。") == ["us:美 国", "china:中 国"]


def test_a_blank_between_latin_words_stays() -> None:
    assert found("United  States and United States") == ["us:United States"]
