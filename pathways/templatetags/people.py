"""A row of a list of people, and an entry of one person's story."""

from django import template
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString

from ground.once import new_once
from ground.templatetags.components import show
from pathways.queries.due import Act, ListRow
from pathways.queries.timeline import Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def person_row(context: Context, row: ListRow) -> SafeString:
    """Who, where, what is next and whose it is, and what may be pressed."""
    return show(
        context,
        "row",
        name=row.name,
        id=row.key,
        href=row.href,
        where=row.where,
        next=row.next,
        owed=row.owed,
        ours=row.ours,
        due=row.due,
        overdue=row.overdue,
        waiting=row.waiting,
        note=row.note,
        ring=row.phone,
        tick=row.tick,
        done=row.done,
        content=SafeString("".join([_act(context, act, row.name) for act in row.acts])),
    )


def _act(context: Context, act: Act, about: str) -> SafeString:
    if not act.tap:
        return show(context, "one_tap_link", href=act.href, words=act.words, about=about)
    return show(
        context,
        "one_tap",
        href=act.href,
        words=act.words,
        about=about,
        name=act.name,
        value=act.value,
        version=act.version,
        kind=act.kind,
        once=new_once(),
    )


@register.simple_tag(takes_context=True)
def story_entry(context: Context, entry: Entry) -> SafeString:
    """What happened, who did it and when, what came of it, and the way to take it back."""
    inside: list[SafeString] = []
    if entry.lines:
        inside.append(show(context, "entry_line", words=" ".join(entry.lines)))
    if entry.text:
        inside.append(show(context, "entry_line", words=linebreaksbr(entry.text)))
    if entry.meant_form:
        inside.append(_act(context, Act("It moved something on", entry.meant_form, kind="quiet"), entry.title))
    if entry.readers_href:
        inside.append(_act(context, Act("Who reads it", entry.readers_href, tap=False), entry.title))
    if entry.undo_href:
        inside.append(show(context, "entry_undo", href=entry.undo_href, about=entry.title))
    if entry.undo_form:
        inside.append(_act(context, Act("Undo", entry.undo_form, kind="quiet"), entry.title))
    if entry.again_form:
        inside.append(_act(context, Act("Send again", entry.again_form, kind="quiet"), "to the number that is theirs now"))
    return show(
        context,
        "entry",
        title=entry.title,
        who=entry.who,
        when=entry.when,
        kind=entry.kind,
        undone=entry.undone,
        id=entry.key,
        content=SafeString("".join(inside)),
    )
