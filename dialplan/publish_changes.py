"""What a publication changes, as sentences that an admin understands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dialplan.config import PbxConfig

_SECRETS = frozenset({"secret", "ami_secret"})
_LISTS = {"phones": ("phone", "account"), "trunks": ("trunk", "name"), "queues": ("queue", "name")}
_TITLES = {"phone": "Phone", "trunk": "Trunk", "queue": "Queue", "number": "Number", "setting": "Setting"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `text` is its English sentence; the rest lets a panel say it in another language.

    `what` is added, removed or changed; `kind` phone, trunk, queue, number or setting; `name` which one. Of what is
    added `after` holds the values, of what is removed `before`, without secrets.
    """

    what: str
    kind: str
    name: str
    text: str
    field: str | None = None
    before: Any = None
    after: Any = None

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


def without_secrets(config: PbxConfig) -> dict[str, Any]:
    """The configuration as it is kept with a publication: a secret only as a digest, which tells that it changed."""
    cleaned = _cleaned(config.model_dump(mode="json", exclude={"absent_modules"}))
    assert isinstance(cleaned, dict)  # noqa: S101 - a model dumps to one
    cleaned["early_media"] = sorted(cleaned["early_media"])
    return cleaned


def _cleaned(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if name in _SECRETS and value is not None:
        return hashlib.sha256(str(value).encode()).hexdigest()[:16]
    return value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """How `after` differs from `before`; both as `without_secrets` gives them."""
    return list(_changes(before, after))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for section, (kind, key) in _LISTS.items():
        old = {each[key]: each for each in before.get(section, [])}
        new = {each[key]: each for each in after.get(section, [])}
        yield from _of_kind(kind, old, new)
    yield from _of_kind("number", _numbers(before), _numbers(after))
    named = {*_LISTS, "numbers", "early_media"}
    for name in sorted({*before, *after} - named):
        old_value, new_value = before.get(name), after.get(name)
        if old_value != new_value:
            yield _changed("setting", name, "value", old_value, new_value, is_secret=name in _SECRETS)


def _numbers(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    early = set(config.get("early_media", []))
    return {
        number: {"destination": _destination(leads), "early_media": number in early}
        for number, leads in config.get("numbers", {}).items()
    }


def _destination(leads: Any) -> dict[str, Any]:
    """A destination as data; before there were others, a number had the name of a queue."""
    return {"kind": "queue", "queue": leads} if isinstance(leads, str) else dict(leads)


def _of_kind(kind: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        title = _titled(kind, name, new.get(name) or old[name])
        if name not in old:
            leads = f" and leads to {_led_to(new[name]['destination'])}" if kind == "number" else ""
            yield Change("added", kind, name, f"{title} is new{leads}.", after=_open(new[name]))
        elif name not in new:
            yield Change("removed", kind, name, f"{title} is removed.", before=_open(old[name]))
        else:
            for attribute in sorted({*old[name], *new[name]}):
                was, becomes = old[name].get(attribute), new[name].get(attribute)
                if was != becomes:
                    yield _changed(kind, name, attribute, was, becomes, is_secret=attribute in _SECRETS)


def _open(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _SECRETS}


def _titled(kind: str, name: str, values: Mapping[str, Any]) -> str:
    known_as = values.get("name" if kind == "phone" else "label")
    return f"{_TITLES[kind]} {name}" + (f" ({known_as})" if known_as else "")


def _changed(kind: str, name: str, attribute: str, was: Any, becomes: Any, *, is_secret: bool) -> Change:
    title = f"{_TITLES[kind]} {name}"
    if is_secret:
        return Change("changed", kind, name, f"{title} has a new password.", attribute)
    if attribute == "members":
        parts = [f"{account} joins" for account in becomes if account not in was]
        parts += [f"{account} leaves" for account in was if account not in becomes]
        text = f"{title}: {', '.join(parts) or 'its members are in another order'}."
    elif kind == "number" and attribute == "destination":
        text = f"{title} leads to {_led_to(becomes)} instead of {_led_to(was)}."
    else:
        text = f"{title}: {attribute.replace('_', ' ')} is {_said(becomes)}, was {_said(was)}."
    return Change("changed", kind, name, text, attribute, was, becomes)


def _led_to(destination: dict[str, Any]) -> str:
    match destination:
        case {"kind": "extension", "extension": account, "ring_seconds": seconds}:
            return f"the phone {account} for {seconds} s"
        case {"kind": "announcement", "sound": sound}:
            return f"the announcement {sound}"
        case _:
            return f"the queue {destination.get('queue')}"


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(each)}" for key, each in value.items())
    return str(value)
