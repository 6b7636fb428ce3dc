"""The rows of one person made into one proposal: the fuller name, the latest phone, the date of birth that most rows give."""

from collections import Counter
from datetime import date

from pathways.backends.register.order import disorders
from pathways.backends.register.people import Group
from pathways.backends.register.phases import out_of_order
from pathways.backends.register.proposals import Decision, Fact, Flag, Person, Place, Rejected
from pathways.backends.register.rows import RowRead
from pathways.backends.register.stages import shown_by, take_word

LATEST = ("phone", "email", "postcode", "address", "owner", "language", "employer", "family", "family_words")
FIRST = ("ref", "source", "event")


def person_of(group: Group) -> tuple[Person, list[Decision], list[Rejected]]:
    """The person of these rows, and what must be decided or cannot go in for the rows to stand together."""
    rows = sorted(group.rows, key=lambda read: read.dated or date.min) if len(group.rows) > 1 else group.rows
    person = Person(rows=[read.place for read in group.rows], fields={})
    for read in group.rows:
        person.flags += read.flags
        person.notes += read.notes
        for question, answer in read.answers.items():
            held = person.answers.get(question)
            if held is None or (held.state != "value" and answer.state == "value"):
                person.answers[question] = answer
    _name(person, group)
    _birth(person, group)
    for read in rows:
        for name in FIRST:
            if name in read.fields:
                person.fields.setdefault(name, read.fields[name])
        for name in LATEST:
            if name in read.fields:
                _latest(person, name, read)
    for name, values in person.also.items():
        person.also[name] = [value for value in dict.fromkeys(values) if value != person.fields.get(name)]
    decisions: list[Decision] = [decision for read in group.rows for decision in read.decisions]
    if group.gathered:
        person.facts, more, rejected = _gathered_facts(group)
        person.shown = person.stage = shown_by(person.facts)
        person.paused = bool(group.rows) and _paused(rows)
        last = person.facts[-1] if person.facts else None
        if last and last.step == "interview.miss":
            person.flags.append(Flag(last.at, "status", "The last that is told is a missed chat: is another one booked?"))
        return person, decisions + more, rejected
    person.facts = [fact for read in group.rows for fact in read.facts]
    decisions += _two_days(person)
    read = group.rows[-1]
    behind = take_word(person, read.meaning, read.status_at)
    person.undecided = bool(decisions or behind)
    return person, decisions + ([behind] if behind else []), []


def _name(person: Person, group: Group) -> None:
    first, last = group.name
    if first:
        person.fields["first_name"] = first
    if last:
        person.fields["last_name"] = last


def _latest(person: Person, name: str, read: RowRead) -> None:
    held, new = person.fields.get(name), read.fields[name]
    if name in ("phone", "email"):
        others = person.also.setdefault(name, [])
        others += read.also.get(name, [])
        if held and held != new:
            others.append(held)
    person.fields[name] = new


def _birth(person: Person, group: Group) -> None:
    """The date of birth that the rows agree on. Where they do not, most of them; where nobody can tell, none, and a flag."""
    counted = Counter(birth for read in group.rows if (birth := read.fields.get("date_of_birth")))
    whole = Counter({birth: count for birth, count in counted.items() if len(birth) == 10})
    for read in group.rows:
        options = [day.isoformat() for day in read.births]
        fitting = [day for day in options if day in whole]
        if len(fitting) == 1:
            whole[fitting[0]] += 1
            _flag_birth(person, read, f"read as {fitting[0]}, as in the person's other rows")
        elif options:
            _flag_birth(person, read, "It can be two days", " or ".join(options))
    if not whole:
        partial = counted.most_common(1)
        if partial and len(counted) == 1:
            person.fields["date_of_birth"] = partial[0][0]
        return
    (best, count), *rest = whole.most_common()
    if rest and rest[0][1] == count:
        best = ""
    if best:
        person.fields["date_of_birth"] = best
    for read in group.rows:
        birth = read.fields.get("date_of_birth", "")
        if birth and birth != best and not best.startswith(birth or "-"):
            _flag_birth(person, read, "Another date of birth than in the person's other rows", best)


def _flag_birth(person: Person, read: RowRead, reason: str, suggestion: str = "") -> None:
    if read.birth_at:
        person.flags.append(Flag(read.birth_at, "date_of_birth", reason, suggestion))


def _paused(rows: list[RowRead]) -> bool:
    told = [read for read in rows if read.meaning.known or read.meaning.hint == "pause"]
    return bool(told) and told[-1].meaning.hint == "pause"


def _gathered_facts(group: Group) -> tuple[list[Fact], list[Decision], list[Rejected]]:
    """The facts of a person's contacts in the order in which they happened; those that cannot be are taken out."""
    told = [(read, fact) for read in group.rows if not read.decisions for fact in read.facts]
    decisions: list[Decision] = []
    rejected: list[Rejected] = []
    out: set[Place] = set()
    by_place = {read.place: read for read, _ in told}
    for disorder in disorders([fact for _, fact in told]):
        place = disorder.late.at.place
        if place in out or disorder.early.at.place in out:
            continue
        out.add(place)
        if disorder.within:
            rejected.append(Rejected(place, disorder.late.at, disorder.sentence, by_place[place].cells))
        else:
            decisions.append(out_of_order(disorder))
    kept: list[tuple[tuple[date, int], Fact]] = []
    day = date.min
    for read, fact in told:
        if fact.at.place not in out:
            day = fact.on or day  # a row without a date stands after the row before it
            kept.append(((day, read.place.row), fact))
    return [fact for _, fact in sorted(kept, key=lambda each: each[0])], decisions, rejected


def _two_days(person: Person) -> list[Decision]:
    """Rows of one reference that give one step two days: a person says which."""
    days: dict[str, Fact] = {}
    found: list[Decision] = []
    if len(person.rows) < 2:
        return found
    kept: list[Fact] = []
    for fact in person.facts:
        held = days.setdefault(fact.step, fact)
        if held is fact:
            kept.append(fact)
        elif held.on and fact.on and held.on != fact.on and held.quality == fact.quality == "exact" and fact.step != "interview.miss":
            question = f"“{held.at.text}” and “{fact.at.text}” stand under “{fact.at.heading}” in two rows of one reference. Which counts?"
            options = (("first", held.at.text), ("last", fact.at.text), ("out", "Leave the row out"))
            found.append(Decision("several", (held.at.place, fact.at.place), question, options, fact.at))
    person.facts = kept
    return found
