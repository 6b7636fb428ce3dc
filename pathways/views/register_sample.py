"""What only a demo has: a troubled register to download, and to try the import with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from ground.clock import read_clock, today_london
from ground.door import open_to
from pathways.simulation.register import register_sample as the_file


@open_to("programme_lead", kinds=("own",))
@never_cache
def register_sample(request: HttpRequest) -> HttpResponse:
    """Forty rows with every kind of mess, some of them people of the demo."""
    content = the_file(today=today_london(read_clock()))
    response = HttpResponse(content, content_type="text/csv; charset=windows-1252")
    response["Content-Disposition"] = 'attachment; filename="troubled-register.csv"'
    return response
