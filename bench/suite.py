"""What is measured: the parts in their order."""

from collections.abc import Callable, Iterator, Mapping

from bench.bulk import bulk
from bench.doubles import doubles
from bench.files import files
from bench.form import form
from bench.imports import imports
from bench.pages import pages
from bench.pairs import Measured
from bench.search import search
from bench.steps import steps
from pathways.simulation.world import World

#: What `make bench ONLY=...` chooses among.
PARTS: Mapping[str, Callable[[World, int], Iterator[Measured]]] = {
    "pages": pages,
    "search": search,
    "doubles": doubles,
    "steps": steps,
    "bulk": bulk,
    "files": files,
    "form": form,
    "imports": imports,
}
