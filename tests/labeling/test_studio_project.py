"""The project: made from the codebook, found again, kept in step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labeling.codebook_history import history_of
from labeling.studio_client import Raw, Studio
from labeling.studio_project import SetUp, check_in_force, differing, project_of, setup_project, wanted_settings
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.errors import StudioError

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FAILURE, HOPE = (Frame(name, Words(name, name), Words("", "")) for name in ("failure", "hope"))
CHINA, EU = (Actor(name.lower(), Words(name, name), (Alias(name),)) for name in ("China", "EU"))
CODEBOOK = Codebook("demo", Words("Demo", "示例"), (FAILURE, HOPE), (CHINA, EU))


def test_the_project_gets_the_codebooks_name_interface_guide_and_history(memory_studio: Studio) -> None:
    assert setup_project(memory_studio, CODEBOOK, now=NOW) == SetUp(1, "Demo", CODEBOOK.reference, created=True)
    project = memory_studio.project(1)
    assert 'name="stance__china"' in project["label_config"]
    assert project["description"] == f"Standpoint codebook {CODEBOOK.reference} since 2026-11-25T03:00:00Z"
    assert (project["show_instruction"], project["show_collab_predictions"], project["maximum_annotations"]) == (
        1,
        1,
        2,
    )


def test_a_second_setup_changes_nothing(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW)
    again = setup_project(memory_studio, CODEBOOK, now=NOW + timedelta(days=1))
    assert again == SetUp(1, "Demo", CODEBOOK.reference, created=False)


def test_the_number_of_answers_stays_unless_another_is_asked_for(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW, maximum_annotations=3)
    assert setup_project(memory_studio, CODEBOOK, now=NOW).changed == ()
    assert setup_project(memory_studio, CODEBOOK, now=NOW, maximum_annotations=1).changed == ("maximum_annotations",)


def test_a_changed_codebook_changes_the_project_and_is_written_down(
    memory_studio: Studio, shelf: dict[int, Raw]
) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW)
    shelf[1] = {"annotations": []}
    changed = replace(CODEBOOK, frames=(FAILURE,))
    done = setup_project(memory_studio, changed, now=NOW + timedelta(days=1))
    assert done.changed == ("label_config", "expert_instruction", "description")
    assert done.notes == (
        "the codebook changed: push the articles again, which brings the tasks' lists of actors in step",
    )
    history = history_of(memory_studio.project(1)["description"])
    assert [revision.reference for revision in history] == [CODEBOOK.reference, changed.reference]


def answered(memory_studio: Studio, shelf: dict[int, Raw], control: str, label: str) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW)
    labels = {"frames": ["failure", "hope"], "actors": ["china", "eu"], "stance__eu": ["critical"]}
    controls = {name: {"labels": offered} for name, offered in labels.items()}
    memory_studio.update_project(1, {"parsed_label_config": controls})
    shelf[1] = {"annotations": [{"result": [{"from_name": control, "value": {"choices": [label]}}]}]}


def test_a_frame_that_leaves_while_in_use_is_told(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    answered(memory_studio, shelf, "frames", "hope")
    done = setup_project(memory_studio, replace(CODEBOOK, frames=(FAILURE,)), now=NOW)
    assert done.notes[0].startswith("'hope' has left 'frames', but 1 answers have it: they stay")


def test_an_actor_that_leaves_while_in_use_is_refused(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    answered(memory_studio, shelf, "stance__eu", "critical")
    before = memory_studio.project(1)
    with pytest.raises(StudioError, match="actor 'eu' is no longer in the codebook, but 1 answers .* keeps a question"):
        setup_project(memory_studio, replace(CODEBOOK, actors=(CHINA,)), now=NOW)
    assert memory_studio.project(1) == before


def test_a_project_is_found_by_its_id_too(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, title="Pilot", now=NOW)
    assert project_of(memory_studio, CODEBOOK, "1")["title"] == "Pilot"


def test_two_projects_of_one_title_are_told_apart_by_id(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW)
    memory_studio.create_project({"title": "Demo"})
    with pytest.raises(StudioError, match=r"2 projects have the title 'Demo' \(ids 1, 2\). Use --project 1"):
        setup_project(memory_studio, CODEBOOK, now=NOW)


def test_a_project_that_is_not_there_is_asked_back(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, title="Pilot", now=NOW)
    with pytest.raises(StudioError, match=r"no project 'Pilto' \(Pilot\); did you mean 'Pilot'\? Make it with"):
        project_of(memory_studio, CODEBOOK, "Pilto")


def test_a_project_of_another_codebook_is_not_touched(memory_studio: Studio) -> None:
    setup_project(memory_studio, replace(CODEBOOK, id="other"), now=NOW)
    with pytest.raises(StudioError, match="is for codebook 'other', not 'demo'. Name another one with --project"):
        setup_project(memory_studio, CODEBOOK, now=NOW)


def test_a_project_that_somebody_made_by_hand_is_not_touched(memory_studio: Studio) -> None:
    memory_studio.create_project({"title": "Demo", "description": "mine"})
    with pytest.raises(StudioError, match="was not made by Standpoint"):
        setup_project(memory_studio, CODEBOOK, now=NOW)


@pytest.mark.parametrize(
    ("title", "message"), [("ab", "takes 3 to 50"), ("x" * 51, "takes 3 to 50"), ("7", "has the id 7")]
)
def test_a_title_must_be_one_that_the_server_takes(memory_studio: Studio, title: str, message: str) -> None:
    with pytest.raises(StudioError, match=message):
        setup_project(memory_studio, CODEBOOK, title=title, now=NOW)


def test_another_revision_than_the_one_in_force_is_refused(memory_studio: Studio) -> None:
    setup_project(memory_studio, CODEBOOK, now=NOW)
    with pytest.raises(StudioError, match=f"asks by '{CODEBOOK.reference}'.* Run `standpoint label setup` first"):
        check_in_force(memory_studio.project(1), replace(CODEBOOK, frames=(HOPE,)))


def test_of_the_guide_only_the_words_count() -> None:
    wanted = wanted_settings(CODEBOOK)
    cleaned = str(wanted["expert_instruction"]).replace(">", ' class="x">')
    assert differing(wanted | {"expert_instruction": cleaned}, wanted) == ()
    assert differing(wanted | {"expert_instruction": cleaned + "!"}, wanted) == ("expert_instruction",)
