"""Letters as they are printed: read back from the PDF, in each language, with nobody else's words and no empty boxes."""

import re
from dataclasses import replace
from io import BytesIO
from time import perf_counter

import pytest
import typst
from pypdf import PdfReader

from candidates.models import CandidateLink
from ground.languages import LANGUAGES
from pathways.backends.letter.glyphs import breakable, fit_to_print
from pathways.backends.letter.printing import Sheet, print_letters
from pathways.models import Letter
from pathways.queries.letter import draft_of, sheet_of
from tests.pathways.letter_scene import Post, pages_of

pytestmark = pytest.mark.django_db

LINK = "https://pathways.example.org/me/AbCdEfGhIjKlMnOpQrStUv/"
MM = 72 / 25.4


def sheet(**more) -> Sheet:
    usual = Sheet(
        language="en",
        title="A letter for you",
        sender="Northgate",
        to=("Amina Yusuf", "12 Invented Road", "Birmingham", "B1 1AA"),
        date="26 November 2026",
        greeting="Hello Amina,",
        words=("You have a chat on Monday 7 December 2026 at 10:30am.",),
        link_words="Your own page says where you are.",
        link=LINK,
        square_words="A square for a phone’s camera.",
        after=("To ask anything, ring Sam on 0121 496 0123.",),
        signed=("Sam", "Northgate"),
    )
    return replace(usual, **more)


def one(letter: Letter) -> bytes:
    return print_letters([sheet_of(letter)])


def test_a_letter_says_who_where_what_the_link_whom_to_ring_and_how_to_stop():
    scene = Post()
    letter = scene.letter()
    (page,) = pages_of(one(letter))
    for words in (
        *("Northgate", "Amina Yusuf 12 Invented Road Ladywood Birmingham B1 1AA", "Hello Amina,", "You have a chat on "),
        *("at 10:30am.", "Where: Ladywood library", "To ask anything, ring Sam on 0121 496 0123.", "If you do not want letters from us"),
    ):
        assert words in page
    assert letter.link in page.replace(" ", "")
    assert CandidateLink.objects.filter(candidate=letter.pathway.candidate).count() == 1
    assert letter.link.rstrip("/").rpartition("/")[2] not in str(CandidateLink.objects.values())


