"""Who is let in: the list of colleagues, an invitation, the end of a right."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.choices import Role
from accounts.forms.users import InviteForm, UsersFilter
from accounts.middleware import desk_for, proved_lately, user_of
from accounts.models import Invitation, Membership
from accounts.queries import colleagues, open_invitations
from accounts.rules import Opening, openings
from accounts.services import membership as rights
from accounts.services.second_factor import has_second_factor, take_away
from ground.clock import read_clock
from ground.door import NOBODY, NotYours, Refused, open_to
from ground.once import posted_once
from ground.paging import keyset

WHO = ("administrator", "programme_lead", "employer")
#: So many people are found by looking: only a longer list can be narrowed.
AT_A_GLANCE = 6


@open_to(*WHO)
def users(request: HttpRequest) -> HttpResponse:
    """Colleagues and what they may do, and invitations not taken up yet."""
    at = read_clock()
    filters = UsersFilter(request.GET or None)
    asked = filters.cleaned_data if filters.is_bound and filters.is_valid() else {}
    rows = colleagues(user=user_of(request), role=asked.get("role", ""), words=asked.get("words", ""), at=at)
    page = keyset(rows, order=("who", "id"), after=request.GET.get("after"), size=25)
    context = {
        "filters": filters,
        "page": page,
        "invitations": list(open_invitations(user=user_of(request), at=at)[:50]),
        "may_end": desk_for(request).has(Role.ADMINISTRATOR),
        "roles": openings(user_of(request)).roles,
        "narrowed": bool(asked.get("role") or asked.get("words")),
        "long": len(page.rows) > AT_A_GLANCE or bool(page.next or page.previous),
    }
    return render(request, "accounts/users.html", context)


@open_to(*WHO, methods=("GET", "POST"))
@proved_lately
@posted_once
def invite(request: HttpRequest) -> HttpResponse:
    """Let a colleague in."""
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        offered=openings(user_of(request)),
        at_home=desk_for(request).organisation_id,
        initial={"organisation": request.GET.get("organisation", "")},
    )
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("email", "name", "organisation", "role", "programme")}
        try:
            if not user_of(request).has_perm("accounts.invite", Opening(given["organisation"], given["role"], given["programme"])):
                raise Refused("You cannot let somebody in as that, there. Choose another role or programme.", field="role")
            rights.invite(**given, by=desk_for(request).actor(*WHO), at=read_clock())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"The invitation is on its way to {given['email']}. It works once, for seven days.")
            return redirect("users")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@open_to("administrator", methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
@proved_lately
@posted_once
def end_membership(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End somebody's right, after one look at what it is."""
    membership = _membership(request, uuid)
    if not user_of(request).has_perm("accounts.end_membership", membership):
        raise NotYours()
    if request.method == "POST":
        try:
            rights.end_membership(membership=membership, by=desk_for(request).actor("administrator"), at=read_clock())
        except Refused as refused:
            context = {"membership": membership, "refused": refused.sentence}
            return render(request, "accounts/end_membership.html", context, status=422)
        messages.success(request, f"{membership.user} is let in no more as: {membership.words}.")
        return redirect("users")
    return render(request, "accounts/end_membership.html", {"membership": membership})


@open_to("administrator", methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
@proved_lately
@posted_once
def take_away_second_factor(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Somebody lost phone and paper: they begin again, and are told."""
    membership = _membership(request, uuid)
    if not user_of(request).has_perm("accounts.take_away_second_factor", membership):
        raise NotYours()
    context = {"membership": membership, "has_one": has_second_factor(membership.user)}
    if request.method == "POST":
        try:
            take_away(user=membership.user, by=desk_for(request).actor("administrator"), at=read_clock())
        except Refused as refused:
            return render(request, "accounts/take_away_second_factor.html", {**context, "refused": refused.sentence}, status=422)
        messages.success(request, f"{membership.user} sets up a new app when they next sign in.")
        return redirect("users")
    return render(request, "accounts/take_away_second_factor.html", context)


@open_to("administrator", methods=("POST",), kinds=("own", "other_org"), sample={"uuid": NOBODY})
@proved_lately
@posted_once
def cancel_invitation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The link stops working."""
    found = Invitation.objects.for_user(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    if not user_of(request).has_perm("accounts.cancel_invitation", found):
        raise NotYours()
    rights.cancel_invitation(invitation=found, by=desk_for(request).actor("administrator"), at=read_clock())
    messages.success(request, "The invitation is cancelled.")
    return redirect("users")


@open_to(*WHO, methods=("POST",), kinds=("own", "other_org"), sample={"uuid": NOBODY})
@proved_lately
@posted_once
def send_invitation_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same invitation with a new link; the earlier link stops."""
    at = read_clock()
    found = open_invitations(user=user_of(request), at=at).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    if not user_of(request).has_perm("accounts.invite", Opening(found.organisation, found.role, found.programme)):
        raise NotYours()
    try:
        rights.invite(
            email=found.email,
            name=found.name,
            organisation=found.organisation,
            role=found.role,
            programme=found.programme,
            by=desk_for(request).actor(*WHO),
            at=at,
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"The invitation is on its way to {found.email} again. The earlier link no longer works.")
    return redirect("users")


def _membership(request: HttpRequest, uuid: UUID) -> Membership:
    found = colleagues(user=user_of(request), at=read_clock()).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found
