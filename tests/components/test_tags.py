"""What the tags write: words escaped, forms whole, addresses kept."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory


def draw(source: str, **context: object) -> str:
    return Template("{% load components %}" + source).render(Context({"csrf_token": "stamp", **context}))


def test_words_are_escaped_wherever_they_stand() -> None:
    words = "<b>x</b> & 'y'"
    html = draw(
        "{% button w %}{% tag w %}{% row w href=w where=w next=w owed=w due=w waiting=w note=w %}{% endrow %}"
        "{% panel w %}{% endpanel %}{% entry w who=w when=w %}{% endentry %}{% stat w w base=w note=w href=w people=w %}"
        "{% notice w %}{% endnotice %}{% empty_state w w href=w action=w %}{% one_tap w w about=w name=w value=w version=w %}",
        w=words,
    )

    assert "<b>x" not in html
    assert html.count("&lt;b&gt;x") > 20


def test_one_tap_is_a_whole_form_with_a_token_of_its_own() -> None:
    html = draw("{% one_tap '/x/' 'Spoke' about='Amina' version=3 %}{% one_tap '/x/' 'Spoke' %}")

    tokens = [part.partition('"')[0] for part in html.split('name="once" value="')[1:]]
    assert len(set(tokens)) == 2
    assert min(map(len, tokens)) > 15
    assert html.count('method="post"') == 2
    assert html.count('name="csrfmiddlewaretoken" value="stamp"') == 2
    assert html.count('name="version" value="3"') == 1
    assert '>Spoke<span class="govuk-visually-hidden">: Amina</span></button>' in html


def test_page_links_keep_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/caseload/", {"stage": "job_ready", "after": "old", "owner": "me & you"})

    html = draw("{% pagination page %}", request=request, page=SimpleNamespace(next="n1", previous=""))

    assert 'href="?stage=job_ready&amp;after=n1&amp;owner=me+%26+you"' in html
    assert "Previous" not in html
    lower = draw("{% pagination page at='below' %}", request=request, page=SimpleNamespace(next="n1", previous=""))
    assert 'after=n1&amp;owner=me+%26+you#below"' in lower
    assert draw("{% pagination page %}", request=request, page=SimpleNamespace(next="", previous="")) == ""


def test_menu_line_stands_only_where_the_page_exists() -> None:
    request = RequestFactory().get("/today/")

    here = draw("{% nav 'today' 'Today' count=3 %}", request=request)

    assert 'aria-current="page"' in here
    assert 'class="menu__count number">3<' in here
    assert "aria-current" not in draw("{% nav 'search' 'Search' %}", request=request)
    assert draw("{% nav 'nowhere' 'Nowhere' %}", request=request) == ""


@pytest.mark.parametrize(("waiting", "words"), [(0, "0 days"), (1, "1 day"), (12, "12 days"), ("5 weeks", "5 weeks")])
def test_days_waiting_are_said_in_words(waiting: object, words: str) -> None:
    assert f'number">{words}<span' in draw("{% row 'Amina' waiting=waiting %}{% endrow %}", waiting=waiting)


def test_what_waits_since_today_is_new() -> None:
    html = draw("{% row 'Amina' waiting='today' %}{% endrow %}")

    assert 'row__waiting">new today<' in html
    assert " waiting<" not in html


def test_row_without_more_is_a_name_alone() -> None:
    html = draw("{% row 'Amina' waiting=None %}{% endrow %}")

    assert "row__waiting" not in html
    assert "row__acts" not in html
    assert "row__next" not in html
    assert "None" not in html


def test_tag_refuses_more_words_than_it_has_places_for() -> None:
    with pytest.raises(TemplateSyntaxError):
        draw("{% panel 'one' 'two' %}{% endpanel %}")


class Filters(forms.Form):
    stage = forms.ChoiceField(label="Where", required=False, choices=[("", "Anywhere"), ("Ready", [("job_ready", "Job ready")])])
    mine = forms.BooleanField(label="Mine", required=False)
    text = forms.CharField(label="Words", required=False)
    sort = forms.ChoiceField(label="Sorted by", required=False, choices=[("", "Due"), ("name", "Name")])


def test_what_sorts_is_told_and_not_counted_as_a_filter() -> None:
    html = draw("{% filters form %}{% endfilters %}", form=Filters({"sort": "name"}))

    assert "Shown: Sorted by <b>Name</b>" in html
    assert "chosen)" not in html


def test_filters_say_in_words_what_is_chosen() -> None:
    html = draw("{% filters form clear='?' %}{% endfilters %}", form=Filters({"stage": "job_ready", "mine": "on", "text": ""}))

    assert "Shown: Where <b>Job ready</b> · Mine <b>yes</b>" in html
    assert "(2 chosen)" in html
    assert "chosen" not in draw("{% filters form %}{% endfilters %}", form=Filters())
