"""The rules of the house, checked: direction of imports, sizes, words, commands, tools."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lipsync.settings import ROOT

pytestmark = pytest.mark.xdist_group("house")

OURS = [
    *sorted(path for part in ("lipsync", "components", "pages") for path in (ROOT / part).rglob("*.py")),
    ROOT / "app.py",
]
PAGES_AND_COMPONENTS = [
    path for path in OURS if path.is_relative_to(ROOT / "components") or "pages" in path.parts
]

MOST_LINES = 300
LONG_MODULES = {
    "lipsync/settings.py": "one class with every key, so that the page that documents them has one source",
    "lipsync/audio/sniff_mp4.py": "the boxes of one format, read in one go",
    "lipsync/jobs/engine.py": "the narrow interface and what hides behind it belong together",
    "lipsync/jobs/store.py": "every statement about the jobs table in one place, for reviews of the gate",
    "lipsync/upstream/client.py": "one method per call of the API",
    "lipsync/upstream/replies.py": "every known shape of an answer, side by side",
}
LONG_MODULES_AT_MOST = 420
MOST_FUNCTION_LINES = 60

COMPUTED_SENTENCES = {
    ("lipsync/i18n.py", "one if count == 1 else many"): "this is `plural` itself",
    ("lipsync/audio/words.py", "name"): "names of formats, from a fixed list",
    ("components/wording.py", "voice.gender"): "from the catalogue",
    ("components/wording.py", "voice.description"): "from the catalogue",
    ("pages/voices.py", "voice.gender"): "from the catalogue",
    ("pages/voices.py", "voice.description"): "from the catalogue",
}

TEXT_FUNCTIONS = {
    "write", "markdown", "caption", "text", "title", "header", "subheader", "info", "warning",
    "error", "success", "button", "link_button", "download_button", "form_submit_button",
    "page_link", "toast", "metric", "badge", "checkbox", "toggle", "radio", "selectbox",
    "multiselect", "text_input", "text_area", "slider", "select_slider", "number_input",
    "file_uploader", "audio_input", "chat_input", "tabs", "expander", "popover", "spinner",
    "status", "segmented_control", "pills", "dialog", "progress",
}  # fmt: skip
TEXT_ARGUMENTS = {"label", "body", "help", "placeholder", "text"}
SIGNS = re.compile(r":material/\w+:|:[a-z]+(?=\[)|https?://|`[^`]*`|</?\w+[^>]*>")
"""What Streamlit reads as signs, not people as words."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(node: ast.AST) -> str:
    """The last part of what a call calls, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def tracked() -> list[Path]:
    """The files of the project: those git knows, or those beside the tests where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [path for part in done.stdout.split("\0") if part and (path := ROOT / part).is_file()]
    parts = ("lipsync", "components", "pages", "tests", "docs")
    return [path for part in parts for path in (ROOT / part).rglob("*") if path.is_file()]


# -- imports -------------------------------------------------------------------------------


def test_the_contracts_of_import_linter_hold() -> None:
    done = run(
        "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_imports_point_down() -> None:
    upwards = {"lipsync": {"components", "pages", "app", "streamlit"}, "components": {"pages", "app"}}
    wrong = [
        f"{name(path)} imports {one}"
        for path in OURS
        for one in imports(path)
        if one.split(".")[0] in upwards.get(path.relative_to(ROOT).parts[0], set()) | {"tests"}
    ]
    assert wrong == []


def test_only_the_sandbox_imports_the_sandbox() -> None:
    sandbox = ROOT / "lipsync" / "sandbox"
    importing = {
        path for path in OURS for one in imports(path) if one.split(".")[:2] == ["lipsync", "sandbox"]
    }
    assert importing
    assert [name(path) for path in importing if not path.is_relative_to(sandbox)] == []


# -- sizes ---------------------------------------------------------------------------------


def test_modules_are_short_or_have_a_reason() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}
    long = {module: lines for module, lines in lengths.items() if lines > MOST_LINES}
    assert {module: lines for module, lines in long.items() if module not in LONG_MODULES} == {}
    assert {module: lines for module, lines in long.items() if lines > LONG_MODULES_AT_MOST} == {}
    assert set(LONG_MODULES) - set(lengths) == set(), "a reason for a module that is gone"