def test_one_that_may_not_say_who_we_are_says_neither_that_nor_where_nor_holds_a_link():
    scene = Post()
    letter = scene.letter(scene.to_tell(scene.amina(mention=False)), named=False)
    (page,) = pages_of(one(letter))
    assert re.search(r"Hello Amina, See you on \w+ \d+ \w+ 20\d\d at 10:30am\. Please ring me on 0121 496 0123\. Sam$", page)
    for hidden in ("Northgate", "library", "http", "page", "chat"):
        assert hidden not in page
    assert (letter.link, CandidateLink.objects.count()) == (None, 0)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_each_language_is_printed_whole_in_its_own_writing(language):
    scene = Post()
    task = scene.to_tell(scene.amina(language=language.code, english_is_fine=language.code == "en"))
    letter = scene.letter(task)
    content = one(letter)
    assert letter.language == language.code
    (page,) = pages_of(content)
    # What is said is there: compared without marks, since a reader gives letters of joined scripts back in the order they are drawn.
    said = set(re.findall(r"[^\W\d_]", "".join(sheet_of(letter).words)))
    assert said <= set(page) or len(said - set(page)) <= len(said) // 5
    assert "0121 496 0123" in page
    assert letter.link in page.replace(" ", "")
    reader = PdfReader(BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own kind of truth
    assert str(reader.trailer["/Root"]["/Lang"]).split("-")[0] in {language.code, "en"}
    assert reader.metadata is not None
    assert reader.metadata.title == sheet_of(letter).title
    assert "Amina" not in (reader.metadata.title or "")


def test_a_letter_with_an_empty_box_in_it_is_not_printed_at_all():
    """The standard for who has it read out forbids what no font draws: what slips through to the sheet is a fault, not a box."""
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        print_letters([sheet(greeting="Hello 李明,")])


def test_many_are_printed_each_on_a_sheet_of_its_own_with_nobody_elses_words():
    names = [f"Person{number:02d} Example" for number in range(12)]
    content = print_letters([sheet(to=(name, "12 Invented Road"), greeting=f"Hello {name},") for name in names])
    pages = pages_of(content)
    assert [page for page in pages[1::2] if page] == []  # the back of each is empty
    written = pages[::2]
    assert len(written) == 12
    for number, page in enumerate(written):
        assert [name for name in names if name in page] == [names[number]]


def test_one_letter_takes_less_than_a_second_and_a_hundred_less_than_ten():
    print_letters([sheet()])
    began = perf_counter()
    print_letters([sheet()])
    middle = perf_counter()
    content = print_letters([sheet(language=LANGUAGES[number % len(LANGUAGES)].code) for number in range(100)])
    assert middle - began < 1
    assert perf_counter() - middle < 10
    assert len(PdfReader(BytesIO(content)).pages) == 199


@pytest.mark.parametrize(
    "to",
    [
        ("Amina Yusuf", "12 Invented Road"),
        (breakable("N" * 90), *[breakable("W" * 60)] * 5),
        ("Amina " * 15, *["A line of an address that goes on to the very end of it, 123"] * 5),
    ],
    ids=["short", "without a space", "long"],
)
def test_the_address_lies_in_the_window_of_a_dl_envelope_and_nothing_else_does(to):
    """90 x 35 mm, 20 mm from the left and 18 mm from the foot of 110 mm; the folded sheet lies loose in it by 11 mm, sideways by 10."""
    seen = []

    def visit(text, page, matrix, _font, _size):
        if text.strip():
            across = matrix[4] * page[0] + matrix[5] * page[2] + page[4]
            up = matrix[4] * page[1] + matrix[5] * page[3] + page[5]
            seen.append((across / MM, 297 - up / MM, text))

    PdfReader(BytesIO(print_letters([sheet(to=to)]))).pages[0].extract_text(visitor_text=visit)
    assert len(seen) > 5
    first_panel = [(x, y, text) for x, y, text in seen if y < 99]
    address = [(x, y) for x, y, _ in first_panel if y > 46]
    assert address
    # In every position of the sheet the window shows 57 to 81 mm from its top, and 20 to 100 mm from its left edge.
    assert all(57 <= y <= 81 and 20 <= x <= 100 for x, y in address), address
    assert all(y < 46 for _x, y, text in first_panel if "Northgate" in text)


def test_names_and_addresses_are_made_fit_to_print():
    assert fit_to_print("Ada \u202e\U0001f337\ufe0f  O’Neill\x07") == ("Ada O’Neill", "")
    assert fit_to_print("آمنہ") == ("آمنہ", "")
    assert fit_to_print("李明 Smith") == ("Smith", "李明")
    assert breakable("N" * 65).split("\u200b") == ["N" * 30, "N" * 30, "N" * 5]


@pytest.mark.parametrize(
    "first", ["N" * 200, "Ada 🌷", "\u202eAda\u202c", "Ada-Lee O’Neill", "#set page(fill: red) *Ada* $x$ @ada", "آمنہ"]
)
def test_whatever_a_name_holds_the_letter_is_one_page_that_says_it_as_it_is(first):
    scene = Post()
    content = one(scene.letter(scene.to_tell(scene.amina(first=first))))
    (page,) = pages_of(content)
    if first.isascii() and len(first) < 60:
        assert f"{first} Yusuf" in page


def test_a_name_that_no_font_can_print_is_refused_in_words():
    scene = Post()
    case = scene.amina(first="李明")
    draft = draft_of(scene.to_tell(case), case, at=scene.now)
    assert (draft.sheet, draft.why_not) == (None, "These letters cannot be printed here: 李明. Write this one by hand.")
