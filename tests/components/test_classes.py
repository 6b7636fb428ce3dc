"""A class that no style sheet knows is a page that does not look as somebody thought."""

import re

from django.conf import settings

#: Hooks without a look of their own: parts of a block named for its neighbours, and what a reader of the markup is told.
LOOKLESS = {"govuk-table__body", "govuk-table__row"}


def test_every_govuk_class_in_a_template_is_in_the_style_sheet() -> None:
    css = (settings.BASE_DIR / "static" / "built" / "pathways.css").read_text()
    known = set(re.findall(r"\.(govuk-[\w-]+)", css)) | LOOKLESS
    unknown = {}
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        attributes = re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(), flags=re.DOTALL))
        strange = {name for value in attributes for name in value.split() if re.fullmatch(r"govuk-[\w-]*\w", name)} - known
        if strange:
            unknown[path.name] = sorted(strange)

    assert unknown == {}