def test_functions_are_short() -> None:
    long = {
        f"{name(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(long) > 300
    assert {function: lines for function, lines in long.items() if lines > MOST_FUNCTION_LINES} == {}


def test_no_error_is_hidden_wholesale() -> None:
    hidden = [
        f"{name(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        and "BLE001" not in path.read_text(encoding="utf-8").splitlines()[node.lineno - 1]
    ]
    assert hidden == []


# -- words ---------------------------------------------------------------------------------


def sentences(path: Path) -> Iterator[ast.expr]:
    """What is given to the translation function."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "t":
                yield from node.args[:1]
            elif node.func.id == "plural":
                yield from node.args[1:3]


def test_every_sentence_to_translate_is_written_out() -> None:
    computed = {
        (name(path), ast.unparse(sentence))
        for path in OURS
        for sentence in sentences(path)
        if not (isinstance(sentence, ast.Constant) and isinstance(sentence.value, str))
    }
    assert computed - set(COMPUTED_SENTENCES) == set()


def test_places_in_a_sentence_are_filled_and_nothing_is_filled_in_vain() -> None:
    wrong = []
    for path in OURS:
        for node in ast.walk(tree(path)):
            if called(node) not in ("t", "plural") or not isinstance(node, ast.Call):
                continue
            given = {keyword.arg for keyword in node.keywords}
            texts = node.args[:1] if called(node) == "t" else node.args[1:3]
            # Without any values nothing is filled in: the places are for whoever gets the sentence.
            if not given or None in given or not all(isinstance(x, ast.Constant) for x in texts):
                continue
            wanted = {place for x in texts for place in re.findall(r"{(\w+)}", str(x.value))}  # type: ignore[attr-defined]
            if called(node) == "plural":
                wanted, given = wanted | {"count"}, given | {"count"}
            if wanted != given:
                wrong.append(f"{name(path)}:{node.lineno}")
    assert wrong == []


def untranslated(node: ast.AST) -> Iterator[str]:
    """Words in an expression that no translation function sees."""
    if called(node) in ("t", "plural"):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.search(r"[^\W\d_]{2,}", SIGNS.sub("", node.value)):
            yield node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from untranslated(child)


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """Line and words of everything that Streamlit is told to show untranslated."""
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and called(node) in TEXT_FUNCTIONS
        ):
            if isinstance(node.func.value, ast.Attribute) and node.func.value.attr in ("stderr", "stdout"):
                continue
            texts = node.args[:1] + [k.value for k in node.keywords if k.arg in TEXT_ARGUMENTS]
            for text in texts:
                yield from ((node.lineno, words) for words in untranslated(text))


def test_every_text_on_a_page_goes_through_the_translation_function() -> None:
    found = [f"{name(path)}:{line} {words}" for path in PAGES_AND_COMPONENTS for line, words in shown(path)]
    assert found == []


def test_only_the_browser_goes_from_page_to_page() -> None:
    """When the server changes the page, what still asks for the old one clears the new one."""
    calls = [name(p) for p in PAGES_AND_COMPONENTS for n in ast.walk(tree(p)) if called(n) == "switch_page"]
    assert calls == []


def test_no_page_stops_its_run() -> None:
    """After that, what the last run had is still drawn where this one has nothing; see `places.PageEnds`."""
    allowed = {"components/shell.py", "components/places.py"}  # before the log-in, and in a fragment
    stops = {
        name(path)
        for path in PAGES_AND_COMPONENTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.stop"
    }
    assert stops == allowed


def test_the_search_for_untranslated_words_finds_them(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        'st.write("Hello there")\n'
        'st.button(t("Fine"), help="not fine")\n'
        'here.caption(f":material/check: {x} done")\n'
        'st.markdown("- " + ":red[" + t("Fine, {a}", a=b) + "]")\n'
        'st.text_input(t("Fine"), placeholder="https://")\n'
    )
    assert [words for _, words in shown(page)] == ["Hello there", "not fine", " done"]


# -- what a reader sees --------------------------------------------------------------------


def readme_commands() -> list[str]:
    """The lines of the README's blocks of commands that begin with making the environment."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|bash|shell|console)?\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [" ".join(line.split()) for line in lines if "-m venv" in line]


def test_the_readme_has_the_two_commands_and_ci_runs_the_second() -> None:
    first, second = readme_commands()
    start = "python3 -m venv .venv && .venv/bin/pip install -r {} && .venv/bin/{}"
    assert first == start.format("requirements.txt", "streamlit run app.py")
    assert second == start.format("requirements-dev.txt", "pytest")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace(" -q ", " ")
    assert second in [line.strip() for line in ci.splitlines()]


def test_what_the_commands_name_is_there() -> None:
    for file in ("requirements.txt", "requirements-dev.txt", "app.py", "packages.txt", "LICENSE"):
        assert (ROOT / file).is_file(), file


def test_links_between_documents_lead_somewhere() -> None:
    dead = []
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / link).exists():
                dead.append(f"{name(page)}: {link}")
    assert dead == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    slash = "/"
    places = re.compile(
        "|".join(rf"(?<![\w.~}}]){slash}{place}{slash}" for place in ("work", "root", "home", "Users"))
    )
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{name(path)}: {hit.group()}" for hit in places.finditer(text)]
    assert found == []


# -- tools ---------------------------------------------------------------------------------


def test_ruff_has_nothing_to_say() -> None:
    for command in (("check",), ("format", "--check")):
        done = run("-m", "ruff", *command, ".")
        assert done.returncode == 0, done.stdout[-3000:]


def test_the_type_checker_has_nothing_to_say() -> None:
    done = run("-m", "mypy")
    assert done.returncode == 0, done.stdout[-3000:]
