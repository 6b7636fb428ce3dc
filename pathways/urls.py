"""Addresses of the case and of every page about a person."""

from django.conf import settings
from django.urls import URLPattern, path, re_path

from pathways.views import caseload, contact, employer, handing_over, imports, integrity, people, person, register_sample, step, task, today

FOLDER = "(?P<folder>pathways|interviews|training-places|introductions|placements|pre-employment-checks|retention-checks)"
UUID = "(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

demo_urls: list[URLPattern] = [path("demo/register/", register_sample.register_sample, name="register_sample")]
urlpatterns = [
    *(demo_urls if settings.DEMO else []),
    path("", today.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/digest/", today.morning, name="digest"),
    path("integrity/", integrity.integrity, name="integrity"),
    path("unclaimed/", today.unclaimed, name="unclaimed"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("caseload/hand-over/", handing_over.hand_over_people, name="hand_over_people"),
    path("caseload.csv", caseload.caseload_file, name="caseload_file"),
    path("people/", people.find_people, name="people"),
    path("people/find/", people.find_people, name="find_people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<uuid:uuid>/", person.person, name="person"),
    path("people/<uuid:uuid>/correct/", person.correct, name="correct_person"),
    path("people/<uuid:uuid>/address/", person.address, name="address"),
    path("people/<uuid:uuid>/reach/add/", person.add_route, name="add_route"),
    path("people/<uuid:uuid>/reach/<uuid:route>/", person.change_route, name="change_route"),
    path("people/<uuid:uuid>/reach/<uuid:route>/end/", person.end_route, name="end_route"),
    path("people/<uuid:uuid>/died/", person.died, name="died"),
    re_path(rf"^people/{UUID}/steps/pathway\.(?P<step>[a-z_]+)/$", step.new_case, name="new_case"),
    path("pathways/<uuid:uuid>/contacts/", contact.log_contact, name="log_contact"),
    path("pathways/<uuid:uuid>/notes/", contact.add_note, name="add_note"),
    path("pathways/<uuid:uuid>/tasks/", task.add_task, name="add_task"),
    path("pathways/<uuid:uuid>/wants/", contact.wants, name="wants"),
    path("texts/<uuid:uuid>/again/", contact.text_again, name="text_again"),
    path("contacts/<uuid:uuid>/undo/", contact.undo_contact, name="undo_contact"),
    path("consents/<uuid:uuid>/withdraw/", contact.withdraw_consent, name="withdraw_consent"),
    path("tasks/<uuid:uuid>/", person.of_task, name="task"),
    re_path(rf"^tasks/{UUID}/steps/(?P<step>snooze|reassign|close)/$", task.task_step, name="task_step"),
    path("tasks/<uuid:uuid>/undo/", task.undo_task, name="undo_task"),
    path("start/", employer.start, name="employer_start"),
    path("put-forward/", employer.put_forward, name="put_forward"),
    path("checks/", employer.checks_and_starts, name="checks"),
    path("still-here/", employer.still_here, name="still_here"),
    path("introductions/<uuid:uuid>/", employer.introduction_page, name="introduction"),
    path("placements/<uuid:uuid>/", employer.placement_page, name="placement"),
    path("pre-employment-checks/<uuid:uuid>/", employer.check_page, name="pre_employment_check"),
    re_path(rf"^headings/{UUID}/steps/(?P<step>close|fill)/$", employer.end_heading, name="end_heading"),
    path("headings/<uuid:uuid>/undo/", employer.undo_heading, name="undo_heading"),
    re_path(rf"^{FOLDER}/{UUID}/$", person.of_row, name="of_row"),
    re_path(rf"^pathways/{UUID}/steps/(?P<machine>[a-z_]+)\.(?P<step>[a-z_]+)/$", step.make_row, name="make_row"),
    re_path(rf"^{FOLDER}/{UUID}/steps/(?P<step>[a-z_]+)/$", step.take_step, name="take_step"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:uuid>/", imports.import_page, name="import"),
    path("imports/<uuid:uuid>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<uuid:uuid>/rows/<int:row>/", imports.decide, name="import_decide"),
    path("imports/<uuid:uuid>/approve/", imports.approve, name="import_approve"),
    path("imports/<uuid:uuid>/take-back/", imports.take_back, name="import_take_back"),
    path("imports/<uuid:uuid>/to-correct.xlsx", imports.rejects_workbook, name="import_rejects"),
    path("imports/<uuid:uuid>/to-correct.csv", imports.rejects_table, name="import_rejects_table"),
    path("changes/<uuid:uuid>/undo/", step.undo, name="undo"),
]
