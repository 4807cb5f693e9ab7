"""Guards of the house style: floors, owner files, sizes, documentation, and what never enters the code."""

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import standpoint

ROOT = Path(__file__).parents[1]

FLOORS = {
    "standpoint": 0,
    "corpus": 1,
    "labeling": 1,
    "models": 1,
    "measurement": 1,
    "training": 2,
    "serving": 2,
    "report": 2,
    "cli": 3,
    "benchmarks": 4,
}
"""Imports go to a lower floor only; rooms on one floor do not know each other."""

OWNERS = {
    "ahocorasick": ("standpoint/mentions.py",),
    "charset_normalizer": ("corpus/encoding.py",),
    "datasets": ("training/gold.py",),
    "datasketch": ("corpus/stories.py",),
    "fastapi": ("serving/",),
    "filelock": ("serving/batch/output.py",),
    "fsspec": ("corpus/sources.py",),
    "httpx": ("labeling/studio_client.py",),
    "huggingface_hub": ("models/encoder_hub.py",),
    "jinja2": ("report/page.py", "serving/explorer_page.py"),
    "label_studio_sdk": ("labeling/studio_client.py",),
    "matplotlib": ("training/plots.py",),
    "mlflow": ("models/store.py", "training/tracking.py", "serving/registry.py", "serving/pyfunc.py"),
    "onnxruntime": ("models/encoder_onnx.py", "models/encoder_export.py"),
    "pandas": ("serving/pyfunc.py",),
    "prometheus_client": ("serving/metrics.py",),
    "pyarrow": ("corpus/table.py", "corpus/content.py", "serving/batch/ray_driver.py", "serving/batch/tables.py"),
    "pydantic": ("serving/",),
    "pydantic_core": ("serving/api.py",),
    "ray": ("serving/batch/ray_driver.py",),
    "rich": ("cli/",),
    "safetensors": ("models/folder.py", "models/encoder_checkpoint.py", "models/encoder_restore.py"),
    "starlette": ("serving/",),
    "tokenizers": ("models/encoder_tokens.py",),
    "torch": ("models/encoder_",),
    "trafilatura": ("corpus/page.py",),
    "transformers": ("models/encoder_network.py", "models/encoder_source.py"),
    "typer": ("cli/",),
    "uvicorn": ("serving/server.py",),
}
"""The files (or rooms) that may import an outside library; everyone else goes through them."""

EVERYWHERE = {"numpy", "scipy", "sklearn"}
"""Outside libraries that every room may import."""

MANY_PARAMETERS = {
    "standpoint.article.make_article": "one parameter for each field of an article",
    "cli.label_adjudicate.adjudicate_annotations": "one parameter for each option of the command",
    "cli.label_agreement.show_agreement": "one parameter for each option of the command",
    "cli.label_retrain.retrain": "one parameter for each option of the command",
    "cli.label_push.push_articles": "one parameter for each option of the command",
    "cli.label_sample.sample_articles": "one parameter for each option of the command",
    "cli.score.score_articles": "one parameter for each option of the command",
    "cli.serve.serve": "one parameter for each option of the command",
    "cli.train.train_model": "one parameter for each option of the command",
    "models.encoder_news_model.EncoderNewsModel.__init__": "one parameter for each part of a model",
}
"""Functions with more than six parameters, and why."""

GATED_IMPORTS: dict[str, str] = {
    "benchmarks/batch.py": "encoder",
    "benchmarks/faithfulness.py": "encoder",
    "benchmarks/narrative_frames.py": "encoder",
    "benchmarks/stance_outcomes.py": "encoder",
    "benchmarks/speed.py": "encoder",
    "cli/model_options.py": "encoder",
    "models/encoder_choice.py": "encoder",
    "models/folder.py": "onnx",
}
"""Files that import an optional extra inside a function, and which extra."""

UNSAFE = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="the source tree is not here")


@cache
def files(*, tests: bool = False) -> dict[str, ast.Module]:
    """Return every file of the rooms, by its path from the root, parsed."""
    rooms = [*FLOORS, "tests"] if tests else list(FLOORS)
    paths = sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_bytes()) for path in paths}


def shipped() -> dict[str, ast.Module]:
    return {file: tree for file, tree in files().items() if room_of(file) != "benchmarks"}


def room_of(name: str) -> str:
    return re.split("[/.]", name)[0]


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of every module the file imports, ours down to the submodule."""
    ours = {module_name(file) for file in files()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = {f"{module}.{alias.name}" for alias in node.names}
            yield from (name if name in ours else module for name in sorted(names))


def functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """Yield every function and method with its full name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield f"{prefix}.{node.name}", node
        if isinstance(node, Function | ast.ClassDef):
            yield from functions(node, f"{prefix}.{node.name}")
        else:
            yield from functions(node, prefix)


def all_functions() -> list[tuple[str, Function]]:
    return [found for file, tree in files(tests=True).items() for found in functions(tree, module_name(file))]


def public_things(tree: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[str, Documented]]:
    """Yield the module or class itself and every public class, function and method in it."""
    yield name, tree
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            inner = f"{name}.{node.name}"
            yield from public_things(node, inner) if isinstance(node, ast.ClassDef) else [(inner, node)]


