"""The house as tests: who may import whom is held by import-linter, the rest here."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for folder in ("analytics", "pages") for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


LARGEST = 256_000  # bytes; fonts and the one picture of the README are smaller


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_every_module_says_in_a_sentence_what_it_answers(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path.name} has no docstring"


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_duckdb_never_scans_a_frame(path):
    assert not re.search(r"\.register\(|python_enable_replacements\W+true", path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_pages_hold_no_sql_and_no_raw_html(path):
    text = path.read_text("utf-8")

    assert (
        not re.search(r"\bselect\b.+\bfrom\b", text, re.IGNORECASE | re.DOTALL)
        or "sql(" not in text
    )
    assert "unsafe_allow_html" not in text


@pytest.mark.parametrize("path", CODE, ids=names(CODE))
def test_nothing_unpickles_evaluates_or_swallows(path):
    tree = ast.parse(path.read_text("utf-8"))
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert not calls & {"eval", "exec"}
    assert "pickle" not in path.read_text("utf-8")
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in {path.name}:{node.lineno}"
            silent = len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
            broad = isinstance(node.type, ast.Name) and node.type.id in {
                "Exception",
                "BaseException",
            }
            assert not (silent and broad), f"silenced in {path.name}:{node.lineno}"


def test_the_streamlit_script_is_not_beside_a_pages_folder():
    assert not (ROOT / "pages" / "pages").exists()
    assert "st.App" in (ROOT / "app.py").read_text("utf-8")


def test_generated_pages_of_the_documentation_equal_the_code():
    from analytics.docs import pages

    for path, text in pages().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date: run `make docs`"


def test_no_reader_imports_another():
    from analytics.readers import registry

    names = set(registry.names())
    for module in registry.READERS:
        imported = set()
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                imported |= {each.name for each in node.names}
        assert not imported & names - {module.__name__}


def test_the_runtime_list_is_pinned():
    lines = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]

    assert lines
    assert all("==" in line for line in lines)


def test_nothing_large_is_committed():
    """A file that lay in the folder by chance, an export or a package, stays in the history for good."""
    asked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if asked.returncode:
        pytest.skip("this folder is no checkout of git")
    kept = [ROOT / name for name in asked.stdout.split("\0") if name]

    assert not [path.name for path in kept if path.is_file() and path.stat().st_size > LARGEST]
