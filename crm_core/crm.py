"""The CRM core as one thing: its directories, and what it does when it hears of calls."""

from __future__ import annotations

from datetime import tzinfo

from crm_core.call_notes import CallNotes
from crm_core.contacts import ContactDirectory
from crm_core.leads import Leads
from crm_core.missed_calls import MissedCalls
from crm_core.tasks import Tasks
from crm_core.timeline import Timeline
from kernel.database import Database
from kernel.messages import FactBus


class Crm:
    """Contacts, companies, leads, tasks, timelines and notes, over one database.

    `region` is the country whose habits a number without a country code follows, `zone` the time zone in which a day
    ends (None: the machine's).
    """

    def __init__(self, database: Database, region: str, zone: tzinfo | None = None) -> None:
        self.contacts = ContactDirectory(database, region)
        self.companies = self.contacts.companies
        self.timeline = Timeline(self.contacts)
        self.leads = Leads(self.contacts.region)
        self.tasks = Tasks()
        self.notes = CallNotes(self.timeline, self.tasks, self.contacts)
        self._missed_calls = MissedCalls(self.contacts, self.leads, zone)

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on. In this order: the timeline notes whose a call is, the others build on it."""
        self.timeline.subscribe(facts)
        self.notes.subscribe(facts)
        self._missed_calls.subscribe(facts)
