"""Rules of the house that no linter checks: size of modules, where imports stand, who may print, what is described."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import counterveil

ROOT = Path(counterveil.__file__).parent
MODULES = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.py"))
MIGRATIONS = "store/migrations/"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def functions(node: ast.AST) -> Iterator[Function]:
    return (found for found in ast.walk(node) if isinstance(found, Function))


def public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Public classes and functions of a module, methods of public classes among them."""
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield f"{inside}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def test_no_module_is_over_500_lines_and_the_median_is_small() -> None:
    sizes = {module: len((ROOT / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {module: n for module, n in sizes.items() if n > 500} == {}
    assert sorted(sizes.values())[len(sizes) // 2] <= 120


def test_imports_stand_at_the_top() -> None:
    """An import inside a function hides a dependency, most often a cycle (DESIGN.md §5)."""
    assert [place for module in MODULES for place in inner_imports(tree(module), module)] == []


def inner_imports(code: ast.Module, module: str) -> list[str]:
    imports = (ast.Import, ast.ImportFrom)
    return [f"{module}:{n.lineno}" for f in functions(code) for n in ast.walk(f) if isinstance(n, imports)]


def test_only_the_command_line_prints() -> None:
    silent = [module for module in MODULES if not module.startswith("cli/")]
    assert [place for module in silent for place in prints(tree(module), module)] == []


def prints(code: ast.Module, module: str) -> list[str]:
    calls = [n for n in ast.walk(code) if isinstance(n, ast.Call)]
    return [f"{module}:{n.lineno}" for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]


def test_what_is_public_is_described() -> None:
    assert [module for module in MODULES if not ast.get_docstring(tree(module))] == []
    described = [module for module in MODULES if not module.startswith(MIGRATIONS)]
    assert [f"{module}: {name}" for module in described for name in undescribed(tree(module))] == []


def undescribed(code: ast.Module) -> list[str]:
    return [name for name, node in public(code.body) if not ast.get_docstring(node)]


def test_functions_take_few_positional_parameters() -> None:
    """At most five, ``self`` not counted; more are given by name."""
    counted = {
        f"{module}:{f.lineno} {f.name}": sum(a.arg not in ("self", "cls") for a in (*f.args.posonlyargs, *f.args.args))
        for module in MODULES
        for f in functions(tree(module))
    }
    assert {place: n for place, n in counted.items() if n > 5} == {}


def test_no_handler_swallows_everything() -> None:
    """``except:``, and ``except Exception`` that goes on as if nothing were, lose what went wrong."""
    assert [place for module in MODULES for place in swallowing(tree(module), module)] == []


def swallowing(code: ast.Module, module: str) -> list[str]:
    found = []
    for handler in (n for n in ast.walk(code) if isinstance(n, ast.ExceptHandler)):
        broad = isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
        if handler.type is None or (broad and all(isinstance(s, ast.Pass) for s in handler.body)):
            found.append(f"{module}:{handler.lineno}")
    return found


def test_the_checks_see_what_they_look_for() -> None:
    code = ast.parse(
        "def f():\n    import os\n    print(1)\nclass K:\n    def m(self): ...\n    def _n(self): ...\n"
        "try: ...\nexcept Exception: pass\ntry: ...\nexcept: raise\n"
    )
    assert undescribed(code) == ["f", "K", "K.m"]
    assert inner_imports(code, "m") == ["m:2"]
    assert prints(code, "m") == ["m:3"]
    assert swallowing(code, "m") == ["m:8", "m:10"]
