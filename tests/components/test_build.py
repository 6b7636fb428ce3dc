"""What the build makes: light, nobody else's pictures or typeface, the same from left and from right."""

import gzip
import json
import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
BUILT = ROOT / "static" / "built"


def weight(name: str) -> int:
    return len(gzip.compress((BUILT / name).read_bytes(), mtime=0))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_style_sheet_and_scripts_are_light() -> None:
    assert weight("pathways.css") < 16_000
    assert weight("govuk-frontend.min.js") + weight("pathways.js") < 14_000
    assert weight("no-signal.js") < 3_000
    assert weight("service-worker.js") < 6_000


def test_style_sheet_names_no_picture_font_source_map_or_host() -> None:
    css = (BUILT / "pathways.css").read_text()

    assert re.findall(r"url\(|@font-face|@import|sourceMappingURL|GDS Transport|crown|\ufeff", css) == []
    assert "sourceMappingURL" not in (BUILT / "govuk-frontend.min.js").read_text()
    assert css.splitlines()[1].startswith("/*! with parts of govuk-frontend 6.")


def test_style_sheet_knows_start_and_end_not_left_and_right() -> None:
    css = (BUILT / "pathways.css").read_text()

    sided = re.findall(r"[{;](?:margin|padding|border)-(?:left|right)[^:]*:|[{;](?:left|right):|text-align:(?:left|right)", css)

    assert sided == []
    assert css.count("padding-inline-start") > 10


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("brand", "paper"),
        ("brand", "brand-tint"),
        ("ours", "paper"),
        ("ours", "ours-tint"),
        ("red", "paper"),
        ("red", "red-tint"),
        ("quiet", "paper"),
        ("quiet", "brand-tint"),
        ("quiet", "neutral"),
        ("quiet", "ours-tint"),
        ("ink", "focus"),
    ],
)
def test_colour_can_be_read_on_its_ground(ink: str, paper: str) -> None:
    source = (ROOT / "static" / "src" / "_settings.scss").read_text()
    colours = {
        name: value if len(value) == 7 else "#" + "".join(2 * one for one in value[1:])
        for name, value in re.findall(r"^\$([\w-]+): (#[0-9a-f]{3,6});", source, re.MULTILINE)
    }

    assert contrast(colours[ink], colours[paper]) >= 4.5


def test_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all(package.get("integrity", "").startswith("sha512-") for name, package in lock["packages"].items() if name)
