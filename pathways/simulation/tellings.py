"""The texts that steps would have written, for stories loaded in bulk: by the product's own wordings and rules."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from candidates.models import CandidateLink
from candidates.services.link import digest_of as link_digest
from candidates.services.link import new_token
from ground.clock import add_working_days, today_london
from ground.phones import read_phone
from ground.sealing import seal
from outreach.backends import backend_named, usual_backend
from outreach.choices import MessageState
from outreach.models import Fact, Message, PhoneLine, Template
from outreach.rules import may_be_texted, next_opening
from outreach.services.line import digest_of
from outreach.services.template import current_template, fill
from pathways.ledger.sheets import Sheets
from pathways.ledger.taking import Words
from pathways.services.own_page import TOKEN_LETTERS, address_of
from pathways.services.text import MAY_HEAR, TELLINGS, Moment, Telling, link_days, said_it_themselves, short_name, values_of, words_to_say
from pathways.simulation.days import HOLIDAYS
from pathways.workflow.truth import truth_of


class Tellings:
    """What people were told, so that nothing is told twice; and the facts that texts rely on."""

    def __init__(self, *, arrived: bool, until: datetime | None) -> None:
        self.arrived, self.until = arrived, until
        self.backend = usual_backend()
        self.link = address_of("n" * TOKEN_LETTERS)  # as long as a real one: nobody invented opens a page
        self.facts: dict[str, Any] = {}
        self.told: dict[str, list[Any]] = {}
        self.template = cache(self._template)
        self.lines: dict[str, int] = dict(PhoneLine.objects.values_list("digest", "pk"))
        self.digest = cache(digest_of)
        self.textable = cache(may_be_texted)

    @staticmethod
    def _template(code: str, language: str) -> Template | None:
        return current_template(code=code, language=language) or current_template(code=code, language="en")

    def forget(self) -> None:
        """The next chunk of people relies on no fact of this one."""
        self.facts.clear()
        self.told.clear()

    def change_fact(self, key: str, row: Any) -> None:
        """The truth has changed where a text relies on it."""
        fact = self.facts.get(key)
        if fact is not None:
            fact.value = truth_of(row)

    def tell(self, case: Any, row: Any, change: Any, *, sheets: Sheets) -> Words | None:
        """Write the text of this step; the words for a worker where no text can go and the person must be reached."""
        telling = TELLINGS.get((row.machine, change.step))
        if telling is None or change.cause_id is not None:
            return None
        moment = telling.moment(row, change)
        hears = case.row.stage in MAY_HEAR or telling.after_the_end
        if moment is None or change.to_stage != row.stage or case.row.do_not_contact or not hears:
            return None
        route = self._route(case)
        values = values_of(case.row, moment)
        code = self._code(telling, case, route)
        if route is None or code is None:
            return self._by_voice(telling, moment, values, change)
        if code:
            self._write(code, telling, moment, values, case, row, change, route, sheets)
        return None

    def _route(self, case: Any) -> Any:
        if not self.backend:
            return None
        routes = (each for each in case.row.candidate.routes if each.kind == "mobile" and each.may_text)
        return next((each for each in routes if self.textable(each.value)), None)

    @staticmethod
    def _code(telling: Telling, case: Any, route: Any) -> str | None:
        if route is None:
            return None
        if not route.may_mention:
            return None if telling.neutral and not short_name(case.row.owner) else telling.neutral
        return f"{telling.code}-shared" if route.is_shared else telling.code

    def _by_voice(self, telling: Telling, moment: Moment, values: dict[str, str], change: Any) -> Words | None:
        if not telling.must_reach or said_it_themselves(change):
            return None
        template = self.template(telling.code, "en")
        today = today_london(change.recorded_at)
        due = max(today, min(add_working_days(today, 1, HOLIDAYS), today_london(moment.expires_at)))
        return Words(words_to_say(template.body, values) if template else "", due, on_task=telling.asked_by)

    def _write(
        self,
        code: str,
        telling: Telling,
        moment: Moment,
        values: dict[str, str],
        case: Any,
        row: Any,
        change: Any,
        route: Any,
        sheets: Sheets,
    ) -> None:
        template = self.template(code, case.row.candidate.language)
        if template is None:
            return
        body = fill(template.body, values)
        key = f"{row.machine}:{row.id}"
        occasion = f"{key}@{moment.about}:{telling.code}"
        told = self.told.setdefault(key, [])
        if told and told[-1].body == body:
            return
        again = sum(each.occasion.partition("#")[0] == occasion for each in told)
        if key not in self.facts:
            self.facts[key] = sheets.new(Fact, key=key)
        self.facts[key].value = truth_of(row)
        message = sheets.new(
            Message,
            created=change.recorded_at,
            candidate_id=case.row.candidate.id,
            organisation_id=case.row.organisation_id,
            line_id=self._line(route.value, sheets, change.recorded_at),
            occasion=f"{occasion}#{again + 1}" if again else occasion,
            template_id=template.pk,
            language=template.language,
            body=body,
            purpose=template.purpose,
            delivery_class=template.delivery_class,
            not_before=change.recorded_at,
            expires_at=moment.expires_at,
            fact=key,
            fact_value=self.facts[key].value,
            backend=self.backend,
            parts=backend_named(self.backend).parts(fill(template.body, {**values, "link": self.link})).count,
            written_by_id=change.actor_id,
            written_for=change.uuid,
        )
        told.append(message)
        case.texts.append(message)
        if self.arrived:
            self._arrives(message, change.recorded_at)
        if "{link}" in template.body and message.state == MessageState.READY:
            self._seal_link(message, template, values, telling, case, route, sheets)

    @staticmethod
    def _seal_link(
        message: Any, template: Template, values: dict[str, str], telling: Telling, case: Any, route: Any, sheets: Sheets
    ) -> None:
        """What waits will be sent, with a link that opens the page; what has arrived led somewhere once."""
        token = new_token()
        sheets.new(
            CandidateLink,
            created=message.created_at,
            candidate_id=case.row.candidate.id,
            digest=link_digest(token),
            purpose=telling.link,
            number=route.value,
            expires_at=message.created_at + timedelta(days=link_days(until=message.expires_at, at=message.created_at)),
            made_by_id=message.written_by_id,
        )
        whole = fill(template.body, {**values, "link": address_of(token)})
        message.sealed_body = seal(whole, place=f"outreach_message.sealed_body.{message.uuid}")

    def _line(self, number: str, sheets: Sheets, at: datetime) -> int:
        """The line of a number, made when it is new."""
        digest = self.digest(number)
        if digest not in self.lines:
            region = read_phone(number).region[:2]
            self.lines[digest] = sheets.new(PhoneLine, created=at, digest=digest, e164=number, region=region).id
        return self.lines[digest]

    def _arrives(self, message: Any, written: datetime) -> None:
        """What was written at night went in the morning; what was written last night still waits for it."""
        at = next_opening(written, HOLIDAYS)
        if self.until is not None and at > self.until:
            return
        message.state, message.attempt, message.attempt_at = "delivered", 1, at
        message.accepted_at = message.final_at = at
        message.provider_id, message.provider_status = f"{self.backend}-{message.uuid}", "delivered"
