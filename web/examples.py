"""Examples of what is sent to the API, by the name of the body's model: they stand in its document, to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[str, dict[str, Any]] = {
    "Credentials": {"login": "anna", "password": "correct horse battery staple"},
    "NewOwnPassword": {"current": "correct horse battery staple", "new": "wrong donkey charger pin"},
    "NewUser": {"login": "anna", "name": "Anna Petrova", "role": "agent", "phone": "1001", "team_ids": []},
    "UserChange": {"name": "Anna Petrova", "active": True},
    "NewPassword": {"password": "correct horse battery staple"},
    "NewToken": {"label": "reporting", "scopes": ["read:call", "read:contact"], "expires_at": "2030-01-01T00:00:00Z"},
    "NewRole": {
        "name": "trainee",
        "description": "Listens and learns",
        "rights": [{"thing": "call", "action": "read", "scope": "own"}],
    },
    "RoleChange": {"rights": [{"thing": "call", "action": "read", "scope": "team"}]},
    "NewTeam": {"name": "Night shift", "members": []},
    "TeamChange": {"name": "Late shift"},
    "NewContact": {
        "name": "Somchai Jaidee",
        "company": "Siam Trading",
        "numbers": [{"typed": "02 123 4567", "kind": "work"}, "081 234 5678"],
        "emails": [{"typed": "somchai@example.com", "kind": "work"}],
        "tags": ["gold"],
        "notes": "Prefers to be called in the morning.",
    },
    "ContactChanges": {"version": 1, "tags": ["gold", "wholesale"]},
    "NewCompany": {"name": "Siam Trading", "numbers": ["02 123 4500"], "tags": ["wholesale"]},
    "CompanyChanges": {"version": 1, "notes": "Invoices go to the head office."},
    "NewLead": {"name": "Somebody from the fair", "number": "081 234 5678", "source": "fair"},
    "LeadChanges": {"version": 1, "status": "working"},
    "NewTask": {"title": "Send the price list", "due_at": "2030-01-01T09:00:00+07:00"},
    "TaskChanges": {"version": 1, "done": True},
    "NewNote": {"text": "Asked for a quotation."},
    "CallNoteText": {"text": "Asked for a quotation."},
    "CallToEnd": {"call_id": "main-1764000000.1"},
    "WantedState": {"wanted": "not_ready", "reason": "lunch"},
    "WrapUpAction": {"action": "extend"},
    "NewPhone": {"account": "1001", "name": "Anna's desk"},
    "PhoneChange": {"name": "Front desk"},
    "NewQueue": {"name": "sales", "label": "Sales", "members": [], "ring_seconds": 20, "wrap_up_seconds": 15},
    "QueueChange": {"ring_seconds": 25},
    "NewNumber": {"number": "029990000", "destination": {"kind": "queue", "queue": "sales"}},
    "NumberChange": {"early_media": True},
    "NewTrunk": {"name": "provider", "match": ["203.0.113.0/28"], "host": "sip.example.com", "port": 5060},
    "TrunkChange": {"port": 5070},
    "NewPublication": {"dry_run": True},
}
