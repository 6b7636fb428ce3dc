"""A request that wrote texts nudges the worker once, after all was committed. Services themselves never do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ground.tasks import nudge
from outreach.services.message import noting_texts
from outreach.tasks import deliver

Next = Callable[[HttpRequest], HttpResponse]
#: A nudge names few texts; what a large act wrote is found by the sweep.
MOST = 20


class NudgeMiddleware:
    """Outside every transaction: where the act was undone, the ids that it names lead to nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with noting_texts() as written:
            response = self.get_response(request)
        if written:
            nudge(deliver, written[:MOST])
        return response
