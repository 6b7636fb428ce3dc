"""Pages reach rows through their scope: a plain look-up of a model that has one is refused, and so is an unnamed way round it."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver

from config.launcher.checks import APPS
from ground.door import declared
from pathways.queries.integrity import own_models

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("views", "forms", "tables", "exports", "api")
#: What may stand behind `Model.objects` there: a scope, all rows for a reason, none, the mailbox of a link or form.
WAYS = {"for_user", "unscoped", "none", "known_as"}
MANAGERS = {"objects", "_base_manager", "_default_manager"}
#: Why some code asks for all rows. A new reason is a new line here, for a reviewer to read.
REASONS = {
    "a privacy notice is for everybody",
    "which questions a programme puts is for everybody",
    "a command names the programme",
    "a simulation asks whether it is there",
    "an employer's people, to be told of an introduction",
    "cover ends with a seat",
    "covers that are over",
    "employers of one programme",
    "employers that the person agreed to share with",
    "named by whoever has the shell",
    "named in full by whoever has the shell",
    "names in a timeline that is in sight",
    "the actor's own organisation",
    "the demo asks whether anybody is there",
    "the demo asks whether it is there",
    "the demo prints its sign-ins",
    "the employer that a register names",
    "the first administrator's organisation",
    "the importer's own seat",
    "the lead's own organisation",
    "the link in the mailbox names the person",
    "the name of who changed an opening",
    "the other seats of somebody whose right is about to end",
    "the public form",
    "the user's own organisation, or employers of a lead's programmes",
    "those of the user's own seats",
    "users who could see a person",
    "workers of the importing organisation",
    "workers who may hold a case",
    "whose time it is",
    "workers, each with their own day",
}
#: Addresses that anybody may open without having signed in. Those of the demo are there in a demo alone.
PUBLIC = {
    "",
    "accessibility/",
    "healthz",
    "interest/",
    "interest/questions/",
    "interest/<slug:code>/",
    "invitation/<str:token>/",
    "password-reset/",
    "password-reset/<uuid:uuid>/<str:token>/",
    "privacy-notice/",
    "readyz",
    "service-worker.js",
    "sign-in/",
    "sign-in/code/",
    "sign-out/",
}
PUBLIC_IN_A_DEMO = {"demo/day/", "demo/mailbox/", "demo/phone/", "demo/phone/<uuid:uuid>/"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def scoped() -> set[str]:
    """Models whose rows are not everybody's: those with for_user, and those that a question of pathways.scope answers with."""
    own = {model.__name__ for model in own_models() if hasattr(getattr(model, "objects", None), "for_user")}
    answers = [node.returns for node in ast.parse((ROOT / "pathways/scope.py").read_text()).body if isinstance(node, ast.FunctionDef)]
    return own | {answer.slice.id for answer in answers if isinstance(answer, ast.Subscript) and isinstance(answer.slice, ast.Name)}


def plain(tree: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    """Every `Model.objects.something` of these models where something is no way that a page may go."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in MANAGERS:
            owner = node.value.value
            if isinstance(owner, ast.Name) and owner.id in names and node.attr not in WAYS:
                yield node.lineno, f"{owner.id}.{node.value.attr}.{node.attr}"


def test_the_models_that_have_a_scope_are_these() -> None:
    assert {"Candidate", "Pathway", "Introduction", "Placement", "StageChange", "Consent", "CareerHeading", "User", "Programme"} <= scoped()
    assert len(scoped()) == 28


def test_pages_and_forms_ask_for_rows_through_their_scope() -> None:
    names = scoped()
    rooms = [(name, tree) for name, tree in sources() if name.split("/")[1].removesuffix(".py") in ROOMS]
    assert [f"{name}:{line} {words}" for name, tree in rooms for line, words in plain(tree, names)] == []


@pytest.mark.parametrize(
    "line", ["Pathway.objects.all()", "Candidate.objects.get(pk=1)", "User.objects.filter()", "Placement._base_manager.filter(pk=1)"]
)
def test_a_plain_look_up_would_be_noticed(line: str) -> None:
    assert [words for _, words in plain(ast.parse(f"found = {line}"), scoped())] == [line.partition("(")[0]]


def test_every_reason_for_asking_for_all_rows_is_on_the_list() -> None:
    calls = [node for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asked = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "unscoped"]
    said = {node.args[0].value for node in asked if node.args and isinstance(node.args[0], ast.Constant)}
    assert len([node for node in asked if node.args and isinstance(node.args[0], ast.Constant)]) == len(asked), "a reason is written out"
    assert said == REASONS


def routes(patterns: Iterable[object], before: str = "") -> Iterator[tuple[str, object]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each.callback  # type: ignore[attr-defined]


def test_the_addresses_open_to_everybody_are_frozen() -> None:
    said = {address: declared(view) for address, view in routes(get_resolver().url_patterns)}
    open_to_all = {address for address, one in said.items() if one is not None and "public" in one.roles}
    assert open_to_all - PUBLIC_IN_A_DEMO == PUBLIC
    assert {address for address, one in said.items() if one is None} == set()
