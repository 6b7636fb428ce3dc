"""Forms of registers: a file and where it goes; which column is which; what a word means."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.models import Programme
from ground.forms import HouseForm
from pathways.backends.register.columns import plain
from pathways.backends.register.stages import WORDS
from pathways.backends.register.statuses import STAGES, STEPS
from pathways.queries.timeline_words import HAPPENED

#: Fields that a column may hold, in the words of the page. The contract's names are the keys.
FIELDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Who",
        (
            ("ref", "Reference"),
            ("first_name", "First name"),
            ("last_name", "Last name"),
            ("full_name", "Whole name"),
            ("date_of_birth", "Date of birth"),
            ("language", "Language"),
        ),
    ),
    ("How to reach them", (("phone", "Phone"), ("email", "E-mail"), ("address", "Address"), ("postcode", "Postcode"))),
    (
        "How they came, who holds them",
        (("source", "Source"), ("event", "Event"), ("owner", "Worker"), ("family", "Job family wanted"), ("notes", "Notes")),
    ),
    (
        "What happened, with its day",
        (
            ("outreach_on", "First contact"),
            ("interest_on", "Interest expressed"),
            ("interview_on", "Chat held"),
            ("training_on", "Training began"),
            ("training_end_on", "Training ended"),
            ("offer_on", "Job offered"),
            ("start_on", "First day in work"),
            ("sustained_on", "Six months confirmed"),
            ("left_on", "Left the job"),
            ("contact_on", "Day of this contact (one row a contact)"),
        ),
    ),
    ("Where they stand", (("status", "Status"), ("employer", "Employer"))),
    (
        "Equality answers: kept, and shown to nobody",
        (
            ("ethnic_group", "Ethnic group"),
            ("health_condition", "Health condition or disability"),
            ("reduces_activity", "Reduces daily activity"),
            ("registered_disabled", "Registered disabled"),
            ("sex", "Sex"),
            ("gender_same", "Gender same as at birth"),
            ("orientation", "Sexual orientation"),
            ("religion", "Religion"),
            ("care", "Unpaid care"),
        ),
    ),
)
FIELD_WORDS = {name: words for _, fields in FIELDS for name, words in fields}
NAMES = {"first_name", "last_name", "full_name"}
#: Fields that several columns may hold.
MANY = {"phone", "notes", "address", "email"}


def meaning_words(name: str) -> str:
    """A stage or a step in words."""
    return WORDS.get(name) or HAPPENED.get(name) or ""


def _meanings() -> list[tuple[str, Any]]:
    stages = [(stage, WORDS[stage].capitalize()) for stage in STAGES if stage in WORDS]
    steps = [(step, HAPPENED[step]) for step in dict.fromkeys(STEPS) if step in HAPPENED]
    return [("", "Nothing is taken from it"), ("They have reached", stages), ("This happened on that day", steps)]


class UploadForm(HouseForm):
    """A register, and the programme that its people are in."""

    programme = forms.ChoiceField(label="Programme", error_messages={"required": "Choose the programme that these people are in"})
    file = forms.FileField(
        label="Register",
        help_text="A CSV file or an Excel workbook (.xlsx) of at most 32 MB. Any columns, in any order.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": "Choose a file", "empty": "The file is empty", "invalid": "Choose a file", "missing": "Choose a file"},
    )

    def __init__(self, *args: Any, programmes: Iterable[Programme] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {str(each.uuid): each for each in programmes}
        field = self.fields["programme"]
        field.choices = [(key, each.name) for key, each in self.programmes.items()]  # type: ignore[attr-defined]
        if len(self.programmes) == 1:
            field.widget, field.initial = forms.HiddenInput(), next(iter(self.programmes))


class ColumnsForm(HouseForm):
    """Which column is which, and what each word of a status means, for every table of a file."""

    edits = True

    def __init__(self, *args: Any, reading: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables = reading.get("tables", [])
        for number, table in enumerate(self.tables):
            for column in table["columns"]:
                self.fields[f"c{number}-{column['letter']}"] = _column_field(column, table)
            for place, (word, count, means) in enumerate(table["words"]):
                label = f"“{word[:60]}” ({count} {'row' if count == 1 else 'rows'})"
                self.fields[f"w{number}-{place}"] = forms.ChoiceField(label=label, choices=_meanings(), required=False, initial=means)
                self.fields[f"w{number}-{place}"].hide_optional = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A name is needed, and a field that stands once may be held by one column only."""
        cleaned = super().clean() or self.cleaned_data
        for number, table in enumerate(self.tables):
            held: dict[str, str] = {}
            for column in table["columns"]:
                name = cleaned.get(f"c{number}-{column['letter']}", "")
                if name and name in held and name not in MANY:
                    self.add_error(
                        f"c{number}-{column['letter']}", f"“{FIELD_WORDS[name]}” is chosen twice: once for “{held[name]}” already"
                    )
                held.setdefault(name, column["heading"] or column["letter"])
            if not NAMES & set(held) and table["columns"]:
                self.add_error(f"c{number}-{table['columns'][0]['letter']}", "Choose which column holds the name")
        return cleaned

    def mapping(self) -> list[dict[str, Any]]:
        """What was chosen, as the contract writes a mapping."""
        return [self._entry(number, table) for number, table in enumerate(self.tables)]

    def _entry(self, number: int, table: dict[str, Any]) -> dict[str, Any]:
        headings = [plain(column["heading"]) for column in table["columns"]]
        said = {}
        for column in table["columns"]:
            name = self.cleaned_data.get(f"c{number}-{column['letter']}", "")
            once = bool(column["heading"]) and headings.count(plain(column["heading"])) == 1
            if name:
                said[column["heading"] if once else column["letter"]] = name
        entry: dict[str, Any] = {"sheet": table["sheet"], "columns": said} if table["sheet"] else {"columns": said}
        status = next((name for name, field in said.items() if field == "status"), "")
        words = {word: self.cleaned_data.get(f"w{number}-{place}") or None for place, (word, _, _) in enumerate(table["words"])}
        if status and words:
            entry["values"] = {status: words}
        return entry

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each table, for the page: its columns, and its words."""
        return [
            {
                "sheet": table["sheet"],
                "columns": [self[f"c{number}-{column['letter']}"] for column in table["columns"]],
                "words": [self[f"w{number}-{place}"] for place in range(len(table["words"]))],
            }
            for number, table in enumerate(self.tables)
        ]


def _column_field(column: dict[str, Any], table: dict[str, Any]) -> forms.ChoiceField:
    place = next((index for index, each in enumerate(table["columns"]) if each is column), 0)
    seen = [cells[place] for _, cells in table["rows"] if place < len(cells) and cells[place].strip()]
    heading = " - ".join(part for part in (column["over"], column["heading"]) if part) or f"Column {column['letter']}, without a heading"
    examples = "; ".join(dict.fromkeys(cell[:40] for cell in seen[:3]))
    field = forms.ChoiceField(
        label=heading,
        help_text=f"For example: {examples}" if examples and column["field"] not in _answers() else "",
        choices=[("", "Not used"), *FIELDS],
        required=False,
        initial=column["field"],
    )
    field.hide_optional = True  # type: ignore[attr-defined]
    return field


def _answers() -> set[str]:
    return {name for name, _ in FIELDS[-1][1]}
