"""`routes --json`: every route, who could ever use it, the kinds of object it names, and sample arguments."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver

from ground.door import declared


class Command(BaseCommand):
    """Lists the resolver, so that nothing can be left out."""

    help = "Every route with its methods, roles, kinds of object and sample arguments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(routes())
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=1))
            return
        for row in rows:
            self.stdout.write(f"{row['route']:<60} {','.join(row['methods']):<10} {', '.join(row['roles']) or 'NOBODY'}")


def routes() -> list[dict[str, Any]]:
    """One entry per URL pattern, in the resolver's order; a view that declares nothing has no roles."""
    return [_entry(route, pattern) for route, pattern in _patterns(get_resolver().url_patterns, "/")]


def _patterns(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        route = prefix + str(one.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, route)
        else:
            yield route, one


def _entry(route: str, pattern: URLPattern) -> dict[str, Any]:
    said = declared(pattern.callback)
    arguments = {name: said.sample[name] for name in pattern.pattern.converters if said and name in said.sample}
    return {
        "route": route,
        "name": pattern.name or "",
        "methods": list(said.methods) if said else [],
        "roles": sorted(said.roles) if said else [],
        "kinds": list(said.kinds) if said else [],
        "sample": arguments,
    }
