"""The paths of the CRM core: contacts, companies, leads, tasks, who calls, and notes of calls."""

from __future__ import annotations

from aiohttp import web

from web import call_notes, callers, companies, contacts, leads, tasks


def add_crm(app: web.Application) -> None:
    """Serve them."""
    router = app.router
    router.add_view("/api/v1/callers", callers.Caller)
    router.add_view("/api/v1/contacts", contacts.Contacts)
    router.add_view("/api/v1/contacts/{contact_id}", contacts.OneContact)
    router.add_view("/api/v1/contacts/{contact_id}/timeline", contacts.ContactTimeline)
    router.add_view("/api/v1/contacts/{contact_id}/notes", contacts.ContactNotes)
    router.add_view("/api/v1/companies", companies.Companies)
    router.add_view("/api/v1/companies/{company_id}", companies.OneCompany)
    router.add_view("/api/v1/companies/{company_id}/timeline", companies.CompanyTimeline)
    router.add_view("/api/v1/companies/{company_id}/notes", companies.CompanyNotes)
    router.add_view("/api/v1/leads", leads.Leads)
    router.add_view("/api/v1/leads/{lead_id}", leads.OneLead)
    router.add_view("/api/v1/leads/{lead_id}/timeline", leads.LeadTimeline)
    router.add_view("/api/v1/leads/{lead_id}/notes", leads.LeadNotes)
    router.add_view("/api/v1/tasks", tasks.Tasks)
    router.add_view("/api/v1/tasks/{task_id}", tasks.OneTask)
    router.add_view("/api/v1/calls/{call_id}/note", call_notes.OwnCallNote)
    router.add_view("/api/v1/outcomes", call_notes.Outcomes)