def test_the_guards_see_the_code() -> None:
    assert "standpoint/article.py" in files()


def test_imports_go_down_only() -> None:
    def is_allowed(room: str, other: str) -> bool:
        return room == other or (FLOORS[room] > FLOORS[other] and (room, other) != ("benchmarks", "cli"))

    wrong = [
        f"{file} imports {name}"
        for file, tree in files().items()
        for name in imports(tree)
        if room_of(name) in FLOORS and not is_allowed(room_of(file), room_of(name))
    ]
    assert wrong == []


def test_imports_name_the_whole_way() -> None:
    relative = [file for file, tree in files(tests=True).items() if any(name[0] == "." for name in imports(tree))]
    assert relative == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module_name(file): set(imports(tree)) - {module_name(file)} for file, tree in files().items()}
    graphlib.TopologicalSorter(graph).prepare()


def test_an_outside_library_is_imported_only_by_its_owners() -> None:
    known = sys.stdlib_module_names | FLOORS.keys() | EVERYWHERE
    wrong = [
        f"{file} imports {name}; owners: {', '.join(OWNERS.get(room_of(name), ())) or 'none yet'}"
        for file, tree in shipped().items()
        for name in imports(tree)
        if room_of(name) not in known and not file.startswith(OWNERS.get(room_of(name), ()))
    ]
    assert wrong == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in files(tests=True)}
    assert {file: length for file, length in lengths.items() if length > 400} == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in all_functions()}
    assert {name: length for name, length in lengths.items() if length > 40} == {}


def test_no_function_has_more_than_six_parameters_without_a_reason() -> None:
    counts = {
        name: len([one for one in parameters(node) if one not in ("self", "cls")]) for name, node in all_functions()
    }
    assert {name: count for name, count in counts.items() if count > 6 and name not in MANY_PARAMETERS} == {}


def parameters(node: Function) -> list[str]:
    arguments = node.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def test_every_file_says_in_its_first_line_what_it_is() -> None:
    silent = [
        file for file, tree in files(tests=True).items() if not (ast.get_docstring(tree) and first_line(tree) == 1)
    ]
    assert silent == []


def first_line(tree: ast.Module) -> int:
    return tree.body[0].lineno


def test_everything_public_is_documented() -> None:
    public = [found for file, tree in files().items() for found in public_things(tree, module_name(file))]
    assert [name for name, node in public if not ast.get_docstring(node)] == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        name
        for file, tree in files().items()
        if file not in GATED_IMPORTS
        for name, function in functions(tree, module_name(file))
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert hidden == []


def test_every_file_and_folder_has_a_name_that_says_something() -> None:
    assert [file for file in files(tests=True) if set(Path(file).with_suffix("").parts) & NAMELESS] == []


def test_nothing_that_runs_foreign_code_on_loading_is_imported() -> None:
    wrong = [
        f"{file} imports {name}" for file, tree in files().items() for name in imports(tree) if room_of(name) in UNSAFE
    ]
    assert wrong == []


def test_no_model_is_loaded_with_code_or_objects_of_its_own() -> None:
    wrong = [
        f"{file}:{node.value.lineno}"
        for file, tree in files().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and (node.arg == "trust_remote_code" or (node.arg == "allow_pickle" and ast.unparse(node.value) != "False"))
    ]
    assert wrong == []


def test_only_the_command_line_and_the_benchmarks_print() -> None:
    printing = [
        f"{file}:{node.lineno}"
        for file, tree in files().items()
        if room_of(file) not in ("cli", "benchmarks")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_no_input_is_checked_by_assert() -> None:
    asserting = [
        f"{file}:{node.lineno}"
        for file, tree in shipped().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert asserting == []


def test_no_file_names_a_place_of_one_machine() -> None:
    places = [f"/{folder}/" for folder in ("tmp", "root", "work")]
    wrong = [
        f"{path}:{number}"
        for path in files(tests=True)
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), start=1)
        if any(place in line for place in places)
    ]
    assert wrong == []


def test_no_room_has_the_name_of_a_standard_module() -> None:
    assert FLOORS.keys() & sys.stdlib_module_names == set()


def test_every_room_is_shipped_but_the_benchmarks() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {room_of(file) for file in shipped()} - set(packages) == set()
    assert {"benchmarks", "tests"} & set(packages) == set()


def test_a_fresh_interpreter_elsewhere_imports_our_rooms_and_no_others(tmp_path: Path) -> None:
    rooms = sorted({room_of(file) for file in shipped()})
    script = f"import {', '.join(rooms)}\nfor room in ({', '.join(rooms)},): print(room.__file__)"
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = {Path(line).parent.name: Path(line).read_bytes() for line in run.stdout.splitlines()}
    assert imported == {room: (ROOT / room / "__init__.py").read_bytes() for room in rooms}


def test_the_public_names_are_those_in_the_documentation() -> None:
    listed = re.findall(r"^- `(\w+)`:", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(standpoint.__all__)
    assert all(hasattr(standpoint, name) for name in listed)
