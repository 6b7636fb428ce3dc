"""The wards of Birmingham and Solihull: codes and names, and the ordinary election days between which they hold.

Public facts, kept here so that a programme can begin without any file. Codes as the Office for National Statistics gives them.
"""

from datetime import date
from typing import NamedTuple

BIRMINGHAM = "E08000025"
SOLIHULL = "E08000029"

#: The authorities that loaders keep and pages list unless told otherwise.
HOME_AUTHORITIES: tuple[str, ...] = (BIRMINGHAM, SOLIHULL)

AUTHORITY_NAMES: dict[str, str] = {BIRMINGHAM: "Birmingham", SOLIHULL: "Solihull"}


class WardSet(NamedTuple):
    """The wards of one authority between two boundary changes."""

    authority: str
    valid_from: date
    valid_to: date | None
    wards: tuple[tuple[str, str], ...]


_BIRMINGHAM_2018: tuple[tuple[str, str], ...] = (
    ("E05011118", "Acocks Green"),
    ("E05011119", "Allens Cross"),
    ("E05011120", "Alum Rock"),
    ("E05011121", "Aston"),
    ("E05011122", "Balsall Heath West"),
    ("E05011123", "Bartley Green"),
    ("E05011124", "Billesley"),
    ("E05011125", "Birchfield"),
    ("E05011126", "Bordesley & Highgate"),
    ("E05011127", "Bordesley Green"),
    ("E05011128", "Bournbrook & Selly Park"),
    ("E05011129", "Bournville & Cotteridge"),
    ("E05011130", "Brandwood & King's Heath"),
    ("E05011131", "Bromford & Hodge Hill"),
    ("E05011132", "Castle Vale"),
    ("E05011133", "Druids Heath & Monyhull"),
    ("E05011134", "Edgbaston"),
    ("E05011135", "Erdington"),
    ("E05011136", "Frankley Great Park"),
    ("E05011137", "Garretts Green"),
    ("E05011138", "Glebe Farm & Tile Cross"),
    ("E05011139", "Gravelly Hill"),
    ("E05011140", "Hall Green North"),
    ("E05011141", "Hall Green South"),
    ("E05011142", "Handsworth"),
    ("E05011143", "Handsworth Wood"),
    ("E05011144", "Harborne"),
    ("E05011145", "Heartlands"),
    ("E05011146", "Highter's Heath"),
    ("E05011147", "Holyhead"),
    ("E05011148", "King's Norton North"),
    ("E05011149", "King's Norton South"),
    ("E05011150", "Kingstanding"),
    ("E05011151", "Ladywood"),
    ("E05011152", "Longbridge & West Heath"),
    ("E05011153", "Lozells"),
    ("E05011154", "Moseley"),
    ("E05011155", "Nechells"),
    ("E05011156", "Newtown"),
    ("E05011157", "North Edgbaston"),
    ("E05011158", "Northfield"),
    ("E05011159", "Oscott"),
    ("E05011160", "Perry Barr"),
    ("E05011161", "Perry Common"),
    ("E05011162", "Pype Hayes"),
    ("E05011163", "Quinton"),
    ("E05011164", "Rubery & Rednal"),
    ("E05011165", "Shard End"),
    ("E05011166", "Sheldon"),
    ("E05011167", "Small Heath"),
    ("E05011168", "Soho & Jewellery Quarter"),
    ("E05011169", "South Yardley"),
    ("E05011170", "Sparkbrook & Balsall Heath East"),
    ("E05011171", "Sparkhill"),
    ("E05011172", "Stirchley"),
    ("E05011173", "Stockland Green"),
    ("E05011174", "Sutton Four Oaks"),
    ("E05011175", "Sutton Mere Green"),
    ("E05011176", "Sutton Reddicap"),
    ("E05011177", "Sutton Roughley"),
    ("E05011178", "Sutton Trinity"),
    ("E05011179", "Sutton Vesey"),
    ("E05011180", "Sutton Walmley & Minworth"),
    ("E05011181", "Sutton Wylde Green"),
    ("E05011182", "Tyseley & Hay Mills"),
    ("E05011183", "Ward End"),
    ("E05011184", "Weoley & Selly Oak"),
    ("E05011185", "Yardley East"),
    ("E05011186", "Yardley West & Stechford"),
)

_SOLIHULL_2004: tuple[tuple[str, str], ...] = (
    ("E05001284", "Bickenhill"),
    ("E05001285", "Blythe"),
    ("E05001286", "Castle Bromwich"),
    ("E05001287", "Chelmsley Wood"),
    ("E05001288", "Dorridge and Hockley Heath"),
    ("E05001289", "Elmdon"),
    ("E05001290", "Kingshurst and Fordbridge"),
    ("E05001291", "Knowle"),
    ("E05001292", "Lyndon"),
    ("E05001293", "Meriden"),
    ("E05001294", "Olton"),
    ("E05001295", "St Alphege"),
    ("E05001296", "Shirley East"),
    ("E05001297", "Shirley South"),
    ("E05001298", "Shirley West"),
    ("E05001299", "Silhill"),
    ("E05001300", "Smith's Wood"),
)

#: Nearly every boundary moved in May 2026; Blythe, Knowle, Olton and others are names of other areas now.
_SOLIHULL_2026: tuple[tuple[str, str], ...] = (
    ("E05016416", "Balsall & Berkswell"),
    ("E05016417", "Blythe"),
    ("E05016418", "Castle Bromwich"),
    ("E05016419", "Chelmsley Wood"),
    ("E05016420", "Dorridge & Hockley Heath"),
    ("E05016421", "Elmdon"),
    ("E05016422", "Fordbridge"),
    ("E05016423", "Kingshurst & Smith's Wood"),
    ("E05016424", "Knowle"),
    ("E05016425", "Lyndon"),
    ("E05016426", "Meriden & Arden"),
    ("E05016427", "Olton"),
    ("E05016428", "Shirley East & Sharmans Cross"),
    ("E05016429", "Shirley South"),
    ("E05016430", "Shirley West"),
    ("E05016431", "Silhill"),
    ("E05016432", "St Alphege with Monkspath & Hillfield"),
)

SHIPPED_WARDS: tuple[WardSet, ...] = (
    WardSet(BIRMINGHAM, date(2018, 5, 3), None, _BIRMINGHAM_2018),
    WardSet(SOLIHULL, date(2004, 6, 10), date(2026, 5, 6), _SOLIHULL_2004),
    WardSet(SOLIHULL, date(2026, 5, 7), None, _SOLIHULL_2026),
)
