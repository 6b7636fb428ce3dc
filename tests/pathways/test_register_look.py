"""A register on a phone and at a desk: whose answer a ring is can be seen at a glance, and each is as large as a thumb."""

from itertools import pairwise
from typing import Any

import pytest

from tests.pathways.course_scene import CourseScene, register_path
from tests.pathways.test_employer_browser import let_in, page, sound

__all__ = ["page"]
pytestmark = pytest.mark.browser
#: Of each answer: where its ring begins, where its words begin and end, on which line it stands, and how large it is to hit.
ANSWERS = """() => [...document.querySelectorAll(".marks .govuk-radios__item")].map((item) => {
  const label = item.querySelector("label"), input = item.querySelector("input").getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(label);
  const written = words.getBoundingClientRect();
  const ring = item.getBoundingClientRect().left;
  return { ring, begins: written.left, ends: written.right, line: Math.round(written.top), size: Math.min(input.width, input.height) };
})"""
RING = 24


def test_each_ring_is_nearer_to_its_own_words_than_to_the_next(server: Any, page: Any) -> None:
    scene = CourseScene()
    for first in ("Asha", "Beni", "Chidi"):
        scene.begun(first=first, last="Okafor")
    let_in(page, server, scene.trainer)
    page.goto(f"{server.url}{register_path(scene.running, scene.today)}")
    sound(page, "register")
    answers = page.evaluate(ANSWERS)
    assert len(answers) == 9
    assert min(each["size"] for each in answers) >= 44
    assert max(each["begins"] - each["ring"] - RING for each in answers) <= 8
    beside = [(one, two) for one, two in pairwise(answers) if one["line"] == two["line"]]
    assert len(beside) >= 3
    assert min(two["ring"] - one["ends"] for one, two in beside) >= 20
